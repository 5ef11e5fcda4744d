"""More of every day: updates, cameras, clocks, brokers of many makers, people at work."""

import json
import struct

from .coap_ends import firmware
from .mqtt_broker import Broker
from .mqtt_client import Client
from .situations import hosts, situation
from .situations_logins import CLEAR, CLEAR_WHY
from .situations_topics import USER, site
from .traffic import Host
from .wire import text


@situation(CLEAR, why=CLEAR_WHY + " An update that the devices asked for; each reads it once.")
def update_of_devices(network):
    """A firmware of 60 kB goes to 50 devices over MQTT: announced, then sent in pieces of 4 kB on a topic each device
    subscribes to."""
    broker = Broker(Host(network, "10.20.0.2"), users={"d": "a-password"})
    server = Client(Host(network, "10.20.0.7"), broker, "ota-server", **USER, filters=[("ota/+/progress", 0)]).start(0)
    image = firmware(network, 60_000)

    def receive(client, topic, payload, retain):
        if topic.endswith("announce"):
            client.subscribe(("ota/v2.4.1/part/+", 1))
        elif topic.endswith("/14"):
            network.after(1, client.publish, f"ota/{client.name}/progress", b"100")
            network.after(2 + network.random.random() * 25, client.disconnect)
            network.after(30 + network.random.random() * 30, client.start, 0)

    for index, host in enumerate(hosts(network, 50)):
        Client(
    host,
    broker,
    f"esp32-{index:02d}",
    **USER,
    filters=[
        ("ota/announce",
        1)],
        receive=receive).start(
            1 +
            index /
             2.5)
    network.at(25, server.publish, "ota/announce", b'{"version":"2.4.1","size":60000,"parts":15}')
    for part in range(15):
        network.at(30 + part,
    lambda part=part: server.publish(f"ota/v2.4.1/part/{part}",
    image[part * 4000:(part + 1) * 4000],
     qos=1))
    network.run(120)


@situation(CLEAR, {"mqtt_retained_volume": [0, 1]}, why=CLEAR_WHY + " Cameras keep their last picture on the broker; it is replaced, not piled up.")
def camera_pictures(network):
    """Six cameras retain their latest picture of 90 kB every ten seconds on one topic each, as Frigate does."""
    broker = Broker(Host(network, "10.20.0.2"), users={"d": "a-password"})
    frigate = Client(
    Host(
        network,
        "10.20.0.8"),
        broker,
        "frigate",
        **USER,
        will=(
            "frigate/available",
            b"offline",
            1,
             True))
    frigate.start(0)
    Client(Host(network, "10.20.0.5"), broker, "homeassistant", **USER, filters=[("frigate/+/+/snapshot", 0)]).start(1)
    for index in range(6):
        network.every(10, lambda index=index: frigate.publish(
            f"frigate/cam{index}/person/snapshot", b"\xff\xd8\xff\xe0\0\x10JFIF" + network.random.randbytes(90_000), retain=True),
            first=3 + index)
    network.run(90)


@situation({"mqtt_credentials_in_clear": 1}, {"mqtt_retained_volume": [0, 1]},
           why=CLEAR_WHY + " A large picture at the start of all cameras is no "
           "attack on the broker's memory.")
def camera_start(network):
    """Twelve cameras behind one recorder retain their first picture of 400 kB within twenty seconds."""
    broker = Broker(Host(network, "10.20.0.2"), users={"d": "a-password"})
    recorder = Client(Host(network, "10.20.0.8"), broker, "recorder", **USER).start(0)
    for index in range(12):
        network.at(2 + index * 1.5, lambda index=index: recorder.publish(
            f"cameras/{index}/still", b"\xff\xd8\xff\xe0\0\x10JFIF" + network.random.randbytes(400_000), retain=True))
    network.run(60)


@situation(CLEAR, why=CLEAR_WHY + " Clocks that jump are set by NTP; sessions go on.")
def clock_jumps(network):
    """The sensor's clock is set back by two seconds and forward by an hour while twenty devices publish."""
    broker = site(network, 60, period=3)
    network.run(100)
    late = network.frames
    network.frames = []
    network.run(200)
    early, network.frames = network.frames, []
    network.run(300)
    last = network.frames
    network.frames = late + [(time - 2 if time < 102 else time, frame) for time, frame in early]
    network.frames += [(time + 3600, frame) for time, frame in last]
    assert broker.links


@situation(CLEAR, why=CLEAR_WHY + " An upgrade of the broker: down for a while, another implementation after it, all "
           "come back.")
