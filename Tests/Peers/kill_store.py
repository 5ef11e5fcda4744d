#!/usr/bin/env python3
"""Kills the sensor again and again while alerts stream into its store, with a reader beside it.

What the reader printed must be in the store afterwards, each alert once, and the store must be whole.

    kill_store.py PROGRAM FOLDER [ROUNDS] [SEED]

Starts `replay -` with frames that come one after another, kills it by SIGKILL after a random time, and goes on with the next
one; `tail -f` reads all the while. Prints one line; the exit code is 1 where something is missing.
"""
import json
import os
import random
import signal
import sqlite3
import struct
import subprocess
import sys
import threading
import time

RULE = """title: A Client Publishes
id: 0d1f3a52-6a4c-4b86-9f0e-6a1d7f1c2b3a
status: stable
description: For tests.
logsource: {product: earshot, category: mqtt}
detection:
  selection:
    mqtt.type: PUBLISH
  condition: selection
level: low
earshot:
  suppress: {by: [mqtt.topic], for: 1h}
"""


def frame(number, round_number):
    """A connection of its own: CONNECT and a PUBLISH to a topic that no other has."""
    topic = b"r%d/%d" % (round_number, number)
    connect = b"\x10\x0e\x00\x04MQTT\x04\x02\x00\x3c\x00\x02dv"
    publish = b"\x30" + bytes([3 + len(topic)]) + struct.pack(">H", len(topic)) + topic + b"1"
    payload = connect + publish
    tcp = struct.pack(">HHIIBBHHH", 1024 + number % 60000, 1883, 1, 1, 0x50, 0x18, 8192, 0, 0)
    ip = struct.pack(">BBHHHBBHII", 0x45, 0, 40 + len(payload), number & 0xFFFF, 0x4000, 64, 6, 0,
                     0x0A000001 + round_number, 0x0A010001)
    data = bytes(12) + b"\x08\x00" + ip + tcp + payload
    # A rule may begin 50 rows in an hour of capture time.
    stamp = 1000000000 + (round_number * 10000 + number) * 80
    return struct.pack("<IIII", stamp, number, len(data), len(data)) + data


def feed(pipe, round_number, stop):
    """Writes frames, a few at a time, until the reader has gone."""
    try:
        pipe.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        number = 0
        while not stop.is_set():
            for _ in range(5):
                pipe.write(frame(number, round_number))
                number += 1
            pipe.flush()
            time.sleep(0.002)
    except OSError:
        pass


def main():
    program, folder = sys.argv[1:3]
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 20
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else random.randrange(1 << 30)
    chance = random.Random(seed)
    os.makedirs(folder, exist_ok=True)
    store, rule = os.path.join(folder, "a.db"), os.path.join(folder, "rule.yml")
    with open(rule, "w") as file:
        file.write(RULE)
    # The store is there before the first round, so that the reader has something to follow.
    empty = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1)
    subprocess.run([program, "replay", "-q", "--only-rules", rule, "--db", store, "-"], input=empty, check=True,
                   stderr=subprocess.DEVNULL)
    printed = open(os.path.join(folder, "printed"), "wb")
    tail = subprocess.Popen([program, "tail", "-f", "-n", "0", "--format", "json", "--db", store], stdout=printed,
                            stderr=subprocess.PIPE)
    kills = 0
    for round_number in range(rounds):
        sensor = subprocess.Popen([program, "replay", "-q", "--only-rules", rule, "--db", store, "-"],
                                  stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
        stop = threading.Event()
        feeder = threading.Thread(target=feed, args=(sensor.stdin, round_number, stop))
        feeder.start()
        time.sleep(chance.uniform(0.05, 0.5))
        if sensor.poll() is None:
            sensor.send_signal(signal.SIGKILL)
            kills += 1
        sensor.wait()
        stop.set()
        feeder.join()
        try:
            sensor.stdin.close()
        except OSError:
            pass
        if tail.poll() is not None:
            print(f"seed {seed}, round {round_number}: the reader ended with {tail.returncode}: {tail.stderr.read()}")
            return 1
    time.sleep(1)
    tail.send_signal(signal.SIGINT)
    tail.wait()
    printed.close()
    seen = {}
    with open(os.path.join(folder, "printed"), "rb") as file:
        for line in file:
            row = json.loads(line)
            seen[row["id"]] = row
    check = subprocess.run([program, "db", "check", "--db", store], capture_output=True, text=True)
    database = sqlite3.connect(store)
    stored = dict(database.execute("SELECT id, group_key FROM alert"))
    doubled = database.execute("SELECT count(*) - count(DISTINCT group_key) FROM alert").fetchone()[0]
    missing = [row for row in seen.values() if stored.get(row["id"]) != row.get("group_key")]
    aside = [name for name in os.listdir(folder) if ".damaged-" in name]
    print(f"seed {seed}: {kills} kills of {rounds} rounds, {len(seen)} alerts printed, {len(stored)} stored, "
          f"{len(missing)} of the printed ones missing, {doubled} doubled, {len(aside)} stores put aside; "
          f"{check.stdout.strip()}{check.stderr.strip()}")
    return 1 if missing or doubled or aside or check.returncode or kills == 0 or not seen else 0


if __name__ == "__main__":
    sys.exit(main())
