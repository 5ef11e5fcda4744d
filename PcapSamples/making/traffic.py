"""A network that exists in numbers only: hosts, TCP and UDP packet by packet, on a clock of its own.

Everything is seen at one place, the mirror port of the switch that the server hangs on. Times are times there: what a
server answers follows within a fraction of a millisecond, what a client answers comes a round trip later. A segment
can get lost before that place (it is seen late) or behind it (it is seen twice).
"""

import collections
import heapq
import ipaddress
import itertools
import random
import struct
import subprocess

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
START = 1_772_438_400  # 2026-03-02 08:00:00 UTC
_TCP = struct.Struct(">HHIIBBHHH")
_UDP = struct.Struct(">HHHH")


def checksum(data):
    """RFC 1071: the sum of 16-bit words in ones' complement is the number modulo 65535."""
    rest = int.from_bytes(data if len(data) % 2 == 0 else data + b"\0", "big") % 0xFFFF
    return (0xFFFF - rest) % 0xFFFF


class Network:
    """Clock, chance and the frames seen so far."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.now = 0.0
        self.frames = []
        self.calls = []
        self.serial = itertools.count()
        self.ends = False

    def at(self, time, call, *arguments):
        """Calls back at a time, in seconds since the start."""
        heapq.heappush(self.calls, (max(time, self.now), next(self.serial), call, arguments))

    def after(self, delay, call, *arguments):
        """Calls back in so many seconds."""
        self.at(self.now + delay, call, *arguments)

    def every(self, period, call, *arguments, first=None, jitter=0.02, until=float("inf")):
        """Calls back again and again, a little unevenly, as machines do."""

        def again():
            if self.now < until:
                call(*arguments)
                self.after(period * (1 + self.random.uniform(-jitter, jitter)), again)

        self.at(self.now + (self.random.uniform(0, period) if first is None else first), again)

    def run(self, until):
        """Lets time pass."""
        while self.calls and self.calls[0][0] <= until:
            self.now, _, call, arguments = heapq.heappop(self.calls)
            call(*arguments)
        self.now = until

    def see(self, time, frame):
        """A frame passes the mirror port."""
        self.frames.append((time, frame))

    def write(self, path, *, missing=(), twice=False):
        """Writes a capture, compressed if the name ends in .zst, without the frames of the spans of time in
        `missing`."""
        parts = [struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)]
        for time, frame in sorted(self.frames, key=lambda pair: pair[0]):
            if any(begin <= time < end for begin, end in missing):
                continue
            for copy in range(2 if twice else 1):
                micros = round((START + time) * 1_000_000) + 4 * copy
                parts.append(struct.pack("<IIII", micros // 1_000_000, micros % 1_000_000, len(frame), len(frame)))
                parts.append(frame)
        data = b"".join(parts)
        if str(path).endswith(".zst"):
            data = subprocess.run(["zstd", "-q", "-9", "-c"], input=data, stdout=subprocess.PIPE, check=True).stdout
        with open(path, "wb") as file:
            file.write(data)


class Host:
    """One end: addresses, and the habits of its stack."""

    def __init__(self, network, address, *, gateway=None, rtt=0.002, loss=0.0, ttl=64, timestamps=True, mss=1460):
        self.network = network
        self.address = address
        self.packed = ipaddress.ip_address(address).packed
        if gateway is not None:
            self.mac = gateway.mac
        else:
            self.mac = b"\x02" + self.packed[-5:] if len(self.packed) > 4 else b"\x02\x1e" + self.packed
        self.rtt, self.loss, self.ttl, self.timestamps, self.mss = rtt, loss, ttl, timestamps, mss
        self.ident = network.random.randrange(65536)
        self.port = network.random.randrange(32768, 60000)

    def new_port(self):
        """The next port for a connection of its own."""
        self.port = 32768 + (self.port + 1 - 32768) % 28232
        return self.port

    def packet(self, other, protocol, body, mac=None):
        """Link and network header around a TCP segment or UDP datagram."""
        link = (mac or other.mac) + self.mac
        if len(self.packed) == 16:
            return link + b"\x86\xdd" + struct.pack(">IHBB", 0x60000000, len(body), protocol, self.ttl) \
                + self.packed + other.packed + body
        self.ident = (self.ident + 1) & 0xFFFF
        head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(body), self.ident, 0x4000, self.ttl, protocol, 0) \
            + self.packed + other.packed
        return link + b"\x08\0" + head[:10] + checksum(head).to_bytes(2, "big") + head[12:] + body


class Group:
    """A multicast address as a destination."""

    def __init__(self, address):
        self.address = address
        self.packed = ipaddress.ip_address(address).packed
        self.mac = b"\x33\x33" + self.packed[-4:] if len(self.packed) == 16 \
            else b"\x01\0\x5e" + bytes([self.packed[1] & 0x7F]) + self.packed[2:]


def datagram(network, time, source, source_port, destination, destination_port, payload):
    """One UDP datagram, seen at a time."""
    head = _UDP.pack(source_port, destination_port, 8 + len(payload), 0)
    pseudo = source.packed + destination.packed + struct.pack(">HH", 17, 8 + len(payload))
    total = checksum(pseudo + head + payload) or 0xFFFF
    network.see(time, source.packet(destination, 17, head[:6] + total.to_bytes(2, "big") + payload))


class Connection:
    """A TCP connection. Side 0 is the client, side 1 the server, next to the mirror port."""

    def __init__(self, client, server, port):
        self.network = client.network
        chance = self.network.random
        self.hosts = (client, server)
        self.ports = (client.new_port(), port)
        self.sequence = [chance.getrandbits(32), chance.getrandbits(32)]
        self.acknowledged = [0, 0]
        self.stamps = client.timestamps and server.timestamps
        self.stamp_base = (chance.getrandbits(31), chance.getrandbits(31))
        self.echo = [0, 0]
        self.inbound = (collections.deque(), collections.deque())
        self.due = [None, None]
        self.last = 0.0
        self.arrival = [0.0, 0.0]
        self.open = False
        pseudo = client.packed + server.packed
        self.pseudo = int.from_bytes(pseudo, "big") + 6

    def segment(self, time, side, flags, payload=b"", options=b"", sequence=None):
        """One segment, seen at a time; the number of the octet behind it."""
        time = self.last = max(time, self.last + 0.000002)
        waiting = self.inbound[side]
        while waiting and waiting[0][0] <= time:
            _, self.acknowledged[side], self.echo[side] = waiting.popleft()
        if self.stamps and not flags & RST:
            options += b"\1\1\x08\x0a" + struct.pack(">II", self.stamp(time, side), self.echo[side])
        if sequence is None:
            sequence = self.sequence[side]
        source, destination = self.hosts[side], self.hosts[1 - side]
        window = 64240 if flags & SYN else 502 if self.stamps else 5744
        head = _TCP.pack(self.ports[side], self.ports[1 - side], sequence, self.acknowledged[side] if flags & ACK else 0,
                         (5 + len(options) // 4) << 4, flags, window, 0, 0) + options
        body = head + payload
        value = int.from_bytes(body if len(body) % 2 == 0 else body + b"\0", "big") + self.pseudo + len(body)
        total = (0xFFFF - value % 0xFFFF) % 0xFFFF
        self.network.see(time, source.packet(destination, 6, body[:16] + total.to_bytes(2, "big") + body[18:]))
        end = (sequence + len(payload) + (1 if flags & (SYN | FIN) else 0)) & 0xFFFFFFFF
        return end

    def stamp(self, time, side):
        """The clock of a side, in milliseconds."""
        return (self.stamp_base[side] + int(time * 1000)) & 0xFFFFFFFF

    def handshake(self, *, listening=True):
        """SYN, SYN ACK, ACK; the time when the client may send. A port where nobody listens answers with RST."""
        client = self.hosts[0]
        now = self.network.now
        options = struct.pack(">BBH", 2, 4, client.mss)
        extra = b"\1\3\3\7" if self.stamps else b""
        self.sequence[0] = self.segment(now, 0, SYN, options=options + extra)
        self.acknowledged[1], self.echo[1] = self.sequence[0], self.stamp(now, 0)
        if not listening:
            self.segment(now + 0.0001, 1, RST | ACK, sequence=0)
            return now + client.rtt
        self.sequence[1] = self.segment(now + 0.0001, 1, SYN | ACK, options=struct.pack(">BBH", 2, 4, 1460) + extra)
        self.acknowledged[0], self.echo[0] = self.sequence[1], self.stamp(now, 1)
        self.segment(now + client.rtt, 0, ACK)
        self.open = True
        return now + client.rtt + 0.0002

    def settle(self, time):
        """Sends the bare acknowledgements that are due by a time."""
        if not any(due is not None and due <= time for due in self.due):
            return
        for side in sorted((0, 1), key=lambda side: self.due[side] or 0):
            if self.due[side] is not None and self.due[side] <= time:
                due, self.due[side] = self.due[side], None
                self.segment(due, side, ACK)

    def send(self, side, payload):
        """Octets of one side, in as many segments as they need; the time when the other side has them all."""
        network, other = self.network, 1 - side
        client = self.hosts[0]
        now = max(network.now, self.last)
        self.settle(now)
        self.due[side] = None
        size = client.mss - (12 if self.stamps else 0)
        way = client.rtt if side == 1 else 0.00005
        for begin in range(0, len(payload), size):
            part = payload[begin:begin + size]
            number = self.sequence[side]
            flags = ACK | (PSH if begin + size >= len(payload) else 0)
            time = now
            fate = network.random.random() if client.loss else 1.0
            wait = 0.2 + client.rtt + network.random.random() * 0.1
            if fate < client.loss and side == 0:
                # Lost on its way to the switch: seen only when it is sent again.
                self.sequence[side] = (number + len(part)) & 0xFFFFFFFF
                time = now + wait
                network.at(time, self.late, side, flags, part, number)
            else:
                self.sequence[side] = self.segment(time, side, flags, part)
                time = self.last
                if fate < 2 * client.loss:
                    network.at(now + wait, self.late, side, flags, part, number)
                    time = time if side == 0 else now + wait
            self.arrival[other] = max(self.arrival[other] + 0.000001, time + way)
            self.inbound[other].append((self.arrival[other], self.sequence[side], self.stamp(time, side)))
        self.due[other] = self.arrival[other] + (0.0002 if other == 0 and client.rtt > 0.01 else 0.04)
        return self.arrival[other] + (0.0003 if other == 1 else 0.0008)

    def late(self, side, flags, part, number):
        """A segment sent again."""
        self.settle(self.network.now)
        self.segment(self.network.now, side, flags, part, sequence=number)

    def close(self, side, *, reset=False):
        """An orderly end that a side begins, or a RST."""
        if not self.open:
            return
        self.open = False
        now = max(self.network.now, self.last, *self.arrival)
        self.settle(now)
        self.due = [None, None]
        rtt = self.hosts[0].rtt
        if reset:
            self.segment(now, side, RST | ACK)
            return
        self.sequence[side] = self.segment(now, side, FIN | ACK)
        self.acknowledged[1 - side] = self.sequence[side]
        answer = self.last + (rtt if side == 1 else 0.0001)
        self.sequence[1 - side] = self.segment(answer, 1 - side, FIN | ACK)
        self.acknowledged[side] = self.sequence[1 - side]
        self.segment(self.last + (rtt if side == 0 else 0.0001), side, ACK)