def broker_upgrade(network):
    """The broker is stopped for 40 s for an upgrade, loses what it kept, and its 60 clients knock until it is back."""
    broker = site(network, 60, count=6)
    for index, host in enumerate(hosts(network, 54, "10.20.2.1")):
        client = Client(host, broker, f"sensor-{index}", **USER, version=5 if index % 2 else 4, back=(2, 6),
                        filters=[(f"cmd/sensor-{index}", 1)],
                        will=(f"sensors/{index}/LWT", b"Offline", 0, True)).start(index)
        client.ready = lambda client, present, index=index: client.publish(
            f"sensors/{index}/LWT", b"Online", retain=True)
        network.every(20, client.publish, f"sensors/{index}/t", b"21.5", first=index)
    network.at(99.9, setattr, broker, "keeps", False)
    network.at(100, broker.restart, 40)
    network.run(200)


@situation({"mqtt_anonymous_accepted": 1, "mqtt_credentials_in_clear": 1}, {"mqtt_sys_subscription": 1},
           why="One row each: the broker lets in anybody; some passwords cross in clear. Tools of an administrator: "
           "one low row for $SYS.")
def administrator_at_work(network):
    """An administrator tries mosquitto_pub and mosquitto_sub by hand: narrow topics, $SYS/broker/uptime, a typo, 30
    short calls."""
    broker = Broker(Host(network, "10.20.0.2"), check=lambda client: True, statistics=True)
    desk = Host(network, "10.20.5.5")
    for index in range(30):
        options = USER if index % 5 == 0 else {}
        pattern = ["plant/1/+", "plant/+/state", "$SYS/broker/uptime", "plnt/1/state", "plant/2/#"][index % 5]
        client = Client(desk, broker, f"mosq-{network.random.getrandbits(60):015x}"[:23], **options,
                        filters=[(pattern, 0)] if index % 3 else [],
                        ready=lambda client, present, index=index: None if index % 3 else client.publish("plant/1/set", b"1", qos=1))
        client.start(2 + index * 4)
        network.at(4 + index * 4, client.disconnect)
    network.run(140)


@situation(CLEAR, why=CLEAR_WHY + " Clouds of many makers have topics under $; the devices use them as documented.")
def cloud_topics(network):
    """Devices that speak to an on-site gateway as to AWS ($aws/things/.../shadow), Azure ($iothub/twin), Tuya and
    ThingsBoard."""
    broker = Broker(Host(network, "10.20.0.2"), users={"d": "a-password"})
    topics = ["$aws/things/pump-{}/shadow/update", "$iothub/twin/PATCH/properties/reported/?$rid={}", "v1/devices/me/telemetry",
              "$dps/registrations/PUT/iotdps-register/?$rid={}", "devices/dev-{}/messages/events/$.ct=application%2Fjson",
              "$baidu/iot/shadow/{}/update", "/sys/a1Xk/{}/thing/event/property/post", "$oc/devices/{}/sys/properties/report",
              "tuya/{}/state", "$ThingsBoard/{}/attributes"[1:]]
    for index, host in enumerate(hosts(network, 20)):
        client = Client(host, broker, f"dev-{index}", **USER, filters=[
            (f"$aws/things/pump-{index}/shadow/update/accepted", 1), ("$iothub/twin/res/#", 0), ("v1/devices/me/rpc/request/+", 1)])
        client.start(index / 4)
        network.every(9, client.publish, topics[index % 10].format(index),
                      json.dumps({"state": {"reported": {"t": 21.5}}}), first=8)
    network.run(90)


@situation(CLEAR, why=CLEAR_WHY + " A pool of workers shares a subscription; requests carry properties.")
def shared_subscription(network):
    """Five workers share $share/pool/orders/#, 5.0 clients send requests with response topic, correlation data, user
    properties, aliases."""
    broker = Broker(Host(network, "10.20.0.2"), users={"d": "a-password"})
    for index, host in enumerate(hosts(network, 5, "10.20.2.1")):
        Client(host, broker, f"worker-{index}", **USER, version=5, filters=[("$share/pool/orders/#", 1)],
               properties=b"\x11\0\0\x0e\x10\x21\0\x64").start(index)
    for index, host in enumerate(hosts(network, 8)):
        client = Client(host, broker, "", **USER, version=5, assigned=True, filters=[(f"answers/{index}", 1)])
        client.name = f"auto-{index:08X}-{network.random.getrandbits(64):016x}"
        client.start(6 + index / 3)
        properties = b"\x08" + text(f"answers/{index}") + b"\x09\0\4" + struct.pack(">I", index) + b"\x26" + text("trace") + text(
            f"00-{network.random.getrandbits(128):032x}-01") + b"\x03" + text("application/json") + b"\x01\x01\x02\0\0\0\x3c"
        network.every(3, lambda client=client, properties=properties, index=index: client.publish(
            f"orders/{index}", b'{"sku":"4711"}', qos=1, properties=properties), first=12)
    network.run(120)


