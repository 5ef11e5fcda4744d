#!/usr/bin/env python3
"""Searches, for each layer, for the traffic that costs the sensor most for a byte on the wire.

    Benchmarks/worst_case.py EARSHOT RULES [--seconds N] [--seed N] [--layer TEXT] [--keep FOLDER]

For each layer there is a maker of traffic with a few numbers to turn, and numbers to begin with that seemed dear. The search
turns them, and keeps what costs most. Measured is the processor time of `earshot replay` with the given rules, less that for
an empty capture: from frames to alerts in the store. Frames come at 100 Mbit/s, each repetition as another client.
"""
import argparse
import glob
import os
import pathlib
import random
import resource
import struct
import subprocess
import sys
import tempfile
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "PcapSamples"))

from making.traffic import ACK, PSH, SYN, Connection, Host, Network, checksum, datagram  # noqa: E402
from making.wire import connect, packet, publish, text  # noqa: E402

SIDES = {"client": 0, "server": 1}


def ipv4(proto, content, source, target, ident=1, fragment=0):
    """An IPv4 packet that may be a fragment."""
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(content), ident, fragment, 64, proto, 0) + source + target
    return head[:10] + struct.pack(">H", checksum(head)) + head[12:] + content


class Wire(Network):
    """Frames at 100 Mbit/s, whenever they are said to come."""

    def __init__(self):
        super().__init__(1)
        self.bytes, self.instance, self.spoil = 0, 0, 0
        self.server = Host(self, "10.1.0.1", timestamps=False)

    @property
    def client(self):
        """The client of this repetition."""
        number = self.instance
        return Host(self, f"10.{16 + (number >> 16 & 63)}.{number >> 8 & 255}.{number & 255}", timestamps=False)

    def see(self, time, frame):
        """A frame, of which the checksum of TCP may be spoiled."""
        if self.spoil:
            frame = frame[:50] + struct.pack(">H", int.from_bytes(frame[50:52], "big") ^ self.spoil) + frame[52:]
        frame = frame.ljust(60, b"\0")
        self.now += len(frame) * 80e-9
        self.bytes += len(frame)
        super().see(self.now, frame)

    def ethernet(self, content, vlans=()):
        """A packet to the server, behind tags."""
        tags = b"".join(struct.pack(">HH", 0x8100, vlan & 0xFFF) for vlan in vlans)
        self.see(self.now, self.server.mac + self.client.mac + tags + b"\x08\0" + content)

    def coap(self, message, to_server=True):
        """A datagram between the client and the server."""
        ends = (self.client, 40000, self.server, 5683) if to_server else (self.server, 5683, self.client, 40000)
        datagram(self, self.now, *ends, message)


class Conversation(Connection):
    """A TCP connection of the client, on which nothing is acknowledged by itself."""

    def __init__(self, wire, port=1883, mss=1460):
        super().__init__(wire.client, wire.server, port)
        self.hosts[0].mss = max(1, mss)
        self.handshake()

    def send(self, end, data):
        """Octets of one end, in segments."""
        side, size = SIDES[end], self.hosts[0].mss
        for start in range(0, len(data), size):
            self.sequence[side] = self.segment(self.network.now, side, ACK | PSH, data[start:start + size])
        self.acknowledged[1 - side] = self.sequence[side]

    def extra(self, end, data, offset, flags=ACK | PSH, ttl=64, spoil=0):
        """A segment at an offset from where the end stands, which does not move it."""
        side = SIDES[end]
        self.hosts[side].ttl, self.network.spoil = ttl, spoil
        self.segment(self.network.now, side, flags, data, sequence=(self.sequence[side] + offset) & 0xFFFFFFFF)
        self.hosts[side].ttl, self.network.spoil = 64, 0


def subscribe(filters, ident=1):
    """A SUBSCRIBE of 3.1.1 with filters."""
    return packet(0x82, struct.pack(">H", ident & 0xFFFF or 1) + b"".join(text(item) + b"\0" for item in filters))


