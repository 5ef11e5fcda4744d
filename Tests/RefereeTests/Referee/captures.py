"""Makes a capture at random: MQTT sessions and CoAP exchanges of a few hosts, with a seed."""

import random
import struct

TOPICS = ["plant/Pump-7/temperature", "plant/pump-8/SET", "home/light", "$SYS/broker/uptime", "a/b/c/d/e", "Ünïcode/größe",
          "cmd/-reboot now", "dGVzdA==", "x", "tele/Sensor_1/STATE%"]
CLIENTS = ["meter-7", "Meter-7", "historian", "nmap", "", "c*lient?", "back\\slash", "ünï", "a[b]c"]
PAYLOADS = [b"20.1", b"on", b"OFF", b'{"t": 21.5}', b"", b"line one\nline two", b"\x00\x01\xff\xfe", "größe".encode(),
            b"YWRtaW46cGFzcw==", b"a\x00b\x00c\x00", b"100%_sure", b"-h /h \\x"]
PATHS = ["time", "sensors/temp", ".well-known/core", "Large", "3/0/4", "x y"]


def field(data):
    return struct.pack(">H", len(data)) + data


def packet(first, body):
    length, rest = b"", len(body)
    while True:
        byte, rest = rest & 0x7F, rest >> 7
        length += bytes([byte | (0x80 if rest else 0)])
        if not rest:
            return bytes([first]) + length + body


class Capture:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.time = 1_795_000_000_000_000
        self.frames = []

    def frame(self, data):
        self.time += self.random.choice([137, 1009, 20_011, 300_007, 900_001, 5_000_011])
        self.frames.append((self.time, data))

    def ip(self, source, destination, protocol, payload):
        header = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 0, 0x4000, 64, protocol, 0, source, destination)
        self.frame(b"\x02\0\0\0\0\2\x02\0\0\0\0\1\x08\0" + header + payload)

    def session(self, client, server, port):
        """One MQTT connection, a message in each segment."""
        sequence = [1000, 9000]

        def send(side, flags, payload=b""):
            ends = [(client, port, server, 1883), (server, 1883, client, port)][side]
            segment = struct.pack(">HHIIBBHHH", ends[1], ends[3], sequence[side], sequence[1 - side], 0x50, flags, 8192, 0, 0)
            self.ip(ends[0], ends[2], 6, segment + payload)
            sequence[side] += len(payload) + (1 if flags & 2 else 0)

        choice = self.random.choice
        send(0, 0x02)
        send(1, 0x12)
        send(0, 0x10)
        user = choice([None, b"admin", b"Operator"])
        flags = 0x02 | (0xC0 if user else 0)
        body = field(b"MQTT") + bytes([4, flags]) + struct.pack(">H", choice([0, 30, 60]))
        body += field(choice(CLIENTS).encode()) + (field(user) + field(choice([b"secret", b"public"])) if user else b"")
        send(0, 0x18, packet(0x10, body))
        code = choice([0, 0, 0, 5])
        send(1, 0x18, packet(0x20, bytes([0, code])))
        for number in range(self.random.randint(0, 14) if code == 0 else 0):
            kind = choice(["publish", "publish", "publish", "delivery", "subscribe", "ping"])
            if kind in ("publish", "delivery"):
                qos = choice([0, 0, 1])
                body = field(choice(TOPICS).encode()) + (struct.pack(">H", number + 1) if qos else b"") + choice(PAYLOADS)
                send(1 if kind == "delivery" else 0, 0x18, packet(0x30 | qos << 1 | choice([0, 0, 1]), body))
            elif kind == "subscribe":
                filters = [choice(["#", "plant/+/temperature", "$SYS/#", "home/light"]) for _ in range(choice([1, 1, 2]))]
                send(0, 0x18, packet(0x82, struct.pack(">H", number + 1) + b"".join(field(f.encode()) + b"\0" for f in filters)))
                send(1, 0x18, packet(0x90, struct.pack(">H", number + 1) + bytes(len(filters))))
            else:
                send(0, 0x18, b"\xC0\0")
                send(1, 0x18, b"\xD0\0")
        send(0, 0x18, b"\xE0\0")
        send(0, 0x11)

    def exchange(self, client, server, port):
        """A CoAP request and its answer."""
        choice = self.random.choice
        number, token = self.random.randint(0, 0xFFFF), self.random.randbytes(choice([1, 2, 4]))
        code = choice([1, 1, 1, 2, 3, 4])
        options, before = b"", 0
        for delta, value in [(11, part.encode()) for part in choice(PATHS).split("/")]:
            options += bytes([(delta - before) << 4 | (len(value) if len(value) < 13 else 13)])
            options += (bytes([len(value) - 13]) if len(value) >= 13 else b"") + value
            before = delta
        payload = choice(PAYLOADS) if code in (2, 3) else b""
        for side, data in [
            (0, bytes([0x40 | len(token), code]) + struct.pack(">H", number) + token + options
             + (b"\xff" + payload if payload else b"")),
            (1, bytes([0x60 | len(token), choice([0x45, 0x44, 0x84, 0x80])]) + struct.pack(">H", number) + token
             + choice([b"", b"\xff21.5", b"\xffOK"])),
        ]:
            ends = [(client, port, server, 5683), (server, 5683, client, port)][side]
            self.ip(ends[0], ends[2], 17, struct.pack(">HHHH", ends[1], ends[3], 8 + len(data), 0) + data)

    def write(self, path, parts):
        hosts = [bytes([10, 0, 0, n]) for n in (1, 2, 3)] + [bytes([192, 168, 1, 20]), bytes([203, 0, 113, 9])]
        servers = [bytes([10, 0, 1, 1]), bytes([198, 51, 100, 2])]
        for number in range(parts):
            make = self.random.choice([self.session, self.exchange, self.exchange])
            make(self.random.choice(hosts), self.random.choice(servers), 20_000 + number)
        with open(path, "wb") as file:
            file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262_144, 1))
            for time, data in self.frames:
                file.write(struct.pack("<IIII", time // 1_000_000, time % 1_000_000, len(data), len(data)) + data)
