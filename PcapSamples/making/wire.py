"""MQTT packets made by hand, for what real clients refuse to send, and a socket that sends them."""

import socket
import struct
import time

from .lab import BROKER, CLIENTS


def length(number):
    """A variable byte integer."""
    encoded = bytearray()
    while True:
        number, digit = divmod(number, 128)
        encoded.append(digit | (0x80 if number else 0))
        if not number:
            return bytes(encoded)


def text(value):
    """A string or binary field with its two octets of length."""
    raw = value if isinstance(value, bytes) else value.encode()
    return struct.pack(">H", len(raw)) + raw


def packet(first, body=b""):
    """A control packet: first octet, remaining length, the rest."""
    return bytes([first]) + length(len(body)) + body


def connect(client_id, *, level=4, username=None, password=None, clean=True, keep_alive=60, properties=None):
    """A CONNECT of 3.1.1 or 5.0."""
    flags = (0x02 if clean else 0) | (0x80 if username is not None else 0) | (0x40 if password is not None else 0)
    body = text("MQTT") + bytes([level, flags]) + struct.pack(">H", keep_alive)
    if level == 5:
        body += length(len(properties or b"")) + (properties or b"")
    body += text(client_id)
    for value in (username, password):
        if value is not None:
            body += text(value)
    return packet(0x10, body)


def publish(topic, payload=b"", *, qos=0, retain=False, packet_id=1, properties=None):
    """A PUBLISH; `properties` (even empty) makes it one of 5.0."""
    body = text(topic) + (struct.pack(">H", packet_id) if qos else b"")
    if properties is not None:
        body += length(len(properties)) + properties
    return packet(0x30 | qos << 1 | (1 if retain else 0), body + payload)


def subscribe(topic, *, qos=0, packet_id=1):
    """A SUBSCRIBE of 3.1.1 with one filter."""
    return packet(0x82, struct.pack(">H", packet_id) + text(topic) + bytes([qos]))


PINGREQ = packet(0xC0)
DISCONNECT = packet(0xE0)


class RawClient:
    """A TCP connection whose bytes are ours. Sends each call's bytes at once, in a segment of their own."""

    def __init__(self, address=CLIENTS[0], server=BROKER, port=1883):
        self.socket = socket.create_connection((server, port), 5, source_address=(address, 0))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.socket.close()

    def send(self, *packets, pause=0.05):
        """Sends packets one after another."""
        for data in packets:
            self.socket.sendall(data)
            time.sleep(pause)

    def read(self, wait=0.5):
        """What the other end says within a time; empty when it has closed."""
        self.socket.settimeout(wait)
        try:
            return self.socket.recv(65536)
        except (TimeoutError, ConnectionResetError):
            return b""

    def enter(self, client_id, **options):
        """CONNECT, and wait for the answer."""
        self.send(connect(client_id, **options), pause=0)
        return self.read()
