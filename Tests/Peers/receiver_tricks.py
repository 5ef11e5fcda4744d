"""The tricks that are played against real receivers: each is one connection, or one talk over UDP.

What names a topic or path `real` is what an honest client would send, `fake` what is to mislead a listener.
"""

import struct
import time

from making.wire import DISCONNECT, PINGREQ, connect, packet, publish, subscribe, text
from puppet import ACK, FIN, PSH, RST, SYN, URG, ethernet, ipv4

REAL, FAKE, AGAIN = subscribe("real"), subscribe("fake"), subscribe("last", packet_id=2)
TCP_TRICKS, MQTT_TRICKS = [], []


def tcp(name, **options):
    """Marks a trick that begins after CONNECT and CONNACK, unless `entered` is false."""

    def mark(play):
        entered = options.pop("entered", True)
        TCP_TRICKS.append((name, play, entered, options))
        return play

    return mark


def dropped(name, link=None, ip=None, options=None, **fields):
    """Adds a copy with other bytes before the real one, and the same behind it."""

    def before(puppet):
        puppet.mislead(FAKE, ip=ip, link=link, **fields)
        puppet.say(REAL)

    def behind(puppet):
        start = puppet.sequence
        puppet.say(REAL)
        puppet.inject(FAKE, ip=ip, link=link, **{"sequence": start, **fields})

    TCP_TRICKS.append((f"{name}, before", before, True, options or {}))
    if "sequence" not in fields and "ahead" not in fields:
        TCP_TRICKS.append((f"{name}, behind", behind, True, options or {}))


dropped("Wrong TCP checksum", wrong_sum=True)
dropped("Wrong IP checksum", ip={"wrong_sum": True})
dropped("No ACK flag", flags=PSH)
dropped("No flags at all", flags=0)
dropped("Time to live of 3, which is enough", ip={"ttl": 3})
dropped("IP packet longer than its frame", ip={"length": 500})
dropped("Other destination on the link", link={"destination": bytes.fromhex("020000770066")})
dropped("Broadcast on the link", link={"destination": b"\xff" * 6})
dropped("Other source on the link", link={"source": bytes.fromhex("020000770166")})
dropped("VLAN 7", link={"vlans": [7]})
dropped("VLAN 0", link={"vlans": [0]})
dropped("Source route in the IP header", ip={"options": bytes([131, 7, 4, 10, 77, 0, 1, 0])})
dropped("Broken IP option", ip={"options": bytes([7, 39, 4, 0])})
dropped("Router alert option", ip={"options": bytes([148, 4, 0, 0])})
dropped("Reserved bit of the IP header", ip={"fragment": 0xC000})
dropped("CE in the IP header", ip={"tos": 3})
for _name, _bytes in {
        "MD5 signature": bytes([19, 18]) + b"\1" * 18, "TCP-AO": bytes([29, 16]) + b"\1" * 14,
        "Option of length 0": bytes([8, 0, 1, 1]), "Option longer than the header": bytes([8, 40, 1, 1]),
        "Unasked timestamp": b"\1\1\x08\x0a" + struct.pack(">II", 5, 1)}.items():

    def _before(puppet, value=_bytes):
        puppet.mislead(FAKE, options=value)
        puppet.say(REAL)

    TCP_TRICKS.append((f"{_name}, before", _before, True, {}))
dropped("Data offset of 4 words", offset=4)
dropped("Data offset behind the end", offset=15)
dropped("Acknowledges what was never sent", acknowledgement=0x7000_0000)
dropped("Urgent, pointer 0", flags=PSH | ACK | URG, urgent=0)
dropped("Far ahead of the window", ahead=1 << 20)
dropped("CWR and ECE", flags=PSH | ACK | 0xC0)


@tcp("Timestamp of yesterday", timestamps=True)
def old_timestamp(puppet):
    puppet.mislead(FAKE, options=puppet.times(older=100_000))
    puppet.say(REAL)


@tcp("Timestamp one too old", timestamps=True)
def timestamp_at_the_edge(puppet):
    puppet.say(PINGREQ)
    puppet.mislead(FAKE, options=puppet.times(older=1))
    puppet.say(REAL)


