#!/usr/bin/env python3
"""Holds the inventory of the benign worlds of PcapSamples against what their scripts really started.

    Tests/Peers/inventory_worlds.py PROGRAM [--keep DIR] [WORLD ...]

The truth is what the scripts did: which brokers were connected to, with which client ids and users, which topics went either
way, who asked and who answered over CoAP. It is written down while they run and never comes from the capture. Prints a table
of what was found, missed and made up; the exit code is 1 where anything was missed or made up. Needs Python and zstd.
"""

import argparse
import collections
import json
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile

SAMPLES = pathlib.Path(__file__).resolve().parents[2] / "PcapSamples"
sys.path.insert(0, str(SAMPLES))

from making import mqtt_client, situations  # noqa: E402
from making import traffic  # noqa: E402

WORLDS = ["home", "factory", "building", "cloud"]
PLACES = {"{n}": r"\d+", "{id}": r"[^/]+", "{mac}": r"[0-9A-Fa-f:._-]+", "{uuid}": r"[0-9A-Fa-f_-]{36}",
          "{ip}": r"[0-9A-Fa-f:.]+", "{date}": r"[0-9T:.Z+_-]+"}


def pattern(template):
    """A template as a regular expression over whole names."""
    parts = re.split(r"(\{(?:n|id|mac|uuid|ip|date)\})", template)
    return re.compile("".join(PLACES.get(part) or re.escape(part.replace("{{", "{")) for part in parts))


class Truth:
    """What the scripts of one world did."""

    def __init__(self):
        self.servers, self.clients, self.topics, self.filters = set(), set(), set(), set()
        self.asked = {}
        self.coap_clients = set()

    def connect(self, client, link):
        """A client sends its CONNECT."""
        self.servers.add(("mqtt", link.broker.host.address, link.broker.port))
        name = "" if client.assigned else link.name
        self.clients.add((name, client.username or "", client.host.address))

    def datagram(self, source, source_port, destination, destination_port, payload):
        """A datagram is sent: of CoAP or of something else."""
        if len(payload) < 4 or payload[0] >> 6 != 1:
            return
        kind, code = payload[1] >> 5, payload[1] & 31
        token = payload[4:4 + (payload[0] & 15)]
        if kind == 0 and code > 0:
            self.coap_clients.add(source.address)
            self.asked[source.address, source_port, token] = path(payload)
        elif kind in (2, 4, 5):
            self.servers.add(("coap", source.address, source_port))
            asked = self.asked.get((destination.address, destination_port, token))
            if kind == 2 and asked is not None:
                self.topics.add((f"{source.address}", asked))


def path(message):
    """The Uri-Path of a request (RFC 7252, 3.1)."""
    at, number, parts = 4 + (message[0] & 15), 0, []
    while at < len(message) and message[at] != 0xFF:
        delta, size = message[at] >> 4, message[at] & 15
        at += 1
        values = []
        for value in (delta, size):
            if value == 13:
                value, at = message[at] + 13, at + 1
            elif value == 14:
                value, at = int.from_bytes(message[at:at + 2], "big") + 269, at + 2
            values.append(value)
        number += values[0]
        if number == 11:
            parts.append(message[at:at + values[1]].decode())
        at += values[1]
    return "/" + "/".join(parts)


def watch(truth):
    """Lets the functions by which the scripts send write down what they do; gives how to undo it."""
    saved = []

    def replace(owner, name, new):
        saved.append((owner, name, getattr(owner, name)))
        setattr(owner, name, new)

    client = mqtt_client.Client
    introduce, publish, arrives, subscribe = client.introduce, client.publish, client.arrives, client.subscribe

    def introduced(self, link):
        truth.connect(self, link)
        introduce(self, link)

    def published(self, topic, payload, **options):
        sent = publish(self, topic, payload, **options)
        if sent:
            truth.topics.add((self.broker.host.address, topic))
        return sent

    def arrived(self, link, topic, *rest):
        truth.topics.add((self.broker.host.address, topic))
        arrives(self, link, topic, *rest)

    def subscribed(self, *filters, **options):
        if self.link is not None and self.link.ready and self.link.alive:
            truth.filters.update((self.broker.host.address, one) for one, _ in filters)
        subscribe(self, *filters, **options)

    replace(client, "introduce", introduced)
    replace(client, "publish", published)
    replace(client, "arrives", arrived)
    replace(client, "subscribe", subscribed)
    original = traffic.datagram

    def datagram(network, time, source, source_port, destination, destination_port, payload):
        truth.datagram(source, source_port, destination, destination_port, payload)
        original(network, time, source, source_port, destination, destination_port, payload)

    for name, module in list(sys.modules.items()):
        if name.startswith("making.") and getattr(module, "datagram", None) is original:
            replace(module, "datagram", datagram)

    def undo():
        for owner, name, old in reversed(saved):
            setattr(owner, name, old)

    return undo


