#!/usr/bin/env python3
"""Lets each call by which the program changes its store fail once, and looks what is lost and what is said.

    store_faults.py PROGRAM LIBRARY FOLDER [CASES] [SEED]

LIBRARY is libCFileFaults.so. Four runs are tried: one that makes a store, one whose alerts go to the spill file since the
store's log takes nothing, one that takes them in again, and one that finds a broken page and saves the rest. For each, some of all pairs of a call and a kind of fault are drawn,
CASES in sum (0 for all). A call fails with EIO, ENOSPC or EINTR; the process ends there, or in the middle of a write, or the
power is cut and what was not synced is gone. What must hold:

- what a reader saw before the fault is there after it, and after the next run;
- the exit code is 0 only where all alerts are in the store; else the sentence counts what is stored, lost, waiting, and is right;
- the store is whole, is nobody else's, and the next run has all alerts in it, each once.

Prints a line for each kind, and one for each case that breaks this; the exit code is then 1.
"""
import collections
import concurrent.futures
import json
import os
import random
import re
import shutil
import sqlite3
import struct
import subprocess
import sys

from kill_store import RULE, frame

KINDS = ["EIO", "ENOSPC", "EINTR", "end", "torn", "cut"]
COUNT = 40


def capture(path, numbers, round_number):
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        for number in numbers:
            file.write(frame(number, round_number))


def rows(store):
    """What a reader sees: the count of each alert by its number and what it is about; nothing where there is no store."""
    try:
        database = sqlite3.connect(f"file:{store}?mode=ro", uri=True, timeout=5)
        return {(number, key): count for number, key, count in
                database.execute("SELECT id, group_key, count FROM alert")}
    except sqlite3.Error:
        return {}


class Trial:
    """One run of the program, and how it is prepared."""

    def __init__(self, name, program, library, folder, captures, prepared=None, is_damaged=False):
        self.name, self.program, self.library, self.folder = name, program, library, folder
        self.captures, self.prepared, self.is_damaged, self.full = captures, prepared, is_damaged, None
        self.before = rows(os.path.join(prepared, "a.db")) if prepared else {}

    def command(self, place, *words):
        rule = os.path.join(self.folder, "rule.yml")
        # In its sandbox it could not start the reader, nor write the log of its calls.
        return [self.program, "replay", "-q", "--sandbox", "off", "--only-rules", rule, "--db",
                os.path.join(place, "a.db"), *words]

    def place(self, name):
        place = os.path.join(self.folder, name)
        shutil.rmtree(place, ignore_errors=True)
        if self.prepared:
            shutil.copytree(self.prepared, place)
        else:
            os.makedirs(place)
        return place

    def run(self, place, **settings):
        environment = dict(os.environ, LD_PRELOAD=self.library, FAULT_BELOW=place + "/")
        if self.full is not None:
            environment.update(FAULT_FULL=".db-wal", FAULT_ROOM=str(self.full))
        environment.update({"FAULT_" + key.upper(): str(value) for key, value in settings.items()})
        return subprocess.run(self.command(place, *self.captures), env=environment, capture_output=True, text=True,
                              timeout=60)

    def calls(self):
        """The calls of a run without a fault, as (number, name, file)."""
        place = self.place(self.name)
        log = os.path.join(self.folder, self.name + ".log")
        if os.path.exists(log):
            os.remove(log)
        self.run(place, log=log)
        shutil.rmtree(place)
        return [(int(number), call, os.path.basename(path.strip())) for number, call, path in
                (line.split(" ", 2) for line in open(log))]

    def try_fault(self, number, kind):
        """The faults of a run with a fault, as sentences; and how the run ended."""
        name = f"{self.name}-{number}-{kind}"
        place = self.place(name)
        store, seen = os.path.join(place, "a.db"), os.path.join(self.folder, name + ".seen")
        look = f"'{self.program}' tail -n 1000 --format json --db '{store}' > '{seen}' 2> /dev/null; touch '{seen}.end'"
        outcome = self.run(place, number=number, kind=kind, look=look)
        found = []
        saw = {}
        if os.path.exists(seen + ".end"):
            saw = {(row["id"], row["group_key"]): row["count"] for row in map(json.loads, open(seen))}
        # A run has not the same number of calls each time: how many alerts come together is a matter of time.
        if not os.path.exists(seen + ".end"):
            shutil.rmtree(place)
            return [], "no such call"
        wanted = {key for _, key in self.before} | {key for key in self.expected}
        stored = rows(store)
        if kind in ("EIO", "ENOSPC", "EINTR"):
            found += self.untruths(outcome, stored, wanted, store)
        elif outcome.returncode != 137:
            found.append(f"ended with {outcome.returncode} where it was to be ended")
        found += [f"{key} was seen before and is gone after it" for key in saw
                  if stored.get(key, 0) < saw[key]][:1]
        if stored and not self.is_damaged:
            found += self.check(store, "after it")
        # The next run.
        again = subprocess.run(self.command(place, *self.captures), capture_output=True, text=True, timeout=60)
        after = rows(store)
        if again.returncode != 0:
            found.append(f"the next run ended with {again.returncode}: {again.stderr.strip()}")
        found += [f"{key} was seen before and is gone after the next run" for key in saw
                  if after.get(key, 0) < saw[key]][:1]
        missing = wanted - {key for _, key in after}
        if missing:
            found.append(f"{len(missing)} alerts are missing after the next run: {again.stderr.strip()}")
        if len(after) != len({key for _, key in after}):
            found.append("alerts are doubled")
        found += self.check(store, "after the next run")
        aside = [entry for entry in os.listdir(place) if ".damaged-" in entry]
        names = len({entry.removesuffix("-wal") for entry in aside})
        if names != self.is_damaged:
            found.append(f"put aside: {aside}")
        rest = [entry for entry in os.listdir(place) if entry not in
                ("a.db", "a.db-wal", "a.db-shm", "a.db.key", "a.db.patterns", "a.db.lock") and entry not in aside]
        if rest:
            found.append(f"left behind: {rest}")
        if found:
            found.append(f"it ended with {outcome.returncode}: {outcome.stderr.strip()}")
        else:
            shutil.rmtree(place)
        return found, {0: "all stored"}.get(outcome.returncode, f"exit {outcome.returncode}")

    def untruths(self, outcome, stored, wanted, store):
        missing = wanted - {key for _, key in stored}
        if outcome.returncode == 0:
            return [f"exit code 0, and {len(missing)} alerts are missing"] if missing else []
        if outcome.returncode not in (73, 74, 77):
            return [f"exit code {outcome.returncode}"]
        counts = re.search(r"stored (\d+), lost (\d+)(?:, waiting (\d+))?", outcome.stderr)
        if not counts:
            return [] if store in outcome.stderr else ["says nothing of the store"]
        said = [int(text or 0) for text in counts.groups()]
        if said[1] + said[2] != len(missing):
            return [f"says {counts.group(0)}, and {len(missing)} are missing"]
        return []

    def check(self, store, when):
        check = subprocess.run([self.program, "db", "check", "--db", store], capture_output=True, text=True)
        return [] if check.returncode == 0 else [f"{when}: {check.stdout.strip()} {check.stderr.strip()}"]


