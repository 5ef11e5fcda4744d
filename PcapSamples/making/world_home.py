"""A home: Home Assistant, Zigbee2MQTT, Tasmota, ESPHome, Shelly, Node-RED, phones, a Thread border router, lights of
OCF."""

import json

from .coap_ends import CHANGED, CONTENT_FORMAT, GET, NON, PUT, Endpoint, number
from .coap_wire import message
from .mqtt_broker import Broker
from .mqtt_client import Client
from .situations import situation
from .traffic import Group, Host, datagram

LOGIN = {"username": "ha", "password": "correct horse battery"}
ROOMS = ["kitchen", "living", "bath", "hall", "office", "attic", "garage", "garden"]


def lan(network, last, **habits):
    """A host of the home."""
    return Host(network, f"192.168.178.{last}", **habits)


def zigbee(network, broker):
    """Zigbee2MQTT: announces 20 devices to Home Assistant, passes their states on; restarted after four minutes."""
    names = [f"{room} {kind}" for room in ROOMS[:5] for kind in ("climate", "motion", "lamp", "door")]

    def announce(client, present):
        client.publish("zigbee2mqtt/bridge/state", '{"state":"online"}', retain=True)
        for index, name in enumerate(names):
            for entity in ("battery", "linkquality", "state"):
                config = {"name": entity, "state_topic": f"zigbee2mqtt/{name}", "unique_id": f"0x00158d00{index:08x}_{entity}",
                          "value_template": "{{ value_json." + entity + " }}", "device": {"identifiers": [f"z2m_{index}"]}}
                network.after(1 + index / 20, lambda index=index, entity=entity, config=config: client.publish(
                    f"homeassistant/sensor/0x00158d00{index:08x}/{entity}/config", json.dumps(config), retain=True, qos=1))
            network.after(
    3 + index / 20,
    lambda name=name: client.publish(
        f"zigbee2mqtt/{name}/availability",
        "online",
         retain=True))

    client = Client(lan(network, 20), broker, lambda: f"mqttjs_{network.random.getrandbits(32):08x}", **LOGIN, ready=announce,
                    will=("zigbee2mqtt/bridge/state", b'{"state":"offline"}', 0, True), back=(1, 4),
                    filters=[("zigbee2mqtt/+/set", 0), ("zigbee2mqtt/+/get", 0), ("zigbee2mqtt/bridge/request/#", 0),
                             ("homeassistant/status", 0)])
    client.start(2)
    for index, name in enumerate(names):
        network.every(25 + index, lambda name=name: client.publish(f"zigbee2mqtt/{name}", json.dumps(
            {"battery": 93, "linkquality": network.random.randrange(40, 200), "temperature": network.random.randrange(180, 240) / 10}),
            retain=True))
    network.at(240, client.disconnect)
    network.at(256, client.start, 256)


def plugs(network, broker):
    """Eight Tasmota plugs: LWT, INFO, STATE, SENSOR; two of them lose power for a moment."""
    for index in range(8):
        topic = f"tasmota_{0xA1B200 + index:06X}"
        host = lan(network, 40 + index, timestamps=False, mss=1440, ttl=255, rtt=0.006)

        def ready(client, present, topic=topic):
            client.publish(f"tele/{topic}/LWT", "Online", retain=True)
            client.publish(f"cmnd/{topic}/POWER", "")
            client.publish(f"tele/{topic}/INFO1",
                           json.dumps({"Info1": {"Module": "NOUS A1T", "Version": "13.4.0(tasmota)"}}))
            client.publish(f"tasmota/discovery/{topic[-6:]}/config",
                           json.dumps({"ip": client.host.address, "t": topic}), retain=True)

        client = Client(host, broker, f"DVES_{topic[-6:]}", username="DVES_USER", password="own-password-1", keep_alive=30,
                        will=(f"tele/{topic}/LWT", b"Offline", 1, True), ready=ready, back=(2, 9), together=False,
                        filters=[(f"cmnd/{topic}/#", 0), ("cmnd/tasmotas/#", 0), (f"cmnd/DVES_{topic[-6:]}_fb/#", 0)],
                        receive=lambda client, name, payload, retain, topic=topic: client.publish(
                            f"stat/{topic}/RESULT", json.dumps({"POWER": payload.decode() or "ON"})) if name.startswith("cmnd/") else None)
        client.start(3 + index * 0.9)
        network.every(60, lambda client=client, topic=topic: client.publish(f"tele/{topic}/SENSOR", json.dumps(
            {"Time": "2026-03-02T08:00:00", "ENERGY": {"Power": network.random.randrange(2000), "Voltage": 231}})))
        if index < 2:
            network.at(300 + index, client.vanish)
            network.at(306 + index, client.connect)


