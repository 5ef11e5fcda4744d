#!/usr/bin/env python3
"""Makes captures of networks in which addresses do not say who is there, and holds the inventory against what was put into them.

    Tests/Peers/inventory_captures.py EARSHOT

churn: fifty machines over thirty days, with ten thousand leases of addresses from one range, half of the machines with addresses
of the link that they make up anew each day, and with random tails in their client identifiers.
routed: forty-one machines of three networks behind a router, and three in front of it.

Prints a line for each expectation; ends with 0 where all are met.
"""

import json
import pathlib
import random
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
START = 1_795_000_000
DAY = 86_400
BROKER, BROKER_CARD = "10.0.0.5", bytes.fromhex("001b21000005")
# 00:1b:21 is Intel's, 00:00:0c Cisco's.
ROUTER_CARD = bytes.fromhex("00000c000001")


class Capture:
    """Frames in the order of their time, as a pcap file with microseconds (Ethernet)."""

    def __init__(self):
        self.frames = []

    def add(self, time, octets):
        self.frames.append((time, octets))

    def write(self, path):
        self.frames.sort(key=lambda frame: frame[0])
        with open(path, "wb") as file:
            file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
            for time, octets in self.frames:
                file.write(struct.pack("<IIII", int(time), int(time % 1 * 1e6), len(octets), len(octets)) + octets)


def total(octets):
    """The sum of RFC 1071."""
    octets += b"\0" * (len(octets) % 2)
    value = sum(struct.unpack(f">{len(octets) // 2}H", octets))
    while value >> 16:
        value = (value & 0xFFFF) + (value >> 16)
    return ~value & 0xFFFF


def tcp(cards, addresses, ports, sequence, acknowledged, flags, payload=b""):
    """A frame with a TCP segment."""
    source, destination = (bytes(map(int, address.split("."))) for address in addresses)
    header = struct.pack(">HHIIBBHHH", *ports, sequence, acknowledged, 5 << 4, flags, 65535, 0, 0)
    pseudo = source + destination + struct.pack(">BBH", 0, 6, len(header) + len(payload))
    header = header[:16] + struct.pack(">H", total(pseudo + header + payload)) + header[18:]
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 40 + len(payload), 0, 0, 64, 6, 0, source, destination)
    ip = ip[:10] + struct.pack(">H", total(ip)) + ip[12:]
    return cards[1] + cards[0] + b"\x08\x00" + ip + header + payload


def text(value):
    return struct.pack(">H", len(value)) + value.encode()


def packet(kind, body):
    return bytes([kind, len(body)]) + body


def session(capture, time, card, address, port, name, topic):
    """A client comes, publishes twice, and leaves (MQTT 3.1.1)."""
    up, down = (card, BROKER_CARD), (BROKER_CARD, card)
    there, back = (address, BROKER), (BROKER, address)
    sent, got = 1000, 5000
    moment = time

    def frame(is_up, flags, payload=b""):
        nonlocal sent, got, moment
        if is_up:
            capture.add(moment, tcp(up, there, (port, 1883), sent, got, flags, payload))
            sent += len(payload) + (1 if flags & 3 else 0)
        else:
            capture.add(moment, tcp(down, back, (1883, port), got, sent, flags, payload))
            got += len(payload) + (1 if flags & 3 else 0)
        moment += 0.01

    frame(True, 2)
    frame(False, 0x12)
    frame(True, 0x10)
    frame(True, 0x18, packet(0x10, text("MQTT") + b"\x04\x02\x00\x3c" + text(name)))
    frame(False, 0x18, b"\x20\x02\x00\x00")
    for value in ("20.5", "20.6"):
        frame(True, 0x18, packet(0x30, text(topic) + value.encode()))
    frame(True, 0x18, b"\xe0\x00")
    frame(True, 0x11)
    frame(False, 0x11)
    frame(True, 0x10)


