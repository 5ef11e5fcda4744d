"""The broker side of a cloud: vehicles with tokens, sites behind carrier NAT, service workers with shared
subscriptions, probes."""

import json
import struct

from .coap_ends import CHANGED, POST, PUT, Device, Endpoint
from .mqtt_broker import Broker
from .mqtt_client import Client
from .situations import situation
from .traffic import Connection, Host
from .wire import text


def inside(network, last, **habits):
    """A host of the platform."""
    return Host(network, f"10.40.0.{last}", **habits)


def token(network):
    """A fresh JSON Web Token."""
    return (f"eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.eyJleHAiOjE3NzI0{network.random.getrandbits(64):016x}."
            f"{network.random.getrandbits(256):064x}")


def vehicles(network, broker):
    """150 vehicles behind twelve addresses of carriers, 5.0, a fresh token each log-in; they roam and come back with
    the same id."""
    router = inside(network, 1)
    doors = [
    Host(
        network,
        f"100.64.{index}.7",
        gateway=router,
        rtt=0.06,
        loss=0.01,
        ttl=49,
         mss=1360) for index in range(12)]
    for index in range(150):
        vin = f"WVWZZZ1KZ{index:08d}"
        client = Client(doors[index % 12], broker, vin, version=5, username="vehicle", password=lambda: token(network), keep_alive=120,
                        clean=False, back=(2, 15), properties=b"\x11\0\0\x0e\x10\x21\0\x0a", filters=[(f"v1/{vin}/command", 1)],
                        will=(f"v1/{vin}/presence", b"gone", 1, False))
        client.start(1 + index / 6)
        trace = b"\x26" + text("traceparent") + \
                               text(f"00-{network.random.getrandbits(128):032x}-{network.random.getrandbits(64):016x}-01")
        network.every(30, lambda client=client, vin=vin, trace=trace: client.publish(f"v1/{vin}/telemetry", json.dumps(
            {"lat": 52.5, "lon": 13.4, "soc": network.random.randrange(100), "v": 87}), qos=1, properties=trace), first=30 + index / 5)

        def roam(client=client):
            client.vanish()
            client.host = doors[network.random.randrange(12)]
            network.after(2, client.connect)

        if index % 5 == 0:
            network.every(140, roam, first=60 + index)


def sites(network, broker):
    """500 devices behind one address, known for a while, whose line is cut for seconds; device ids and secrets of their
    own."""
    router = Host(network, "100.70.3.9", gateway=inside(network, 1), rtt=0.04, ttl=52)
    clients = []
    for index in range(500):
        client = Client(router, broker, f"site12/dev{index:04d}", username=f"site12:dev{index:04d}", password=f"sk-{index * 7919:08x}",
                        keep_alive=600, filters=[(f"t/site12/{index}/rpc", 1)], back=(2, 14))
        client.start(20 + index / 6)
        network.every(
    300,
    lambda client=client,
    index=index: client.publish(
        f"t/site12/{index}/up",
        '{"v":1}'),
         first=110 + index / 3)
        clients.append(client)
    for index, client in enumerate(clients):
        network.at(330 + index / 500, client.breaks)