@tcp("Timestamp two too old", timestamps=True)
def timestamp_behind_the_edge(puppet):
    puppet.say(PINGREQ)
    puppet.mislead(FAKE, options=puppet.times(older=2))
    puppet.say(REAL)


@tcp("Timestamp half the circle away", timestamps=True)
def timestamp_half_the_circle(puppet):
    puppet.mislead(FAKE, options=puppet.times(older=0x7FFF_FFF0))
    puppet.say(REAL)


@tcp("No timestamp where both agreed", timestamps=True)
def no_timestamp(puppet):
    puppet.mislead(FAKE, options=b"")
    puppet.say(REAL)


@tcp("Old timestamp twice, the last one counts", timestamps=True)
def two_timestamps(puppet):
    puppet.mislead(FAKE, options=puppet.times() + puppet.times(older=100_000))
    puppet.say(REAL)


@tcp("Acknowledges slightly less")
def old_acknowledgement(puppet):
    puppet.mislead(FAKE, acknowledgement=puppet.acknowledgement - 2)
    puppet.say(REAL)


@tcp("Acknowledges what came before the connection")
def acknowledgement_before_all(puppet):
    puppet.mislead(FAKE, acknowledgement=puppet.acknowledgement - 200_000)
    puppet.say(REAL)


@tcp("Other bytes of what was delivered")
def delivered_again(puppet):
    start = puppet.sequence
    puppet.say(REAL)
    puppet.inject(FAKE, sequence=start)
    puppet.say(subscribe("b"))


@tcp("Other bytes at once, the first first")
def fake_first(puppet):
    puppet.mislead(FAKE)
    puppet.say(REAL)


@tcp("Byte by byte, backwards")
def backwards(puppet):
    for place in reversed(range(len(REAL))):
        puppet.inject(REAL[place:place + 1], ahead=place)
    puppet.advance(len(REAL))
    puppet.listen(0.05)


@tcp("Keep-alive with a byte of nothing")
def keep_alive(puppet):
    puppet.say(REAL)
    puppet.inject(b"\0", ahead=-1, flags=ACK)
    puppet.say(subscribe("b"))


# A hole of a PINGREQ, and a PUBLISH whose topic shows which copy was read: `o` of the older one, `n` of the newer.
def _copy(letter):
    return PINGREQ + publish(letter * 16, b"!")


OVERLAPS = {
    "same range": ((8, 16), (8, 16)), "newer inside": ((8, 16), (10, 14)), "newer ends later": ((8, 14), (10, 18)),
    "same start, newer longer": ((8, 12), (8, 16)), "newer begins earlier": ((10, 16), (8, 14)),
    "newer covers": ((10, 14), (8, 18)), "newer in order covers": ((10, 14), (0, 18)),
    "newer in order covers a part": ((10, 14), (0, 12))}
for _name, (_old, _new) in OVERLAPS.items():

    def _overlap(puppet, old=_old, new=_new):
        whole = len(_copy("x"))
        first, last = min(old[0], new[0]), max(old[1], new[1])
        puppet.inject(_copy("o")[slice(*old)], ahead=old[0])
        puppet.inject(_copy("n")[slice(*new)], ahead=new[0])
        puppet.inject(_copy("x")[last:], ahead=last)
        if first > 0:
            puppet.inject(_copy("x")[:first])
        puppet.advance(whole)
        puppet.listen(0.05)

    TCP_TRICKS.append((f"Queued overlap: {_name}", _overlap, True, {}))


@tcp("Three pieces that overlap")
def three_pieces(puppet):
    puppet.inject(_copy("o")[8:14], ahead=8)
    puppet.inject(_copy("n")[10:18], ahead=10)
    puppet.inject(_copy("m")[6:12], ahead=6)
    puppet.inject(_copy("x")[18:], ahead=18)
    puppet.inject(_copy("x")[:6])
    puppet.advance(len(_copy("x")))
    puppet.listen(0.05)


