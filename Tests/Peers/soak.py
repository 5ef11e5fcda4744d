#!/usr/bin/env python3
"""Lets a sensor run for a while under all that comes in a year, and looks whether it stays as it was.

    Tests/Peers/soak.py PROGRAM [--seconds N] [--warm-up N] [--rate N] [--out DIR]

In a network namespace of its own, as root: mixed traffic of MQTT and CoAP at a rate, clients and attackers that come and
go, bounds so small that tables are full, rules loaded again each minute, an interface that goes down and up, a disk that
is full for a while, a log that is cut off under the sensor. At the end: every frame accounted for, every alert in the
store, resident memory of the last quarter within 5 % of the second, no thread and no descriptor more, exit status 0.
Quarters count from when the tables are full, which takes as long as the warm-up.

The exit code is 1 where one of these does not hold. Figures go to standard output, one line each.
"""

import argparse
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "PcapSamples"))

from making.traffic import Connection, Host, Network, datagram  # noqa: E402
from making.wire import connect, packet, publish, subscribe  # noqa: E402

PIECES, PIECE_SECONDS = 3, 5
CONNACK, CONNACK_REFUSED, PINGREQ = packet(0x20, b"\0\0"), packet(0x20, b"\0\x05"), packet(0xC0)


class Piece:
    """Some seconds of a plant's traffic."""

    def __init__(self, number, clients):
        self.network = Network(1000 + number)
        self.chance = random.Random(2000 + number)
        self.number = number
        self.server = Host(self.network, "10.9.0.1")
        for index in range(clients):
            start = self.chance.uniform(0, PIECE_SECONDS * 0.6)
            self.network.at(start, self.client, index)
        for index in range(6):
            self.network.at(0.3 + 0.7 * index, self.attacker, index)
        for index in range(max(20, clients // 4)):
            self.network.every(0.1, self.coap, index, until=PIECE_SECONDS)
        self.network.run(PIECE_SECONDS)

    def client(self, index):
        host = Host(self.network, f"10.9.{1 + self.number}.{1 + index % 250}")
        link = Connection(host, self.server, 1883)
        ready = link.handshake()
        name = f"pump-{self.number}-{index}"

        def enter():
            link.send(0, connect(name, username="plant", password="secret"))
            link.send(1, CONNACK)
            self.network.after(0.01, tell, 0)

        def tell(count):
            if self.network.now > PIECE_SECONDS - 0.2 or count > 50:
                return link.close(0)
            value = f'{{"temperature":{self.chance.uniform(10, 30):.1f},"pressure":{count}}}'
            link.send(0, publish(f"plant/{index}/state", value.encode()))
            self.network.after(self.chance.uniform(0.02, 0.08), tell, count + 1)

        self.network.at(ready, enter)

    def attacker(self, index):
        host = Host(self.network, f"203.0.113.{1 + self.chance.randrange(250)}", rtt=0.02)
        link = Connection(host, self.server, 1883)
        ready = link.handshake()

        def act():
            if index % 3 == 0:
                link.send(0, connect(f"x{self.chance.getrandbits(32):08x}"))
                link.send(1, CONNACK)
                link.send(0, subscribe("#"))
            elif index % 3 == 1:
                link.send(0, connect("guess", username="admin", password=f"{self.chance.getrandbits(20)}"))
                link.send(1, CONNACK_REFUSED)
            else:
                link.send(0, connect("bad") + PINGREQ[:1] + b"\x05" + bytes(5))
            self.network.after(0.5, link.close, 0)

        self.network.at(ready, act)

    def coap(self, index):
        host = Host(self.network, f"10.9.{10 + self.number}.{1 + index % 250}")
        message = self.chance.randrange(65536)
        head = struct.pack(">BBH", 0x40, 1, message)
        datagram(self.network, self.network.now, host, 40000 + index, self.server, 5683, head + b"\xb4temp")
        answer = struct.pack(">BBH", 0x60, 0x45, message) + b"\xff" + b"21.5"
        datagram(self.network, self.network.now + 0.0005, self.server, 5683, host, 40000 + index, answer)

    def frames(self):
        """Its frames in their order."""
        return [frame for _, frame in sorted(self.network.frames, key=lambda pair: pair[0])]


def send(rate, folder):
    """Sends pieces over two interfaces at a rate, until standard input ends; prints how many frames went out."""
    pieces = [Piece(number, max(40, rate // 30)).frames() for number in range(PIECES)]
    out = [socket.socket(socket.AF_PACKET, socket.SOCK_RAW), socket.socket(socket.AF_PACKET, socket.SOCK_RAW)]
    for number, end in enumerate(out):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 << 20)
        end.bind((f"send{number}", 0))
    print("ready", len(pieces[0]), flush=True)
    stop = folder / "stop"
    sent, failed, start, place, current = 0, 0, time.monotonic(), 0, 0
    while not stop.exists():
        due = min(int((time.monotonic() - start) * rate) - sent - failed, rate)
        for _ in range(due):
            frame = pieces[current][place]
            try:
                # The second interface has every tenth.
                out[1 if place % 10 == 9 else 0].send(frame)
                sent += 1
            except OSError:
                failed += 1
            place += 1
            if place == len(pieces[current]):
                place, current = 0, (current + 1) % PIECES
        time.sleep(0.004)
    print(json.dumps({"sent": sent, "refused": failed, "seconds": time.monotonic() - start}), flush=True)


def run(*command):
    subprocess.run(command, check=True)


class Soak:
    """A sensor in a namespace, what is done to it, and what it is measured by."""

    def __init__(self, program, seconds, warm_up, rate, folder):
        self.program, self.rate, self.folder = program, rate, folder
        self.warm_up, self.seconds = warm_up, warm_up + seconds
        self.space = f"earshot-soak-{os.getpid()}"
        self.disk = folder / "disk"
        self.samples = []
        self.reloads = self.flaps = 0

    def __enter__(self):
        run("ip", "netns", "add", self.space)
        inside = ["ip", "netns", "exec", self.space]
        for number in range(2):
            run("ip", "-n", self.space, "link", "add", f"send{number}", "type", "veth", "peer", "name", f"mon{number}")
            for end in (f"send{number}", f"mon{number}"):
                run(*inside, "sysctl", "-q", "-w", f"net.ipv6.conf.{end}.disable_ipv6=1")
                run("ip", "-n", self.space, "link", "set", end, "up")
        self.disk.mkdir()
        run("mount", "-t", "tmpfs", "-o", "size=48m", "soak", str(self.disk))
        rules = self.folder / "rules"
        rules.mkdir()
        (rules / "soak.yml").write_text(RULE)
        (self.folder / "earshot.yaml").write_text(
            f"max_memory: 64MiB\nmax_flows: 300\nretention_mebibytes: 24\nonly_rules: ['{ROOT / 'Rules'}', '{rules}']\n"
            "lists:\n  home_networks: [10.0.0.0/8]\n")
        return self

    def __exit__(self, *exception):
        subprocess.run(["umount", "-l", str(self.disk)], check=False)
        subprocess.run(["ip", "netns", "del", self.space], check=False)

    def sample(self, pid, began):
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
        value = {line.split(":")[0]: line.split()[1] for line in status.splitlines() if len(line.split()) > 1}
        self.samples.append((time.monotonic() - began, int(value["VmRSS"]), int(value["Threads"]),
                             len(os.listdir(f"/proc/{pid}/fd"))))

    @staticmethod
    def fill(path):
        """Takes all that is left of a file system."""
        try:
            with open(path, "ab", buffering=0) as file:
                while True:
                    file.write(bytes(65536))
        except OSError:
            pass

    def play(self):
        """Runs sensor and traffic with all that happens to them; the exit status, and what the sender says."""
        inside = ["ip", "netns", "exec", self.space]
        log = open(self.folder / "log", "ab")
        sensor = subprocess.Popen(
            [*inside, self.program, "run", "-i", "mon0", "-i", "mon1", "--db", self.disk / "alerts.db", "--config",
             self.folder / "earshot.yaml"],
            stdout=open(self.folder / "alerts.txt", "wb"), stderr=log, cwd=self.folder)
        sender = subprocess.Popen([*inside, sys.executable, __file__, "--send", str(self.rate), str(self.folder)],
                                  stdout=subprocess.PIPE, text=True)
        sender.stdout.readline()
        began = time.monotonic()
        filler = self.disk / "filler"
        full = (0.35 * self.seconds, 0.35 * self.seconds + min(300, self.seconds / 12))
        last_reload, down_since, next_flap = began, None, began + 5
        cut = False
        try:
            while (passed := time.monotonic() - began) < self.seconds:
                if sensor.poll() is not None:
                    break
                self.sample(sensor.pid, began)
                now = time.monotonic()
                if now - last_reload >= min(60, self.seconds / 10):
                    last_reload = now
                    self.reloads += 1
                    # A rule of the site comes to mean something else each time.
                    rule = self.folder / "rules" / "soak.yml"
                    rule.write_text(RULE.replace("DISCONNECT", ["DISCONNECT", "PINGREQ"][self.reloads % 2]))
                    sensor.send_signal(signal.SIGHUP)
                if down_since is None and now >= next_flap:
                    run("ip", "-n", self.space, "link", "set", "mon1", "down")
                    down_since = now
                elif down_since is not None and now - down_since >= 2:
                    run("ip", "-n", self.space, "link", "set", "mon1", "up")
                    self.flaps += 1
                    down_since, next_flap = None, now + max(8, self.seconds / 20)
                if full[0] <= passed < full[1]:
                    self.fill(filler)
                elif filler.exists():
                    filler.unlink()
                if not cut and passed > self.seconds / 2:
                    cut = True
                    shutil.copy(self.folder / "log", self.folder / "log.1")
                    os.truncate(self.folder / "log", 0)
                time.sleep(1)
            (self.folder / "stop").touch()
            words = sender.communicate(timeout=30)[0].strip().splitlines()[-1]
            time.sleep(1)
            sensor.send_signal(signal.SIGINT)
            return sensor.wait(timeout=120), json.loads(words)
        finally:
            for process in (sensor, sender):
                if process.poll() is None:
                    process.kill()
                    process.wait()

    def mean(self, column, begin, end):
        length = self.seconds - self.warm_up
        chosen = [sample[column] for sample in self.samples if begin <= (sample[0] - self.warm_up) / length < end]
        return sum(chosen) / max(1, len(chosen))


RULE = """title: Soak
id: 7a1d2f0e-64a8-4a39-8a57-0e1f5ad4c9b1
name: soak
status: test
description: Changes while the sensor runs.
logsource: {product: earshot, category: mqtt}
detection:
    selection: {mqtt.type: DISCONNECT}
    condition: selection
level: informational
"""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", nargs="?")
    parser.add_argument("--seconds", type=int, default=3600)
    parser.add_argument("--warm-up", type=int, default=45)
    parser.add_argument("--rate", type=int, default=20_000)
    parser.add_argument("--out")
    parser.add_argument("--send", nargs=2)
    options = parser.parse_args()
    if options.send:
        return send(int(options.send[0]), pathlib.Path(options.send[1]))
    folder = pathlib.Path(tempfile.mkdtemp(prefix="earshot-soak-", dir=options.out))
    program = str(pathlib.Path(options.program).resolve())
    with Soak(program, options.seconds, options.warm_up, options.rate, folder) as soak:
        status, sender = soak.play()
        if status != 0:
            print((folder / "log").read_text(errors="replace")[-2000:])
            print(f"FAULT: the sensor ended with {status}; what it said lies in {folder}")
            return 1
        store = sqlite3.connect(f"file:{soak.disk / 'alerts.db'}?mode=ro", uri=True)
        stored = store.execute("SELECT count(*), coalesce(sum(count), 0) FROM alert").fetchone()
        seen, kernel, card = store.execute(
            "SELECT packets, dropped_kernel, dropped_interface FROM run ORDER BY id DESC LIMIT 1").fetchone()
        store.close()
        quarters = [soak.mean(1, place / 4, place / 4 + 0.25) for place in range(4)]
        faults = []
        if quarters[3] > 1.05 * quarters[1]:
            faults.append("resident memory grew")
        for column, name in ((2, "threads"), (3, "descriptors")):
            early = max(sample[column] for sample in soak.samples[:max(5, len(soak.samples) // 4)])
            if soak.samples[-1][column] > early:
                faults.append(f"{name} leaked: {early}, {soak.samples[-1][column]}")
        # A new row is a line that begins with its time.
        printed = sum(1 for line in open(folder / "alerts.txt", errors="replace") if line.startswith("20"))
        # Of what is sent to an interface that is down nothing is seen: a tenth of the rate, until it is opened again.
        unseen = sender["sent"] - seen - kernel - card
        if not 0 <= unseen <= 0.1 * options.rate * 4 * soak.flaps:
            faults.append(f"{unseen} frames are not accounted for")
        if printed != stored[0]:
            faults.append("not every alert that was printed is stored")
        print(f"frames: {sender['sent']} sent in {sender['seconds']:.0f} s, {seen} seen, {kernel} dropped by the "
              f"kernel, {card} by the card")
        print(f"alerts: {stored[0]} rows for {stored[1]} matches stored, {printed} lines printed")
        print("resident memory by quarter: " + ", ".join(f"{value / 1024:.1f} MiB" for value in quarters))
        print(f"threads {soak.samples[-1][2]}, descriptors {soak.samples[-1][3]}, {soak.reloads} reloads, "
              f"{soak.flaps} times an interface down and up")
        for fault in faults:
            print(f"FAULT: {fault}")
    if faults:
        print(f"what it said lies in {folder}")
        return 1
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
