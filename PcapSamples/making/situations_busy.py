"""Situations of much traffic and of odd but honest clients."""

from .mqtt_broker import Broker
from .mqtt_client import Client
from .situations import hosts, situation
from .situations_logins import CLEAR, CLEAR_WHY
from .situations_topics import USER, gateway_tree, site
from .traffic import Host


@situation(CLEAR, {"mqtt_packet_flood": [0, 1]},
           why=CLEAR_WHY + " A gateway of a plant with 400 tags a second is busy, nothing else.")
def fast_gateway(network):
    """A gateway publishes 400 tags once a second each for half a minute; a historian with a narrow filter reads
    them."""
    broker = Broker(Host(network, "10.20.0.2"), users={"d": "a-password"})
    gateway = Client(Host(network, "10.20.1.1"), broker, "kepware-1", **USER).start(0)
    Client(Host(network, "10.20.2.1"), broker, "influx-writer", **USER, filters=[("tags/+/value", 0)]).start(0.5)
    for second in range(30):
        for tag in range(400):
            network.at(2 + second + tag / 400, gateway.publish, f"tags/{tag}/value", b"17.31")
    network.run(40)


@situation(CLEAR, {"mqtt_silent_connections": [0, 1]},
           why=CLEAR_WHY + " Sensors that speak only when a door opens are silent until then; they ping.")
def silent_sensors_behind_one_address(network):
    """150 door contacts behind one address log in within five minutes, ping every half minute, and publish only when a
    door opens."""
    broker = Broker(Host(network, "10.20.0.2"), users={"d": "a-password"})
    router = Host(network, "10.20.1.1", rtt=0.03)
    for index in range(150):
        client = Client(
    router,
    broker,
    f"door-{index:03d}",
    **USER,
    keep_alive=30,
    will=(
        f"doors/{index}/online",
        b"0",
        0,
         True))
        client.start(index * 2)
        if index % 10 == 0:
            network.at(310 + index, client.publish, f"doors/{index}/open", b"1")
    network.run(480)


@situation(CLEAR, {"mqtt_retained_taken_over": [0, 1]},
           why=CLEAR_WHY + " A gateway whose address has changed replaces its own tree.")
def gateway_new_address(network):
    """Zigbee2MQTT, with a new random id at each start, gets another address from DHCP and retains its 60 topics again
    from there."""
    broker = Broker(Host(network, "10.20.0.2"), users={"d": "a-password"})
    old = gateway_tree(network, broker, Host(network, "10.20.1.9"), "mqttjs_1a2b3c4d", 60, delay=1)
    old.start(1)
    network.at(100, old.disconnect)
    gateway_tree(network, broker, Host(network, "10.20.1.77"), "mqttjs_99aabbcc", 60).start(160)
    network.run(220)


@situation(CLEAR, {"mqtt_websocket_in_clear": 1}, why=CLEAR_WHY + " One low row: WebSocket in clear.")
def browser_dashboards(network):
    """25 browsers show a dashboard by MQTT in WebSocket, with new ids at each reload; the page is reloaded twice."""
    broker = Broker(Host(network, "10.20.0.2"), 9001, users={"d": "a-password"})
    plc = Client(Host(network, "10.20.1.1"), broker, "bff-1", **USER, websocket=True).start(0)
    for index in range(20):
        network.every(6, lambda index=index: plc.publish(f"kpi/{index}/oee", b'{"oee":0.83}', retain=True))
    for index, host in enumerate(hosts(network, 25, "10.20.5.1")):
        for time in (5, 60, 100):
            page = Client(host, broker, f"mqttjs_{network.random.getrandbits(32):08x}", **USER, version=5 if index % 2 else 4,
                          filters=[("kpi/+/oee", 0)], websocket=True, keep_alive=20)
            page.start(time + index / 2)
            network.at(time + index / 2 + 38, page.breaks)
            network.at(time + index / 2 + 38, setattr, page, "wanted", False)
    network.run(160)


@situation(CLEAR, why=CLEAR_WHY + " Odd names are names.")
def odd_names(network):
    """Topics and filters with brackets, dots, dollars, spaces, pipes, percent signs, empty levels and a leading
    slash."""
    broker = Broker(Host(network, "10.20.0.2"), users={"d": "a-password"})
    names = ["plant/line[1]/temp (C)", "/leading/slash", "a//b", "v1.0/dev.7/x^2", "costs/50%/EUR|USD", "home/Bob's room/light", "x/y/z/",
             "C:/Users/x", "sys/$local/state", "mail/a@b.example", "q?/a=b&c=d", "{site}/{line}", "~/state", "tele/*/STATE", "n=1;DROP/x"]
    for index, host in enumerate(hosts(network, 15)):
        client = Client(host, broker, f"Tablet of {'Ann Bob Cy Dee'.split()[index % 4]} ({index})", **USER, filters=[
            (names[index], 0), (names[(index + 1) % 15] + "/+", 0)])
        client.start(index / 3)
        network.every(8, client.publish, names[(index + 3) % 15], b"1", first=7)
    network.run(60)


@situation(CLEAR, {"mqtt_subscriber_stalled": 1}, why=CLEAR_WHY + " One low row: a reader that does not acknowledge.")
def slow_reader(network):
    """A report program subscribes with QoS 1, hangs for three minutes with sixty messages unanswered, and catches
    up."""
    broker = site(network, 60, period=10)
    reader = Client(Host(network, "10.20.2.1"), broker, "reports", **USER,
                    filters=[("plant/+/+/value", 1)], clean=False, keep_alive=600)
    reader.start(2)
    answer = reader.arrives
    plc = Client(Host(network, "10.20.1.90"), broker, "qos1-plc", **USER).start(3)
    network.every(3, lambda: plc.publish("plant/9/9/value", b"1", qos=1), first=5)
    network.at(30, setattr, reader, "arrives", lambda *arguments: network.at(210, answer, *arguments))
    network.at(215, setattr, reader, "arrives", answer)
    network.run(260)


@situation(CLEAR, why=CLEAR_WHY + " Devices with wrong clocks say wrong times, and nothing else.")
def wrong_clocks(network):
    """Thirty devices whose clocks are off by minutes to years send their times in payloads, at the same second each
    minute."""
    broker = Broker(Host(network, "10.20.0.2"), users={"d": "a-password"})
    for index, host in enumerate(hosts(network, 30)):
        client = Client(host, broker, f"skew-{index}", **USER, version=5 if index % 2 else 4).start(index / 5)
        for minute in range(1, 5):
            year = [1970, 2025, 2026, 2038, 2099][index % 5]
            network.at(
    60 * minute + index / 1000,
    client.publish,
    f"skew/{index}",
     f'{{"t":"{year}-01-01T00:00:{index:02d}Z","v":1}}')
    network.run(310)


@situation({**CLEAR, "mqtt_client_from_outside": 1}, why=CLEAR_WHY + " One row of the broker: it takes clients from "
           "outside without encryption.")
def field_crew(network):
    """Fifteen people of a service crew connect from addresses outside, each twice, with passwords, and read one narrow
    topic."""
    broker = Broker(Host(network, "10.20.0.2"), users={"d": "a-password"})
    router = Host(network, "10.20.0.1")
    for index in range(15):
        host = Host(network, f"203.0.113.{10 + index}", gateway=router, rtt=0.05, ttl=50)
        for time in (5, 120):
            client = Client(host, broker, f"crew-{index}", **USER, filters=[(f"site/{index}/alarm", 1)])
            client.start(time + index)
            network.at(time + index + 60, client.disconnect)
    network.run(240)
