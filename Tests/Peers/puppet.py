"""A TCP client in user space: every field of every frame is ours, and the kernel knows nothing of its address.

Its address lies on the servers' link, but on no interface; the servers' end is told its link address beforehand. So nothing
answers in its name but itself.
"""

import select
import socket
import struct
import time

FIN, SYN, RST, PSH, ACK, URG = 1, 2, 4, 8, 16, 32
CLIENT_MAC = bytes.fromhex("020000770101")
SERVER_MAC = bytes.fromhex("020000770001")
_WORD = 0xFFFFFFFF


def checksum(data):
    """RFC 1071."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total >> 16) + (total & 0xFFFF)
    return ~total & 0xFFFF


def ethernet(packet, *, source=CLIENT_MAC, destination=SERVER_MAC, kind=0x0800, vlans=()):
    """A frame from the clients' end to the servers' end."""
    tags = b"".join(struct.pack(">HH", 0x8100, vlan) for vlan in vlans)
    return destination + source + tags + struct.pack(">H", kind) + packet


def ipv4(source, destination, protocol, payload, *, ttl=64, number=7, fragment=0x4000, options=b"", tos=0, wrong_sum=False,
         length=None):
    """An IPv4 packet; `fragment` is the field of flags and offset."""
    total = 20 + len(options) + len(payload) if length is None else length
    head = struct.pack(">BBHHHBBH", 0x45 + len(options) // 4, tos, total, number, fragment, ttl, protocol, 0)
    head += socket.inet_aton(source) + socket.inet_aton(destination) + options
    value = checksum(head) ^ (0x0101 if wrong_sum else 0)
    return head[:10] + struct.pack(">H", value) + head[12:] + payload


def transport(source, destination, protocol, segment, place, *, wrong_sum=False):
    """A segment or datagram with its checksum, which stands at `place`."""
    pseudo = source + destination + struct.pack(">IHBB", len(segment), 0, 0, protocol)
    value = checksum(pseudo + segment) ^ (0x1111 if wrong_sum else 0)
    return segment[:place] + struct.pack(">H", value or 0xFFFF) + segment[place + 2:]


def udp(source, destination, ports, payload, *, wrong_sum=False, length=None, no_sum=False):
    """A UDP datagram between two IPv4 addresses."""
    segment = struct.pack(">HHHH", *ports, 8 + len(payload) if length is None else length, 0) + payload
    if no_sum:
        return segment
    return transport(socket.inet_aton(source), socket.inet_aton(destination), 17, segment, 6, wrong_sum=wrong_sum)


class Cable:
    """Frames onto the clients' end of the cable, and from it."""

    def __init__(self, interface="cl0"):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.socket.bind((interface, 0))
        self.socket.setblocking(False)

    def send(self, frame):
        """Sends a frame as it is."""
        self.socket.send(frame)

    def frames(self, wait):
        """Frames to the clients' end until a time has passed without one."""
        end = time.monotonic() + wait
        while (left := end - time.monotonic()) > 0:
            if not select.select([self.socket], [], [], left)[0]:
                return
            frame, (_, _, kind, *_) = self.socket.recvfrom(65536)
            if kind != socket.PACKET_OUTGOING:
                yield frame


