#!/usr/bin/env python3
"""Makes captures of plants, learns policies of them, and holds what comes of it against what was put into them.

    Tests/Peers/policy_captures.py EARSHOT [growth|firmware|again|attacks|zones ...]

growth: ten, a hundred and ten thousand like devices; how many lines the learned file has.
firmware: five hundred devices that publish under other topics, in another version, after an update: how many rows come of it.
again: a capture that was learned is replayed, also after retention took the alerts: nothing is new, nothing was seen first later.
attacks: every attack of PcapSamples is learned: nothing in the file is of those whom an alert of medium level or above is about.
zones: the same policy, with maintenance by the clock of Berlin, on sensors whose own zones differ, in both nights of its change.

Prints a line for each expectation; ends with 0 where all are met.
"""

import json
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "Tests" / "Peers"))

from inventory_captures import BROKER, BROKER_CARD, DAY, START, Capture, packet, tcp, text  # noqa: E402

NOON = START - START % DAY + 12 * 3600


def visit(capture, time, address, port, name, records, *, gap=10.0, version=4, keep_alive=60):
    """A client comes, publishes records one after the other, and leaves."""
    card = bytes([2, 0]) + bytes(map(int, address.split(".")))
    sent, got = 1000, 5000

    def frame(moment, is_up, flags, payload=b""):
        nonlocal sent, got
        if is_up:
            capture.add(moment, tcp((card, BROKER_CARD), (address, BROKER), (port, 1883), sent, got, flags, payload))
            sent += len(payload) + (1 if flags & 3 else 0)
        else:
            capture.add(moment, tcp((BROKER_CARD, card), (BROKER, address), (1883, port), got, sent, flags, payload))
            got += len(payload) + (1 if flags & 3 else 0)

    nothing = b"\0" if version == 5 else b""
    frame(time, True, 2)
    frame(time + 0.001, False, 0x12)
    frame(time + 0.002, True, 0x10)
    frame(time + 0.003, True, 0x18, packet(0x10, text("MQTT") + bytes([version, 2]) + struct.pack(">H", keep_alive) + nothing + text(name)))
    frame(time + 0.004, False, 0x18, packet(0x20, b"\0\0" + nothing))
    for number, (topic, value) in enumerate(records):
        frame(time + 0.01 + number * gap, True, 0x18, packet(0x30, text(topic) + nothing + value.encode()))
    end = time + 0.02 + len(records) * gap
    frame(end, True, 0x18, b"\xe0\0")
    frame(end + 0.001, True, 0x11)
    frame(end + 0.002, False, 0x11)
    frame(end + 0.003, True, 0x10)


def address(number):
    return f"10.{20 + number // 40_000}.{number // 200 % 200}.{number % 200 + 10}"


def plant(path, count, day, *, topic="plant/{0}/temp", version=4, keep_alive=60, hour=0.0, first=0):
    """A day of like devices: each comes once and publishes a few temperatures."""
    capture = Capture()
    for number in range(first, count):
        records = [(topic.format(number), f"{20 + (number * 7 + step * 3 + day) % 31 / 10:.1f}") for step in range(6)]
        visit(capture, NOON + day * DAY + hour * 3600 + number % 600 + number / 20_000, address(number), 20_000 + number % 40_000,
              f"press-{number}", records, version=version, keep_alive=keep_alive)
    capture.write(path)
    return path


