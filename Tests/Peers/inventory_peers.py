#!/usr/bin/env python3
"""Runs real brokers and CoAP servers with known clients, topics and resources, and holds the inventory against what was started.

    sudo .venv/bin/python Tests/Peers/inventory_peers.py EARSHOT [--folder FOLDER] [--all]

Brokers: Mosquitto for everybody, with TLS beside it, and Mosquitto for those who log in; with --all (and .venv-samples/bin/python)
aMQTT and RabbitMQ too. CoAP: the servers of libcoap and aiocoap. Prints of each kind what was found, missed and made up, then what the
rows of brokers and servers say; ends with 0 where nothing was missed or made up. Needs root: it makes two network namespaces, and
takes them away again.
"""

import contextlib
import json
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "PcapSamples")]
sys.dont_write_bytecode = True

from making.lab import CLIENTS, Lab, run  # noqa: E402
from making.device import Device, V311, V5  # noqa: E402
from making import coap_tools, real_programs  # noqa: E402

TOOLS = sys.prefix + "/bin/"
OPEN, LOGIN, AMQTT, RABBITMQ = "10.77.0.1", "10.77.0.12", "10.77.0.13", "10.77.0.14"
LIBCOAP, AIOCOAP = "10.77.0.15", "10.77.0.16"
# What no form of the inventory may show: a login, what records and wills hold, a query.
SECRETS = ("correct horse", "hunter2-of-the-plant", "will-pa55word", "query-pa55word")


class Known:
    """What was started: by kind the keys that the inventory has to have, and of brokers and servers what must be said."""

    def __init__(self):
        self.keys = {kind: set() for kind in ("broker", "server", "client", "topic", "resource", "filter")}
        self.says = {}

    def server(self, kind, key, **says):
        self.keys[kind].add(key)
        self.says[key] = says

    def add(self, kind, *keys):
        self.keys[kind].update(keys)


@contextlib.contextmanager
def mosquitto(lab, address, *settings):
    """Mosquitto at an address."""
    path = lab.work / f"mosquitto-{address}.conf"
    path.write_text("\n".join(["user root", f"listener 1883 {address}", "sys_interval 1", *settings, ""]))
    with lab.server("mosquitto", "-c", str(path)) as process:
        lab.wait_for(address, 1883, process)
        yield


def certificate(folder):
    """A key and a certificate of our own for the listener with TLS."""
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=broker", "-keyout",
        str(folder / "key.pem"), "-out", str(folder / "certificate.pem"))
    return f"certfile {folder}/certificate.pem", f"keyfile {folder}/key.pem"


@contextlib.contextmanager
def amqtt(lab):
    """aMQTT, open to everybody."""
    path = lab.work / "amqtt.yaml"
    path.write_text(f"listeners:\n  default:\n    type: tcp\n    bind: {AMQTT}:1883\n"
                    "plugins:\n  amqtt.plugins.authentication.AnonymousAuthPlugin:\n    allow_anonymous: true\n"
                    "  amqtt.plugins.sys.broker.BrokerSysPlugin:\n    sys_interval: 1\n")
    with lab.server(TOOLS + "amqtt", "-c", str(path)) as process:
        lab.wait_for(AMQTT, 1883, process)
        yield


def plant(known, server, first, *, users=None, protocol=V311, numbered="press"):
    """Two machines that report to a broker and one that is told what to do, each from an address of its own."""
    key = f"mqtt {server}:1883"
    for number in (1, 2):
        user, password = users or (None, None)
        name = f"{numbered}-{number}"
        known.add("client", f"mqtt {name}" + (f" as {user}" if user else ""))
        will = {"topic": f"plant/hall-{number}/state", "payload": json.dumps({"password": SECRETS[2]})}
        with Device(name, CLIENTS[first + number], username=user, password=password, server=server,
                    protocol=protocol, will=will) as device:
            device.subscribe(f"plant/{name}/set")
            for turn in range(5):
                device.publish(f"plant/hall-{number}/pressure", f"{3.5 + turn / 10:.1f}", qos=1, retain=turn == 0)
            device.publish(f"plant/hall-{number}/state", json.dumps({"state": "running", "password": SECRETS[1]}))
    known.add("topic", f"{key} plant/hall-{{n}}/pressure", f"{key} plant/hall-{{n}}/state")
    known.add("filter", f"{key} plant/{numbered}-{{n}}/set")


