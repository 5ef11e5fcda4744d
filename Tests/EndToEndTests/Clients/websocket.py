"""Clients and a server of MQTT over WebSocket for the end-to-end tests.

    websocket.py paho PORT             paho-mqtt against a broker on PORT
    websocket.py deflate PORT WAY      a server on PORT and a client of it, both of the package websockets, with
                                       permessage-deflate; WAY is context, fresh, small or fragments

Prints one JSON object: how many control packets of each type the client sent and received.
"""

import asyncio
import collections
import json
import random
import re
import sys
import threading

NAMES = [
    "RESERVED", "CONNECT", "CONNACK", "PUBLISH", "PUBACK", "PUBREC", "PUBREL", "PUBCOMP", "SUBSCRIBE", "SUBACK",
    "UNSUBSCRIBE", "UNSUBACK", "PINGREQ", "PINGRESP", "DISCONNECT", "AUTH",
]


def paho(port):
    import paho.mqtt.client as mqtt

    counts = collections.Counter()
    arrived = collections.Counter()
    ended = threading.Event()
    connected = threading.Event()
    granted = threading.Event()

    def log(client, data, level, text):
        match = re.match(r"(?:Sending|Received) ([A-Z]+)", text)
        if match:
            counts[match.group(1)] += 1

    client = mqtt.Client(
        mqtt.CallbackAPIVersion.VERSION2, client_id="meter-7", transport="websockets", protocol=mqtt.MQTTv5)
    client.ws_set_options(path="/mqtt")
    client.on_log = log
    client.on_connect = lambda *_: connected.set()
    client.on_subscribe = lambda *_: granted.set()

    def message(client, data, message):
        arrived[message.topic] += 1
        if sum(arrived.values()) == 63:
            ended.set()

    client.on_message = message
    client.connect("127.0.0.1", port, keepalive=1)
    client.loop_start()
    assert connected.wait(10)
    client.subscribe("plant/+/value", qos=2)
    assert granted.wait(10)
    for number in range(60):
        client.publish(f"plant/{number}/value", b"21.5", qos=number % 3)
    client.publish("plant/long/value", b"x" * 60_000, qos=1)
    client.publish("plant/wide/value", bytes(range(256)) * 100, qos=2)
    client.publish("plant/empty/value", b"", qos=1)
    assert ended.wait(20), arrived
    ended.wait(0)
    threading.Event().wait(2.5)
    client.disconnect()
    client.loop_stop()
    print(json.dumps(counts))


def packet(first, body):
    rest = len(body)
    length = bytearray()
    while True:
        length.append(rest % 128 | (128 if rest > 127 else 0))
        rest //= 128
        if not rest:
            return bytes([first]) + bytes(length) + body


def text(value):
    return len(value).to_bytes(2, "big") + value


class Packets:
    """Cuts octets into control packets and counts them."""

    def __init__(self):
        self.buffer = b""

    def take(self, octets):
        self.buffer += octets
        while True:
            length, shift, index = 0, 0, 1
            while index < len(self.buffer):
                length |= (self.buffer[index] & 127) << shift
                shift += 7
                index += 1
                if not self.buffer[index - 1] & 128:
                    break
            else:
                return
            if len(self.buffer) < index + length:
                return
            yield self.buffer[0], self.buffer[index:index + length]
            self.buffer = self.buffer[index + length:]


async def deflate(port, way):
    from websockets.asyncio.client import connect
    from websockets.asyncio.server import serve
    from websockets.extensions.permessage_deflate import (
        ClientPerMessageDeflateFactory, ServerPerMessageDeflateFactory)

    fresh = way == "fresh"
    bits = 9 if way == "small" else None
    counts = collections.Counter()
    chance = random.Random(7)

    async def answer(socket):
        packets = Packets()
        async for message in socket:
            for first, body in packets.take(message):
                kind = first >> 4
                if kind == 1:
                    await socket.send(packet(0x20, b"\0\0"))
                elif kind == 8:
                    await socket.send(packet(0x90, body[:2] + b"\0"))
                elif kind == 12:
                    await socket.send(packet(0xD0, b""))
                elif kind == 3:
                    await socket.send(packet(0x30, body))

    server_side = ServerPerMessageDeflateFactory(
        server_no_context_takeover=fresh, client_no_context_takeover=fresh, server_max_window_bits=bits,
        client_max_window_bits=bits, require_client_max_window_bits=False)
    client_side = ClientPerMessageDeflateFactory(
        server_no_context_takeover=fresh, client_no_context_takeover=fresh, server_max_window_bits=bits,
        client_max_window_bits=bits or True)
    async with serve(
        answer, "127.0.0.1", port, subprotocols=["mqtt"], extensions=[server_side], compression=None, max_size=None):
        async with connect(
            f"ws://127.0.0.1:{port}/mqtt", subprotocols=["mqtt"], extensions=[client_side], compression=None,
            max_size=None) as socket:
            assert socket.protocol.extensions, "permessage-deflate was not agreed on"
            wanted = collections.Counter()
            outgoing = []

            def put(octets, reply=None):
                counts[NAMES[octets[0] >> 4]] += 1
                if reply:
                    wanted[reply] += 1
                outgoing.append(octets)

            put(packet(0x10, text(b"MQTT") + b"\4\2\0\x3c" + text(b"pump-7")), "CONNACK")
            put(packet(0x82, b"\0\1" + text(b"plant/#") + b"\0"), "SUBACK")
            for number in range(200):
                value = b"{\"value\": %d, \"unit\": \"degrees\"}" % number * chance.randrange(1, 20)
                put(packet(0x30, text(b"plant/%d/value" % (number % 10)) + value), "PUBLISH")
            put(packet(0x30, text(b"plant/noise") + chance.randbytes(100_000)), "PUBLISH")
            put(packet(0xC0, b""), "PINGRESP")
            if way == "fragments":
                stream = b"".join(outgoing)
                while stream:
                    size = chance.randrange(1, 3000)
                    message, stream = stream[:size], stream[size:]
                    pieces = [message[at:at + 100] for at in range(0, len(message), 100)]
                    await socket.send(pieces)
            else:
                for octets in outgoing:
                    await socket.send(octets)
            packets = Packets()
            received = collections.Counter()
            while received != wanted:
                for first, _ in packets.take(await asyncio.wait_for(socket.recv(), 10)):
                    received[NAMES[first >> 4]] += 1
            counts.update(received)
            await socket.send(packet(0xE0, b""))
            counts["DISCONNECT"] += 1
    print(json.dumps(counts))


if sys.argv[1] == "paho":
    paho(int(sys.argv[2]))
else:
    asyncio.run(deflate(int(sys.argv[2]), sys.argv[3]))
