"""How captures of what messages hold are made: one table entry for each, sent by mosquitto_pub, paho and coap-client."""

import contextlib
import time

from .coap_tools import DEVICE, client, libcoap
from .device import Device
from .lab import BROKER, CLIENTS, OUTSIDE_CLIENT, run
from .mqtt_violations import OPEN
from .samples import sample

SENDER, OTHER, HARVESTER = CLIENTS[60], CLIENTS[61], CLIENTS[62]
# What readers raise by themselves: one outside that asks for the first topic, one inside that asks for every topic.
READERS = {"mqtt_client_from_outside": 1, "mqtt_harvest": 1}


def publish(lab, topic, payload, *options, address=SENDER, who="sender"):
    """mosquitto_pub, to its end. A user name keeps it from being anonymous."""
    path = lab.work / "payload"
    path.write_bytes(payload if isinstance(payload, bytes) else payload.encode())
    run("mosquitto_pub", "-h", BROKER, "-A", address, "-i", who, "-u", who, "-t", topic, "-f", str(path), *options)


@contextlib.contextmanager
def reader(lab, topic, address, who):
    """mosquitto_sub for as long as the `with` lasts."""
    with lab.client("mosquitto_sub", "-h", BROKER, "-A", address, "-i", who, "-u", who, "-t", topic):
        time.sleep(0.3)
        yield
        time.sleep(0.2)


def put(lab, path, payload, *options):
    """coap-client PUTs a payload at libcoap's server."""
    file = lab.work / "payload"
    file.write_bytes(payload if isinstance(payload, bytes) else payload.encode())
    client("-m", "put", "-f", str(file), *options, f"coap://{DEVICE}{path}", address=SENDER)


def kind(key, text, messages, alerts, *, readers=False, over_coap=None, fetched=False, will=None, rows=None):
    """Registers a capture: these messages (topic, payload, options of mosquitto_pub) at an open Mosquitto.

    With `readers` one client outside and one that asks for every topic are sent them. `over_coap` is a path and what is PUT
    there with libcoap's programs, and read again by a client outside if it is `fetched`. `will` is what a paho client leaves.
    """

    def make(lab, name):
        with contextlib.ExitStack() as stack:
            if messages or will:
                stack.enter_context(lab.broker(OPEN))
            if over_coap:
                stack.enter_context(libcoap(lab, DEVICE, "-d", "10"))
            stack.enter_context(lab.capture(name))
            if readers:
                stack.enter_context(reader(lab, messages[0][0], OUTSIDE_CLIENT, "visitor"))
                stack.enter_context(reader(lab, "#", HARVESTER, "curious"))
            for topic, payload, *options in messages:
                publish(lab, topic, payload, *options)
            if will:
                Device("willing", OTHER, username="willing", will={"topic": will[0], "payload": will[1]}).close()
            if over_coap:
                put(lab, *over_coap)
            if fetched:
                client("-m", "get", f"coap://{DEVICE}{over_coap[0]}", address=OUTSIDE_CLIENT)

    make.__doc__ = text
    sample(f"payload/{key}.pcap", {**(READERS if readers else {}), **alerts}, rows=rows)(make)
