#!/usr/bin/env python3
"""Plays the captures of the table of tricks to Suricata, and sets what it reads and tells beside what the sensor does.

  EARSHOT_WRITE_TRICKS=/tmp/tricks swift test --filter tricksAreWritten
  Tests/Peers/suricata_tricks.py /tmp/tricks [--root FOLDER] [--rows]

Suricata runs with the configuration that it comes with, its checksum tests on for every capture (-k all), and all rules for
events of decoding, streams, application layers and MQTT that it comes with, those too that are commented out; and one rule for
a SUBSCRIBE of `#`. With --root it is that of a Debian system in that folder. --rows prints every row, else the sums only.

Of a row, a program *reads* what the receiver reads where it names the same messages, in the same order, and no other without
reserve; else it *tells* where it says that something is odd. What is neither was missed.
"""
import argparse
import bisect
import datetime
import json
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile

OWN_RULE = (
    'alert mqtt any any -> any any (msg:"SUBSCRIBE to everything"; mqtt.type:SUBSCRIBE; mqtt.subscribe.topic; '
    'content:"#"; startswith; endswith; sid:9000003; rev:1;)\n'
)
EVENT_RULES = ["decoder-events", "stream-events", "app-layer-events", "mqtt-events", "websocket-events"]


class Suricata:
    """The program, on this machine or in the folder of another system."""

    def __init__(self, root: str | None, work: pathlib.Path):
        self.root = pathlib.Path(root or "/")
        self.prefix = ["chroot", root] if root else []
        self.work = work
        rules = self.root / "etc/suricata/rules"
        # Rules that are switched off stand behind a mark of comment.
        lines = [
            re.sub(r"^#\s*(?=alert )", "", line)
            for name in EVENT_RULES
            for line in (rules / f"{name}.rules").read_text().splitlines()
        ]
        (work / "tricks.rules").write_text("\n".join(lines) + "\n" + OWN_RULE)

    def inside(self, path: pathlib.Path) -> str:
        """The name of a path as the program sees it."""
        return "/" + str(path.relative_to(self.root))

    def version(self) -> str:
        return subprocess.run([*self.prefix, "suricata", "-V"], capture_output=True, text=True).stdout.strip()

    def read(self, capture: pathlib.Path) -> list[dict]:
        """The events that it makes of a capture."""
        log = self.work / "log"
        log.mkdir()
        done = subprocess.run(
            [*self.prefix, "suricata", "-k", "all", "--runmode", "single", "-S", self.inside(self.work / "tricks.rules"),
             "-r", self.inside(capture), "-l", self.inside(log)],
            capture_output=True, text=True,
        )
        if done.returncode != 0:
            sys.exit(f"suricata ended with {done.returncode}: {done.stderr[-2000:]}")
        return [json.loads(line) for line in (log / "eve.json").read_text().splitlines()]


# The ends of every trick.
CLIENT, BROKER = bytes([10, 1, 0, 5]), bytes([10, 99, 0, 1])


def ends(number: int) -> tuple[bytes, bytes]:
    """Other addresses for each capture, whose sum is the same: so right checksums stay right, and wrong ones wrong."""
    first, second = number // 60, number % 60
    return (struct.pack(">HH", 0x0A01 + first, 0x0005 + second), struct.pack(">HH", 0x0A63 - first - second, 1))