@situation(CLEAR, why=CLEAR_WHY + " Commands to devices, retained where the device sleeps, are a choice of the site.")
def commands_all_day(network):
    """Home automation switches things: zigbee2mqtt/x/set, cmnd/plug/POWER, shellies/.../command, homie .../set, not
    retained."""
    broker = Broker(Host(network, "10.20.0.2"), users={"d": "a-password"})
    hub = Client(Host(network, "10.20.0.5"), broker, "homeassistant",
                 **USER, version=5, filters=[("stat/#", 0)]).start(0)
    topics = ["zigbee2mqtt/lamp {}/set", "cmnd/plug{}/POWER", "shellies/shelly1-{}/relay/0/command", "homie/boiler/{}/set",
              "esphome/fan-{}/command", "cmnd/tasmotas/STATUS", "cmnd/plug{}/Backlog", "zwave/{}/37/0/targetValue/set"]
    for index in range(200):
        network.at(3 +
    index, hub.publish, topics[index %
    8].format(index %
    11), b"ON" if index %
     8 != 6 else b"Delay 10; Power off")
    network.run(220)


@situation({**CLEAR, "mqtt_retained_command": 1},
           why=CLEAR_WHY + " True: commands that stay on the broker switch devices again after each restart; one row "
           "of the host.")
def retained_commands(network):
    """A careless automation retains its commands to six blinds."""
    broker = Broker(Host(network, "10.20.0.2"), users={"d": "a-password"})
    hub = Client(Host(network, "10.20.0.5"), broker, "node-red", **USER).start(0)
    for index in range(30):
        network.at(3 + index, lambda index=index: hub.publish(f"blinds/{index % 6}/set", b"close", retain=True))
    network.run(60)


@situation(CLEAR, why=CLEAR_WHY + " Devices that sleep miss their keep-alive; their wills say so, and they come back.")
def battery_devices(network):
    """Forty battery sensors wake every 90 s, connect, publish twice, and go: half politely, half by sleeping at
    once."""
    broker = Broker(Host(network, "10.20.0.2"), users={"d": "a-password"})
    Client(Host(network, "10.20.0.5"), broker, "hub", **USER, filters=[("battery/+/+", 1)]).start(0)
    for index, host in enumerate(hosts(network, 40)):
        host.timestamps = False
        client = Client(
    host,
    broker,
    f"shellyht-{index:06X}",
    **USER,
    keep_alive=20,
    will=(
        f"battery/{index}/online",
        b"false",
        0,
         True))

        def wake(client=client, index=index):
            client.start(network.now)
            network.after(0.6, client.publish, f"battery/{index}/t", b"19.8")
            network.after(0.7, lambda: client.publish(f"battery/{index}/online", b"true", retain=True))
            if index % 2:
                network.after(1.5, client.disconnect)
            else:
                network.after(1.5, client.vanish)

        network.every(90, wake, first=2 + index)
    network.run(400)


@situation(CLEAR, {"mqtt_state_spoofed": [0, 1]},
           why=CLEAR_WHY + " A watchdog may say of devices that they are gone, as a hub does.")
def watchdog_reports(network):
    """A hub's watchdog publishes "offline" on the availability topics of its eight devices, which left them as their
    wills."""
    broker = Broker(Host(network, "10.20.0.2"), users={"d": "a-password"})
    watchdog = Client(Host(network, "10.20.0.5"), broker, "watchdog", **
                      USER, filters=[("devices/+/availability", 0)]).start(0)
    clients = [Client(host, broker, f"dev-{index}", **USER, will=(f"devices/{index}/availability", b"offline", 0, True)).start(index)
               for index, host in enumerate(hosts(network, 8))]
    for index, client in enumerate(clients):
        network.at(12, client.vanish)
        network.at(
    45 + index,
    lambda index=index: watchdog.publish(
        f"devices/{index}/availability",
        b"offline",
         retain=True))
    network.run(160)


@situation(CLEAR, {"mqtt_clientid_takeover": [0, 1]},
           why=CLEAR_WHY + " A second instance takes over the sessions and the tree of the first: a cluster, "
           "as planned.")
def gateway_fails_over(network):
    """A pair of gateways: the second takes over client id, session and 60 retained topics when the first dies, from its
    own address."""
    broker = Broker(Host(network, "10.20.0.2"), users={"d": "a-password"})
    pair = []
    for address in ("10.20.1.8", "10.20.1.9"):
        client = Client(Host(network, address), broker, "opc-gateway", **USER, clean=False, keep_alive=15, filters=[("opc/write/#", 1)],
                        will=("opc/gateway", b"down", 1, True))
        pair.append(client)
        for index in range(60):
            network.every(
    10,
    lambda client=client,
    index=index: client.publish(
        f"opc/tag/{index}",
        b"17.3",
         retain=True))
    pair[0].start(1)
    network.at(60, pair[0].vanish)
    pair[1].start(85)
    network.run(160)
