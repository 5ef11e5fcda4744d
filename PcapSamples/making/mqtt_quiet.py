"""Misuse of MQTT that is slow, quiet or small: what a single row of a low level tells."""

import contextlib
import time

from .lab import CLIENTS, OUTSIDE_CLIENT
from .mqtt_access import passwords
from .mqtt_violations import OPEN
from .samples import sample
from .wire import DISCONNECT, RawClient, packet, publish, subscribe, text


@sample("mqtt/cotopaxi.pcap", {"mqtt_anonymous_accepted": 1, "mqtt_scanner_cotopaxi": 1})
def cotopaxi(lab, name):
    """The CONNECT of the scanner Cotopaxi, octet for octet (own bytes)."""
    with lab.broker(OPEN), lab.capture(name), RawClient(CLIENTS[0]) as scanner:
        scanner.send(bytes.fromhex("100d00044d5154540402003c000131"))
        scanner.read()


@sample("mqtt/connect-churn.pcap.zst", {"mqtt_connect_churn": 1})
def connect_churn(lab, name):
    """One client that connects and goes 120 times within 40 seconds (own bytes)."""
    with lab.broker(OPEN), lab.capture(name):
        for _ in range(120):
            with RawClient(CLIENTS[1]) as client:
                client.enter("churn", username="churn")
                client.send(DISCONNECT, pause=0.25)


@sample("mqtt/idle-from-many.pcap.zst", {"mqtt_sessions_idle_many_hosts": 1})
def idle_from_many(lab, name):
    """Twenty-six hosts hold four sessions each on which nothing is said for a minute (own bytes)."""
    with lab.broker(OPEN), lab.capture(name), contextlib.ExitStack() as stack:
        for number in range(104):
            client = stack.enter_context(RawClient(CLIENTS[number % 26]))
            client.enter(f"{number:04}", username="slow", keep_alive=1200)
            time.sleep(0.3)
        time.sleep(62)


@sample("mqtt/long-properties.pcap", {"mqtt_property_long": 1})
def long_properties(lab, name):
    """A message with a user property of 400 letters, which might carry anything (own bytes)."""
    with lab.broker(OPEN), lab.capture(name), RawClient(CLIENTS[2]) as attacker:
        attacker.enter("hidden", level=5, username="hidden")
        attacker.send(publish("hall/door", b"1", properties=b"\x26" + text("note") + text("QUJD" * 100)))


@sample("mqtt/message-loop.pcap", {"mqtt_message_loop": 1})
def message_loop(lab, name):
    """Two programs that each pass on what the other writes: one message goes round thirty times (own bytes)."""
    with lab.broker(OPEN), lab.capture(name):
        with RawClient(CLIENTS[3]) as left, RawClient(CLIENTS[4]) as right:
            for end, reads in ((left, "loop/a"), (right, "loop/b")):
                end.enter(reads.replace("/", "-"), username="loop")
                end.send(subscribe(reads))
                end.read()
            for _ in range(60):
                left.send(publish("loop/b", b"the same"), publish("loop/c", b"the same"), pause=0.01)
                right.send(publish("loop/a", b"the same"), publish("loop/c", b"the same"), pause=0.01)


@sample("mqtt/data-in-topics.pcap", {"mqtt_empty_messages_many": 1})
def data_in_topics(lab, name):
    """Sixty empty messages, each under another name, which spell what is carried out (own bytes)."""
    with lab.broker(OPEN), lab.capture(name), RawClient(CLIENTS[5]) as attacker:
        attacker.enter("speller", username="speller")
        attacker.send(*[publish(f"x/{(number * 2654435761) % 2**32:08x}") for number in range(60)], pause=0.02)


@sample("mqtt/refused-outside.pcap", {"mqtt_credentials_in_clear": 1, "mqtt_refused_from_outside": 1})
def refused_outside(lab, name):
    """A client from a public address with a wrong password, refused (own bytes)."""
    with lab.broker(*passwords(lab, field="far away")), lab.capture(name), RawClient(OUTSIDE_CLIENT) as visitor:
        visitor.enter("visitor", username="field", password="far")


@sample("mqtt/sessions-hoarded.pcap.zst", {"mqtt_client_ids_many": 1, "mqtt_sessions_hoarded": 1})
def sessions_hoarded(lab, name):
    """One host leaves sixty sessions on the broker, each with a subscription of QoS 1 (own bytes)."""
    with lab.broker(OPEN), lab.capture(name):
        for number in range(60):
            with RawClient(CLIENTS[7]) as client:
                client.enter(f"hoard-{number}", username="hoard", clean=False)
                client.send(subscribe("plant/state", qos=1), pause=0)
                client.read()
                client.send(DISCONNECT)


@sample("mqtt/wills-fired.pcap", {"mqtt_wills_fired": 1})
def wills_fired(lab, name):
    """A client with a will that breaks off seven times, and has the broker publish it each time (own bytes)."""
    body = text("MQTT") + b"\x04\x86\0\x3c" + text("breaker") + text("hall/alarm") + text("off") + text("breaker")
    with lab.broker(OPEN), lab.capture(name):
        for _ in range(7):
            with RawClient(CLIENTS[8]) as client:
                client.send(packet(0x10, body), pause=0)
                client.read()
                time.sleep(0.3)
