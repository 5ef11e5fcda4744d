#!/usr/bin/env python3
"""Plays tricks against Mosquitto and libcoap on this machine's own network stack, and holds what `earshot decode` reads of the
capture against what the receivers say in their logs.

    sudo Tests/Peers/receivers.py EARSHOT [--markdown]

Prints a line for each trick; ends with 0 where the sensor read of each what its receiver read, or told that it is not sure.
Needs root: it makes two network namespaces, and takes them away again.
"""

import collections
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "PcapSamples"), str(ROOT / "Tests/Peers")]
sys.dont_write_bytecode = True

from making.lab import BROKER, Lab  # noqa: E402
from making.wire import PINGREQ, connect  # noqa: E402
from puppet import CLIENT_MAC, Cable, Puppet  # noqa: E402
import coap_tricks  # noqa: E402
import receiver_tricks  # noqa: E402

_FIELDS = ("event.category,source.ip,source.port,mqtt.type,mqtt.topic,coap.uri_path,coap.class,"
           "network.anomaly,violation.id,network.doubt,"
           "mqtt.session.midstream")


def play_all(lab):
    """Plays each trick from an address of its own; gives the names by address."""
    cable, names = Cable(), {}
    addresses = (f"10.77.{2 + number // 200}.{1 + number % 200}" for number in range(1000))

    def next_address(name):
        address = next(addresses)
        names[address] = name
        lab.ip(lab.servers, "neigh", "add", address, "lladdr", CLIENT_MAC.hex(":"), "dev", "sv0")
        return address

    for name, play, is_entered, options in receiver_tricks.TCP_TRICKS:
        puppet = Puppet(cable, next_address(name), BROKER, **options)
        if is_entered:
            puppet.enter(connect(name))
        play(puppet)
        puppet.leave(PINGREQ)
    for name, data, level, properties, enter in receiver_tricks.MQTT_TRICKS:
        puppet = Puppet(cable, next_address(name), BROKER)
        puppet.enter(enter or connect(name, level=level, properties=properties))
        for part in data:
            puppet.say(part)
            puppet.listen(0.01)
        puppet.leave(PINGREQ)
    for name, play in coap_tricks.TRICKS:
        play(coap_tricks.Talker(cable, next_address(name)))
        time.sleep(0.01)
    return names


def broker_readings(log):
    """Topics that Mosquitto took, by the address of the client."""
    address, topics, sender = {}, collections.defaultdict(list), None
    for line in log.splitlines():
        line = re.sub(r"^\d+: ", "", line)
        if found := re.match(r"New (?:client|bridge) connected from ([\d.]+):\d+ as (.*) \(", line):
            address[found[2]] = found[1]
        elif found := re.match(r"Received PUBLISH from (.*) \(d\d, q(\d), r\d, m(\d+), '(.*)', ", line):
            topics[address.get(found[1])].append(("PUBLISH", found[4]))
        elif found := re.match(r"Received SUBSCRIBE from (.*)", line):
            sender = address.get(found[1])
        elif found := re.match(r"\t(.*) \(QoS \d\)", line):
            topics[sender].append(("SUBSCRIBE", found[1]))
    return topics


def sensor_readings(earshot, capture):
    """What the sensor says by the address of the client: what it is sure of, what it marks, and the tricks that it tells."""
    done = subprocess.run(
        [earshot, "decode", str(capture), "--fields", _FIELDS], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=30)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.decode(errors="replace"))
    sure, marked, told = (collections.defaultdict(list) for _ in range(3))
    for line in done.stdout.decode().splitlines():
        event = json.loads(line)
        source, kind = event.get("source.ip"), event.get("mqtt.type")
        told[source] += event.get("violation.id", [])
        if event.get("mqtt.session.midstream") and "midstream" not in told[source]:
            told[source].append("midstream")
        if event["event.category"] == "network":
            doubts = "+".join(event.get("network.doubt", []))
            told[source] += [f"{anomaly}({doubts})" if doubts else anomaly for anomaly in event["network.anomaly"]]
        if kind in ("PUBLISH", "SUBSCRIBE"):
            texts = event.get("mqtt.topic", "")
            for text in texts if isinstance(texts, list) else [texts]:
                is_marked = event.get("network.anomaly") or event.get("violation.id")
                (marked if is_marked else sure)[source].append((kind, text))
        elif event.get("coap.class") == "request":
            is_marked = event.get("network.anomaly") or event.get("violation.id")
            (marked if is_marked else sure)[source].append(("CoAP", event.get("coap.uri_path", "")))
    return sure, marked, told


def shown(readings):
    """Readings in words."""
    return ", ".join(f"{kind} {text!r}" for kind, text in readings) or "nothing"


def row(name, truth, result, told):
    """A row of the table in Markdown."""
    read = ", ".join(f"{kind} `{repr(text)[1:-1]}`" for kind, text in truth) or "-"
    return f"| {name} | {read} | {': '.join([result, *filter(None, [', '.join(dict.fromkeys(told))])])} |"


def verdict(truth, sure, marked, told):
    """How the sensor's reading stands to the receiver's."""
    truth, sure, marked = (collections.Counter(part) for part in (truth, sure, marked))
    if truth == sure and not marked:
        return "same"
    if set(truth) - set(sure) - set(marked):
        return "MISSED"
    if set(sure) - set(truth):
        return "told" if told else "MISREAD"
    return "told" if marked or told else "same" if set(sure) == set(truth) else "MISREAD"


def main(arguments):
    """Plays, compares, prints; the result is the exit code."""
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 64
    if os.geteuid() != 0:
        print("receivers.py: run it as root: it makes network namespaces", file=sys.stderr)
        return 77
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGALRM):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    signal.alarm(80)
    with tempfile.TemporaryDirectory(prefix="earshot-receivers-") as folder, Lab(folder) as lab:
        with lab.broker("allow_anonymous true", "log_type all"), coap_tricks.server(lab):
            with lab.capture("played.pcap", "ip or ip6 or vlan") as capture:
                names = play_all(lab)
            log = (lab.work / "servers.log").read_text(errors="replace")
        truth = broker_readings(log)
        truth.update(coap_tricks.readings(log))
        if keep := os.environ.get("RECEIVERS_KEEP"):
            pathlib.Path(keep).mkdir(exist_ok=True)
            (pathlib.Path(keep) / "servers.log").write_text(log)
            (pathlib.Path(keep) / "played.pcap").write_bytes(capture.read_bytes())
        sure, marked, told = sensor_readings(arguments[0], capture)
    counts = collections.Counter()
    is_table = "--markdown" in arguments
    if is_table:
        print("| Played | The receiver reads | The sensor |\n|---|---|---|")
    for address, name in names.items():
        result = verdict(truth[address], sure[address], marked[address], told[address])
        counts[result] += 1
        if is_table:
            print(row(name, truth[address], result, told[address]))
        else:
            print(f"{result:8} {name}: receiver {shown(truth[address])}; sensor {shown(sure[address])}"
                  f"{'; marked ' + shown(marked[address]) if marked[address] else ''}"
                  f"{'; told ' + ', '.join(told[address]) if told[address] else ''}")
    if not is_table:
        print(f"{len(names)} tricks: {', '.join(f'{count} {result}' for result, count in sorted(counts.items()))}")
    return 1 if counts["MISSED"] or counts["MISREAD"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
