#!/usr/bin/env python3
"""Learns a policy from benign worlds, holds another hour of them against it, and then attacks.

    Tests/Peers/policy_proof.py PROGRAM [--out DIR] [WORLD ...]

Of each world two captures on two days are learned; a third, of another day with other chance, must raise no row of medium
level or above from the policy. Then single deviations are put into that third hour, and it is said after how many seconds
of capture time each is told. The exit code is 1 where a benign hour raises such a row, or a deviation is not told.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "PcapSamples"))

from making import traffic  # noqa: E402
from making.mqtt_broker import Broker  # noqa: E402
from making.mqtt_client import Client  # noqa: E402
from making.situations import load  # noqa: E402
from making.traffic import Host, Network  # noqa: E402

DAY = 86_400
BEGIN = traffic.START
# The lists of the sites, as for the worlds elsewhere.
LISTS = ROOT / "PcapSamples" / "worlds.yaml"
WORLDS = ["home", "factory", "building", "cloud"]


class Stage(Network):
    """A network in which something else happens too, once the world is set up."""

    def __init__(self, seed, plot=None):
        super().__init__(seed)
        self.plot, self.brokers, self.clients = plot, [], []

    def run(self, until):
        """Adds the plot, and lets time pass."""
        if self.plot is not None:
            self.plot(self)
        super().run(until)


def remember(kind, list_name):
    """Lets a network know who was made in it."""
    make = kind.__init__

    def begin(self, host, *arguments, **options):
        make(self, host, *arguments, **options)
        if isinstance(host.network, Stage):
            getattr(host.network, list_name).append(self)

    kind.__init__ = begin


remember(Broker, "brokers")
remember(Client, "clients")


def capture(world, folder, seed, day, hour, plot=None, name="hour"):
    """A capture of a world at another time, with other chance."""
    traffic.START = BEGIN + day * DAY + hour * 3600
    network = Stage(seed, plot)
    options = world.make(network) or {}
    path = folder / f"{world.name}-{name}.pcap"
    network.write(path, **options)
    return path


def named(network, name):
    """The client of that name."""
    return next(client for client in network.clients if client.name == name)


def intruder(network, name, at, **options):
    """A client of the attacker's, with the login of the plant."""
    host = Host(network, "172.20.9.66")
    return Client(host, network.brokers[0], name, username="bms", password="building-7", **options).start(at)


ATTACK = 300.0


def second_publisher(network):
    """Another host publishes the temperature of a room."""
    client = intruder(network, "room-103", ATTACK - 2)
    network.every(5, lambda: client.publish("rooms/7/temperature", "20.5", qos=1), first=ATTACK, until=ATTACK + 60)


def poisoning(network):
    """The device itself reports what cannot be."""
    client = named(network, "room-011")
    network.every(5, lambda: client.publish("rooms/11/temperature", "95.0", qos=1, retain=True), first=ATTACK, until=ATTACK + 60)


def frozen(network):
    """The device reports one value for ever."""
    client = named(network, "room-012")
    speak = client.publish
    client.publish = lambda *arguments, **options: network.now < ATTACK and speak(*arguments, **options)
    network.every(4, lambda: speak("rooms/12/temperature", "21.4", qos=1, retain=True), first=ATTACK)


def replaced(network):
    """A room falls silent, and somebody publishes in its place."""
    silence(network)
    client = intruder(network, "hvac-tool", ATTACK + 5)
    network.every(20, lambda: client.publish("rooms/20/temperature", "21.0", qos=1), first=ATTACK + 10)


def role_flip(network):
    """A gateway that was only written to commands."""
    client = named(network, "bms-panel")
    network.at(ATTACK, lambda: client.publish("rooms/3/temperature", "19.0"))


def silence(network):
    """A room falls silent although it is connected."""
    client = named(network, "room-020")
    speak = client.publish
    client.publish = lambda *arguments, **options: network.now < ATTACK and speak(*arguments, **options)


