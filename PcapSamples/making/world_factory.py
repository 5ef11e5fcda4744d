"""A factory: Sparkplug nodes and host, OPC UA PubSub, historian, bridge, Telegraf, a line behind NAT, tools of
RabbitMQ."""

import json
import struct

from .mqtt_broker import Broker
from .mqtt_client import Client
from .situations import situation
from .traffic import Host
from .wire import length

USERS = {"scada": "s-key-1", "line": "l-key-2", "it": "i-key-3", "bridge": "b-key-4"}


def host(network, third, last, **habits):
    """A host of the plant."""
    return Host(network, f"10.10.{third}.{last}", **habits)


def field(number, kind, value):
    """A field of protocol buffers."""
    return length(number << 3 | kind) + (length(value) if kind ==
                  0 else length(len(value)) + value if kind == 2 else value)


def sparkplug(network, sequence, *metrics):
    """A Sparkplug B payload: timestamp, metrics (name or alias, value), sequence."""
    stamp = 1_772_438_400_000 + int(network.now * 1000)
    body = field(1, 0, stamp)
    for name, value in metrics:
        metric = field(1, 2, name.encode()) if isinstance(name, str) else field(2, 0, name)
        metric += field(3, 0, stamp) + field(4, 0, 10) + field(13, 1, struct.pack("<d", value))
        body += field(2, 2, metric)
    return body + field(3, 0, sequence % 256)


class Node:
    """An edge node of Sparkplug with four devices: births, data, death as a will, rebirth on demand."""

    def __init__(self, network, broker, group, name, host):
        self.network, self.group, self.name = network, group, name
        self.sequence = 0
        self.births = 0
        self.client = Client(host, broker, f"{group}-{name}", username="scada", password="s-key-1", back=(1, 5), keep_alive=30,
                             will=(f"spBv1.0/{group}/NDEATH/{name}", sparkplug(network, 0, ("bdSeq", 0)), 1, False),
                             filters=[(f"spBv1.0/{group}/NCMD/{name}/#", 1),
                                       (f"spBv1.0/{group}/DCMD/{name}/#", 1), ("STATE/scada", 1)],
                             ready=self.birth, receive=self.command)

    def say(self, kind, device, *metrics):
        """A message of the node or of a device."""
        topic = f"spBv1.0/{self.group}/{kind}/{self.name}" + (f"/{device}" if device else "")
        self.client.publish(topic, sparkplug(self.network, self.sequence, *metrics))
        self.sequence += 1

    def birth(self, client, present):
        """NBIRTH and the DBIRTH of each device."""
        self.sequence = 0
        self.births += 1
        self.network.after(0.2, self.say, "NBIRTH", "", ("bdSeq", self.births), ("Node Control/Rebirth", 0))
        for index in range(4):
            self.network.after(0.3 + index / 20, self.say, "DBIRTH",
                               f"robot{index}", *[(f"axis{n}/pos", n * 1.5) for n in range(6)])

    def command(self, client, topic, payload, retain):
        """A rebirth that the host asks for."""
        if "NCMD" in topic:
            self.birth(client, True)

    def data(self, index):
        """Two values of a device."""
        self.say("DDATA", f"robot{index}", (index + 1, self.network.random.random()),
                 (index + 9, self.network.random.random()))


def scada(network, broker):
    """Twelve Sparkplug nodes and their primary host."""
    nodes = []
    for index in range(12):
        node = Node(network, broker, f"hall{index // 4}", f"edge{index}", host(network, 1, 10 + index))
        node.client.start(4 + index * 0.7)
        for device in range(4):
            network.every(7, node.data, device, first=12 + network.random.random() * 7)
        nodes.append(node)
    network.at(200, nodes[3].client.vanish)
    network.at(230, nodes[3].client.connect)
    primary = Client(host(network, 0, 5), broker, "ignition-primary", username="scada", password="s-key-1", back=(1, 2),
                     will=("STATE/scada", b"OFFLINE", 1, True), filters=[("spBv1.0/#", 1)],
                     ready=lambda client, present: client.publish("STATE/scada", "ONLINE", qos=1, retain=True))
    primary.start(2)
    network.every(
    75,
    lambda: primary.publish(
        f"spBv1.0/hall0/DCMD/edge{int(network.now) % 4}/robot1",
        sparkplug(
            network,
            0,
            ("speed",
             80))))
    network.at(320, primary.publish, "spBv1.0/hall1/NCMD/edge5", sparkplug(network, 0, ("Node Control/Rebirth", 1)))