def session(wire, level=4, mss=1460):
    """A connection whose client was let in."""
    connection = Conversation(wire, mss=mss)
    connection.send("client", connect(f"c{wire.instance}", level=level))
    connection.send("server", packet(0x20, b"\0\0" + (b"\3\x22\xff\xff" if level == 5 else b"")))
    return connection


PIECES = [b"a", b"+/", b"/", b"#", "é".encode(), b"a/", b"$share/g/+/", b"$SYS/", b"\xc0\xaf", b"\0"]
SECRETS = [b'{"a":1}', b'{"password":"x"}', b"[", b'"', b"192.168.1.1 ", b"/bin/sh;", b"${jndi:", b"4111111111111111 ", b"a1", b"QUJD"]


def honest(wire, _):
    connection = session(wire)
    for number in range(200):
        topic = b"plant/hall%d/meter%d/state" % (wire.instance % 10, wire.instance)
        body = b'{"temperature":21.5,"humidity":40,"battery":3.14}'
        connection.send("client", packet(0x32, text(topic) + struct.pack(">H", number + 1) + body))
        connection.send("server", b"\x40\2" + struct.pack(">H", number + 1))


def links(wire, n):
    for number in range(200):
        port, ends = 1024 + number, (wire.client.packed, wire.server.packed)
        content = ipv4(6, struct.pack(">HHIIBBHHH", port, 1883, 1, 0, 0x50, SYN, 100, 0, 0), *ends)
        for _ in range(n[0] % 9):
            content = ipv4(4 if n[1] & 1 else 47, content if n[1] & 1 else b"\0\0\x08\0" + content, *ends[::-1])
        wire.ethernet(content, [n[2] + tag + number % (1 + n[3] % 64) for tag in range(n[4] % 5)])


def fragments(wire, n):
    for number in range(128):
        place = (number * (1 + n[0] % 4) if n[1] & 1 else 250 - number * (1 + n[0] % 2)) & 0x1FFF
        body = bytes([number & 1 if n[2] & 1 else 0]) * (8 * (1 + n[3] % 180))
        ends = (wire.client.packed, wire.server.packed)
        wire.ethernet(ipv4(17, body, *ends, ident=7 + number * (n[4] & 1), fragment=place | 0x2000))


def segments(wire, n):
    connection = session(wire)
    connection.send("client", b"\xc0\0" * (n[0] % 32768))
    for number in range(n[1] % 256):
        offset = (n[2] % 4096) + number * (1 + n[3] % 16) - (n[0] % 32768 * 2 if n[4] & 1 else 0)
        connection.extra("client", (b"\xd0\0" * 700)[:1 + n[5] % 1400], offset, ttl=3 if n[6] & 1 else 64,
                         flags=PSH if n[6] & 2 else ACK | PSH, spoil=0x1111 if n[6] & 4 else 0)
    connection.send("server", b"\xd0\0")


def proxies(wire, n):
    connection = Conversation(wire, 1080, 1 + n[0] % 1460)
    head = [b"CONNECT b:1883 HTTP/1.1\r\nX: ", b"PROXY TCP4 ", b"\4\1\7\x5b\0\0\0\1", b"\5\1\0\5\1\0\3\xff"][n[1] % 4]
    connection.send("client", head + PIECES[n[2] % 10] * (n[3] % 16000))


def http(wire, n):
    connection = Conversation(wire, 9001, 1 + n[0] % 1460)
    name = [b"X: ", b"Sec-WebSocket-Extensions: ", b"Connection: ", b"Sec-WebSocket-Protocol: "][n[1] % 4]
    line = name + PIECES[n[2] % 10] * (n[3] % 400) + b"\r\n"
    head = b"GET /mqtt HTTP/1.1\r\nUpgrade: websocket\r\n" + line * (1 + n[4] % 2000)
    connection.send("client", head[:60000] + b"\r\n")


