#!/usr/bin/env python3
"""Holds earshot-forward against far ends, kills and disks that fail, and counts: sent, received, doubled, lost.

    forward_faults.py PROGRAM PEERS [--alerts N] [--kills N] [--away SECONDS] [--target NAME]... [--fault NAME]... [--markdown]

PROGRAM is earshot-forward, PEERS the program ForwardPeers of the tests. Each case gets a store of its own with N alerts. Prints
a row a case; the exit code is 1 where an alert is lost that nobody told of, or where a double has another id.
"""
import argparse
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import forward_ends as ends  # noqa: E402

FAULTS = ["none", "kill", "away", "answers", "forget", "clock", "retention", "replaced", "disk"]
TARGETS = ["file", "syslog", "tls", "webhook", "opensearch", "kafka"]


class Case:
    def __init__(self, options, target, fault):
        self.options, self.target, self.fault = options, target, fault
        self.folder = tempfile.mkdtemp(prefix="earshot-forward-")
        self.store = os.path.join(self.folder, "alerts.db")
        self.state = os.path.join(self.folder, "state")
        self.told = 0
        self.kills = 0
        self.process = None
        self.environment = dict(os.environ)

    def make_store(self, path, count, first=1):
        """A copy of one that is made once."""
        model = os.path.join(self.options.models, f"{count}-{first}.db")
        if not os.path.exists(model):
            subprocess.run([self.options.peers, "store", model, str(count), "--first", str(first)], check=True,
                           stdout=subprocess.DEVNULL)
            database = sqlite3.connect(model)
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            database.close()
        shutil.copy(model, path)

    def make_end(self):
        if self.target == "file":
            return ends.FileEnd(self.folder)
        if self.target == "syslog":
            return ends.SyslogEnd(self.folder)
        if self.target == "tls":
            name = os.path.join(self.folder, "far.pem")
            subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                            "-addext", "subjectAltName=DNS:localhost", "-keyout", name.replace(".pem", ".key"), "-out", name],
                           check=True, stderr=subprocess.DEVNULL)
            return ends.SyslogEnd(self.folder, name)
        if self.target == "kafka":
            return ends.KafkaEnd(self.folder, self.options.peers)
        return ends.WebEnd(self.folder, self.target)

    def start(self):
        log = open(os.path.join(self.folder, "log"), "ab")
        self.process = subprocess.Popen([self.options.program, "run", "--config", self.configuration], stderr=log,
                                        env=self.environment)

    def kill(self, number=signal.SIGKILL):
        self.process.send_signal(number)
        self.process.wait()

    def wait(self, wanted, seconds):
        """Until so many alerts came that are not doubles, or all that is missing was told of."""
        limit = time.time() + seconds
        while time.time() < limit:
            if self.end.received() + self.end.missing >= wanted:
                return True
            if self.process.poll() is not None and self.fault not in ("kill",):
                return False
            time.sleep(0.05 if self.target != "file" else 0.3)
        return False

    def run(self):
        count = self.options.alerts
        self.make_store(self.store, count)
        self.end = self.make_end()
        self.configuration = os.path.join(self.folder, "forward.yaml")
        # Slow enough that all kills fall into the sending.
        slow = f"    rate: {max(200, int(count / max(1, self.options.kills) / self.options.kill_seconds))}\n    batch: 100\n"
        self.configure(self.end.settings().replace("    batch: 2000\n", "" if self.fault == "kill" else "    batch: 2000\n")
                       + (slow if self.fault == "kill" else ""))
        if self.fault == "disk":
            os.mkdir(self.state)
            subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", self.state], check=True)
        began = time.time()
        getattr(self, "play_" + self.fault)(count)
        self.wait(count if self.fault != "replaced" else count * 2, self.options.patience)
        self.seconds = time.time() - began
        if self.process.poll() is None:
            self.kill(signal.SIGTERM)
        # What came at the end is read.
        time.sleep(0.2)
        return self.row(count * (2 if self.fault == "replaced" else 1))

    def configure(self, text):
        with open(self.configuration, "w") as file:
            file.write(f"stores: {self.store}\nstate: {self.state}\ntargets:\n  far:\n{text}    retry_max: 1s\n")

    def row(self, sent):
        received = self.end.received()
        alerts = self.end.alerts()
        lost = sent - received - self.end.missing
        # Sequence numbers: whoever reads them in order sees no hole.
        numbers = sorted(set(self.end.sequences))
        holes = (numbers[-1] - numbers[0] + 1 - len(numbers)) if numbers else 0
        return {"target": self.target, "fault": self.fault, "sent": sent, "received": received,
                "doubled": len(alerts) - received, "told": self.end.missing, "lost": lost, "torn": self.end.torn,
                "holes": holes, "kills": self.kills, "seconds": round(self.seconds, 1),
                "rate": int(received / self.seconds) if self.seconds else 0}

    # Faults

    def play_none(self, count):
        self.start()

    def play_kill(self, count):
        generator = random.Random(self.options.seed)
        limit = time.time() + self.options.patience
        while self.kills < self.options.kills and time.time() < limit:
            self.start()
            time.sleep(generator.uniform(0.005, self.options.kill_seconds))
            self.kill()
            self.kills += 1
        self.configure(self.end.settings())
        self.start()

    def play_away(self, count):
        self.start()
        self.wait(count // 10, 60)
        if self.target == "file":
            # A folder that takes nothing.
            os.rename(self.end.path, self.end.path + ".900")
            os.mkdir(self.end.path)
            time.sleep(self.options.away)
            os.rmdir(self.end.path)
            return
        self.end.away()
        time.sleep(self.options.away)
        self.end.back()

    def play_answers(self, count):
        """Every answer in turn: broken in the middle, busy, an error, refused in part, none at all."""
        self.start()
        for fault in ("half", "busy", "error", "partial", "hang", "half", "busy", "error", "partial"):
            self.end.fault = fault
            if self.target == "kafka":
                # NOT_LEADER, NOT_ENOUGH_REPLICAS, REQUEST_TIMED_OUT, NOT_ENOUGH_REPLICAS_AFTER_APPEND
                for error in (6, 19, 7, 20):
                    self.end.tell(f"fail {error} 1")
            time.sleep(self.options.away / 9)
        self.end.fault = None

    def play_forget(self, count):
        """The records are taken and the answer is lost: they come again."""
        self.start()
        self.end.fault = "forget"
        if self.target == "kafka":
            self.end.tell("fail 7 3")
        time.sleep(self.options.away / 2)
        self.end.fault = None

    def play_clock(self, count):
        """An hour forward and two back, while it runs."""
        library = os.path.join(self.folder, "clock_steps.so")
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "clock_steps.c")
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, source], check=True)
        stamp = os.path.join(self.folder, "clock")
        with open(stamp, "w") as file:
            file.write("0\n")
        self.environment.update({"LD_PRELOAD": library, "CLOCK_STEPS": stamp})
        self.start()
        for step in ("3600", "-3600", "0"):
            time.sleep(self.options.away / 9)
            with open(stamp, "w") as file:
                file.write(step + "\n")

    def play_retention(self, count):
        """The first half is removed before it could go; then some in the middle."""
        database = sqlite3.connect(self.store)
        database.execute("PRAGMA foreign_keys = ON")
        database.execute("DELETE FROM alert WHERE id <= ?", (count // 2,))
        database.execute("DELETE FROM alert WHERE id BETWEEN ? AND ?", (count * 3 // 4, count * 3 // 4 + 9))
        database.commit()
        database.close()
        self.start()

    def play_replaced(self, count):
        """The store is renamed while a part of it was sent, and another takes its place."""
        self.start()
        self.wait(count // 20, 60)
        database = sqlite3.connect(self.store)
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.close()
        os.rename(self.store, self.store + ".1")
        for suffix in ("-wal", "-shm"):
            if os.path.exists(self.store + suffix):
                os.rename(self.store + suffix, self.store + ".1" + suffix)
        self.make_store(self.store, count, first=1_000_000)

    def play_disk(self, count):
        """No room for the cursor, for a while."""
        self.start()
        self.wait(count // 20, 60)
        filler = os.path.join(self.state, "filler")
        try:
            with open(filler, "wb") as file:
                for _ in range(64):
                    file.write(bytes(1024))
                    file.flush()
        except OSError:
            pass
        time.sleep(self.options.away / 2)
        os.unlink(filler)

    def clean(self):
        if self.process and self.process.poll() is None:
            self.kill()
        self.end.close()
        if self.fault == "disk":
            subprocess.run(["umount", self.state], check=False)
        if not self.options.keep:
            shutil.rmtree(self.folder, ignore_errors=True)
        else:
            print(self.folder, file=sys.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("peers")
    parser.add_argument("--alerts", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--kill-seconds", type=float, default=0.4)
    parser.add_argument("--away", type=float, default=10)
    parser.add_argument("--patience", type=float, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--target", action="append", choices=TARGETS)
    parser.add_argument("--fault", action="append", choices=FAULTS)
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    options.program, options.peers = os.path.abspath(options.program), os.path.abspath(options.peers)
    columns = ["target", "fault", "sent", "received", "doubled", "told", "lost", "torn", "holes", "kills", "seconds", "rate"]
    print("| " + " | ".join(columns) + " |\n|" + "---|" * len(columns), flush=True)
    failed = False
    models = tempfile.TemporaryDirectory(prefix="earshot-forward-models-")
    options.models = models.name
    for target in options.target or TARGETS:
        for fault in options.fault or FAULTS:
            if fault in ("answers", "forget") and target == "file":
                continue
            if fault == "disk" and os.getuid() != 0 or fault == "clock" and not shutil.which("cc"):
                continue
            case = Case(options, target, fault)
            try:
                row = case.run()
            finally:
                case.clean()
            print("| " + " | ".join(str(row[c]) for c in columns) + " |", flush=True)
            bad = row["lost"] != 0 or row["holes"] > 0 or (row["torn"] and target != "file")
            failed = failed or bad
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
