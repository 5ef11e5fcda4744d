"""Tricks with datagrams and messages of CoAP, against the example server of libcoap."""

import contextlib
import re
import struct
import time

from making.lab import COAP_SERVERS
from puppet import ethernet, ipv4, udp

SERVER = COAP_SERVERS[0]
TRICKS = []


@contextlib.contextmanager
def server(lab):
    """The server, which logs what it reads."""
    with lab.server("coap-server-notls", "-A", SERVER, "-v", "7") as process:
        time.sleep(0.3)
        yield process


def readings(log):
    """Paths that the server read, by the address of the client."""
    paths, client = {}, None
    for line in log.splitlines():
        if found := re.search(r"<-> ([\d.]+):\d+ .*received \d+ bytes", line):
            client = found[1]
        elif client and (found := re.search(r"v:\S* t:\w+,? c:(\w+),? i:\w+ \{.*?\} \[(.*?)\]", line)):
            if found[1] in ("GET", "POST", "PUT", "DELETE", "FETCH", "PATCH", "iPATCH"):
                segments = re.findall(r"Uri-Path:([^,\]\s]*)", found[2])
                paths.setdefault(client, []).append(("CoAP", "/" + "/".join(segments)))
            client = None
    return paths


def get(path, *, number=1, first=0x40, code=1, more=b""):
    """A GET of one segment."""
    return bytes([first, code]) + struct.pack(">H", number) + bytes([0xB0 | len(path)]) + path.encode() + more


class Talker:
    """Sends datagrams in the name of a client."""

    def __init__(self, cable, address):
        self.cable, self.address = cable, address

    def send(self, payload, *, ip=None, **fields):
        """One datagram."""
        datagram = udp(self.address, SERVER, (40000, 5683), payload, **fields)
        self.cable.send(ethernet(ipv4(self.address, SERVER, 17, datagram, **(ip or {}))))
        time.sleep(0.004)

    def pieces(self, pieces, number, tos=None):
        """Fragments: (first byte, bytes, whether more follow)."""
        for index, (start, data, more) in enumerate(pieces):
            self.cable.send(ethernet(ipv4(
                self.address, SERVER, 17, data, number=number, fragment=start // 8 | (0x2000 if more else 0),
                tos=tos[index] if tos else 0)))
            time.sleep(0.002)

    def datagram(self, payload):
        """A datagram with its header."""
        return udp(self.address, SERVER, (40000, 5683), payload)


def message(name, *datagrams, **fields):
    """Adds datagrams one behind the other."""

    def play(talker):
        for payload in datagrams:
            talker.send(payload, **fields)
        talker.send(get("end", number=999))

    TRICKS.append((f"CoAP: {name}", play))


def fragmented(name, cut, tos=None):
    """Adds a GET in fragments, which `cut(real, fake)` makes of two datagrams."""

    def play(talker):
        # The sum of both is the same: letters are in another order, within eight bytes.
        real, fake = (talker.datagram(get(path, more=b"\x0c" + path.encode())) for path in ("real" * 3, "aerl" * 3))
        talker.pieces(cut(real, fake), 78, tos)
        talker.send(get("end", number=999))

    TRICKS.append((f"CoAP fragments: {name}", play))


fragmented("in order", lambda r, f: [(0, r[:16], True), (16, r[16:], False)])
fragmented("partial overlap", lambda r, f: [(0, r[:24], True), (16, f[16:], False)])
fragmented("copy of a part", lambda r, f: [(0, r[:24], True), (16, f[16:24], True), (24, r[24:], False)])
fragmented("same range, other bytes", lambda r, f: [(0, r[:16], True), (0, f[:16], True), (16, r[16:], False)])
fragmented("CE beside not-ECT", lambda r, f: [(0, r[:16], True), (16, r[16:], False)], tos=(0, 3))
fragmented("two ends", lambda r, f: [(16, f[16:24], False), (16, r[16:], False), (0, r[:16], True)])
message("wrong checksum", get("fake"), wrong_sum=True)
TRICKS[-1] = (TRICKS[-1][0], lambda talker: (
    talker.send(get("end", number=998)), talker.send(get("fake"), wrong_sum=True), talker.send(get("real", number=2))))
message("no checksum", get("real"), no_sum=True)


def _short(talker):
    datagram = talker.datagram(get("real")) + b"\xfffake"
    talker.cable.send(ethernet(ipv4(talker.address, SERVER, 17, datagram)))
    talker.send(get("end", number=999))


TRICKS.append(("CoAP: UDP length that leaves the end out", _short))
message("version 2", get("fake", first=0x80))
message("token length 9", get("fake", first=0x49))
message("token length 15", get("fake", first=0x4F))
message("empty code with options", get("fake", code=0))
message("payload marker with nothing behind", get("fake", more=b"\xff"))
message("option delta 15", get("fake", more=b"\xf1x"))
message("same identifier, other path", get("real"), get("also"))
message("unknown critical option", get("fake", more=b"\xe1\0\0x"))
message("code of class 1", get("fake", code=0x21))
message("code of class 7", get("fake", code=0xE1))
