"""Connections that never come to what they are for: silence, first packets that do not end, other protocols, scans."""

import contextlib
import socket
import struct
import time

from .coap_tools import message
from .lab import BROKER, CLIENTS, COAP_SERVERS
from .network_tricks import SYN, checksum
from .samples import sample
from .wire import PINGREQ, RawClient, connect, packet, publish

OPEN = "allow_anonymous true"
# Hosts at the servers' end that run nothing.
HOSTS = [f"10.77.0.{n}" for n in range(21, 33)]


@contextlib.contextmanager
def hosts(lab):
    """The hosts, for as long as the `with` lasts."""
    for address in HOSTS:
        lab.ip(lab.servers, "address", "add", f"{address}/16", "dev", "sv0")
    try:
        yield
    finally:
        for address in HOSTS:
            lab.ip(lab.servers, "address", "del", f"{address}/16", "dev", "sv0")


def clients(stack, count, address):
    """So many connections of one host."""
    return [stack.enter_context(RawClient(address)) for _ in range(count)]


def knock(address, server, port):
    """Connects and closes at once; whether somebody answers is not asked."""
    with socket.socket() as probe, contextlib.suppress(OSError):
        probe.bind((address, 0))
        probe.settimeout(1)
        probe.connect((server, port))


@sample("mqtt/silent-connections.pcap", {"mqtt_connections_silent": 1})
def silent_connections(lab, name):
    """One host opens 24 connections to Mosquitto and says nothing for twelve seconds (own bytes)."""
    with lab.broker(OPEN), lab.capture(name), contextlib.ExitStack() as stack:
        clients(stack, 24, CLIENTS[73])
        time.sleep(12)


@sample("mqtt/health-probes.pcap", {})
def health_probes(lab, name):
    """A load balancer looks thirty times whether Mosquitto's port is open: nothing wrong (own bytes)."""
    with lab.broker(OPEN), lab.capture(name):
        for _ in range(30):
            knock(CLIENTS[74], BROKER, 1883)
            time.sleep(0.1)


@sample("mqtt/unfinished-connects.pcap", {
    "mqtt_connect_unfinished": 1, "mqtt_connects_unfinished": 1}, rows={"mqtt_connects_unfinished": 1}, counts={})
def unfinished_connects(lab, name):
    """One host begins a CONNECT on twelve connections and sends an octet of it every two seconds (own bytes)."""
    begun = connect("c" * 100)
    with lab.broker(OPEN), lab.capture(name), contextlib.ExitStack() as stack:
        all_of_them = clients(stack, 12, CLIENTS[75])
        for client in all_of_them:
            client.send(begun[:10], pause=0)
        for offset in range(10, 16):
            time.sleep(2)
            for client in all_of_them:
                client.send(begun[offset:offset + 1], pause=0)


@sample("mqtt/packets-unfinished.pcap", {
    "mqtt_packet_unfinished": 1, "mqtt_packets_unfinished": 1}, rows={"mqtt_packets_unfinished": 1},
        counts={})
def packets_unfinished(lab, name):
    """One host logs in over twelve connections, begins a PUBLISH on each, and sends an octet of it now and then (own bytes)."""
    begun = publish("plant/state", b"x" * 80)
    with lab.broker(OPEN), lab.capture(name), contextlib.ExitStack() as stack:
        all_of_them = clients(stack, 12, CLIENTS[83])
        for number, client in enumerate(all_of_them):
            client.enter(f"slow-{number}", username="slow")
        for offset in (16, 17, 18, 19):
            for client in all_of_them:
                client.send(begun[0 if offset == 16 else offset - 1:offset], pause=0)
            time.sleep(9)


@sample("mqtt/packets-interrupted.pcap", {})
def packets_interrupted(lab, name):
    """A device on a bad link sends each PUBLISH in two pieces, six seconds apart (own bytes)."""
    report = publish("plant/state", b"x" * 80)
    with lab.broker(OPEN), lab.capture(name), RawClient(CLIENTS[84]) as device:
        device.enter("far-away", username="far")
        for _ in range(5):
            device.send(report[:40], pause=0)
            time.sleep(6)
            device.send(report[40:], pause=0)
            time.sleep(0.2)


@sample("mqtt/foreign-protocols.pcap", {"mqtt_foreign_protocol": 3}, counts={})
def foreign_protocols(lab, name):
    """HTTP, SSH and TLS at Mosquitto's port, from three hosts (own bytes)."""
    hello = bytes.fromhex("16030100c8010000c40303") + bytes(193)
    with lab.broker(OPEN), lab.capture(name):
        for address, first in [
            (CLIENTS[76], b"GET / HTTP/1.1\r\nHost: broker\r\n\r\n"), (CLIENTS[77], b"SSH-2.0-OpenSSH_9.6\r\n"),
            (CLIENTS[78], hello)]:
            with RawClient(address) as client:
                client.send(first)
                client.read()


