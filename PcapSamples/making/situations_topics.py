"""Situations around who reads, who keeps, who clears, and what the messages hold."""

import json

from .mqtt_broker import Broker
from .mqtt_client import Client
from .situations import hosts, situation
from .situations_logins import CLEAR, CLEAR_WHY
from .traffic import Host

USER = {"username": "d", "password": "a-password"}
MONITOR = "10.20.9.250"  # named in worlds.yaml


def site(network, topics=60, *, period=20.0, count=6, first="10.20.1.1", until=float("inf"), retain=True):
    """A broker with a few devices that publish under plant/; the broker."""
    broker = Broker(Host(network, "10.20.0.2"), users={"d": "a-password"})
    for index, host in enumerate(hosts(network, count, first)):
        client = Client(host, broker, f"plc-{index}", **USER, filters=[(f"plant/{index}/set", 1)]).start(index / 5)
        for number in range(topics // count):
            topic = f"plant/{index}/{number}/value"
            network.every(period, lambda client=client, topic=topic: client.publish(
                topic, f"{network.random.uniform(0, 100):.2f}", retain=retain), first=1 + network.random.random() * period,
                until=until)
    return broker


@situation({**CLEAR, "mqtt_harvest": 1},
           why=CLEAR_WHY + " One row of the host that reads everything; its ids are counted, not told one by one.")
def one_host_many_ids(network):
    """One host makes 5,000 connections with # and a new client id each: a script that reads one message and goes."""
    broker = site(network, 12, period=60)
    reader = Host(network, "10.20.9.1")
    for index in range(5000):
        client = Client(reader, broker, f"mosqsub|{index:x}-desk", **USER, filters=[("#", 0)])
        client.start(5 + index * 0.4)
        network.at(5.2 + index * 0.4, client.disconnect)
    network.run(2010)


@situation({**CLEAR, "mqtt_harvest": 1}, why=CLEAR_WHY + " One row for the historian, for a day; the site may list it.")
def historian_for_a_day(network):
    """A historian reads # for a day, with a reconnect every other hour."""
    broker = site(network, 12, period=1200)
    historian = Client(Host(network, "10.20.9.2"), broker, "historian", **USER, filters=[("#", 1)], clean=False,
                       keep_alive=1200).start(3)
    network.every(7200, historian.breaks, first=7000)
    network.run(86400)


@situation(CLEAR, why=CLEAR_WHY + " The historian stands in the site's list of monitors.")
def historian_listed(network):
    """The same for an hour, by a historian whose address the site has listed."""
    broker = site(network, 12, period=60)
    Client(Host(network, MONITOR), broker, "historian", filters=[("#", 1)], **USER).start(3)
    network.run(3600)


@situation({**CLEAR, "mqtt_harvest": 30}, {"mqtt_sys_subscription": 1},
           why=CLEAR_WHY + " A row a person's host at most for #; one low row of the broker for $SYS.")
def people_with_mqtt_explorer(network):
    """30 people open MQTT Explorer, which asks for # and $SYS/#, look around and close it again, twice each."""
    broker = site(network, 60)
    for index, host in enumerate(hosts(network, 30, "10.20.5.1")):
        for time in range(2):
            client = Client(host, broker, f"mqtt-explorer-{network.random.getrandbits(32):08x}", **USER,
                            filters=[("#", 0), ("$SYS/#", 0)])
            client.start(10 + index * 15 + time * 60)
            network.at(50 + index * 15 + time * 60, client.disconnect)
    network.run(600)


@situation({**CLEAR, "mqtt_harvest": 1}, why=CLEAR_WHY + " One row that rises in level: asked, granted, harvested.")
def one_harvest(network):
    """One client asks for #, is granted it, and is sent sixty topics."""
    broker = site(network, 60)
    Client(Host(network, "10.20.9.3"), broker, "paho32459871", **USER, filters=[("#", 0)]).start(30)
    network.run(120)


@situation(CLEAR, {"mqtt_bridge_carries_all": 1},
           why=CLEAR_WHY + " The bridge says what it is: a low row, until the site lists it. Its state topic is no abuse of $SYS.")
def bridge_both_ways(network):
    """A mosquitto bridge with # both ways from a broker elsewhere: level 0x84, state topic, retained messages."""
    broker = site(network, 30)
    state = "$SYS/broker/connection/plant.bridge/state"
    bridge = Client(Host(network, "10.20.8.1", rtt=0.02), broker, "plant.bridge", version=0x84, **USER, clean=False,
                    filters=[("#", 0)], will=(state, b"0", 1, True),
                    ready=lambda client, present: client.publish(state, b"1", qos=1, retain=True))
    bridge.start(5)
    for index in range(30):
        network.every(15, bridge.publish, f"office/{index}/co2", b"412", first=8 + index / 10)
    network.at(100, bridge.breaks)
    network.run(240)


@situation(CLEAR, {"mqtt_bridge_carries_all": 1, "mqtt_sys_topic_write": [0, 1]},
           why=CLEAR_WHY + " The bridge says what it is: a low row. A bridge that carries $SYS out writes it "
           "elsewhere: low at most.")
def bridge_with_statistics(network):
    """A bridge that carries the $SYS topics of its own broker out, as "topic $SYS/# out" does."""
    broker = site(network, 30)
    state = "$SYS/broker/connection/edge-4/state"
    bridge = Client(Host(network, "10.20.8.1"), broker, "edge-4", version=0x84, **USER, filters=[("#", 0)],
                    will=(state, b"0", 1, True), ready=lambda client, present: client.publish(state, b"1", qos=1, retain=True))
    bridge.start(5)
    for name in ("uptime", "clients/connected", "messages/received", "bytes/sent", "version"):
        network.every(10, bridge.publish, f"$SYS/broker/{name}", b"42")
    network.run(120)


def gateway_tree(network, broker, host, name, topics, *, prefix="zigbee2mqtt", delay=0.01, qos=0, **options):
    """A gateway that retains its tree of topics after each log-in; the client."""

    def announce(client, present):
        for index in range(topics):
            state = json.dumps({"battery": index % 100, "linkquality": network.random.randrange(255), "state": "OFF"})
            network.after(0.1 + index * delay, lambda index=index, state=state: client.publish(
                f"{prefix}/device {index}", state, retain=True, qos=qos))

    return Client(host, broker, name, **{**USER, "ready": announce, "filters": [(f"{prefix}/+/set", 0)], **options})


@situation(CLEAR, why=CLEAR_WHY + " Topics that were there are replaced; their number does not count.")
def gateway_restarts(network):
    """Zigbee2MQTT with 140 devices starts slowly, and is restarted twice: the same topics are retained at once, with a
    new id."""
    broker = Broker(Host(network, "10.20.0.2"), users={"d": "a-password"})
    gateway = gateway_tree(network, broker, Host(network, "10.20.1.9"),
                           lambda: f"mqttjs_{network.random.getrandbits(32):08x}", 140, delay=1.1)
    gateway.start(1)
    gateway_again = gateway_tree(network, broker, gateway.host, gateway.name, 140)
    network.at(165, gateway.disconnect)
    gateway_again.start(175)
    network.at(240, gateway_again.disconnect)
    network.at(250, gateway_again.start, 250)
    network.run(330)


@situation(CLEAR, why=CLEAR_WHY + " The host clears what it retained itself.")
def gateway_clears_its_tree(network):
    """A line is taken out: its gateway clears the 90 topics that it had retained, with another client id than it set
    them."""
    broker = Broker(Host(network, "10.20.0.2"), users={"d": "a-password"})
    host = Host(network, "10.20.1.9")
    gateway = gateway_tree(network, broker, host, "line-7", 90, prefix="plant/line7", delay=0.8)
    gateway.start(1)
    network.at(90, gateway.disconnect)
    cleaner = Client(host, broker, "line-7-decommission", **USER)
    cleaner.start(100)
    for index in range(90):
        network.at(
    101 + index / 30,
    lambda index=index: cleaner.publish(
        f"plant/line7/device {index}",
        b"",
         retain=True))
    network.run(130)


@situation(CLEAR, {"mqtt_retained_topics_flood": [0, 1]},
           why=CLEAR_WHY + " The tree was there before anybody listened: what cannot be known is not held "
           "against the gateway.")
def gateway_restarts_unseen(network):
    """The sensor starts anew, and then a gateway with 140 devices is restarted and retains its topics within ten
    seconds."""
    broker = Broker(Host(network, "10.20.0.2"), users={"d": "a-password"})
    Client(Host(network, "10.20.0.5"), broker, "hub", **USER, filters=[("zigbee2mqtt/+", 0)]).start(0)
    gateway = gateway_tree(network, broker, Host(network, "10.20.1.9"), "zigbee2mqtt", 140, delay=0.07)
    gateway.start(30)
    network.run(120)


@situation(CLEAR, why=CLEAR_WHY + " Announcing devices to Home Assistant is what gateways do.")
def discovery_burst(network):
    """Zigbee2MQTT announces 70 devices with four entities each to Home Assistant within seconds, and once more when it
    is back."""
    announcements(network, 70)


@situation(CLEAR, {"mqtt_retained_discovery_flood": [0, 1]},
           why=CLEAR_WHY + " A large house has more to announce: 840 topics are no attack.")
def discovery_burst_large(network):
    """The same with 210 devices, within half a minute of each start."""
    announcements(network, 210)


def announcements(network, devices):
    """A broker, a hub, and a gateway that announces so many devices at each start."""
    broker = Broker(Host(network, "10.20.0.2"), users={"d": "a-password"})
    hub = Client(Host(network, "10.20.0.5"), broker, "homeassistant-7f3a", **USER, version=5, filters=[("homeassistant/#", 0)],
                 will=("homeassistant/status", b"offline", 0, True),
                 ready=lambda client, present: client.publish("homeassistant/status", b"online", retain=True))
    hub.start(1)

    def announce(client, present):
        for device in range(devices):
            for entity in ("battery", "linkquality", "temperature", "humidity"):
                config = json.dumps({"name": entity, "stat_t": f"zigbee2mqtt/{device}", "uniq_id": f"0x{device:016x}_{entity}",
                                     "val_tpl": "{{ value_json." + entity + " }}", "dev": {"ids": [f"z2m_{device}"]}})
                network.after(0.2 + device * 0.1, lambda device=device, entity=entity, config=config: client.publish(
                    f"homeassistant/sensor/0x{device:016x}/{entity}/config", config, retain=True, qos=1))

    gateway = Client(Host(network, "10.20.1.9"), broker, lambda: f"mqttjs_{network.random.getrandbits(32):08x}", **USER,
                     filters=[("zigbee2mqtt/#", 0), ("homeassistant/status", 0)], ready=announce, back=(5, 6))
    gateway.start(5)
    network.at(60, broker.restart, 2)
    network.run(120)


@situation(CLEAR, why=CLEAR_WHY + " Text in a message is text, whatever it reads like.")
def text_that_looks_like_code(network):
    """Notes of a shop floor: JSON with apostrophes, "select ... from" in text, HTML, a path with .., templates, 's and
    O'Brien."""
    broker = site(network, 12)
    texts = ["It's the operator's 2nd shift; don't select a part from tray 7 or 8",
             "<b>Line 4</b> OK & running; see <a href='http://mes/4'>MES</a>",
             "'; it says -- no idea why", "Recipe ../recipes/4711.json loaded", "{{ value_json.temp | round(1) }} is the template",
             "Update users set their own pin; drop off the old badge; union meeting 3 pm", "run /bin/sh on the HMI? NO - call IT",
             "ssh keys are due (SSH-2.0 only)", "sudo is needed; wget and curl are blocked | see wiki"]
    client = Client(Host(network, "10.20.4.1"), broker, "mes-notes", **USER).start(2)
    for index in range(60):
        network.at(5 + index * 2, client.publish,
                   f"mes/notes/O'Brien/{index % 7}", json.dumps({"note": texts[index % 9], "n": index}))
    network.run(150)


@situation(CLEAR, why=CLEAR_WHY + " UTF-8 is what the specification asks for.")
def chinese_topics(network):
    """Topics, client ids, user names and filters in Chinese, Arabic and with emoji; a zero-width joiner among them."""
    broker = Broker(Host(network, "10.20.0.2"), users={"操作员": "密码-2026"})
    names = ["工厂/一号线/温度", "工厂/二号线/压力", "مصنع/خط/حرارة", "büro/küche/größe", "home/👨‍👩‍👧/état", "工場/ライン/状態"]
    clients = [Client(host, broker, f"设备-{index}", username="操作员", password="密码-2026",
                      filters=[("工厂/+/温度", 0)], will=(f"{names[index]}/在线", "离线", 0, True)).start(index)
               for index, host in enumerate(hosts(network, 6))]
    for client, name in zip(clients, names, strict=True):
        network.every(4, client.publish, name, "{\"值\": 21.5}", first=10)
    network.run(120)


@situation(CLEAR, why=CLEAR_WHY + " QoS 2 in quantity is a matter of taste.")
def heavy_qos2(network):
    """A batch controller writes 80 messages of QoS 2 a second in bursts over a line with losses; two readers take them
    in QoS 2."""
    broker = Broker(Host(network, "10.20.0.2"), users={"d": "a-password"})
    for index, host in enumerate(hosts(network, 2, "10.20.2.1")):
        Client(host, broker, f"reader-{index}", **USER, filters=[("batch/#", 2)], clean=False).start(index)
    writer = Client(Host(network, "10.20.1.1", rtt=0.08, loss=0.01), broker, "batch", **USER, clean=False).start(2)
    for burst in range(10):
        for index in range(80):
            network.at(10 + burst * 10 + index / 80, writer.publish, f"batch/{burst}/{index % 20}", b"x" * 200)
            network.at(10 + burst * 10 + index / 80, lambda burst=burst, index=index: writer.publish(
                f"batch/{burst}/{index % 20}/done", b"1", qos=2))
    network.at(65, writer.breaks)
    network.run(150)


@situation(CLEAR, why=CLEAR_WHY + " Deep topics of a log are within reason.")
def log_shipping(network):
    """Logs of twenty hosts go out over MQTT, on topics of a dozen levels, 20 lines a second in bursts."""
    broker = Broker(Host(network, "10.20.0.2"), users={"d": "a-password"})
    Client(Host(network, "10.20.2.1"), broker, "telegraf-logs", **USER, filters=[("logs/#", 0)]).start(0)
    levels = "/".join(["logs", "eu", "plant2", "hall3", "line4", "cell5", "robot6", "axis1", "drive", "fw", "module"])
    for index, host in enumerate(hosts(network, 20)):
        client = Client(host, broker, f"fluent-bit-{index}", **USER).start(1 + index / 7)
        for burst in range(20):
            for line in range(20):
                network.at(5 + burst * 5 + index / 5 + line / 100, client.publish, f"{levels}/{index}/{line % 4}",
                           f"2026-03-02T08:00:{burst:02d}Z host{index} kernel: [  12.{line:03d}] usb 1-1: reset, error -71")
    network.run(120)