def least_room(trial):
    """How many writes the log must take so that the run begins and its alerts do not fit."""
    low, high = 0, 400
    while low < high:
        trial.full = (low + high) // 2
        place = trial.place(trial.name)
        trial.run(place)
        if os.path.exists(os.path.join(place, "a.db.spill")) or len(rows(os.path.join(place, "a.db"))) > len(trial.before):
            high = trial.full
        else:
            low = trial.full + 1
    trial.full = low
    return low


def spoil(target, folder):
    """Copies a store, and overwrites the index by client: every row can be read."""
    source = os.path.join(folder, "a.db")
    database = sqlite3.connect(source)
    page = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'alert_client_id'").fetchone()[0]
    database.close()
    shutil.copy(source, target)
    shutil.copy(source + ".key", target + ".key")
    with open(target, "r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(bytes([0xA5]) * 4096)


def main():
    program, library, folder = sys.argv[1:4]
    cases = int(sys.argv[4]) if len(sys.argv) > 4 else 60
    seed = int(sys.argv[5]) if len(sys.argv) > 5 else random.randrange(1 << 30)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "rule.yml"), "w") as file:
        file.write(RULE)
    names = []
    for index in range(3):
        names.append(os.path.join(folder, f"{index}.pcap"))
        capture(names[-1], range(COUNT), index)
    topics = [{f"r{index}/{number}" for number in range(COUNT)} for index in range(3)]

    making = Trial("making", program, library, folder, names[:1])
    store = making.place("store")
    subprocess.run(making.command(store, names[0]), check=True, capture_output=True)
    spilling = Trial("spilling", program, library, folder, names[1:2], prepared=store)
    least_room(spilling)
    spilled = spilling.place("spilled")
    outcome = spilling.run(spilled)
    if not os.path.exists(os.path.join(spilled, "a.db.spill")):
        print(f"nothing was spilled: {outcome.returncode} {outcome.stderr}")
        return 1
    damaged = making.place("damaged")
    spoil(os.path.join(damaged, "a.db"), store)
    mending = Trial("mending", program, library, folder, names[2:3], prepared=damaged, is_damaged=True)
    taking = Trial("taking in", program, library, folder, names[2:3], prepared=spilled)
    keys = {key for _, key in rows(os.path.join(store, "a.db"))}
    topic = re.compile(r"r\d+/\d+")
    trials = [making, spilling, taking, mending]
    for trial, wanted in zip(trials, (topics[0], topics[1], topics[1] | topics[2], topics[2])):
        trial.expected = wanted
    # What a row is about, as the store has it: the topic stands in it.
    sample = next(iter(keys))
    for trial in trials:
        trial.expected = {topic.sub(name, sample) for name in trial.expected}

    chance = random.Random(seed)
    failures = 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        for trial in trials:
            calls = trial.calls()
            pairs = [(number, call, path, kind) for number, call, path in calls for kind in KINDS
                     if kind != "torn" or "write" in call]
            if cases:
                # Each kind of call on each kind of file, before more of the many writes.
                chance.shuffle(pairs)
                pairs.sort(key=lambda pair, seen=collections.Counter(): seen.update([pair[1:]]) or seen[pair[1:]])
                pairs = pairs[:cases // len(trials)]
            ends = collections.Counter()
            futures = {pool.submit(trial.try_fault, number, kind): (number, call, path, kind)
                       for number, call, path, kind in pairs}
            for future in concurrent.futures.as_completed(futures):
                number, call, path, kind = futures[future]
                found, end = future.result()
                ends[(kind, end)] += 1
                if found:
                    failures += 1
                    print(f"{trial.name}: call {number} ({call} {path}), {kind}:")
                    for sentence in found:
                        print("    " + sentence.replace("\n", "\n    "))
            for kind in KINDS:
                ended = ", ".join(f"{end} {count}" for (of, end), count in sorted(ends.items()) if of == kind)
                print(f"{trial.name}: {len(calls)} calls, {kind}: {ended}")
    print(f"seed {seed}: {failures} faults")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