def upgraded(wire, extension):
    connection = Conversation(wire, 9001)
    common = b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: mqtt\r\n" + extension
    connection.send("client", b"GET /mqtt HTTP/1.1\r\nHost: b\r\nSec-WebSocket-Version: 13\r\n"
                    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" + common + b"\r\n")
    connection.send("server", b"HTTP/1.1 101 x\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" + common + b"\r\n")
    connection.send("client", frame(0x82, connect("c")))
    connection.send("server", b"\x82\4\x20\2\0\0")
    return connection


def frame(first, payload):
    length = bytes([0x80 | len(payload)]) if len(payload) < 126 else b"\xfe" + struct.pack(">H", len(payload))
    return bytes([first]) + length + bytes(4) + payload


def frames(wire, n):
    kinds = [0x82, 0x02, 0x80, 0x00, 0x89, 0x8A, 0x81]
    pieces = [frame(kinds[kind % 7], (b"\xc0\0" * 63)[:size % 126]) for kind, size in (n[0:2], n[2:4])]
    upgraded(wire, b"").send("client", (pieces[0] + pieces[1]) * (20000 // len(pieces[0] + pieces[1])))


def compressed(wire, n):
    connection = upgraded(wire, b"Sec-WebSocket-Extensions: permessage-deflate\r\n")
    units = [b"\xc0\0", publish(b"a"), subscribe([b"#"] * 200), publish(b"a", b"x" * 200), b"\0"]
    unit = units[n[0] % 5]
    squeezer = zlib.compressobj(9, zlib.DEFLATED, -15, 9)
    body = squeezer.compress(unit * min(n[1] * 16, 2_000_000 // len(unit))) + squeezer.flush(zlib.Z_SYNC_FLUSH)
    for _ in range(1 + n[2] % 16):
        connection.send("client", frame(0xC2, body[:-4][:60000]))


def long_fields(wire, n):
    level = 5 if n[0] & 1 else 4
    connection = session(wire, level, 1 + n[1] % 1460)
    value = PIECES[n[2] % 10] * (n[3] % 65536 // len(PIECES[n[2] % 10]))
    block = b"" if level == 5 else None
    for ident in range(1, 4):
        connection.send("client", [
            packet(0x82, struct.pack(">H", ident) + (block or b"") + text(value) + b"\0"), publish(value, b"1", properties=block),
            publish(b"a", b"1", properties=b"\x26" + text(b"k") + text(value)), publish(b"a", value, properties=block),
            packet(0xA2, struct.pack(">H", ident) + (block or b"") + text(value))][n[4] % 5])
        if n[5] & 1:
            connection.send("server", packet(0x90, struct.pack(">H", ident) + (block or b"") + b"\0"))


def many(wire, n):
    level = 5 if n[0] & 1 else 4
    connection = session(wire, level)
    piece, block = PIECES[n[1] % 10], b"" if level == 5 else None
    make = [
        lambda i: b"\xc0\0", lambda i: subscribe([piece], i + 1), lambda i: subscribe([piece] * 100, i + 1),
        lambda i: publish(piece, properties=block), lambda i: publish(piece + b"%x" % i, properties=block),
        lambda i: publish(b"", b"1", properties=b"\x23" + struct.pack(">H", 1 + i)),
        lambda i: publish(b"%x" % i, properties=b"\x23" + struct.pack(">H", 1 + i)),
        lambda i: publish(piece, properties=b"\x26\0\0\0\0" * (n[2] % 400)), lambda i: packet(0x34, text(b"a") + struct.pack(">H", i + 1)),
        lambda i: b"\x40\2" + struct.pack(">H", i + 1), lambda i: bytes([i & 255, 0]), lambda i: b"\xe0\0", lambda i: b"\x20\2\0\0",
    ][n[3] % 13]
    connection.send("server" if n[4] & 1 else "client", b"".join(make(i) for i in range(3000))[:40000])


def deliveries(wire, n):
    connection = session(wire)
    depth = 1 + n[0] % 12
    filters = [b"/".join(b"+" if number >> bit & 1 and n[1] & 1 else [b"a", b"+"][n[1] >> 1 & 1] for bit in range(depth))
               + b"/" + [b"b%d" % number, b"a", b"#"][n[2] % 3] for number in range(n[3] % 513)]
    for start in range(0, len(filters), 100):
        part = filters[start:start + 100]
        connection.send("client", subscribe(part, start + 1))
        connection.send("server", packet(0x90, struct.pack(">H", start + 1) + bytes(len(part))))
    topic = b"/".join([b"a"] * (depth + n[4] % 3))
    connection.send("server", publish(topic) * (60000 // (len(topic) + 4)))


def coap(wire, n):
    for number in range(50):
        count, value = n[0] % 1300, PIECES[n[1] % 10] * (n[2] % 13)
        options = (bytes([(11 + n[3] % 2 * 4) << 4 | min(len(value), 12)]) + value[:12]
                   + bytes([(n[3] >> 2 & 7) << 4 | min(len(value), 12)] + list(value[:12])) * count)[:1400]
        code = [1, 2, 3, 4, 0x45, 0x44, 0x84][n[4] % 7]
        message = bytes([0x41 | (n[5] & 3) << 4, code]) + struct.pack(">H", number * (n[6] & 1) + 1) + bytes([number]) + options
        wire.coap(message, code < 0x40)


def coap_stream(wire, n):
    connection = Conversation(wire, 5683)
    connection.send("client", b"\0\xe1")
    connection.send("server", b"\0\xe1")
    unit = [b"\0\xe2", b"\0\0", b"\1\1\7", b"\x21\1\7\xb1a", bytes([0, n[1] & 255])][n[0] % 5]
    connection.send("client", unit * (40000 // len(unit)))


def payloads(wire, n):
    body = SECRETS[n[0] % 10] * (1 + n[1] % 400) + SECRETS[n[2] % 10] * (n[3] % 400)
    session(wire).send("client", publish([b"a/b", b"$SYS/x", b"tele/x/STATE"][n[4] % 3], body[:4000]) * (1 + n[5] % 40))


def rules(wire, n):
    level = 5 if n[0] & 1 else 4
    connection = Conversation(wire)
    name, block = b"%d" % (wire.instance * (n[1] & 1)), b"" if level == 5 else None
    for _ in range(1 + n[2] % 8):
        connection.send("client", connect(name, level=level, username="admin", password=name))
        connection.send("server", packet(0x20, bytes([0, n[3] % 6]) + (b"\0" if level == 5 else b"")))
    for number in range(n[4] % 200):
        topic = [b"$SYS/%d", b"cmd/%d", b"a/+/%d", b"\xc0\xaf%d"][n[5] % 4] % number
        connection.send("client", publish(topic, SECRETS[n[6] % 10], properties=block))


LAYERS = [
    ("links and tunnels", links, [[0, 0, 1, 40, 1], [3, 1, 1, 0, 0]]),
    ("IP fragments", fragments, [[1, 1, 0, 0, 0], [0, 0, 1, 0, 1]]),
    ("TCP: copies, holes, doubts", segments, [[30000, 64, 0, 1, 1, 1, 0], [0, 250, 1, 1, 0, 0, 0], [0, 250, 0, 0, 0, 0, 1]]),
    ("proxies", proxies, [[0, 0, 0, 15999], [0, 2, 0, 200]]),
    ("HTTP in front of WebSocket", http, [[0, 0, 0, 399, 20], [1459, 1, 0, 1, 1999]]),
    ("frames of WebSocket", frames, [[0, 2, 0, 2], [4, 0, 4, 0]]),
    ("compressed messages", compressed, [[0, 60000, 7], [2, 60000, 7], [4, 60000, 7]]),
    ("MQTT: long fields", long_fields, [[0, 1459, 1, 65535, 0, 1], [1, 1459, 5, 65535, 2, 0]]),
    ("MQTT: many of something", many, [[0, 0, 0, 0, 0], [0, 3, 0, 1, 0], [1, 0, 0, 5, 0], [0, 0, 0, 12, 1]]),
    ("MQTT: deliveries against subscriptions", deliveries, [[0, 2, 0, 512, 0], [8, 1, 1, 512, 1]]),
    ("CoAP over UDP", coap, [[1299, 0, 0, 0, 0, 0, 1], [0, 0, 1, 0, 0, 0, 1]]),
    ("CoAP over TCP", coap_stream, [[0, 0], [3, 0]]),
    ("payloads of events", payloads, [[1, 1, 0, 0, 0, 39], [3, 399, 4, 399, 0, 39]]),
    ("rules and correlations", rules, [[0, 1, 0, 5, 0, 0, 0], [0, 1, 0, 0, 199, 1, 5]]),
]


class Bench:
    """Runs the program, and keeps what it takes for nothing."""

    def __init__(self, program, rule_path, folder):
        self.program, self.rules, self.folder = program, rule_path, folder
        self.capture = os.path.join(folder, "worst.pcap")
        Wire().write(self.capture)
        self.start = min(self.seconds() for _ in range(5))

    def seconds(self):
        for left in glob.glob(os.path.join(self.folder, "store.db*")):
            os.remove(left)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([self.program, "replay", "--quiet", "--db", os.path.join(self.folder, "store.db"), "--only-rules", self.rules,
                        self.capture], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True, timeout=600)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def cost(self, make, numbers, wanted, runs=1):
        """Nanoseconds for a byte on the wire: the least of some runs."""
        wire = Wire()
        while wire.bytes < wanted and wire.instance < 3000:
            make(wire, numbers)
            wire.instance += 1
        wire.write(self.capture)
        return max(0.0, min(self.seconds() for _ in range(runs)) - self.start) * 1e9 / wire.bytes


def turned(numbers, chance):
    result = list(numbers)
    for _ in range(1 + chance.randrange(2)):
        place = chance.randrange(len(result))
        result[place] = [lambda v: v * 2, lambda v: v // 2, lambda v: v + 1, lambda v: max(0, v - 1),
                         lambda v: chance.randrange(16), lambda v: chance.randrange(65536)][chance.randrange(6)](result[place])
        result[place] = min(result[place], 65535)
    return result


def main():
    import time
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("rules")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--layer", default="")
    parser.add_argument("--keep", type=pathlib.Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(options.program, options.rules, folder)
        plain = bench.cost(honest, [], 4_000_000, 3)
        print(f"seed {options.seed}, {options.seconds:g} s a layer; honest telemetry takes {plain:.1f} ns a byte on the wire\n")
        print("| Layer | Tried | µs a byte | times the honest | numbers |\n|---|---|---|---|---|")
        for name, make, seeds in LAYERS:
            if options.layer not in name:
                continue
            chance, tried, end = random.Random(options.seed), 0, time.monotonic() + options.seconds
            best = []
            while tried < len(seeds) or time.monotonic() < end:
                numbers = seeds[tried] if tried < len(seeds) else turned(chance.choice(best)[1], chance)
                best = sorted(best + [(bench.cost(make, numbers, 300_000), numbers)], reverse=True)[:4]
                tried += 1
            # What is allowed once is shared by ten times as much.
            cost, numbers = max((bench.cost(make, numbers, 3_000_000), numbers) for _, numbers in best[:2])
            print(f"| {name} | {tried} | {cost / 1000:.3f} | {cost / plain:.1f} | `{' '.join(map(str, numbers))}` |", flush=True)
            if options.keep:
                (options.keep / f"{name.replace(' ', '-').replace(':', '')}.pcap").write_bytes(pathlib.Path(bench.capture).read_bytes())


if __name__ == "__main__":
    main()
