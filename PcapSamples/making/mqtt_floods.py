"""MQTT in quantities: messages, pings, filters, properties, exchanges that are left open; and honest traffic near to each."""

import contextlib
import struct
import time

from .device import Device
from .lab import CLIENTS
from .mqtt_violations import OPEN
from .samples import sample
from .wire import PINGREQ, RawClient, connect, packet, publish, subscribe, text


@sample("mqtt/packet-flood.pcap.zst", {"mqtt_packet_flood": 1, "mqtt_publish_rate": 1}, rows={"mqtt_packet_flood": 1})
def packet_flood(lab, name):
    """One client sends 4,000 messages in a second (own bytes)."""
    with lab.broker(OPEN), lab.capture(name), RawClient(CLIENTS[20]) as attacker:
        attacker.enter("flood", username="flood")
        for turn in range(40):
            attacker.send(b"".join(publish(f"hall/{turn}", b"x") for _ in range(100)), pause=0.02)


@sample("mqtt/busy-publisher.pcap.zst", {})
def busy_publisher(lab, name):
    """A vibration sensor that publishes a hundred values a second for four seconds (own bytes): much, and nothing wrong."""
    with lab.broker(OPEN), lab.capture(name), RawClient(CLIENTS[21]) as sensor:
        sensor.enter("vibration", username="vibration")
        sensor.send(*[publish("hall/press/vibration", b"%d" % (turn % 17)) for turn in range(400)], pause=0.01)


@sample("mqtt/ping-flood.pcap", {"mqtt_ping_flood": 1, "mqtt_ping_rate": 1}, rows={"mqtt_ping_flood": 1})
def ping_flood(lab, name):
    """One connection on which 150 PINGREQ come in three seconds (own bytes)."""
    with lab.broker(OPEN), lab.capture(name), RawClient(CLIENTS[22]) as attacker:
        attacker.enter("pings", username="pings")
        for _ in range(15):
            attacker.send(PINGREQ * 10, pause=0.2)
            attacker.read(0.1)


@sample("mqtt/qos2-open.pcap", {"mqtt_qos2_some_open": 1, "mqtt_qos2_unreleased": 1}, rows={"mqtt_qos2_unreleased": 1})
def qos2_open(lab, name):
    """A client begins 120 exchanges of QoS 2 and releases none, as for CVE-2023-28366 (own bytes)."""
    with lab.broker(OPEN, "max_inflight_messages 200"), lab.capture(name), RawClient(CLIENTS[23]) as attacker:
        attacker.enter("open", username="open")
        attacker.send(b"".join(publish("hall/door", b"x", qos=2, packet_id=n) for n in range(1, 121)))
        attacker.read()


@sample("mqtt/qos2-ordinary.pcap", {})
def qos2_ordinary(lab, name):
    """A client that ends each of 30 exchanges of QoS 2 (paho)."""
    with lab.broker(OPEN), lab.capture(name), Device("exact", CLIENTS[24], username="exact") as client:
        for turn in range(30):
            client.publish("hall/count", str(turn), qos=2)


@sample("mqtt/packet-id-reused.pcap", {"mqtt_packet_id_in_use": 1, "mqtt_violation": 1})
def packet_id_reused(lab, name):
    """A client sends twelve different messages under one packet identifier that is not free (own bytes)."""
    with lab.broker(OPEN), lab.capture(name), RawClient(CLIENTS[25]) as attacker:
        attacker.enter("same-id", username="same-id")
        for turn in range(12):
            attacker.send(publish("hall/door", b"%d" % turn, qos=2, packet_id=7), pause=0.02)
        attacker.read()


@sample("mqtt/stalled-reader.pcap", {"mqtt_subscriber_stalled": 1})
def stalled_reader(lab, name):
    """A subscriber of QoS 1 that acknowledges nothing, while a sensor goes on for more than a minute (own bytes)."""
    with lab.broker(OPEN, "max_inflight_messages 40"), lab.capture(name):
        with RawClient(CLIENTS[26]) as reader, Device("sensor", CLIENTS[27], username="sensor") as sensor:
            reader.enter("stalled", username="stalled", keep_alive=600)
            reader.send(subscribe("hall/temperature", qos=1))
            reader.read()
            for turn in range(24):
                sensor.publish("hall/temperature", str(turn), qos=1)
            time.sleep(62)
            sensor.publish("hall/temperature", "the last", qos=1)


@sample("mqtt/prompt-reader.pcap", {})
def prompt_reader(lab, name):
    """A subscriber of QoS 1 that acknowledges 40 messages (paho)."""
    with lab.broker(OPEN), lab.capture(name):
        with Device("reader", CLIENTS[28], username="reader") as reader, \
                Device("sensor", CLIENTS[27], username="sensor") as sensor:
            reader.subscribe("hall/temperature", 1)
            for turn in range(40):
                sensor.publish("hall/temperature", str(turn), qos=1)
            reader.wait_for_messages(40)


@sample("mqtt/large-message.pcap.zst", {"mqtt_message_large": 1})
def large_message(lab, name):
    """A message of 300,000 octets, in frames of up to 9000 octets (paho)."""
    lab.largest_frame(9000)
    try:
        with lab.broker(OPEN), lab.capture(name), Device("dump", CLIENTS[29], username="dump") as attacker:
            attacker.publish("dump/1", b"A" * 300_000)
    finally:
        lab.largest_frame(1500)