class Work:
    """The program, where it works, and what was wrong."""

    def __init__(self, earshot, folder):
        self.earshot, self.folder, self.is_right = earshot, folder, True

    def expect(self, holds, what):
        self.is_right = self.is_right and bool(holds)
        print(f"{'right' if holds else 'WRONG'}: {what}", flush=True)

    def run(self, *words, zone=None, status=(0,)):
        environment = os.environ | ({"TZ": zone} if zone else {})
        done = subprocess.run([self.earshot, *map(str, words)], capture_output=True, text=True, env=environment)
        if done.returncode not in status:
            raise RuntimeError(f"{words}: {done.returncode}: {done.stderr[-1500:]}")
        return done

    def replay(self, store, *captures, policy=None, lists=""):
        config = store.with_suffix(".conf")
        config.write_text(f"only_rules: [{ROOT / 'Rules'}]\n{lists}" + (f"policy: {policy}\n" if policy else ""))
        return self.run("replay", "--quiet", "--config", config, "--db", store, *captures)

    def learn(self, name, *captures):
        store, policy = self.folder / f"{name}.db", self.folder / f"{name}.yaml"
        self.replay(store, *captures)
        told = self.run("policy", "learn", "--db", store, "-o", policy).stderr
        return policy, store, told

    def rows(self, store):
        lines = self.run("tail", "--db", store, "--format", "json", "-n", "100000").stdout.splitlines()
        return [json.loads(line) for line in lines]


def entries(policy):
    return [line for line in policy.read_text().splitlines() if line.startswith("  - ")]


def growth(work):
    for count in (10, 100, 10_000):
        policy, _, _ = work.learn(f"growth{count}", *(plant(work.folder / f"g{count}-{day}.pcap", count, day) for day in range(2)))
        lines = len(policy.read_text().splitlines())
        work.expect(len(entries(policy)) <= 50, f"growth: {count} devices are {len(entries(policy))} entries, {lines} lines in all")


def firmware(work):
    old = "fleet/{0}/v1/temp"
    policy, _, _ = work.learn("firmware", *(plant(work.folder / f"f{day}.pcap", 500, day, topic=old) for day in range(2)))
    new = plant(work.folder / "f-new.pcap", 500, 3, topic="fleet/{0}/v2/temp", version=5, keep_alive=30)
    store = work.folder / "firmware-new.db"
    work.replay(store, new, policy=policy)
    rows = [row for row in work.rows(store) if row["category"] == "policy"]
    for row in rows:
        print(f"    {row['level']}: {row['rule_title']}: {row['summary']} ({row.get('distinct_count')} {row.get('distinct_name')})")
    work.expect(len(rows) <= 5, f"firmware: 500 devices give {len(rows)} rows, at most five")
    work.expect(any("v2/temp" in row["summary"] and "instead of fleet/{n}/v1/temp" in row["summary"] for row in rows),
                "firmware: a row says which topic came instead of which")
    counts = [row.get("distinct_count") for row in rows]
    work.expect(500 in counts, f"firmware: the devices are counted: {counts}")


def again(work):
    captures = [plant(work.folder / f"a{day}.pcap", 40, day) for day in range(2)]
    policy, store, _ = work.learn("again", *captures)
    first = {record["key"]: record["first"] for record in inventory(work, store)}
    text_before = policy.read_text()
    other = work.folder / "again-other.db"
    work.replay(other, captures[0], policy=policy)
    rows = [row for row in work.rows(other) if row["category"] == "policy"]
    work.expect(not rows, f"again: an old capture against the policy is {len(rows)} rows")
    config = store.with_suffix(".conf")
    config.write_text(config.read_text() + "retention_days: 1\n")
    later = plant(work.folder / "a-later.pcap", 40, 9)
    work.run("replay", "--quiet", "--config", config, "--db", store, later)
    work.replay(store, captures[0])
    records = {record["key"]: record["first"] for record in inventory(work, store)}
    moved = [key for key, time in first.items() if records.get(key) != time]
    work.expect(not moved and set(records) == set(first), f"again: of {len(first)} records {len(moved)} were seen first at another time, "
                f"{len(set(records) - set(first))} are new")
    work.expect(policy.read_text() == text_before, "again: the policy is as it was")


def inventory(work, store):
    """Records by what names them, with when they were seen first."""
    import sqlite3
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as base:
        return [{"key": f"{kind} {key}", "first": first} for kind, key, first in base.execute(
            "SELECT kind, key, first_seen FROM inventory")]