@tcp("Urgent byte in the middle")
def urgent(puppet):
    # The byte before the pointer leaves the stream: what stays is a whole SUBSCRIBE.
    whole = REAL[:8] + b"Z" + REAL[8:]
    puppet.say(whole, flags=PSH | ACK | URG, urgent=9)
    puppet.listen(0.05)


@tcp("Urgent byte in a segment of its own")
def urgent_alone(puppet):
    puppet.say(REAL[:8])
    puppet.say(b"Z", flags=PSH | ACK | URG, urgent=1)
    puppet.say(REAL[8:])


@tcp("Two urgent bytes")
def urgent_twice(puppet):
    puppet.say(REAL[:6] + b"Y", flags=PSH | ACK | URG, urgent=7)
    puppet.say(REAL[6:8] + b"Z", flags=PSH | ACK | URG, urgent=3)
    puppet.say(REAL[8:])


@tcp("Urgent pointer far behind the segment")
def urgent_behind(puppet):
    puppet.say(REAL, flags=PSH | ACK | URG, urgent=5000)


@tcp("RST with a wrong checksum")
def reset_wrong(puppet):
    puppet.inject(flags=RST, wrong_sum=True)
    puppet.say(REAL)


@tcp("RST in the window, not exact")
def reset_in_window(puppet):
    puppet.inject(flags=RST, ahead=100)
    puppet.say(REAL)


@tcp("RST, exact")
def reset_exact(puppet):
    puppet.inject(flags=RST)
    puppet.say(REAL)


@tcp("FIN with a wrong checksum")
def end_wrong(puppet):
    puppet.inject(flags=FIN | ACK, wrong_sum=True)
    puppet.say(REAL)


@tcp("FIN without ACK")
def end_without_ack(puppet):
    puppet.inject(flags=FIN)
    puppet.say(REAL)


@tcp("FIN ahead of the stream")
def end_ahead(puppet):
    puppet.inject(flags=FIN | ACK, ahead=len(REAL) + 40)
    puppet.say(REAL)


@tcp("Bytes behind a FIN")
def bytes_behind_end(puppet):
    puppet.inject(REAL, flags=PSH | ACK | FIN)
    puppet.inject(FAKE, ahead=len(REAL) + 1)
    puppet.inject(FAKE, ahead=len(REAL))
    puppet.advance(len(REAL) + 1)


@tcp("Bytes behind a FIN that wait for what comes before it")
def queued_behind_end(puppet):
    puppet.inject(FAKE, ahead=len(REAL) + 1)
    puppet.inject(REAL, flags=PSH | ACK | FIN)
    puppet.advance(len(REAL) + 1)


@tcp("SYN in the middle, with bytes")
def syn_inside(puppet):
    puppet.mislead(FAKE, flags=SYN, sequence=0x1234_5678, acknowledgement=0)
    puppet.say(REAL)


@tcp("SYN-ACK in the client's name")
def syn_ack_inside(puppet):
    puppet.inject(flags=SYN | ACK)
    puppet.say(REAL)


@tcp("SYN with RST in the middle")
def syn_reset(puppet):
    puppet.inject(flags=SYN | RST, ahead=-5)
    puppet.say(REAL)


@tcp("Bytes in the SYN", entered=False)
def syn_data(puppet):
    puppet.handshake(connect("fake"))
    puppet.say(connect("real"))
    puppet.listen(until=lambda: puppet.received != b"")
    puppet.say(REAL)


@tcp("SYN with FIN first", entered=False)
def syn_fin(puppet):
    puppet.inject(flags=SYN | FIN, sequence=0x0101_0101, acknowledgement=0)
    puppet.enter(connect("real"))
    puppet.say(REAL)


@tcp("SYN of another number first, wrong checksum", entered=False)
def syn_wrong(puppet):
    puppet.inject(flags=SYN, sequence=0x0101_0101, acknowledgement=0, wrong_sum=True)
    puppet.enter(connect("real"))
    puppet.say(REAL)


@tcp("SYN with URG and PSH", entered=False)
def syn_decorated(puppet):
    puppet.inject(flags=SYN | URG | PSH, acknowledgement=0, options=puppet.syn_options())
    puppet.enter(connect("real"))
    puppet.say(REAL)