def others(network, broker):
    """ESPHome, Shelly, Node-RED, Home Assistant, phones, MQTT Explorer, and a sensor that was never told the new
    password."""
    hub = Client(lan(network, 5), broker, "homeassistant-3fb2c1", **LOGIN, version=5, will=("homeassistant/status", b"offline", 0, True),
                 filters=[("homeassistant/#", 0), ("zigbee2mqtt/#", 0), ("tele/+/+", 0), ("stat/+/+", 0), ("shellies/#", 0),
                          ("esphome/#", 0), ("tasmota/discovery/#", 0)], back=(1, 3),
                 ready=lambda client, present: client.publish("homeassistant/status", "online", retain=True))
    hub.start(1)
    network.every(17, lambda: hub.publish(f"zigbee2mqtt/{ROOMS[int(network.now) % 5]} lamp/set", '{"state":"TOGGLE"}'))
    network.every(41, lambda: hub.publish(f"cmnd/tasmota_{0xA1B200 + int(network.now) % 8:06X}/POWER", "TOGGLE"))
    for index in range(4):
        name = f"{ROOMS[index]}-esp"
        client = Client(lan(network, 60 + index, timestamps=False, mss=1436, rtt=0.005), broker, f"{name}-{0x8caab5 + index:06x}", **LOGIN,
                        keep_alive=15, will=(f"{name}/status", b"offline", 0, True), filters=[(f"{name}/switch/relay/command", 0)],
                        ready=lambda client, present, name=name: client.publish(f"{name}/status", "online", retain=True))
        client.start(4 + index)
        network.every(30, lambda client=client, name=name: client.publish(
            f"{name}/sensor/bme280/state", f"{network.random.uniform(18, 25):.1f}", retain=True))
        network.every(120, client.breaks, first=100 + 20 * index)
    for index in range(4):
        name = f"shelly1pm-{0xE868E7 + index:06X}"
        client = Client(lan(network, 70 + index, timestamps=False, mss=536), broker, name, **LOGIN, clean=False,
                        will=(f"shellies/{name}/online", b"false", 1, True), back=(2, 8),
                        filters=[("shellies/command", 1), (f"shellies/{name}/relay/0/command", 1)],
                        ready=lambda client, present, name=name: client.publish(f"shellies/{name}/online", "true", qos=1, retain=True))
        client.start(5 + index)
        network.every(30, lambda client=client, name=name: client.publish(f"shellies/{name}/relay/0/power", "12.34"))
    Client(lan(network, 6), broker, lambda: f"nodered_{network.random.getrandbits(40):010x}", **LOGIN, back=(5, 6),
           filters=[("zigbee2mqtt/+", 2), ("shellies/+/relay/0/power", 2)]).start(6)
    for index in range(2):
        phone = Client(lan(network, 100 + index, rtt=0.03, loss=0.02), broker, lambda: f"paho{network.random.getrandbits(48)}", **LOGIN,
                       filters=[("zigbee2mqtt/+", 0)])
        for time in range(20 + index * 30, 600, 140):
            phone.network.at(time, phone.start, time)
            phone.network.at(time + 25, phone.disconnect)
    explorer = Client(lan(network, 30), broker, "mqtt-explorer-5b1c9e07", **LOGIN, filters=[("#", 0), ("$SYS/#", 0)])
    explorer.start(400)
    network.at(440, explorer.disconnect)
    Client(lan(network, 90, timestamps=False), broker, "wemos-cellar",
           username="cellar", password="last-years", back=(5, 5)).start(9)
    for index in range(5):
        sensor = Client(lan(network, 80 + index, timestamps=False), broker,
                        f"shellyht-{index:06X}", **LOGIN, keep_alive=40)
        for wake in range(10 + 20 * index, 640, 180):
            network.at(wake, sensor.start, wake)
            network.at(wake + 0.5, sensor.publish, f"shellies/shellyht-{index:06X}/sensor/temperature", b"19.5")
            network.at(wake + 1.2, sensor.disconnect if index % 2 else sensor.vanish)