def merge(captures: list[pathlib.Path], path: pathlib.Path) -> list[int]:
    """Writes captures one behind the other, each between ends of its own; gives when each begins, in nanoseconds."""
    begins, clock = [], 1_700_000_000 * 10**9
    with open(path, "wb") as file:
        for number, capture in enumerate(captures):
            data = capture.read_bytes()
            if number == 0:
                file.write(data[:24])
            offset, shift = 24, None
            begins.append(clock)
            client, broker = ends(number)
            while offset < len(data):
                seconds, fraction, length, _ = struct.unpack_from(">IIII", data, offset)
                time = seconds * 10**9 + fraction
                shift = clock - time if shift is None else shift
                frame = data[offset + 16:offset + 16 + length]
                # What stands for one of the ends stays that where it is replaced.
                frame = frame.replace(CLIENT, b"\0CLI").replace(BROKER, broker).replace(b"\0CLI", client)
                last = time + shift
                file.write(struct.pack(">IIII", last // 10**9, last % 10**9, length, length) + frame)
                offset += 16 + length
            clock = last + 30 * 10**9
    return begins


def sort(events: list[dict], begins: list[int]) -> list[tuple[list[str], list[str], bool]]:
    """For each capture the messages that are read, what is told, and whether the rule for `#` matched."""
    numbers = {}
    for number in range(len(begins)):
        client, broker = (".".join(map(str, end)) for end in ends(number))
        numbers[frozenset((client, broker))] = number
    found = [([], [], False) for _ in begins]
    for event in events:
        if event["event_type"] not in ("mqtt", "alert", "anomaly"):
            continue
        number = numbers.get(frozenset((event.get("src_ip", ""), event.get("dest_ip", ""))))
        if number is None:
            # Of a layer without these addresses: by its time.
            moment = datetime.datetime.strptime(event["timestamp"], "%Y-%m-%dT%H:%M:%S.%f%z").timestamp() * 10**9
            number = max(0, bisect.bisect_right(begins, moment + 1000) - 1)
        messages, told, matched = found[number]
        if event["event_type"] == "mqtt":
            mqtt = event["mqtt"]
            messages += [f"SUBSCRIBE {topic['topic']}" for topic in mqtt.get("subscribe", {}).get("topics", [])]
            if "publish" in mqtt:
                messages.append(f"PUBLISH {mqtt['publish'].get('topic', '')}")
        elif event["event_type"] == "alert" and event["alert"]["signature_id"] == 9000003:
            found[number] = (messages, told, True)
        else:
            name = event["alert"]["signature"] if event["event_type"] == "alert" else event["anomaly"]["event"]
            if name not in told:
                told.append(name)
    return found


def verdict(reads: list[str], told: list[str], receiver: list[str]) -> str:
    if sorted(reads) == sorted(receiver):
        return "reads"
    return "tells" if told else "misses"


def split(text: str) -> list[str]:
    return text.split("|") if text else []


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--root")
    parser.add_argument("--rows", action="store_true")
    options = parser.parse_args()
    work = pathlib.Path(tempfile.mkdtemp(dir=pathlib.Path(options.root or "/") / "tmp"))
    suricata = Suricata(options.root, work)
    print(suricata.version())
    sums: dict[str, dict[str, int]] = {}
    hidden = [0, 0, 0]
    rows = [line.split("\t") for line in (options.folder / "rows.tsv").read_text().splitlines()]
    try:
        begins = merge([options.folder / row[0] for row in rows], work / "tricks.pcap")
        found = sort(suricata.read(work / "tricks.pcap"), begins)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    for (_, layer, name, *texts), (theirs, their_told, matched) in zip(rows, found):
        receiver, sure, marked, told = map(split, texts)
        ours, other = verdict(sure, told, receiver), verdict(theirs, their_told, receiver)
        sum = sums.setdefault(layer, {"rows": 0})
        sum["rows"] += 1
        for who, what, events in (("ours", ours, told), ("theirs", other, their_told)):
            sum[f"{who} {what}"] = sum.get(f"{who} {what}", 0) + 1
            if events:
                sum[f"{who} events"] = sum.get(f"{who} events", 0) + 1
        if "SUBSCRIBE #" in receiver:
            hidden[0] += 1
            hidden[1] += "SUBSCRIBE #" in sure + marked
            hidden[2] += matched
        if options.rows:
            print(f"{layer} | {name} | receiver {receiver} | sensor {ours} {sure} {told} | "
                  f"suricata {other} {theirs} {their_told}")
    print("\n| Layer | Tricks | Earshot reads | tells | misses | Suricata reads | tells | misses |")
    print("|---|---|---|---|---|---|---|---|")
    total: dict[str, int] = {}
    for layer, sum in sums.items():
        for key, value in sum.items():
            total[key] = total.get(key, 0) + value
    for layer, sum in [*sums.items(), ("In all", total)]:
        cells = [f"{who} {what}" for who in ("ours", "theirs") for what in ("reads", "tells", "misses")]
        print(f"| {layer} | {sum['rows']} | " + " | ".join(str(sum.get(cell, 0)) for cell in cells) + " |")
    print(f"\nSays anything at all: Earshot {total.get('ours events', 0)}, Suricata {total.get('theirs events', 0)}.")
    print(f"SUBSCRIBE of # that the receiver takes: {hidden[0]}; told by Earshot {hidden[1]}, by Suricata {hidden[2]}.")


if __name__ == "__main__":
    main()
