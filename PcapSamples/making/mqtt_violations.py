"""Each statement of MQTT that is broken, by a host of its own, and odd packets that break none."""

import struct
import time

from .fake_broker import fake_broker
from .lab import CLIENTS
from .samples import sample
from .wire import DISCONNECT, PINGREQ, RawClient, connect, length, packet, publish, subscribe, text

OPEN = "allow_anonymous true"


def properties(data):
    """Properties of 5.0 with their length."""
    return length(len(data)) + data


def subscribe5(topic, *, options=0, data=b"", packet_id=1):
    """A SUBSCRIBE of 5.0 with one filter."""
    return packet(0x82, struct.pack(">H", packet_id) + properties(data) + text(topic) + bytes([options]))


def one_each(lab, name, faults, **options):
    """Each fault from a host of its own, behind an ordinary CONNECT."""
    with lab.broker(OPEN, "max_topic_alias 10"), lab.capture(name):
        for number, fault in enumerate(faults):
            with RawClient(CLIENTS[number]) as attacker:
                attacker.enter(f"one-{number}", username="x", **options)
                attacker.send(fault)
                attacker.read(0.2)


# Rules of names, and a packet that breaks each; the third list says what a broker would keep.
NAMES = {
    "mqtt_topic_control": publish("hall\0/door", b"x"),
    "mqtt_topic_control_kept": publish("hall\x07/door", b"x", retain=True),
    "mqtt_topic_wildcard": publish("hall/+/door", b"x"),
    "mqtt_topic_wildcard_kept": publish("hall/#", b"x", qos=1, retain=True),
    "mqtt_topic_empty": publish("", b"x"),
    "mqtt_filter_invalid": subscribe("hall/door#"),
}


@sample("mqtt/broken-names.pcap", {**dict.fromkeys(NAMES, 1), "mqtt_violation": 6}, rows=dict.fromkeys(NAMES, 1))
def broken_names(lab, name):
    """Six hosts, each with one topic or filter that cannot be: U+0000, a control character that is retained, wildcards in
    topics, no topic, a wildcard inside a level (own bytes)."""
    one_each(lab, name, NAMES.values())


PACKETS = {
    "mqtt_header_invalid": packet(0x36, text("a") + b"\0\1x"),          # QoS 3
    "mqtt_flags_invalid": packet(0xC8),                                 # a PINGREQ with a flag
    "mqtt_lengths_to_broker": packet(0x30, b"\xff\xffabc"),             # a topic that runs past the packet
    "mqtt_order_invalid": connect("again", username="x"),               # a second CONNECT
    "mqtt_wrong_direction": packet(0x20, b"\0\0"),                      # a CONNACK from a client
    "mqtt_answer_invalid": packet(0x62, b"\x12\x34"),                   # a PUBREL of nothing
}


@sample("mqtt/broken-packets.pcap", {**dict.fromkeys(PACKETS, 1), "mqtt_violation": 6}, rows=dict.fromkeys(PACKETS, 1))
def broken_packets(lab, name):
    """Six hosts, each with one packet that cannot be: QoS 3, a flag, a length, a second CONNECT, a packet of the other side,
    an acknowledgement of nothing (own bytes)."""
    one_each(lab, name, PACKETS.values())


@sample("mqtt/broken-connects.pcap", {"mqtt_connect_invalid": 3, "mqtt_identity_control": 1, "mqtt_violation": 4},
        rows={"mqtt_connect_invalid": 3, "mqtt_identity_control": 1})
def broken_connects(lab, name):
    """CONNECT with the reserved flag, with a will QoS of 3, with a will QoS and no will; a client id with a bell (own bytes)."""
    head = b"\0\x04MQTT\x04"
    with lab.broker(OPEN), lab.capture(name):
        for number, body in enumerate((
                head + b"\x83\0\x3c" + text("r") + text("x"),
                head + b"\x9e\0\x3c" + text("q") + text("w") + text("m") + text("x"),
                head + b"\x8a\0\x3c" + text("n") + text("x"))):
            with RawClient(CLIENTS[number]) as attacker:
                attacker.send(packet(0x10, body))
                attacker.read(0.2)
        with RawClient(CLIENTS[3]) as attacker:
            attacker.enter("pump\x07", username="x")


PROPERTIES = {
    "mqtt_property_invalid": publish("a", b"x", properties=b"\x23\0\1\x23\0\2"),  # an alias twice
    "mqtt_limit_exceeded": publish("a", b"x", properties=b"\x23\0\x63"),         # alias 99 where ten are allowed
}


