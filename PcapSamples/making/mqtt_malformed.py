"""MQTT that breaks its specification, sent by hand."""

import time

from .fake_broker import fake_broker
from .lab import CLIENTS
from .samples import sample
from .wire import PINGREQ, RawClient, connect, packet, publish, subscribe, text

ILL_FORMED = b"cellar/\xc3\x28"  # C3 begins a sequence of two octets; 28 cannot end it


@sample("mqtt/utf8-topic.pcap", {"mqtt_topic_not_utf8": 1, "mqtt_violation": 1}, rows={"mqtt_topic_not_utf8": 1})
def utf8_topic(lab, name):
    """A PUBLISH with QoS 0 whose topic holds C3 28, which is not UTF-8 (own bytes); Mosquitto closes the connection."""
    with lab.broker("allow_anonymous true"), lab.capture(name):
        with RawClient(CLIENTS[84]) as attacker:
            attacker.enter("bad-topic", username="x")
            attacker.send(publish(ILL_FORMED, b"x"))
            attacker.read()


@sample("mqtt/utf8-topic-retained.pcap", {
    "mqtt_topic_not_utf8_kept": 1, "mqtt_violation": 1}, rows={"mqtt_topic_not_utf8_kept": 1})
def utf8_topic_retained(lab, name):
    """The same with QoS 1 and retained, as for CVE-2017-7653 (own bytes); Mosquitto closes the connection."""
    with lab.broker("allow_anonymous true"), lab.capture(name):
        with RawClient(CLIENTS[84]) as attacker:
            attacker.enter("poison", username="x")
            attacker.send(publish(ILL_FORMED, b"x", qos=1, retain=True))
            attacker.read()


@sample("mqtt/utf8-delivered.pcap", {"mqtt_violation_delivered": 1})
def utf8_delivered(lab, name):
    """A broker that has kept such a message hands it to a subscriber."""
    delivery = publish(ILL_FORMED, b"x", retain=True)
    with lab.capture(name), fake_broker(lab, packet(0x20, b"\0\0"), packet(0x90, b"\0\1\0") + delivery):
        with RawClient(CLIENTS[85]) as victim:
            victim.enter("victim", username="victim")
            victim.send(subscribe("cellar/+"))
            victim.read()
            time.sleep(0.1)


@sample("mqtt/utf8-clientid.pcap", {
    "mqtt_identity_not_utf8": 1, "mqtt_violation": 1}, rows={"mqtt_identity_not_utf8": 1})
def utf8_clientid(lab, name):
    """A CONNECT whose client id holds FF FE, which is not UTF-8 (own bytes)."""
    with lab.broker("allow_anonymous true"), lab.capture(name):
        with RawClient(CLIENTS[86]) as attacker:
            attacker.enter(b"pump-\xff\xfe", username="x")


MALFORMED = [
    packet(0x80, b"\0\1" + text("a") + b"\0"),           # SUBSCRIBE with the wrong flags
    packet(0x36, text("a") + b"\0\1x"),                  # PUBLISH with QoS 3
    publish("a/#", b"x"),                                # a wildcard in a topic name
    publish("", b"x"),                                   # no topic name
    subscribe("a", packet_id=0),                         # packet identifier 0
    packet(0x82, b"\0\1"),                               # SUBSCRIBE without a filter
    connect("again", username="x"),                      # a second CONNECT
    publish("a\0b", b"x"),                               # U+0000 in a topic name
    subscribe("a/b#"),                                   # a wildcard inside a level
    packet(0x38, text("a") + b"x"),                      # DUP with QoS 0
    packet(0x20, b"\0\0"),                               # CONNACK from a client
    packet(0x30, b"\xff\xffabc"),                        # a topic name that runs past the packet
]


@sample("mqtt/malformed.pcap", {
    "mqtt_flags_invalid": 1, "mqtt_header_invalid": 1, "mqtt_lengths_to_broker": 1, "mqtt_many_violations": 1,
    "mqtt_topic_empty": 1, "mqtt_violation": 1, "mqtt_wrong_direction": 1}, rows={"mqtt_many_violations": 1})
def malformed(lab, name):
    """A fuzzer: a dozen different faults, each on a connection of its own."""
    with lab.broker("allow_anonymous true"), lab.capture(name):
        for number, fault in enumerate(MALFORMED):
            with RawClient(CLIENTS[87]) as attacker:
                attacker.enter(f"fuzz{number}", username="x")
                attacker.send(fault)
                attacker.read(0.2)


@sample("mqtt/faulty-client.pcap", {"mqtt_flags_invalid": 1, "mqtt_violation": 1}, rows={"mqtt_flags_invalid": 1})
def faulty_client(lab, name):
    """One program with one fault, again and again: no attack."""
    with lab.broker("allow_anonymous true"), lab.capture(name):
        for _ in range(12):
            with RawClient(CLIENTS[88]) as client:
                client.enter("faulty", username="x")
                client.send(PINGREQ, packet(0x80, b"\0\1" + text("a") + b"\0"))
                client.read(0.2)
