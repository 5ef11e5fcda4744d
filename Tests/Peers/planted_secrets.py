#!/usr/bin/env python3
"""Plants two hundred secrets in a capture, and looks for each in all that the program writes of it.

    Tests/Peers/planted_secrets.py EARSHOT

Secrets are passwords of CONNECT, data of AUTH, wills, values in JSON, URLs with a login in them and queries of CoAP (p=, t=).
Looked through are the store, the report as a page and as JSON, alerts as JSON and CSV, the inventory as JSON and CSV, the learned
policy, statistics and the log. Frames that are kept as evidence are what was on the wire, and are counted apart. The report must
tell of them. Ends with 0 where none is found.
"""

import json
import pathlib
import random
import sqlite3
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "Tests" / "Peers"))

from inventory_captures import BROKER, BROKER_CARD, START, Capture, tcp, text, total  # noqa: E402

CHANCE = random.Random(20_261_201)


def secret():
    """Something that occurs nowhere else."""
    return "".join(CHANCE.choice("abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789") for _ in range(20))


def packet(kind, body):
    """A packet of MQTT with as long a length as it takes."""
    length, size = b"", len(body)
    while True:
        length += bytes([size & 127 | (128 if size > 127 else 0)])
        size >>= 7
        if not size:
            return bytes([kind]) + length + body


def session(capture, time, number, up, *, version=4, user=None, password=None, will=None):
    """A client that logs in and sends packets."""
    card, address, port = bytes([2, 0, 10, 0, 7, number]), f"10.0.7.{number}", 20_000 + number
    sent, got, moment = 1000, 5000, time

    def frame(is_up, flags, payload=b""):
        nonlocal sent, got, moment
        if is_up:
            capture.add(moment, tcp((card, BROKER_CARD), (address, BROKER), (port, 1883), sent, got, flags, payload))
            sent += len(payload) + (1 if flags & 3 else 0)
        else:
            capture.add(moment, tcp((BROKER_CARD, card), (BROKER, address), (1883, port), got, sent, flags, payload))
            got += len(payload) + (1 if flags & 3 else 0)
        moment += 0.01

    nothing = b"\0" if version == 5 else b""
    flags = 2 | (0x80 if user else 0) | (0x40 if password else 0) | (4 if will else 0)
    body = text("MQTT") + bytes([version, flags]) + struct.pack(">H", 60) + nothing + text(f"meter-{number}")
    if will:
        body += nothing + text(f"meter/{number}/gone") + text(will)
    body += (text(user) if user else b"") + (text(password) if password else b"")
    frame(True, 2)
    frame(False, 0x12)
    frame(True, 0x10)
    frame(True, 0x18, packet(0x10, body))
    frame(False, 0x18, packet(0x20, b"\0\0" + nothing))
    for octets in up:
        frame(True, 0x18, octets)
    frame(True, 0x18, b"\xe0\0")
    frame(True, 0x11)
    frame(False, 0x11)
    frame(True, 0x10)


def publish(topic, value, version=4):
    return packet(0x30, text(topic) + (b"\0" if version == 5 else b"") + value.encode())


def datagram(capture, time, source, destination, ports, payload):
    """A UDP datagram over IPv4."""
    addresses = [bytes(map(int, address.split("."))) for address in (source, destination)]
    length = 8 + len(payload)
    header = struct.pack(">HHHH", *ports, length, 0)
    pseudo = addresses[0] + addresses[1] + struct.pack(">BBH", 0, 17, length)
    header = header[:6] + struct.pack(">H", total(pseudo + header + payload) or 0xFFFF)
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + length, 0, 0, 64, 17, 0, *addresses)
    ip = ip[:10] + struct.pack(">H", total(ip)) + ip[12:]
    capture.add(time, b"\x02\0\0\0\0\x01\x02\0\0\0\0\x02\x08\0" + ip + header + payload)


def option(delta, value):
    """An option of CoAP with a short delta (RFC 7252, 3.1)."""
    if len(value) < 13:
        return bytes([delta << 4 | len(value)]) + value
    return bytes([delta << 4 | 13, len(value) - 13]) + value


