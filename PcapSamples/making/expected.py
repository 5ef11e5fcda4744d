"""Counts what a capture holds, as tshark reads it, and keeps expected.json and the tables of README.md."""

import collections
import json
import re
import subprocess
import sys

from .samples import SAMPLES

MQTT_TYPES = ["RESERVED", "CONNECT", "CONNACK", "PUBLISH", "PUBACK", "PUBREC", "PUBREL", "PUBCOMP", "SUBSCRIBE",
              "SUBACK", "UNSUBSCRIBE", "UNSUBACK", "PINGREQ", "PINGRESP", "DISCONNECT", "AUTH"]


def tshark(path, sample, *arguments):
    """Lines of tshark's output for a capture."""
    decode = [part for rule in sample.decode_as for part in ("-d", rule)]
    command = ["tshark", "-n", "-r", str(path), *decode, *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          text=True).stdout.splitlines()


def count(path, sample):
    """Messages by protocol and kind."""
    mqtt, coap = collections.Counter(), collections.Counter()
    fields = ("-T", "fields", "-E", "separator=;", "-E", "occurrence=a", "-E", "aggregator=,",
              "-e", "mqtt.msgtype", "-e", "coap.code")
    for line in tshark(path, sample, "-Y", "mqtt or coap", *fields):
        types, _, codes = line.partition(";")
        mqtt.update(MQTT_TYPES[int(number)] for number in types.split(",") if number)
        coap.update(f"{int(number) >> 5}.{int(number) & 31:02}" for number in codes.split(",") if number)
    return {"mqtt": dict(sorted(mqtt.items())), "coap": dict(sorted(coap.items()))}


def documents(folder):
    """Each document of each rule file: file name, text."""
    for path in sorted((folder.parent / "Rules").glob("*/*.yml")):
        for text in re.split(r"^---\s*$", path.read_text(), flags=re.MULTILINE):
            if text.strip():
                yield path, text


def rules(folder):
    """The documents of the rule files that raise alerts, those with tests, by name."""
    found = {}
    for path, text in documents(folder):
        tests = dict((name, int(rows)) for name, rows in re.findall(r"\{capture: (\S+), alerts: (\d+)\}", text))
        if tests or re.search(r"^    tests:", text, re.MULTILINE):
            identifier = re.search(r"^id: (\S+)$", text, re.MULTILINE)
            name = re.search(r"^name: (\S+)$", text, re.MULTILINE)
            found[name.group(1) if name else path.stem] = (identifier.group(1), tests)
    return found


def write(folder, made=None):
    """Counts all captures, or only those that were made just now, and writes expected.json."""
    known = rules(folder)
    result, before = {}, {}
    if made:
        before = json.loads((folder / "expected.json").read_text())
    for name, sample in SAMPLES.items():
        if not (folder / name).exists():
            continue
        if sample.counts is not None:
            counts = dict(sample.counts)
        elif name in before and name not in made:
            counts = {kind: numbers for kind, numbers in before[name].items() if kind != "alerts"}
        else:
            counts = count(folder / name, sample)
        counts["alerts"] = {known[rule][0]: rows for rule, rows in sorted(sample.stored().items()) if rule in known}
        result[name] = counts
    (folder / "expected.json").write_text(json.dumps(result, indent=2) + "\n")
    write_tables(folder, result)


def write_tables(folder, result):
    """Writes the tables of README.md, below its last line of dashes."""
    lines = []
    for protocol, title in (
            ("mqtt", "MQTT"), ("coap", "CoAP"), ("network", "Packets"), ("payload", "Payloads")):
        lines += ["", f"## {title}", "", "| capture | what it shows, and how it was made | messages | alerts |",
                  "|---|---|---|---|"]
        for name in sorted(name for name in result if name.startswith(protocol)):
            note = " ".join(SAMPLES[name].make.__doc__.split())
            seen = {"network": ("mqtt",), "payload": ("mqtt", "coap")}.get(protocol, (protocol,))
            counts = [pair for each in seen for pair in result[name].get(each, {}).items()]
            kinds = ", ".join(f"{number} {kind}" for kind, number in counts) or "not stated"
            alerts = ", ".join(f"{rows} {rule}" for rule, rows in SAMPLES[name].stored().items()) or "none"
            lines.append(f"| `{name.split('/')[1]}` | {note.rstrip('.')} | {kinds} | {alerts} |")
    path = folder / "README.md"
    head = path.read_text().rpartition("\n---\n")[0]
    path.write_text(head + "\n---\n" + "\n".join(lines) + "\n")


def check(folder):
    """Says where captures, expected.json and the rules' own tests disagree. The result is the exit code."""
    complaints = []
    known = rules(folder)
    written = json.loads((folder / "expected.json").read_text())
    for path, text in documents(folder):
        if "\nearshot:" in text and not re.search(r"alerts: [1-9]", text):
            complaints.append(f"{path.name}: no capture makes it fire")
        if "\nearshot:" in text and "alerts: 0" not in text:
            complaints.append(f"{path.name}: no capture leaves it silent")
    for rule, (identifier, tests) in known.items():
        for name, rows in tests.items():
            if name not in SAMPLES:
                complaints.append(f"{rule}: there is no capture {name}")
            elif (wanted := SAMPLES[name].alerts.get(rule, 0)) != rows:
                complaints.append(f"{rule}: {rows} alerts from {name}, but {wanted} expected")
    for name, sample in SAMPLES.items():
        path = folder / name
        if not path.exists():
            complaints.append(f"{name}: missing")
            continue
        if path.stat().st_size > 100_000:
            complaints.append(f"{name}: {path.stat().st_size} octets are too many")
        for rule in {**sample.alerts, **sample.stored()}:
            if rule not in known:
                complaints.append(f"{name}: there is no rule {rule}")
        alerts = {known[rule][0]: rows for rule, rows in sample.stored().items() if rule in known}
        if written.get(name, {}).get("alerts") != alerts:
            complaints.append(f"{name}: expected.json is old; run make.py --count")
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    return 1 if complaints else 0