def reads(known, server, name, address, *filters, user=None, password=None, protocol=V311, wait=1.5):
    """A client that reads by filters for a while."""
    known.add("client", f"mqtt {name}" + (f" as {user}" if user else ""))
    known.add("filter", *(f"mqtt {server}:1883 {filter}" for filter in filters))
    with Device(name, address, username=user, password=password, server=server, protocol=protocol) as reader:
        for filter in filters:
            reader.subscribe(filter)
        time.sleep(wait)


def mqtt_part(lab, known, everything):
    plant(known, OPEN, 0)
    reads(known, OPEN, "historian", CLIENTS[5], "#", "$SYS/#", protocol=V5)
    known.server("broker", f"mqtt {OPEN}:1883", anonymous=True, all_topics_granted=True, system_topics_readable=True,
                 implementation="mosquitto", encrypted_port=8883)
    # A listener with TLS is seen when somebody comes to it.
    subprocess.run(["mosquitto_pub", "-h", OPEN, "-p", "8883", "-A", CLIENTS[9], "--cafile",
                    str(lab.work / "certificate.pem"), "--insecure", "-t", "hidden", "-m", "x", "-i", "veiled"],
                   check=False, timeout=10)
    plant(known, LOGIN, 10, users=("plant", SECRETS[0]), numbered="robot")
    with contextlib.suppress(RuntimeError), Device("curious", CLIENTS[14], server=LOGIN):
        pass
    known.add("client", "mqtt curious")
    known.server("broker", f"mqtt {LOGIN}:1883", anonymous=False, authenticated=True, refused=True)
    if not everything:
        return
    plant(known, AMQTT, 20, numbered="oven")
    reads(known, AMQTT, "panel", CLIENTS[25], "plant/#")
    known.server("broker", f"mqtt {AMQTT}:1883", anonymous=True)
    plant(known, RABBITMQ, 30, users=("guest", "guest"), numbered="crane")
    known.server("broker", f"mqtt {RABBITMQ}:1883", anonymous=False, authenticated=True)


def coap_part(known):
    key = f"coap {LIBCOAP}:5683"
    for address, arguments in (
        (CLIENTS[40], ("-m", "get", f"coap://{LIBCOAP}/.well-known/core")),
        (CLIENTS[41], ("-m", "get", f"coap://{LIBCOAP}/time")),
        (CLIENTS[41], ("-m", "put", "-e", "1", f"coap://{LIBCOAP}/example_data?p={SECRETS[3]}")),
    ):
        coap_tools.client(*arguments, address=address)
        known.add("client", f"coap {address}")
    known.server("server", key, listed=True, writes=True, amplification=1)
    # What its example server lists, and what was asked of it.
    known.add("resource", *(f"{key} /{path}" for path in (".well-known/core", "time", "async", "example_data", "")))

    async def conversation(context):
        import aiocoap
        for path in ("/.well-known/core", "/temperature"):
            await coap_tools.ask(context, aiocoap.GET, path, server=AIOCOAP)

    coap_tools.talk(conversation, CLIENTS[42])
    known.add("client", f"coap {CLIENTS[42]}")
    known.server("server", f"coap {AIOCOAP}:5683", listed=True, writes=False)


def compare(known, records):
    """Prints what was found, missed and made up; gives whether nothing was missed or made up."""
    is_right = True
    for kind, expected in known.keys.items():
        found = {record["key"] for record in records if record["kind"] == kind}
        if kind == "topic":
            found = {key for key in found if " $SYS/" not in key}
        if kind == "resource":
            # The resources of aiocoap's server are those that it lists; which these are is its own affair.
            found = {key for key in found if LIBCOAP in key}
        missed, made_up = sorted(expected - found), sorted(found - expected)
        is_right = is_right and not missed and not made_up
        print(f"{kind}s: {len(expected & found)} of {len(expected)} found, {len(missed)} missed, {len(made_up)} made up")
        for word, keys in (("missed", missed), ("made up", made_up)):
            for key in keys:
                print(f"  {word}: {key}")
    return is_right


def check_rows(known, records):
    """Holds what the rows of brokers and servers say against what is known of them."""
    rows = {record["key"]: record for record in records}
    is_right = True

    def hold(key, what, said, expected):
        nonlocal is_right
        if said != expected:
            is_right = False
            print(f"  {key}: {what} is {said}, not {expected}")

    for key, says in known.says.items():
        row = rows.get(key, {})
        for what in ("anonymous", "authenticated", "refused", "all_topics_granted", "system_topics_readable"):
            if what in says:
                hold(key, what, what in row, says[what])
        if "encrypted_port" in says:
            hold(key, "encrypted_port", row.get("encrypted_port"), says["encrypted_port"])
        if "implementation" in says:
            programs = [claim["value"].lower() for claim in row.get("implementations", [])]
            hold(key, "implementation", any(says["implementation"] in program for program in programs), True)
        if "listed" in says:
            hold(key, "listed resources", row.get("listed_resources", 0) > 0, says["listed"])
            hold(key, "writes without protection", "unprotected_writes" in row, says["writes"])
        if "amplification" in says:
            hold(key, "amplification", row.get("amplification", 0) > says["amplification"], True)
        print(f"{key}: {describe(row)}")
    return is_right


