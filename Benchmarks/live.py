"""A sensor on an interface: what it loses at which rate.

Two network namespaces are made for it, with a veth pair between them and nothing else: no route, no other interface. Frames
never leave them.
"""

import json
import os
import pathlib
import signal
import subprocess
import time

from captures import ROOT, capture, markdown

SENDER, SENSOR = "earshot-bench-tx", "earshot-bench-rx"
OUT, IN = "earshot-out", "earshot-in"
# What a start may take with all rules on a busy machine, and the end.
PATIENCE = 60


class Failure(Exception):
    """The namespaces or a program in them did not do their work."""


def run(*words):
    """Runs a command; gives what it prints."""
    done = subprocess.run([str(word) for word in words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise Failure(f"{' '.join(map(str, words))}: {done.stderr.strip()}")
    return done.stdout


class Namespaces:
    """The two namespaces and the pair between them, as long as they are needed."""

    def __enter__(self):
        if os.geteuid() != 0:
            raise Failure("only root can make network namespaces")
        existing = run("ip", "netns", "list").split()
        if SENDER in existing or SENSOR in existing:
            raise Failure(f"{SENDER} or {SENSOR} is there already; 'ip netns delete' removes what an earlier run left")
        self.made = []
        try:
            for name in (SENDER, SENSOR):
                run("ip", "netns", "add", name)
                self.made.append(name)
                # The kernel would send of its own.
                run("ip", "netns", "exec", name, "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1")
            run("ip", "-n", SENDER, "link", "add", OUT, "mtu", "9000", "type", "veth", "peer", "name", IN, "mtu", "9000", "netns", SENSOR)
            run("ip", "-n", SENDER, "link", "set", OUT, "up")
            run("ip", "-n", SENSOR, "link", "set", IN, "up", "promisc", "on")
        except Failure:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for name in self.made:
            subprocess.run(["ip", "netns", "delete", name], check=False)


def received():
    """Frames that came in at the sensor's interface, and those that it had no room for."""
    counts = json.loads(run("ip", "-n", SENSOR, "-s", "-j", "link", "show", IN))[0]["stats64"]["rx"]
    return counts["packets"], counts["dropped"]


class Sensor:
    """A sensor that listens in its namespace, with all shipped rules."""

    def __init__(self, program, folder):
        self.store = folder / "live.db"
        for left in folder.glob("live.db*"):
            left.unlink()
        self.program = program
        self.log = folder / "live.log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                ["ip", "netns", "exec", SENSOR, program, "run", "--quiet", "--sandbox", "off", "--db", self.store, "--only-rules",
                 ROOT / "Rules", "-i", IN], stdout=log, stderr=subprocess.STDOUT)
        end = time.monotonic() + PATIENCE
        while "listening on" not in self.log.read_text(errors="replace"):
            if self.process.poll() is not None or time.monotonic() > end:
                self.stop()
                raise Failure(f"the sensor did not start: {self.log.read_text(errors='replace')[-500:]}")
            time.sleep(0.05)

    def stop(self):
        """Ends it as a user would; gives its CPU seconds."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGINT)
            end = time.monotonic() + PATIENCE
            while True:
                pid, status, usage = os.wait4(self.process.pid, os.WNOHANG)
                if pid:
                    self.process.returncode = os.waitstatus_to_exitcode(status)
                    return usage.ru_utime + usage.ru_stime
                if time.monotonic() > end:
                    self.process.kill()
                    self.process.wait()
                    raise Failure("the sensor did not end")
                time.sleep(0.05)
        return 0

    def statistics(self):
        """What it says of the run."""
        return json.loads(run(self.program, "stats", "--json", "--db", self.store))


def step(options, path, rate, folder):
    """One rate: what was sent, came, was seen and was dropped."""
    sensor = Sensor(options.program, folder)
    try:
        before = received()
        said = run("ip", "netns", "exec", SENDER, options.send, path, OUT, rate * 1000, options.seconds)
        sent = json.loads(said)
        # What lies in the buffer is read before it ends.
        time.sleep(2)
        after = received()
    finally:
        seconds = sensor.stop()
    stats = sensor.statistics()
    came, full = after[0] - before[0], after[1] - before[1]
    dropped = stats["dropped"]["kernel"]
    return [f"{rate},000", f"{sent['sent'] / sent['seconds'] / 1000:.0f},000", came, stats["packets"], dropped, full,
            f"{100 * dropped / max(1, came):.2f}", f"{seconds:.1f}"]


def tables(options, folder):
    """A table for each mix, a row for each rate."""
    if not pathlib.Path(options.send).exists():
        raise Failure(f"{options.send} is not there: make bench builds it")
    head = ["wanted, frames/s", "sent, frames/s", "came", "seen", "dropped by the kernel", "by the interface", "lost, %", "CPU s"]
    for mix in options.mix:
        path = capture(options.make, mix, options.size)
        with Namespaces():
            rows = [step(options, path, rate, folder) for rate in options.rates]
        yield f"Live, {mix}, {options.seconds:g} s a rate, all rules", markdown(head, rows)