@sample("mqtt/idle-sessions.pcap", {"mqtt_sessions_idle": 1})
def idle_sessions(lab, name):
    """One host logs in 24 times with a long keep alive, sends a PINGREQ on half of the connections, and no more for a minute."""
    with lab.broker(OPEN), lab.capture(name), contextlib.ExitStack() as stack:
        all_of_them = clients(stack, 24, CLIENTS[79])
        for number, client in enumerate(all_of_them):
            client.enter(f"slow{number}", username="slow", keep_alive=1200)
        time.sleep(30)
        for client in all_of_them[::2]:
            client.send(PINGREQ)
            client.read()
        time.sleep(32)


@sample("mqtt/broker-sweep.pcap", {"mqtt_broker_sweep": 1})
def broker_sweep(lab, name):
    """One host looks for MQTT on twelve hosts, of which none has a broker (own bytes)."""
    with hosts(lab), lab.capture(name):
        for host in HOSTS:
            knock(CLIENTS[80], host, 1883)


@sample("mqtt/port-scan.pcap", {"mqtt_port_scan": 1})
def port_scan(lab, name):
    """One host tries the ports that brokers use on one that has Mosquitto (own bytes)."""
    with lab.broker(OPEN), lab.capture(name):
        for port in (1883, 1884, 8083, 8883, 9001):
            knock(CLIENTS[81], BROKER, port)


def syn(source, port, link):
    """A frame with a SYN in the name of a client."""
    ends = socket.inet_aton(source) + socket.inet_aton(BROKER)
    head = struct.pack(">HHIIBBHHH", port, 1883, port << 8, 0, 0x50, SYN, 1024, 0, 0)
    value = checksum(ends + struct.pack(">BBH", 0, 6, len(head)) + head)
    head = head[:16] + struct.pack(">H", value) + head[18:]
    ip = struct.pack(">BBHHHBBH", 0x45, 0, 40, port, 0, 64, 6, 0) + ends
    return link + b"\x08\0" + ip[:10] + struct.pack(">H", checksum(ip)) + ip[12:] + head


@sample("mqtt/half-open.pcap.zst", {"mqtt_half_open_flood": 1})
def half_open(lab, name):
    """A flood of 220 SYN packets in the name of four hosts, which reset what they did not begin (own bytes)."""
    link = bytes.fromhex("020000770001" "020000770101")
    with lab.broker(OPEN), lab.capture(name):
        for address in CLIENTS[82:86]:
            knock(address, BROKER, 9)  # so that the ends know each other's link addresses
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)) as wire:
            wire.bind(("cl0", 0))
            for number in range(220):
                wire.send(syn(CLIENTS[82 + number % 4], 20_000 + number, link))
                time.sleep(0.01)


@sample("mqtt/node-impostor.pcap", {"mqtt_state_of_another": 1})
def node_impostor(lab, name):
    """A node of Sparkplug with its death as its will, and a client that announces that death and another birth (own bytes)."""
    will = b"\0\x04MQTT\x04\x86\0\x3c" + b"\0\x04node" + b"\0\x12spBv1.0/g/NDEATH/n" + b"\0\x01d" + b"\0\x04node"
    with lab.broker(OPEN), lab.capture(name):
        with RawClient(CLIENTS[86]) as node, RawClient(CLIENTS[87]) as impostor:
            node.send(packet(0x10, will), pause=0)
            node.read()
            node.send(publish("spBv1.0/g/NBIRTH/n", b"birth"))
            impostor.enter("impostor", username="impostor")
            impostor.send(publish("spBv1.0/g/NDEATH/n", b"death"), publish("spBv1.0/g/NBIRTH/n", b"another"))


@sample("coap/ping-sweep.pcap", {"coap_ping_sweep": 1})
def ping_sweep(lab, name):
    """One host sends an empty message to fifteen hosts, of which none has a server (own bytes)."""
    with hosts(lab), lab.capture(name), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as attacker:
        attacker.bind((CLIENTS[88], 40088))
        for number, host in enumerate([*HOSTS, *COAP_SERVERS[:3]]):
            attacker.sendto(message(0, mid=0x7100 + number), (host, 5683))
            time.sleep(0.05)


@sample("mqtt/clear-on-8883.pcap", {"mqtt_clear_on_secure_port": 1}, decode_as=("tcp.port==8883,mqtt",))
def clear_on_8883(lab, name):
    """MQTT in clear at the port for TLS (tshark -d tcp.port==8883,mqtt)."""
    with lab.broker(OPEN, port=8883), lab.capture(name), RawClient(CLIENTS[89], port=8883) as client:
        client.enter("plain", username="plain")
        client.send(publish("a", b"1"))


@sample("coap/reflected.pcap", {"coap_unasked_servers": 1})
def reflected(lab, name):
    """Answers of 24 servers to a client that asked nobody (own bytes)."""
    addresses = [f"10.77.2.{number}" for number in range(1, 25)]
    script = f"""
import socket
for number, address in enumerate({addresses!r}):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind((address, 5683))
    s.sendto(bytes([0x51, 0x45, 0x72, number, number]) + b"\\xff" + b"x" * 200, ({CLIENTS[90]!r}, 40090))
"""
    for address in addresses:
        lab.ip(lab.servers, "address", "add", f"{address}/16", "dev", "sv0")
    with lab.capture(name), lab.server("python3", "-c", script) as server:
        server.wait(5)
        time.sleep(0.2)