def churn(path):
    """Fifty machines, each with two hundred leases one after the other."""
    capture, chance = Capture(), random.Random(4711)
    free = [f"10.0.{third}.{last}" for third in (1, 2, 3) for last in range(1, 250)]
    chance.shuffle(free)
    leases = []
    for machine in range(50):
        for turn in range(200):
            leases.append((START + (turn + chance.random() * 0.9) * 30 * DAY / 200, machine))
    held = {}
    for time, machine in sorted(leases):
        # The address that it had goes back to the end of the range.
        if machine in held:
            free.append(held[machine])
        held[machine] = free.pop(0)
        card = bytes.fromhex(f"001b2100{machine:04x}")
        if machine % 2:
            day = int((time - START) // DAY)
            card = bytes([0x02, day, *random.Random(machine * 100 + day).randbytes(4)])
        name = f"station-{machine:02}-{chance.getrandbits(40):010x}"
        session(capture, time, card, held[machine], 20_000 + chance.randrange(40_000), name, f"plant/{machine}/level")
    capture.write(path)


def routed(path):
    """Forty-one machines behind a router, three beside the broker."""
    capture = Capture()
    for number in range(41):
        address = f"10.{1 + number % 3}.0.{number + 10}"
        session(capture, START + number * 60, ROUTER_CARD, address, 30_000 + number, f"far-{number}", "plant/far")
    for number in range(3):
        card = bytes.fromhex(f"001b210001{number:02x}")
        session(capture, START + number * 60 + 7, card, f"10.0.0.{50 + number}", 40_000, f"near-{number}", "plant/near")
    capture.write(path)


def assets(earshot, folder, make):
    """The inventory of a capture."""
    capture, store = folder / f"{make.__name__}.pcap", folder / f"{make.__name__}.db"
    make(capture)
    subprocess.run([earshot, "replay", "-q", "--only-rules", ROOT / "Rules", "--db", store, capture], check=True,
                   stderr=subprocess.DEVNULL)
    done = subprocess.run([earshot, "assets", "--json", "--db", store], capture_output=True, text=True, check=True)
    overview = subprocess.run([earshot, "assets", "--db", store], capture_output=True, text=True, check=True).stdout
    records = [json.loads(line) for line in done.stdout.splitlines()]
    return [record for record in records if record["kind"] in ("client", "broker")], overview


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    earshot = pathlib.Path(sys.argv[1]).resolve()
    is_right = True

    def expect(holds, what):
        nonlocal is_right
        is_right = is_right and bool(holds)
        print(f"{'right' if holds else 'WRONG'}: {what}")

    with tempfile.TemporaryDirectory(prefix="earshot-inventory-") as folder:
        folder = pathlib.Path(folder)
        records, overview = assets(earshot, folder, churn)
        clients = [record for record in records if record["kind"] == "client"]
        expect(len(clients) <= 60, f"churn: {len(clients)} clients for fifty machines, at most sixty")
        # The number in the examples of a record says which machine it was.
        machines = [{example.split("-")[1] for example in client.get("examples", [])} for client in clients]
        expect(all(len(found) == 1 for found in machines), "churn: no two machines are one client")
        expect(len(set().union(*machines)) == 50, f"churn: {len(set().union(*machines))} of fifty machines are found")
        expect("hidden behind routers" not in overview, "churn: nothing is taken for a router")

        records, overview = assets(earshot, folder, routed)
        far = [record for record in records if (record.get("name") or "").startswith("far-")]
        expect(len(far) == 41, f"routed: {len(far)} of forty-one clients behind the router are found")
        vendors = [record for record in far if record.get("vendors")]
        expect(not vendors, f"routed: {len(vendors)} of them have the vendor of the router")
        expect("00:00:0c:00:00:01: 41 addresses of 3 networks" in overview, "routed: what is hidden is said")
        near = [record for record in records if (record.get("name") or "").startswith("near-")]
        named = [record for record in near if any("Intel" in claim["value"] for claim in record.get("vendors", []))]
        expect(len(named) == 3, f"routed: {len(named)} of three machines beside the broker have their vendor")
    sys.exit(0 if is_right else 1)


if __name__ == "__main__":
    main()
