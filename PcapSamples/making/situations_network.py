"""Situations of the network itself: mirrors that double, losses, holes, one direction, IPv6, late starts."""

import json

from .coap_ends import Device, Endpoint
from .mqtt_broker import Broker
from .mqtt_client import Client
from .situations import hosts, situation
from .situations_logins import CLEAR, CLEAR_WHY
from .situations_topics import USER, site
from .traffic import Host


@situation(CLEAR, why=CLEAR_WHY + " A mirror that shows each packet twice changes nothing.")
def mirror_doubles(network):
    """A port mirror of two ports shows every packet twice: log-ins, QoS 1 and 2, retained messages, a bridge of
    3.1.1."""
    broker = site(network, 60, period=4)
    Client(Host(network, "10.20.2.1"), broker, "reader", **USER, filters=[("plant/+/+/value", 2)]).start(3)
    writer = Client(Host(network, "10.20.2.2"), broker, "writer", **USER, version=5).start(3)
    network.every(2, lambda: writer.publish("plant/x/y/value", b"1", qos=2), first=5)
    network.at(60, writer.breaks)
    network.run(120)
    return {"twice": True}


@situation(why="Nothing: doubled datagrams are copies of one message, not twenty.")
def mirror_doubles_coap(network):
    """The same for CoAP: requests, observations and blocks, each datagram twice."""
    manager = Endpoint(Host(network, "10.20.0.30"))
    for index, host in enumerate(hosts(network, 12)):
        device = Device(host, manager, f"urn:dev:{index}", lifetime=60).live(first=index, observe=4)
        network.at(
    20 + index * 2,
    lambda device=device: manager.read_blocks(
        device,
        "/log",
         network.random.randbytes(9000)))
    network.run(100)
    return {"twice": True}


@situation(CLEAR, why=CLEAR_WHY + " Losses are losses.")
def lossy_radio(network):
    """Thirty devices on a poor radio link: 4 % of segments lost, reconnects, messages sent again with DUP, saved
    sessions."""
    broker = Broker(Host(network, "10.20.0.2"), users={"d": "a-password"})
    for index, host in enumerate(hosts(network, 30, rtt=0.15, loss=0.04)):
        client = Client(host, broker, f"lora-{index}", **USER, clean=False,
                        filters=[(f"down/{index}", 1)], keep_alive=30, back=(2, 15))
        client.start(index / 3)
        network.every(5, lambda client=client, index=index: client.publish(
            f"up/{index}", json.dumps({"t": 21, "n": "x" * 300}), qos=1))
        network.every(70, client.breaks, first=40 + index * 2)
    server = Client(Host(network, "10.20.0.6"), broker, "server", **USER, filters=[("up/+", 1)]).start(1)
    for index in range(30):
        network.every(9, lambda index=index: server.publish(f"down/{index}", b"interval=5", qos=1), first=20)
    network.run(300)


@situation(CLEAR, why=CLEAR_WHY + " What the sensor missed is not held against anybody.")
def missing_stretches(network):
    """The capture lacks three stretches of two to twenty seconds, in which clients subscribe, reconnect and publish."""
    broker = site(network, 60, period=3)
    for index, host in enumerate(hosts(network, 30, "10.20.2.1")):
        client = Client(
    host,
    broker,
    f"panel-{index}",
    **USER,
    filters=[
        ("plant/0/+/value",
        1)],
        clean=index %
        2 == 0,
        back=(
            1,
             4))
        client.start(index * 2)
        network.every(40, client.breaks, first=30 + index)
        network.every(35, lambda client=client, index=index: client.subscribe((f"plant/{index % 6}/{index}/value", 1)))
    network.run(240)
    return {"missing": [(31.2, 33.4), (70.05, 90.3), (150, 157.77)]}


@situation(CLEAR, why=CLEAR_WHY + " A sensor that starts in the middle has not seen who asked for what.")
def late_start(network):
    """The sensor starts two minutes late: 30 old connections, subscriptions it never saw, then a few reconnects."""
    broker = site(network, 60, period=5)
    for index, host in enumerate(hosts(network, 30, "10.20.2.1")):
        client = Client(
    host,
    broker,
    f"panel-{index}",
    **USER,
    filters=[
        ("plant/+/+/value",
        2 if index %
        3 else 0)],
         clean=False)
        client.start(index)
        if index % 10 == 0:
            network.every(60, client.breaks, first=140)
    network.run(180)
    return {"missing": [(0, 120)]}


@situation(CLEAR, why=CLEAR_WHY + " 500 clients behind one address are a site, not a flood.")
def nat_of_500(network):
    """500 clients behind one address log in within a minute, subscribe, publish, and come back after the line was
    cut."""
    broker = Broker(Host(network, "10.20.0.2"), users={"d": "a-password"})
    router = Host(network, "10.20.1.1", rtt=0.03)
    clients = []
    for index in range(500):
        client = Client(router, broker, f"meter-{index:04d}", **USER,
                        filters=[(f"meters/{index}/cmd", 1)], back=(1, 25), version=5)
        client.start(index * 0.12)
        network.every(60, client.publish, f"meters/{index}/kwh", b"4711.2", first=70 + index / 20)
        clients.append(client)
    for index, client in enumerate(clients):
        network.at(150 + index / 1000, client.breaks)
    network.run(240)


@situation(CLEAR, why=CLEAR_WHY + " After a short cut all come back as fast as they can; they were known.")
def nat_of_500_fast(network):
    """The same, where the line is back at once and all 500 come back within three seconds."""
    broker = Broker(Host(network, "10.20.0.2"), users={"d": "a-password"})
    router = Host(network, "10.20.1.1", rtt=0.03)
    clients = [Client(router, broker, f"meter-{index:04d}", **USER, filters=[(f"meters/{index}/cmd", 1)], back=(0.1, 3)).start(
        index * 0.12) for index in range(500)]
    for index, client in enumerate(clients):
        network.at(150 + index / 1000, client.breaks)
    network.run(200)


@situation({**CLEAR, "mqtt_client_from_outside": 1},
           why=CLEAR_WHY + " A global address of IPv6 is outside as long as the site does not list its network.")
def ipv6(network):
    """Clients and broker with IPv6: addresses of the site and global ones, 5.0 and 3.1.1."""
    broker = Broker(Host(network, "fd20::2"), users={"d": "a-password"})
    for index in range(20):
        address = f"fd20::1:{index:x}" if index % 2 else f"2001:db8:20::{index:x}"
        client = Client(Host(network, address), broker, f"six-{index}", **USER, version=5 if index % 3 else 4,
                        filters=[(f"six/{(index + 1) % 20}/+", 1)])
        client.start(index / 3)
        network.every(5, client.publish, f"six/{index}/t", b"21.5")
    network.run(120)


@situation(CLEAR, why=CLEAR_WHY + " Old versions are old, not hostile.")
def keep_alive_zero(network):
    """Old devices of 3.1 (MQIsdp) with keep-alive 0, client ids of 23 letters and empty payloads, for ten minutes."""
    broker = Broker(Host(network, "10.20.0.2"), users={"d": "a-password"})
    for index, host in enumerate(hosts(network, 10, timestamps=False, mss=536, ttl=255)):
        client = Client(host, broker, f"old-controller-number-{index}"[:23], **USER, version=3, keep_alive=0,
                        filters=[(f"old/{index}/#", 1)])
        client.start(index)
        network.every(60, client.publish, f"old/{index}/alive", b"")
        network.every(50, lambda client=client, index=index: client.publish(f"old/{index}/v", b"7" * 900, qos=1))
    network.run(600)