@tcp("Bytes with a wrong acknowledgement before the hand-shake ends", entered=False)
def early_bytes(puppet):
    puppet.inject(flags=SYN, acknowledgement=0)
    puppet.advance(1)
    puppet.listen(until=lambda: puppet.acknowledgement != 0)
    puppet.inject(connect("fake"), flags=PSH)
    puppet.inject(flags=ACK)
    puppet.say(connect("real"))
    puppet.say(REAL)


def _pieces(puppet, pieces, number, tos=None):
    """Sends pieces of a segment as fragments: (first byte, bytes, whether more follow)."""
    for index, (start, data, more) in enumerate(pieces):
        puppet.cable.send(ethernet(ipv4(
            puppet.address, puppet.server, 6, data, number=number, fragment=start // 8 | (0x2000 if more else 0),
            tos=tos[index] if tos else 0)))
        time.sleep(0.004)


def fragmented(name, cut, tos=None):
    """Adds a trick whose SUBSCRIBE comes in fragments, which `cut(real, fake)` makes of two segments."""

    def play(puppet):
        real, fake = puppet.segment(REAL + AGAIN), puppet.segment(FAKE + AGAIN)
        _pieces(puppet, cut(real, fake), 77, tos)
        puppet.listen(0.05)
        if puppet.acknowledged == puppet.sequence:
            puppet.inject(subscribe("rest"))
            puppet.listen(0.05)
        puppet.sequence = puppet.acknowledged

    TCP_TRICKS.append((f"Fragments: {name}", play, True, {}))


fragmented("in order", lambda r, f: [(0, r[:24], True), (24, r[24:], False)])
fragmented("backwards", lambda r, f: [(24, r[24:], False), (0, r[:24], True)])
fragmented("first of 8 bytes", lambda r, f: [(0, r[:8], True), (8, r[8:], False)])
fragmented("partial overlap", lambda r, f: [(0, r[:32], True), (24, f[24:], False), (24, r[24:], False)])
fragmented("copy of a part", lambda r, f: [(0, r[:32], True), (24, f[24:32], True), (32, r[32:], False)])
fragmented("same range, other bytes", lambda r, f: [(0, r[:24], True), (0, f[:24], True), (24, r[24:], False)])
fragmented("length of no multiple of 8", lambda r, f: [(0, r[:27], True), (24, r[24:], False)])
fragmented("two ends", lambda r, f: [(24, f[24:32], False), (24, r[24:], False), (0, r[:24], True)])
fragmented("CE beside not-ECT", lambda r, f: [(0, r[:24], True), (24, r[24:], False)], tos=(0, 3))
fragmented("CE beside ECT(0)", lambda r, f: [(0, r[:24], True), (24, r[24:], False)], tos=(2, 3))


def mqtt(name, *data, level=4, properties=None, enter=None):
    """Adds a trick that needs nothing but bytes of the stream."""
    MQTT_TRICKS.append((name, data, level, properties, enter))


def publish5(topic, payload=b"x", properties=b"", qos=0):
    """A PUBLISH of 5.0."""
    return publish(topic, payload, properties=properties, qos=qos)