class Puppet:
    """One connection to the broker."""

    def __init__(self, cable, address, server, *, port=40000, timestamps=False, scale=None, window=8192):
        self.cable, self.address, self.server = cable, address, server
        self.ports = (port, 1883)
        self.sequence = struct.unpack(">I", socket.inet_aton(address))[0] * 2654435761 & _WORD
        self.initial = self.sequence
        self.acknowledgement = 0
        self.acknowledged = self.sequence
        self.clock = 1_000_000 if timestamps else None
        self.echo = 0
        self.scale, self.window = scale, window
        self.offered = 65535
        self.received = b""
        self.is_reset = self.is_ended = False

    def times(self, older=0):
        """The timestamps option, of now or of earlier; nothing where there are none."""
        if self.clock is None:
            return b""
        return b"\1\1\x08\x0a" + struct.pack(">II", (self.clock - older) & _WORD, self.echo)

    def segment(self, payload=b"", *, ahead=0, sequence=None, acknowledgement=None, flags=PSH | ACK, options=None,
                window=None, urgent=0, wrong_sum=False, offset=None):
        """A TCP segment that would come next."""
        options = self.times() if options is None else options
        options += b"\0" * (-len(options) % 4)
        start = self.sequence + ahead if sequence is None else sequence
        words = 5 + len(options) // 4 if offset is None else offset
        head = struct.pack(
            ">HHIIBBHHH", *self.ports, start & _WORD,
            (self.acknowledgement if acknowledgement is None else acknowledgement) & _WORD, words << 4, flags,
            self.window if window is None else window, 0, urgent)
        return transport(
            socket.inet_aton(self.address), socket.inet_aton(self.server), 6, head + options + payload, 16,
            wrong_sum=wrong_sum)

    def inject(self, payload=b"", *, ip=None, link=None, **fields):
        """Sends a segment without taking it for sent."""
        packet = ipv4(self.address, self.server, 6, self.segment(payload, **fields), **(ip or {}))
        self.cable.send(ethernet(packet, **(link or {})))
        time.sleep(0.004)

    def mislead(self, payload, **fields):
        """Sends a segment without taking it for sent, and gives the broker time to acknowledge it, if it does."""
        before = self.acknowledged
        self.inject(payload, **fields)
        self.listen(0.02, until=lambda: self.acknowledged != before)

    def advance(self, count):
        """Takes bytes for sent."""
        self.sequence = (self.sequence + count) & _WORD

    def say(self, payload, **fields):
        """Sends bytes and waits until the broker has taken them, as long as it takes any."""
        if self.clock is not None:
            self.clock += 10
        self.inject(payload, **fields)
        self.advance(len(payload))
        self.listen(until=lambda: self.acknowledged == self.sequence)

    def listen(self, wait=0.15, until=None):
        """Takes what the broker sends, and acknowledges it."""
        for frame in self.cable.frames(wait):
            if frame[12:14] != b"\x08\0" or frame[23] != 6 or frame[30:34] != socket.inet_aton(self.address):
                continue
            segment = frame[14 + (frame[14] & 15) * 4:14 + struct.unpack(">H", frame[16:18])[0]]
            self.take(segment)
            if until is not None and until():
                return

    def take(self, segment):
        """Takes a segment of the broker."""
        start, acknowledged = struct.unpack(">II", segment[4:12])
        head, flags = (segment[12] >> 4) * 4, segment[13]
        if segment[:4] != struct.pack(">HH", self.ports[1], self.ports[0]):
            return
        if flags & RST:
            self.is_reset = True
            return
        if segment[20:24] == b"\1\1\x08\x0a":
            self.echo = struct.unpack(">I", segment[24:28])[0]
        if flags & ACK:
            self.acknowledged = acknowledged
            self.offered = struct.unpack(">H", segment[14:16])[0]
        if flags & SYN:
            if self.clock is not None and (place := segment.find(b"\x08\x0a", 20, head)) > 0:
                self.echo = struct.unpack(">I", segment[place + 2:place + 6])[0]
            self.acknowledgement = (start + 1) & _WORD
            return
        payload = segment[head:]
        if (payload or flags & FIN) and start == self.acknowledgement:
            self.received += payload
            self.is_ended = self.is_ended or bool(flags & FIN)
            self.acknowledgement = (start + len(payload) + (1 if flags & FIN else 0)) & _WORD
            self.inject(flags=ACK)

    def syn_options(self):
        """What the SYN asks for."""
        scale = b"" if self.scale is None else bytes([1, 3, 3, self.scale])
        return b"\2\4\5\xb4" + scale + self.times()

    def handshake(self, payload=b""):
        """SYN, SYN-ACK, ACK; bytes may go with the SYN, which count as not sent."""
        self.inject(payload, flags=SYN, acknowledgement=0, options=self.syn_options())
        self.advance(1)
        self.listen(until=lambda: self.acknowledgement != 0)
        self.inject(flags=ACK)

    def enter(self, connect):
        """A hand-shake, CONNECT, and the answer."""
        self.handshake()
        self.say(connect)
        self.listen(until=lambda: self.received != b"")

    def leave(self, ping):
        """Waits until the broker has read everything, and ends the connection."""
        if not self.is_reset and not self.is_ended:
            before = len(self.received)
            self.say(ping)
            self.listen(0.1, until=lambda: len(self.received) > before or self.is_ended or self.is_reset)
        self.inject(flags=RST | ACK, sequence=self.acknowledged)