def make(path):
    """Writes the capture; the secrets by where they stand."""
    capture, planted = Capture(), {}

    def plant(where):
        planted.setdefault(where, []).append(secret())
        return planted[where][-1]

    for number in range(40):
        session(capture, START + number, number + 1, [], user=f"meter{number}", password=plant("password of CONNECT"))
    for number in range(30):
        method, data = text("PLAIN"), f"\0meter\0{plant('data of AUTH')}".encode()
        properties = b"\x15" + method + b"\x16" + struct.pack(">H", len(data)) + data
        auth = packet(0xF0, b"\x18" + bytes([len(properties)]) + properties)
        session(capture, START + 100 + number, 41 + number, [auth], version=5)
    for number in range(30):
        will = json.dumps({"id": number, "password": plant("will")})
        session(capture, START + 200 + number, 71 + number, [], user="meters", password="x" * 3, will=will)
    keys = ["password", "api_key", "secret", "token", "wifi_psk", "client_secret", "access_token", "passwd"]
    for number in range(40):
        record = json.dumps({"id": number, "net": {keys[number % len(keys)]: plant("value in JSON")}})
        session(capture, START + 300 + number, 101 + number, [publish(f"meter/{number}/config", record)])
    for number in range(20):
        url = f"https://updater:{plant('login in a URL')}@fw.example.net/meter.bin"
        session(capture, START + 400 + number, 141 + number, [publish(f"meter/{number}/update", url)])
    for number in range(40):
        value = f"{'pt'[number % 2]}={plant('query of CoAP')}".encode()
        # Uri-Path 11, Uri-Query 15.
        request = b"\x41\x02" + struct.pack(">H", 700 + number) + bytes([number]) + option(11, b"login") + option(4, value)
        answer = b"\x61\x44" + struct.pack(">H", 700 + number) + bytes([number])
        datagram(capture, START + 500 + number, f"10.0.8.{number + 1}", "10.0.0.6", (40_000, 5683), request)
        datagram(capture, START + 500.01 + number, "10.0.0.6", f"10.0.8.{number + 1}", (5683, 40_000), answer)
    capture.write(path)
    return planted


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    earshot = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory(prefix="earshot-secrets-") as folder:
        folder = pathlib.Path(folder)
        planted = make(folder / "secrets.pcap")
        store, config = folder / "a.db", folder / "a.yaml"
        config.write_text(f"only_rules: [{ROOT / 'Rules'}]\n")
        written = {}

        def run(title, *words):
            done = subprocess.run([earshot, *map(str, words)], capture_output=True)
            if done.returncode:
                raise RuntimeError(f"{words}: {done.returncode}: {done.stderr[-1500:]}")
            written[title] = done.stdout + done.stderr

        run("log of replay", "replay", "--config", config, "--db", store, folder / "secrets.pcap")
        run("report as a page", "report", "--db", store, "-o", folder / "report.html")
        run("report as JSON", "report", "--db", store, "--json")
        run("alerts as JSON", "tail", "--db", store, "--format", "json", "-n", "100000")
        run("export as JSON", "db", "export", "--db", store, "--json")
        run("export as CSV", "db", "export", "--db", store, "--csv")
        run("statistics", "stats", "--db", store, "--json")
        run("inventory as JSON", "assets", "--db", store, "--json")
        for kind in ("brokers", "clients", "servers", "topics", "resources", "links", "filters", "secrets"):
            run(f"{kind} as CSV", "assets", kind, "--db", store, "--csv")
        run("policy", "policy", "learn", "--db", store, "-o", folder / "policy.yaml")
        # The frames aside: a copy of the store without them, with nothing left of what was taken out.
        with sqlite3.connect(store) as base:
            kept = b"".join(row[0] for row in base.execute("SELECT bytes FROM evidence"))
            base.execute("VACUUM INTO ?", (str(folder / "copy.db"),))
        with sqlite3.connect(folder / "copy.db", isolation_level=None) as base:
            base.execute("DELETE FROM evidence")
            base.execute("VACUUM")
        for path in folder.iterdir():
            if path.suffix != ".pcap" and not path.name.startswith("a.db"):
                written[path.name] = path.read_bytes()
        report = json.loads(written["report as JSON"])
        count, failed = sum(map(len, planted.values())), False
        for where, secrets in planted.items():
            places = {title: sum(one.encode() in octets for one in secrets) for title, octets in written.items()}
            found = {title: number for title, number in places.items() if number}
            failed = failed or bool(found)
            frames = sum(one.encode() in kept for one in secrets)
            print(f"{'WRONG' if found else 'right'}: {where}: {len(secrets)} secrets, found in {found or 'nothing'}; {frames} in frames of evidence")
        kinds = sorted({finding["kind"] for finding in report["findings"]} & {"password-in-clear", "secret-in-records", "shared-password"})
        print(f"{count} secrets, looked for in {len(written)} writings of {sum(map(len, written.values()))} bytes; findings: {kinds}")
        sys.exit(1 if failed or len(kinds) < 2 else 0)


if __name__ == "__main__":
    main()