def check_secrets(earshot, store, folder, records):
    """Looks for what was planted in every form; gives whether none of it is there."""
    forms = [[], ["--json"], ["--netbox", str(folder / "netbox")], ["topics", "--tree"]]
    for name in ("brokers", "servers", "clients", "topics", "resources", "links", "filters", "secrets"):
        forms += [[name], [name, "--csv"]]
    forms += [["--why", record["key"]] for record in records if " $SYS/" not in record["key"]]
    shown = ""
    for form in forms:
        done = subprocess.run([earshot, "assets", *form, "--db", store], capture_output=True, text=True, check=True)
        shown += done.stdout + done.stderr
    for path in sorted((folder / "netbox").iterdir()):
        shown += path.read_text()
    found = [secret for secret in SECRETS if secret in shown]
    print(f"planted secrets: {len(found)} of {len(SECRETS)} shown in {len(forms)} forms")
    return not found


def describe(row):
    """The members of a row that a person would look at."""
    parts = []
    for name in ("versions", "abilities", "client_networks"):
        if name in row:
            parts.append(f"{name} {json.dumps(row[name])}")
    for name in ("anonymous", "authenticated", "refused", "all_topics_granted", "system_topics_readable",
                 "system_topics_written", "unprotected_writes", "protected"):
        if name in row:
            parts.append(f"{name} {row[name]['count']}")
    for name in ("encrypted_port", "amplification", "listed_resources"):
        if row.get(name):
            parts.append(f"{name} {row[name]}")
    for claim in row.get("implementations", []):
        parts.append(f"program {claim['value']} ({claim['basis']}, {claim['confidence']})")
    return "; ".join(parts) or "no row"


def record(folder, everything):
    """Starts all, lets them speak, and captures it."""
    known = Known()
    with Lab(folder) as lab, contextlib.ExitStack() as running:
        keys = certificate(lab.work)
        running.enter_context(mosquitto(lab, OPEN, "allow_anonymous true", f"listener 8883 {OPEN}", *keys))
        (lab.work / "passwords").write_text(f"plant:{SECRETS[0]}\n")
        run("mosquitto_passwd", "-U", str(lab.work / "passwords"))
        running.enter_context(
            mosquitto(lab, LOGIN, "allow_anonymous false", f"password_file {lab.work}/passwords"))
        if everything:
            running.enter_context(amqtt(lab))
            running.enter_context(real_programs.rabbitmq(
                lab, RABBITMQ, (f"mqtt.listeners.tcp.1 = {RABBITMQ}:1883", "mqtt.allow_anonymous = false")))
        running.enter_context(coap_tools.libcoap(lab, LIBCOAP))
        running.enter_context(coap_tools.device(lab, AIOCOAP))
        with lab.capture("inventory.pcap"):
            mqtt_part(lab, known, everything)
            coap_part(known)
    return known


def main():
    arguments = sys.argv[1:]
    everything = "--all" in arguments
    words = [word for word in arguments if not word.startswith("--")]
    if not words:
        sys.exit(__doc__)
    earshot = pathlib.Path(words[0]).resolve()
    with tempfile.TemporaryDirectory(prefix="earshot-inventory-") as folder:
        folder = pathlib.Path(words[1] if "--folder" in arguments else folder)
        folder.mkdir(exist_ok=True)
        known = record(folder, everything)
        store = folder / "inventory.db"
        done = subprocess.run([earshot, "replay", "-q", "--only-rules", ROOT / "Rules", "--db", store,
                               folder / "inventory.pcap"], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(done.stderr)
        done = subprocess.run([earshot, "assets", "--json", "--db", store], capture_output=True, text=True, check=True)
        records = [json.loads(line) for line in done.stdout.splitlines()]
        is_right = compare(known, records)
        is_right = check_rows(known, records) and is_right
        is_right = check_secrets(earshot, store, folder, records) and is_right
    sys.exit(0 if is_right else 1)


if __name__ == "__main__":
    main()