def filters(number, first=0):
    """A SUBSCRIBE with so many filters."""
    names = b"".join(text(f"hall/{n}/door") + b"\0" for n in range(first, first + number))
    return packet(0x82, b"\0\1" + names)


@sample("mqtt/filters-many.pcap", {"mqtt_filters_many": 1})
def filters_many(lab, name):
    """One SUBSCRIBE with 250 filters (own bytes)."""
    with lab.broker(OPEN), lab.capture(name), RawClient(CLIENTS[30]) as attacker:
        attacker.enter("filters", username="filters")
        attacker.send(filters(250))
        attacker.read()


@sample("mqtt/filters-some.pcap", {})
def filters_some(lab, name):
    """A panel that asks for forty topics in one SUBSCRIBE, and for ten more one by one (own bytes)."""
    with lab.broker(OPEN), lab.capture(name), RawClient(CLIENTS[31]) as panel:
        panel.enter("panel", username="panel")
        panel.send(filters(40), *[subscribe(f"cellar/{n}", packet_id=2 + n) for n in range(10)])
        panel.read()


@sample("mqtt/subscribe-rate.pcap", {"mqtt_subscribe_rate": 1})
def subscribe_rate(lab, name):
    """A client that tries topics, one SUBSCRIBE each, sixty in a few seconds, and is granted them all (own bytes)."""
    with lab.broker(OPEN), lab.capture(name), RawClient(CLIENTS[32]) as attacker:
        attacker.enter("tries", username="tries")
        attacker.send(*[subscribe(f"word{n}/state", packet_id=1 + n) for n in range(60)], pause=0.02)
        attacker.read()


@sample("mqtt/filter-of-wildcards.pcap", {"mqtt_filter_many_wildcards": 1, "mqtt_topic_deep": 1})
def filter_of_wildcards(lab, name):
    """A filter of 24 levels that are all wildcards behind a name (own bytes)."""
    with lab.broker(OPEN), lab.capture(name), RawClient(CLIENTS[33]) as attacker:
        attacker.enter("wild", username="wild")
        attacker.send(subscribe("hall/" + "/".join("+" * 24)))
        attacker.read()


def pair(key, value):
    """A user property."""
    return b"\x26" + text(key) + text(value)


@sample("mqtt/user-properties.pcap", {"mqtt_connect_oversized": 1, "mqtt_user_properties_many": 1})
def user_properties(lab, name):
    """A CONNECT with 300 user properties, 10 kB of them, as for CVE-2021-41039 (own bytes)."""
    many = b"".join(pair(f"key{n}", "v" * 24) for n in range(300))
    with lab.broker(OPEN), lab.capture(name), RawClient(CLIENTS[34]) as attacker:
        attacker.enter("bloat", level=5, username="bloat", properties=many)


@sample("mqtt/large-login.pcap", {"mqtt_credentials_in_clear": 1})
def large_login(lab, name):
    """A login with a signed token of 6,000 letters as its password, and one of 5.0 with ten user properties (own bytes)."""
    token = "eyJhbGciOiJSUzI1NiJ9." + "c2Vuc29y" * 750
    with lab.broker(OPEN), lab.capture(name):
        with RawClient(CLIENTS[35]) as client:
            client.enter("with-token", username="token", password=token)
        with RawClient(CLIENTS[36]) as client:
            client.enter("with-notes", level=5, username="notes", properties=b"".join(pair(f"k{n}", "v") for n in range(10)))


@sample("mqtt/connect-huge.pcap", {"mqtt_connect_huge": 1, "mqtt_connect_unfinished": 1}, counts={})
def connect_huge(lab, name):
    """First packets that announce 256 MB and 2 MB, as for CVE-2017-7651, and never come to their end (own bytes)."""
    with lab.broker(OPEN), lab.capture(name):
        for start in ("10ffffff7f00044d515454", "10808080010004"):
            with RawClient(CLIENTS[37]) as attacker:
                attacker.send(bytes.fromhex(start), pause=0.5)


@sample("mqtt/connect-unfinished.pcap", {"mqtt_connect_unfinished": 1}, counts={})
def connect_unfinished(lab, name):
    """A client that sends half a CONNECT and goes (own bytes)."""
    with lab.broker(OPEN), lab.capture(name), RawClient(CLIENTS[38]) as client:
        client.send(connect("c" * 40)[:20], pause=0.3)


@sample("mqtt/connects-from-many.pcap", {"mqtt_connect_flood_many_hosts": 1})
def connects_from_many(lab, name):
    """Sixty hosts that were not there before connect within seconds, each with a name of its own (own bytes)."""
    with lab.broker(OPEN), lab.capture(name), contextlib.ExitStack() as stack:
        for number in range(60):
            client = stack.enter_context(RawClient(CLIENTS[number]))
            client.enter(f"bot-{number}", username="bot")


@sample("mqtt/limits-kept.pcap", {})
def limits_kept(lab, name):
    """A client of 5.0 that uses all of the ten aliases that Mosquitto allows, and no more (own bytes)."""
    with lab.broker(OPEN, "max_topic_alias 10"), lab.capture(name), RawClient(CLIENTS[39]) as client:
        client.enter("aliases", level=5, username="aliases")
        client.send(*[publish(f"hall/{n}", b"1", properties=b"\x23" + struct.pack(">H", n)) for n in range(1, 11)], pause=0.01)
        client.send(*[publish("", b"2", properties=b"\x23" + struct.pack(">H", n)) for n in range(1, 11)], pause=0.01)
