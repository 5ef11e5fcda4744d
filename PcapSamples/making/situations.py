"""Everyday situations: a small capture for each, made when it is wanted, and the rows that are right for it."""

import dataclasses
import importlib
import ipaddress
import json
import typing

from .mqtt_client import Client
from .traffic import Host, Network


@dataclasses.dataclass
class Situation:
    """One capture and what may be said of it."""

    name: str
    make: typing.Callable
    medium: dict
    low: dict
    why: str
    world: bool = False
    names: tuple = ()
    frames: int = 0

    @property
    def what(self):
        """What the capture shows."""
        return " ".join(self.make.__doc__.split())

    def write(self, folder):
        """Makes the capture; its path."""
        network = Network(sum(ord(letter) << 3 * index for index, letter in enumerate(self.name)))
        options = self.make(network) or {}
        path = folder / f"{self.name}.pcap{'.zst' if self.world else ''}"
        network.write(path, **options)
        self.frames = len(network.frames)
        return path


SITUATIONS: dict[str, Situation] = {}


def situation(medium=None, low=None, *, why, world=False, names=()):
    """Registers a function that lets a situation happen in a network.

    `medium` gives the rows of level medium and above by rule, a rule being named by its file, `low` those of level low.
    All rows of a rule count where its worst does. Rules not named must be
    silent. Two numbers say that it may be any between them. Each of `names` must stand in some row, such as that of the
    actor who came last. A function may return options of
    `Network.write`.
    """

    def register(function):
        name = function.__name__
        SITUATIONS[name] = Situation(name, function, medium or {}, low or {}, why, world, tuple(names))
        return function

    return register


def load():
    """All situations and worlds, from all modules."""
    for module in ("situations_logins", "situations_topics", "situations_coap", "situations_daily", "situations_network",
                   "situations_radio", "situations_busy", "world_home", "world_factory", "world_building", "world_cloud"):
        importlib.import_module(f".{module}", __package__)
    return SITUATIONS


def write_expectations(folder):
    """Writes situations.json and worlds.json."""
    for name, world in (("situations", False), ("worlds", True)):
        table = {entry.name: {"what": entry.what, "medium and above": entry.medium, "low": entry.low,
                              "names": entry.names, "why": entry.why}
                 for entry in load().values() if entry.world == world}
        (folder / f"{name}.json").write_text(json.dumps(table, indent=2, ensure_ascii=False) + "\n")


def hosts(network, count, first="10.20.1.1", **habits):
    """So many hosts with rising addresses."""
    base = int(ipaddress.ip_address(first))
    return [Host(network, str(ipaddress.ip_address(base + index)), **habits) for index in range(count)]


def crowd(network, broker, count, *, over, name="device-{}", first="10.20.1.1", begin=0.0, **options):
    """So many devices, each with an address of its own, that log in one after another within `over` seconds."""
    clients = []
    for index, host in enumerate(hosts(network, count, first)):
        client = Client(host, broker, name.format(index), **options)
        clients.append(client.start(begin + over * (index + network.random.random()) / count))
    return clients


def after_login(network, clients, topic, payload, *, delay=1.0):
    """Each client says something once, shortly after its log-in."""
    for index, client in enumerate(clients):
        client.ready = lambda client, present, index=index: network.after(
            delay, client.publish, topic.format(index), payload)