_alias = bytes([0x23, 0, 1])
mqtt("Remaining length in two bytes where one is enough", bytes([0x82, 0x89, 0]) + REAL[2:])
mqtt("Remaining length in four bytes", bytes([0x82, 0x89, 0x80, 0x80, 0]) + REAL[2:])
mqtt("Remaining length in five bytes", bytes([0x82, 0x89, 0x80, 0x80, 0x80, 0]) + REAL[2:], FAKE)
mqtt("PINGREQ with a body", bytes([0xC0, 1, 0]), FAKE)
mqtt("Second CONNECT", connect("second"), FAKE)
mqtt("QoS 3", packet(0x36, text("fake") + b"\0\1x"), FAKE)
mqtt("DUP with QoS 0", packet(0x38, text("real") + b"x"), subscribe("b"))
mqtt("SUBSCRIBE with flags 0", packet(0x80, REAL[2:]), FAKE)
mqtt("Packet identifier 0 in SUBSCRIBE", subscribe("fake", packet_id=0), subscribe("b"))
mqtt("Packet identifier 0 in PUBLISH", publish("fake", b"x", qos=1, packet_id=0), FAKE)
mqtt("SUBSCRIBE without a filter", packet(0x82, b"\0\1"), FAKE)
mqtt("Filter with a wrong place of #", subscribe("fake#"), subscribe("b"))
mqtt("Topic with a wildcard", publish("fake/+", b"x"), FAKE)
mqtt("Topic with U+0000", publish(b"fa\0ke", b"x"), FAKE)
mqtt("Topic of bad UTF-8", publish(b"fa\xc0\xafke", b"x"), FAKE)
mqtt("Topic with a surrogate", publish(b"fa\xed\xa0\x80ke", b"x"), FAKE)
mqtt("Topic with a byte order mark", publish(b"\xef\xbb\xbfreal", b"x"), subscribe("b"))
mqtt("Empty topic", publish("", b"x"), FAKE)
mqtt("Topic longer than the packet", packet(0x30, b"\0\x40fake"), FAKE)
mqtt("Double and trailing slashes", publish("/real//x/", b"x"))
mqtt("Bytes behind DISCONNECT", REAL, DISCONNECT + FAKE)
mqtt("CONNACK from the client", packet(0x20, b"\0\0"), FAKE)
mqtt("Reserved type 0", packet(0x00), FAKE)
mqtt("AUTH before 5.0", packet(0xF0), FAKE)
mqtt("SUBSCRIBE behind CONNECT, before CONNACK", enter=connect("piped") + REAL)
mqtt("PUBLISH before CONNECT", enter=publish("fake", b"x") + connect("late"))
mqtt("CONNECT of level 6", enter=connect("six", level=6) + FAKE)
mqtt("CONNECT with the bridge bit", enter=packet(0x10, text("MQTT") + bytes([0x84, 2, 0, 60]) + text("bridge")) + REAL)
mqtt("CONNECT of MQIsdp 3", enter=packet(0x10, text("MQIsdp") + bytes([3, 2, 0, 60]) + text("old")) + REAL)
mqtt("CONNECT with the reserved flag", enter=packet(0x10, text("MQTT") + bytes([4, 3, 0, 60]) + text("odd")) + FAKE)
mqtt("QoS 2 identifier again, another topic", publish("fake", b"x", qos=2, packet_id=7),
     publish("real", b"x", qos=2, packet_id=7), packet(0x62, b"\0\7"))
mqtt("PUBREL of nothing", packet(0x62, b"\0\7"), REAL)
mqtt("Property length in two bytes where one is enough", packet(0x30, text("fake") + bytes([0x80, 0]) + b"x"),
     publish5("b"), level=5)
mqtt("Property twice", publish5("fake", properties=b"\1\0\1\0"), publish5("b"), level=5)
mqtt("Unknown property", publish5("fake", properties=b"\x7f\0"), publish5("b"), level=5)
mqtt("Alias", publish5("real", properties=_alias), publish5("", properties=_alias), level=5)
mqtt("Unknown alias", publish5("", properties=_alias), publish5("b"), level=5)
mqtt("Alias 0", publish5("fake", properties=b"\x23\0\0"), publish5("b"), level=5)
mqtt("Alias above the maximum", publish5("fake", properties=b"\x23\1\0"), publish5("b"), level=5)
mqtt("Alias set again", publish5("one", properties=_alias), publish5("two", properties=_alias),
     publish5("", properties=_alias), level=5)
mqtt("Shared subscription", packet(0x82, b"\0\1\0" + text("$share/g/real") + b"\0"), level=5)
mqtt("Shared subscription with No Local", packet(0x82, b"\0\1\0" + text("$share/g/fake") + b"\4"), publish5("b"), level=5)
mqtt("Large PUBLISH", packet(0x30, text("real") + b"x" * 1200) + subscribe("b"))
mqtt("Many in one segment", REAL + publish("b", b"x") + PINGREQ + subscribe("c", packet_id=2))