def thread(network):
    """A Thread border router, its sensors over IPv6, and lights of OCF that are found by multicast."""
    router = Host(network, "fd11:22::1")
    controller = Host(network, "fd11:22::5")
    asker = Endpoint(controller, 40611)
    for index in range(6):
        node = Endpoint(
    Host(
        network,
        f"fd11:22:0:1::{index + 10:x}",
        gateway=router,
        rtt=0.06,
        loss=0.02,
        ttl=63),
         delay=0.02)
        network.at(5 + index, lambda node=node: asker.observe(node, "/sensors/temperature", lambda: b"21.4", 20))
        network.every(33, lambda node=node: asker.ask(node, PUT, "/light/dim", b"80", answer=CHANGED))
        network.every(60, lambda node=node: asker.ask(node, GET, "/d/bat", content=b"2980", separate=True))
    protected = Endpoint(Host(network, "fd11:22:0:1::30", gateway=router, rtt=0.06, ttl=63), delay=0.02)
    for index in range(40):
        network.at(15 + index * 14, lambda index=index: asker.ask_protected(protected, index + 300))
    phone = Endpoint(Host(network, "192.168.178.100"), 51920)
    lamps = [Endpoint(lan(network, 120 + index)) for index in range(7)]
    for round in range(4):
        at = 12 + 150 * round
        token = phone.token()
        datagram(network, at, phone.host, phone.port, Group("224.0.1.187"), 5683, message(
            GET, "/oic/res", kind=NON, mid=phone.next_identifier(), token=token, more=[(17, number(10000))]))
        for lamp in lamps:
            reply = message(0x45, kind=NON, mid=lamp.next_identifier(), token=token, more=[(CONTENT_FORMAT, number(10000))],
                            payload=b'[{"di":"%s","links":[{"href":"/light"}]}]' % lamp.host.address.encode())
            network.at(at, lamp.send, phone, reply, at + 0.03 + network.random.random())
        for lamp in lamps:
            network.at(at + 3, lambda lamp=lamp: phone.ask(lamp, GET, "/light", content=b'{"value":true}'))


@situation({"mqtt_credentials_in_clear": 1, "mqtt_harvest": 1}, {"mqtt_sys_subscription": 1, "mqtt_stale_password": 1},
           world=True, why="Passwords cross in clear: one row of the broker. MQTT Explorer on the desk asks for # "
           "(high until the site lists "
           "the desk) and for $SYS (low). One device has a stale password (low).")
def home(network):
    """Eleven minutes of a home with Home Assistant, Zigbee2MQTT, Tasmota, ESPHome, Shelly, Node-RED, phones, MQTT
    Explorer, Thread and OCF. Zigbee2MQTT is restarted with a new id, the broker once, plugs lose power, one device has
    a stale password, two seconds are missing."""
    broker = Broker(lan(network, 2), users={"ha": "correct horse battery",
                    "DVES_USER": "own-password-1", "cellar": "new"}, statistics=True)
    zigbee(network, broker)
    plugs(network, broker)
    others(network, broker)
    thread(network)
    network.at(480, broker.restart, 6)
    network.run(660)
    return {"missing": [(360.5, 362.7)]}