def attacks(work):
    expected = json.loads((ROOT / "PcapSamples" / "expected.json").read_text())
    learned, with_alerts, found, said = 0, 0, [], 0
    for name, wanted in sorted(expected.items()):
        if not wanted.get("alerts"):
            continue
        store, policy = work.folder / "attack.db", work.folder / "attack.yaml"
        for path in work.folder.glob("attack.*"):
            path.unlink()
        work.replay(store, ROOT / "PcapSamples" / name)
        done = work.run("policy", "learn", "--db", store, "-o", policy, status=(0, 66))
        if done.returncode:
            continue
        learned += 1
        said += "left out:" in done.stderr
        text = "\n".join(entries(policy))
        bad = set()
        for row in work.rows(store):
            keys = {part.split("=")[0] for part in (row.get("group_key") or "").split("|")}
            if row["level"] in ("informational", "low") or row["category"] in ("sensor", "policy") or keys <= {"server.ip"} and keys != {""}:
                continue
            if "client.ip" in keys and row.get("client_ip"):
                bad.add(row["client_ip"])
            elif "source.ip" in keys and row.get("source_ip"):
                bad.add(row["source_ip"])
            elif any(key.endswith("clientid") for key in keys) and row.get("client_id"):
                bad.add(row["client_id"])
            elif not row.get("group_key") and row.get("client_ip"):
                bad.add(row["client_ip"])
        with_alerts += bool(bad)
        for one in bad:
            # As an address or name of its own; a server may be whom another alert is about.
            clients = "\n".join(re.sub(r"server: '[^']*'", "", line) for line in text.splitlines())
            if re.search(rf"(?<![\w.:-]){re.escape(one)}(?![\w.:-])", clients):
                found.append(f"{name}: {one}")
    work.expect(not found, f"attacks: {learned} captures with alerts were learned, {with_alerts} of them with parties of alerts of medium "
                f"and above, {said} say what they left out; of such parties {len(found)} are in a file {found[:12]}")


def zones(work):
    # 01:00 UTC of the last Sundays of March and October 2026.
    for title, change, hidden in (("March", 1_774_746_000, 60), ("October", 1_792_890_000, 180)):
        policy = work.folder / "zones.yaml"
        policy.write_text("schema: 1\nzone: Europe/Berlin\nmaintenance:\n  - {window: night, time: '01:30-03:30'}\n"
                          f"servers:\n  - {{server: 'mqtt {BROKER}:1883'}}\nclients:\n  - {{client: known, protocol: mqtt}}\n")
        policy.chmod(0o644)
        capture = Capture()
        # A stranger each minute from three hours before to three behind.
        for minute in range(-180, 180):
            visit(capture, change + minute * 60 + 1, "10.0.0.9", 20_000 + minute + 180, f"{'abcdefghij'[minute % 10]}{'klmnopqrst'[minute // 10 % 10]}"
                  f"{'uvwxyz'[minute // 100 % 6]}-guest", [], gap=0)
        path = work.folder / f"{title}.pcap"
        capture.write(path)
        seen = set()
        for zone in ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"):
            done = work.run("policy", "check", policy, path, "--only-rules", ROOT / "Rules", zone=zone)
            seen.add("\n".join(line for line in done.stdout.splitlines() if "maintenance" in line or line.startswith("clients")))
        count = re.search(r"night: clients\.new_client: (\d+)", min(seen) if seen else "")
        work.expect(len(seen) == 1, f"zones: {title}: sensors in four zones say the same")
        work.expect(count and int(count[1]) == hidden, f"zones: {title}: the window hid {count and count[1]} of 360, {hidden} were to be hidden")


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    parts = [growth, firmware, again, attacks, zones]
    chosen = [part for part in parts if part.__name__ in sys.argv[2:]] or parts
    with tempfile.TemporaryDirectory(prefix="earshot-policy-") as folder:
        work = Work(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(folder))
        for part in chosen:
            part(work)
    sys.exit(0 if work.is_right else 1)


if __name__ == "__main__":
    main()