def services(network, broker):
    """Workers on a shared subscription, an emitter of commands, bridges of two customers, a dashboard, probes of the
    load balancer."""
    for index in range(4):
        Client(inside(network, 20 + index), broker, f"ingest-{index}-{network.random.getrandbits(32):08x}", version=5, username="svc",
               password=lambda: token(network), filters=[("$share/ingest/v1/+/telemetry", 1), ("$share/ingest/t/+/+/up", 1)], back=(1, 3)).start(0.3)
    Client(inside(network, 30), broker, "twin-writer", version=5, username="svc", password=lambda: token(network), back=(1, 3),
           filters=[("v1/+/presence", 1)]).start(0.5)
    commander = Client(
    inside(
        network,
        31),
        broker,
        "commander",
        version=5,
        username="svc",
        password=lambda: token(network),
        back=(
            1,
             3))
    commander.start(0.6)
    for index in range(60):
        vin = f"WVWZZZ1KZ{index:08d}"
        network.at(100 + index * 8, lambda vin=vin, index=index: commander.publish(f"v1/{vin}/command", '{"op":"precondition"}', qos=1,
                   properties=b"\x08" + text("v1/answers/1") + b"\x09\0\4" + struct.pack(">I", index)))
    for index in range(2):
        customer = Host(network, f"172.31.{index}.4", gateway=inside(network, 1), rtt=0.02, ttl=60)
        state = f"$SYS/broker/connection/customer{index}.edge/state"
        bridge = Client(customer, broker, f"customer{index}.edge", version=0x84, username=f"customer{index}", password="bridge-secret",
                        clean=False, filters=[(f"customers/{index}/down/#", 1)], will=(state, b"0", 1, True), back=(3, 9))
        bridge.ready = lambda client, present, state=state: client.publish(state, b"1", qos=1, retain=True)
        bridge.start(3 + index)
        for number in range(8):
            network.every(10, lambda bridge=bridge, index=index, number=number: bridge.publish(
                f"customers/{index}/up/line{number}/count", "4711", qos=1))
        network.every(200, bridge.breaks, first=180)
    balancer = inside(network, 9, rtt=0.0004)

    def probe():
        connection = Connection(balancer, broker.host, 1883)
        network.at(connection.handshake(), lambda: connection.close(0))

    network.every(5, probe)
    for index in range(20):
        network.at(15 + 30 * index, lambda index=index: watch(network, broker, balancer, index))


def watch(network, broker, host, index):
    """A monitor that logs in, publishes to itself, and goes."""
    client = Client(host, broker, f"blackbox-{network.random.getrandbits(48):012x}", username="probe", password=lambda: token(network),
                    filters=[("probe/echo", 1)])
    client.start(network.now)
    network.after(0.5, client.publish, "probe/echo", b"ping")
    network.after(1, client.disconnect)


def trackers(network):
    """Forty trackers that register with the platform's LwM2M server from carrier addresses, are observed and configured
    by it."""
    manager = Endpoint(inside(network, 60), token=8)
    router = inside(network, 1)
    for index in range(40):
        place = Host(network, f"100.80.{index // 8}.{index % 8 + 10}", gateway=router, rtt=0.25, loss=0.03, ttl=47)
        device = Device(place, manager, f"urn:imei:8612340{index:08d}", port=20000 + index, lifetime=240,
                        objects="</1/0>,</3/0>,</4/0>,</6/0>").live(first=4 + index, observe=50)
        network.at(60 + index, lambda device=device: manager.ask(device, PUT, "/1/0/1", b"240", answer=CHANGED))
        network.at(120 + index, lambda device=device: manager.ask(device, POST, "/1/0/8", answer=CHANGED))


@situation({"mqtt_credentials_in_clear": 1}, {"mqtt_clientid_takeover": [0, 1], "mqtt_refused_logins": [0, 12]}, world=True,
           why="Behind the end of TLS passwords cross in clear: one row of the broker. Vehicles that roam come back "
           "from another address (low at most).")
def cloud(network):
    """Eleven minutes before the broker of a cloud: vehicles with a fresh token each log-in that roam between carriers,
    500 devices behind one address, shared subscriptions, two bridges, probes, LwM2M trackers; the authentication is
    away for 20 s, the broker is restarted."""
    broker = Broker(inside(network, 2), check=lambda client: True)
    vehicles(network, broker)
    sites(network, broker)
    services(network, broker)
    trackers(network)
    network.at(450, setattr, broker, "away", True)
    network.at(470, setattr, broker, "away", False)
    network.at(560, broker.restart, 3)
    network.run(660)
    return {"missing": [(280.3, 281.5)]}