def information(network, broker):
    """Telegraf, Node-RED, a historian on #, a bridge with # both ways, OPC UA PubSub in JSON, a gateway of a line that
    is taken out."""
    Client(host(network, 0, 9), broker, "pi-historian", username="it",
           password="i-key-3", clean=False, filters=[("#", 1)], back=(2, 4)).start(3)
    state = "$SYS/broker/connection/hq-dmz.plant/state"
    bridge = Client(host(network, 9, 1, rtt=0.015), broker, "hq-dmz.plant", version=0x84, username="bridge", password="b-key-4", clean=False,
                    filters=[("#", 0)], will=(state, b"0", 1, True), back=(2, 5),
                    ready=lambda client, present: client.publish(state, b"1", qos=1, retain=True))
    bridge.start(5)
    for index in range(6):
        network.every(
    20,
    lambda index=index: bridge.publish(
        f"hq/orders/{index}",
        '{"order":4711,"qty":12}',
         retain=True))
    network.at(390, bridge.breaks)
    Client(host(network, 0, 10), broker, "Telegraf-Consumer-8Fq2J", username="it", password="i-key-3", filters=[
        ("opcua/+/data/#", 0), ("energy/+/+", 0)]).start(4)
    for index in range(6):
        name = f"uadp-{index}"
        publisher = Client(host(network, 2, 20 + index), broker, f"opcua-{index}-{network.random.getrandbits(32):08x}", username="line",
                           password="l-key-2", version=5, filters=[(f"opcua/json/action/{name}/#", 1)], back=(1, 6))
        publisher.start(6 + index / 2)
        network.every(5, lambda publisher=publisher, name=name: publisher.publish(f"opcua/json/data/{name}/group1", json.dumps(
            {"MessageId": f"{network.random.getrandbits(64):x}", "MessageType": "ua-data", "PublisherId": name, "Messages": [
                {"DataSetWriterId": 1, "Payload": {"Temp": {"Value": 61.2}, "State": {"Value": "RUN"}}}]})))
        network.every(120, lambda publisher=publisher, name=name: publisher.publish(
            f"opcua/json/metadata/{name}/group1", json.dumps({"MessageType": "ua-metadata", "Name": name}), retain=True))
    for index in range(10):
        meter = Client(host(network, 3, 10 + index, timestamps=False), broker,
                       f"mtr{index:04d}", username="line", password="l-key-2")
        meter.start(8 + index)
        for value in ("kw", "kwh"):
            network.every(
    15,
    lambda meter=meter,
    index=index,
    value=value: meter.publish(
        f"energy/{index}/{value}",
        "17.3",
         retain=True))
    gateway = Client(host(network, 2, 90), broker, "line7-gateway", username="line",
                     password="l-key-2", filters=[("line7/+/cmd", 1)], back=(2, 3))
    gateway.start(10)
    for index in range(60):
        network.at(
    12 + index * 1.5,
    lambda index=index: gateway.publish(
        f"line7/station{index}/state",
        "idle",
         retain=True))
    remover = Client(gateway.host, broker, "line7-decommission", username="line", password="l-key-2")
    network.at(540, gateway.disconnect)
    remover.start(545)
    for index in range(60):
        network.at(
    546 + index / 20,
    lambda index=index: remover.publish(
        f"line7/station{index}/state",
        b"",
         retain=True))
    network.at(560, remover.disconnect)


def pumps(network, broker):
    """200 sensors behind the address of one radio gateway; their line is cut for a moment; and tools with AMQP brokers'
    habits."""
    router = host(network, 5, 1, rtt=0.08, loss=0.01, ttl=62)
    clients = []
    for index in range(200):
        client = Client(router, broker, f"vib-{index:05d}", username="line", password="l-key-2", clean=False, back=(3, 12), keep_alive=300,
                        filters=[(f"vibration/{index}/config", 1)])
        client.start(20 + index / 5)
        network.every(
    240,
    lambda client=client,
    index=index: client.publish(
        f"vibration/{index}/rms",
        "0.83",
        qos=1),
         first=80 + index)
        clients.append(client)
    for index, client in enumerate(clients):
        if index % 10 == 0:
            network.at(430 + index / 200, lambda client=client, index=index: client.publish(f"vibration/{index}/peak", "3", qos=1))
        network.at(430 + index / 200, client.breaks)
    for index in range(3):
        consumer = Client(host(network, 0, 40 + index), broker, f"mqtt-subscription-{network.random.getrandbits(32):08x}qos1", username="it",
                          password="i-key-3", version=5, filters=[(f"energy/{index}/+", 1)], back=(1, 4))
        consumer.start(15 + index)


@situation({"mqtt_credentials_in_clear": 1, "mqtt_harvest": 1}, world=True,
           why="Passwords cross in clear: one row of the broker. The historian and the bridge read everything: a row "
           "each, until the site lists them.")
def factory(network):
    """Eleven minutes of a factory: Sparkplug nodes and host, OPC UA PubSub, a historian and a bridge with #, meters,
    200 sensors behind one address whose line is cut, a line that is taken out, a restart of the broker."""
    broker = Broker(host(network, 0, 2), users=USERS)
    scada(network, broker)
    information(network, broker)
    pumps(network, broker)
    network.at(600, broker.restart, 4)
    network.run(670)
    return {"missing": [(150.2, 151.9)]}