def new_broker(network):
    """Another broker lets a device in."""
    rogue = Broker(Host(network, "172.20.9.99"))
    Client(Host(network, "172.20.4.30"), rogue, "room-020").start(ATTACK)


def new_client(network):
    """A clone of a kind that is known, with a number that is not."""
    intruder(network, "room-199", ATTACK, keep_alive=90)


DEVIATIONS = {
    "second publisher": (second_publisher, {"policy_second_publisher"}),
    "poisoning": (poisoning, {"policy_value_out_of_band"}),
    "stuck value": (frozen, {"policy_stuck_value"}),
    "role flip": (role_flip, {"policy_role_flip", "policy_new_publisher", "policy_second_publisher"}),
    "silence": (silence, {"policy_silence"}),
    "a stranger in its place": (replaced, {"policy_second_publisher"}),
    "silence behind a stranger": (replaced, {"policy_silence"}),
    "new broker": (new_broker, {"policy_new_broker"}),
    "clone": (new_client, {"policy_new_client"}),
}


def run(*words):
    """Runs the program; its output."""
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, words))}: {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout


class Proof:
    """The program, and where it works."""

    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.names = {}
        for path in (ROOT / "Rules" / "policy").glob("*.yml"):
            for line in path.read_text().splitlines():
                if line.startswith("id: "):
                    self.names[line[4:]] = path.stem

    def learn(self, world):
        """A policy of two hours of a world."""
        store, policy = self.folder / f"{world.name}.db", self.folder / f"{world.name}.yaml"
        captures = [capture(world, self.folder, 11 + day, day, 9 + day, name=f"day{day}") for day in range(2)]
        run(self.program, "replay", "--quiet", "--config", LISTS, "--db", store, *captures)
        run(self.program, "policy", "learn", "--quiet", "--db", store, "-o", policy)
        return policy

    def rows(self, policy, path):
        """The rows of rules about the policy that a capture raises."""
        store, config = path.with_suffix(".db"), path.with_suffix(".conf")
        config.write_text(LISTS.read_text() + f"\npolicy: {policy}\n")
        run(self.program, "replay", "--quiet", "--config", config, "--db", store, path)
        lines = run(self.program, "tail", "--db", store, "--format", "json", "-n", "100000").splitlines()
        rows = [json.loads(line) for line in lines]
        return [(self.names[row["rule_id"]], row) for row in rows if row["rule_id"] in self.names]


def seconds(row):
    """When a row began, in seconds since 1970."""
    return row["first_seen"] / 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("worlds", nargs="*", default=WORLDS)
    arguments = parser.parse_intermixed_args()
    kept = tempfile.TemporaryDirectory() if arguments.out is None else None
    folder = arguments.out or pathlib.Path(kept.name)
    folder.mkdir(parents=True, exist_ok=True)
    proof, failed = Proof(arguments.program, folder), False
    worlds = load()
    for name in arguments.worlds:
        policy = proof.learn(worlds[name])
        lines = sum(line.startswith("  - ") for line in policy.read_text().splitlines())
        rows = proof.rows(policy, capture(worlds[name], folder, 77, 7, 14))
        severe = [row for row in rows if row[1]["level"] not in ("low", "informational")]
        print(f"{name}: {lines} entries; another hour: {len(severe)} rows of medium or above, {len(rows) - len(severe)} low")
        for rule, row in rows:
            print(f"    {row['level']}: {rule}: {row['summary']}")
        failed = failed or bool(severe)
        if name != "building":
            continue
        for title, (plot, wanted) in DEVIATIONS.items():
            path = capture(worlds[name], folder, 77, 7, 14, plot, title.replace(" ", "-"))
            start = traffic.START + ATTACK
            told = [(seconds(row) - start, rule) for rule, row in proof.rows(policy, path) if rule in wanted]
            if told:
                print(f"  {title}: told after {min(told)[0]:.1f} s by {min(told)[1]}")
            else:
                print(f"  {title}: not told")
                failed = True
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