def records(store):
    """The inventory of a store, lists of records by kind."""
    found = collections.defaultdict(list)
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as database:
        for kind, detail in database.execute("SELECT kind, detail FROM inventory"):
            found[kind].append(json.loads(detail))
    return found


def match(names, templates):
    """How many names are found and missed, and how many templates stand for none: by owner, such as a server."""
    by_owner = collections.defaultdict(list)
    for owner, template in templates:
        by_owner[owner].append((template, pattern(template)))
    used, missed = set(), []
    for owner, name in sorted(names):
        # The same name written out beats a template that takes it in, too.
        fitting = [template for template, regex in by_owner[owner] if regex.fullmatch(name)]
        if fitting:
            used.update((owner, template) for template in fitting)
        else:
            missed.append((owner, name))
    return len(names) - len(missed), missed, sorted(set(templates) - used)


def compare(truth, found):
    """A line of the table for each kind: its name, found, missed, made up."""
    servers = {(one["proto"], one["address"], one["port"]) for one in found["server"]}
    yield "servers", len(truth.servers & servers), sorted(truth.servers - servers), sorted(servers - truth.servers)
    address = {f"{one['proto']} " + (f"[{one['address']}]" if ":" in one["address"] else one["address"])
               + f":{one['port']}": one["address"] for one in found["server"]}
    names = {(user, name) for name, user, _ in truth.clients if name}
    templates = {(one.get("user", ""), one["name"]) for one in found["client"]
                 if one["proto"] == "mqtt" and "name" in one}
    yield "MQTT clients", *match(names, templates)
    nameless = {home for name, _, home in truth.clients if not name}
    homes = {one["home"] for one in found["client"] if one["proto"] == "mqtt" and "name" not in one}
    yield "MQTT clients without a name", len(nameless & homes), sorted(nameless - homes), sorted(homes - nameless)
    clients = {one["home"] for one in found["client"] if one["proto"] == "coap"}
    yield "CoAP clients", len(truth.coap_clients & clients), sorted(truth.coap_clients - clients), \
        sorted(clients - truth.coap_clients)
    yield "topics and resources", *match(
        truth.topics, {(address.get(one["server"], one["server"]), one["template"]) for one in found["topic"]})
    yield "filters", *match(
        truth.filters, {(address.get(one["server"], one["server"]), one["filter"]) for one in found["filter"]})


def check(program, name, folder):
    """Makes a world, reads it with the program, and compares; whether all is well."""
    truth = Truth()
    undo = watch(truth)
    try:
        capture = situations.SITUATIONS[name].write(folder)
    finally:
        undo()
    store = folder / f"{name}.db"
    for old in folder.glob(f"{name}.db*"):
        old.unlink()
    subprocess.run([program, "replay", "--quiet", "--db", store, capture], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    is_well = True
    found = records(store)
    for kind, right, missed, invented in compare(truth, found):
        print(f"{name:9} {kind:28} found {right:5}  missed {len(missed):3}  made up {len(invented):3}")
        for word, ones in (("missed", missed), ("made up", invented)):
            for one in ones[:5]:
                print(f"          {word}: {one}")
        is_well = is_well and not missed and not invented
    counts = {kind: len(ones) for kind, ones in sorted(found.items())}
    print(f"{name:9} records: " + ", ".join(f"{count} {kind}" for kind, count in counts.items()))
    return is_well


def main():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program")
    parser.add_argument("--keep", type=pathlib.Path, help="a folder for captures and stores")
    parser.add_argument("world", nargs="*", default=WORLDS)
    options = parser.parse_args()
    situations.load()
    with tempfile.TemporaryDirectory() as folder:
        place = options.keep or pathlib.Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        verdicts = [check(options.program, world, place) for world in options.world or WORLDS]
    sys.exit(0 if all(verdicts) else 1)


if __name__ == "__main__":
    main()