@sample("mqtt/broken-properties.pcap", {**dict.fromkeys(PROPERTIES, 1), "mqtt_violation": 2}, rows=dict.fromkeys(PROPERTIES, 1))
def broken_properties(lab, name):
    """Two clients of 5.0: a property that comes twice, and a topic alias beyond what Mosquitto allowed (own bytes)."""
    one_each(lab, name, PROPERTIES.values(), level=5)


@sample("mqtt/regular-expression.pcap", {"mqtt_filter_regex": 1})
def regular_expression(lab, name):
    """Filters that a broker would take for regular expressions, as for CVE-2018-11615 (own bytes)."""
    one_each(lab, name, [subscribe("hall/([^d]*)*/+"), subscribe("hall/(x.*)*y/#")])


def rogue(lab, name, *answers, level=4):
    """A client, and a broker whose last answer is meant to break it."""
    with lab.capture(name), fake_broker(lab, *answers):
        with RawClient(CLIENTS[12]) as victim:
            victim.enter("victim", username="victim", level=level)
            victim.send(subscribe("hall/door") if level == 4 else subscribe5("hall/door"))
            victim.read()
            time.sleep(0.1)


@sample("mqtt/rogue-broker-length.pcap", {"mqtt_lengths_to_client": 1, "mqtt_violation": 1}, rows={"mqtt_lengths_to_client": 1})
def rogue_length(lab, name):
    """A broker sends its client a message whose topic runs past the packet, as for CVE-2018-17614 (own bytes)."""
    rogue(lab, name, packet(0x20, b"\0\0"), packet(0x90, b"\0\1\0") + packet(0x30, b"\x01\0hall/door"))


@sample("mqtt/rogue-broker-suback.pcap", {"mqtt_suback_empty": 1, "mqtt_violation": 1}, rows={"mqtt_suback_empty": 1})
def rogue_suback(lab, name):
    """A broker answers a subscription without a result, as for CVE-2024-10525 (own bytes)."""
    rogue(lab, name, packet(0x20, b"\0\0"), packet(0x90, b"\0\1"))


@sample("mqtt/after-refusal.pcap", {"mqtt_after_refusal": 1, "mqtt_anonymous_refused": 1})
def after_refusal(lab, name):
    """A client without a login that sends CONNECT, SUBSCRIBE and PUBLISH at once and is refused: it goes on behind the answer
    (own bytes)."""
    answers = (packet(0x20, b"\0\x05"), b"")
    with lab.capture(name), fake_broker(lab, *answers):
        with RawClient(CLIENTS[13]) as attacker:
            attacker.enter("pushing")
            attacker.send(publish("hall/door", b"open"), subscribe("hall/door"))


@sample("mqtt/odd-but-allowed.pcap", {})
def odd_but_allowed(lab, name):
    """What looks wrong and is not: unusual letters, empty levels, brackets in a topic, packets sent before the CONNACK, DUP,
    an unsubscription from nothing, the largest values of 5.0 (own bytes, Mosquitto)."""
    with lab.broker(OPEN, "max_topic_alias 10"), lab.capture(name):
        with RawClient(CLIENTS[14]) as client:
            client.send(connect("\U0001f321 fühler " + "x" * 60, username="odd", keep_alive=0)
                        + subscribe("ort//+/ \u00ad/", qos=1), pause=0.2)
            client.read()
            client.send(publish("ort/[a-z](1)*/\U0001f600", b"", qos=1, packet_id=9), pause=0.1)
            resent = bytearray(publish("ort/[a-z](1)*/\U0001f600", b"", qos=1, packet_id=10))
            resent[0] |= 0x08  # DUP
            client.send(bytes(resent), publish("/", b"\0\xff", qos=2, packet_id=11), pause=0.1)
            client.read()
            client.send(packet(0x62, b"\0\x0b"), packet(0xA2, b"\0\x0c" + text("never/asked")), PINGREQ, PINGREQ, pause=0.1)
            client.read()
            client.send(DISCONNECT)
        largest = b"\x11\xff\xff\xff\xff\x21\xff\xff\x26\0\0\0\0"
        with RawClient(CLIENTS[15]) as client:
            client.enter("odd-five", username="odd", level=5, properties=largest)
            client.send(subscribe5("$share/group/ort/+/state", options=1, data=b"\x0b\xff\xff\xff\x7f"), pause=0.1)
            client.read()
            client.send(publish("ort/1/state", b"on", properties=b"\x23\0\x0a\x03\0\0"),
                        publish("", b"off", properties=b"\x23\0\x0a"), pause=0.1)
            client.read()
            client.send(packet(0xE0, b"\0\x05\x11\0\0\0\0"))
