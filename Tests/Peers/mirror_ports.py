#!/usr/bin/env python3
"""Makes good and bad mirror ports in network namespaces, and asks `earshot doctor` of each what is wrong with it.

    sudo Tests/Peers/mirror_ports.py EARSHOT [--seconds N] [--rate N] [--text] [CASE...]

A broker, a CoAP server and their clients speak over one cable; a process beside the broker sends what passes there to a port for
each case, with the faults of that case, as a switch would. Prints a line for each case: the exit status, the check that was named
first, and what was to be named; ends with 0 where all agree. With --text the whole words. Needs root: it makes three network
namespaces, and takes them away again.
"""

import argparse
import contextlib
import ctypes
import fcntl
import json
import os
import pathlib
import random
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "PcapSamples")]
sys.dont_write_bytecode = True

from making.lab import BROKER, CLIENTS, COAP_SERVERS, Lab, run, stop  # noqa: E402
from making.wire import connect, publish, subscribe  # noqa: E402

_OUTGOING = 4  # PACKET_OUTGOING of packet(7)
_TAG = bytes.fromhex("8100000a")

# What each mirror does with a frame that comes `to` or goes `from` the servers: the frames that it sends. And the check that a
# doctor has to name first; None where all is well but what a small network lacks.


def both(frame, way, rng):
    return [frame]


def without(missing):
    return lambda frame, way, rng: [] if way == missing else [frame]


def cut(length):
    return lambda frame, way, rng: [frame[:length]]


def tagged(frame, way, rng):
    return [frame[:12] + _TAG + frame[12:]] if way == "from" else [frame]


def trunk(frame, way, rng):
    return [frame[:12] + _TAG + frame[12:]]


def erspan(frame, way, rng):
    """The frame in ERSPAN type II (draft-foschiano-erspan-03), as a switch sends it over a routed network."""
    inner = struct.pack(">HHIII", 0x1000, 0x88BE, 1, 0x1000_0001, 0) + frame
    header = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(inner), 7, 0x4000, 60, 47, 0, b"\x0a\x63\x00\x01", b"\x0a\x63\x00\x02")
    total = sum(struct.unpack(">10H", header))
    total = (total & 0xFFFF) + (total >> 16)
    header = header[:10] + struct.pack(">H", ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF) + header[12:]
    return [b"\x02\x00\x00\xaa\x00\x01\x02\x00\x00\xaa\x00\x02\x08\x00" + header + inner]


def twice(frame, way, rng):
    return [frame, frame]


def routed(frame, way, rng):
    """A copy from behind a router: other addresses, one hop less, the checksum put right."""
    if frame[12:14] != b"\x08\x00":
        return [frame]
    copy = bytearray(frame)
    copy[0:12] = b"\x02\x00\x00\x99\x00\x01\x02\x00\x00\x99\x00\x02"
    copy[22] -= 1
    total = int.from_bytes(copy[24:26], "big") + 0x100
    copy[24:26] = (total & 0xFFFF | total >> 16).to_bytes(2, "big") if total <= 0xFFFF else (total - 0xFFFF).to_bytes(2, "big")
    return [frame, bytes(copy)]


def losing(share):
    return lambda frame, way, rng: [] if rng.random() < share else [frame]


def nothing(frame, way, rng):
    return []


def flooded(frame, way, rng):
    return [frame] if frame[0] & 1 else []


def only_coap(then):
    def mirror(frame, way, rng):
        is_udp = frame[12:14] == b"\x08\x00" and frame[23] == 17 or frame[12:14] == b"\x08\x06"
        return then(frame, way, rng) if is_udp else []
    return mirror


def after(first, then):
    return lambda frame, way, rng: [last for part in first(frame, way, rng) for last in then(part, way, rng)]


CASES = {
    "healthy": (both, None),
    "healthy-trunk": (trunk, None),
    "healthy-erspan": (erspan, None),
    "to-servers-only": (without("from"), "direction"),
    "from-servers-only": (without("to"), "direction"),
    "truncated": (cut(80), "truncation"),
    "tagged-one-way": (tagged, "tags"),
    "no-traffic": (nothing, "traffic"),
    "ordinary-port": (flooded, "mirror"),
    "duplicates": (twice, "duplicates"),
    "routed-copies": (routed, "duplicates"),
    "loss-1": (losing(0.01), "loss"),
    "loss-5": (losing(0.05), "loss"),
    "loss-20": (losing(0.2), "loss"),
    "coap-healthy": (only_coap(both), None),
    "coap-loss-1": (only_coap(losing(0.01)), "protocol-loss"),
    "coap-loss-5": (only_coap(losing(0.05)), "protocol-loss"),
    "coap-loss-20": (only_coap(losing(0.2)), "protocol-loss"),
    "coap-one-way": (only_coap(without("from")), "direction"),
    "one-way-and-truncated": (after(without("from"), cut(80)), "direction"),
    "tagged-and-loss-5": (after(tagged, losing(0.05)), "tags loss"),
    "duplicates-and-truncated": (after(twice, cut(80)), "truncation"),
    # These come of segments that the clients' side joins before it sends them; the others must not have any.
    "offloaded": (both, "offload"),
}


class Ports:
    """A namespace for the sensor, and in it a port for each case."""

    def __init__(self, lab, names):
        self.lab, self.names = lab, names
        self.space = f"earshot-sensor-{os.getpid()}"
        self.relay = None

    def __enter__(self):
        run("ip", "netns", "add", self.space)
        for number in range(len(self.names)):
            run("ip", "-n", self.lab.servers, "link", "add", f"span{number}", "type", "veth", "peer", "name", f"mon{number}",
                "netns", self.space)
            for space, name in ((self.lab.servers, f"span{number}"), (self.space, f"mon{number}")):
                # An interface without addresses says nothing of its own.
                run("ip", "-n", space, "link", "set", name, "addrgenmode", "none", "mtu", "65535")
                run("ip", "-n", space, "link", "set", name, "up")
        self.relay = subprocess.Popen(
            ["ip", "netns", "exec", self.lab.servers, sys.executable, __file__, "--relay", *self.names], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE)
        self.relay.stdout.readline()
        return self

    def __exit__(self, *exception):
        if self.relay:
            stop(self.relay)
            self.relay.stdout.close()
        run("ip", "netns", "del", self.space)

    def doctor(self, earshot, number, seconds, *options):
        return subprocess.Popen(
            ["ip", "netns", "exec", self.space, earshot, "doctor", "-i", f"mon{number}", "--seconds", str(seconds), *options],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def relay(names):
    """Sends what passes at the servers' end of the cable to the ports, as each case has it."""
    source = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    source.setsockopt(socket.SOL_SOCKET, 33, 32 << 20)  # SO_RCVBUFFORCE
    source.bind(("sv0", 3))
    ports = []
    for number, name in enumerate(names):
        port = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        port.bind((f"span{number}", 0))
        ports.append((port, CASES[name][0], random.Random(7 * number + 1)))
    print("relaying", flush=True)
    while True:
        frame, address = source.recvfrom(70000)
        way = "from" if address[2] == _OUTGOING else "to"
        for port, mirror, rng in ports:
            for copy in mirror(frame, way, rng):
                with contextlib.suppress(OSError):
                    port.send(copy)


def glue(interfaces):
    """Lets TCP hand long segments to the interface, as a virtual machine does to its host."""
    for interface in interfaces:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
            for switch in (0x17, 0x1F, 0x24):
                value = ctypes.create_string_buffer(struct.pack("II", switch, 1))
                fcntl.ioctl(handle, 0x8946, struct.pack("16sP", interface.encode(), ctypes.addressof(value)))


class Traffic:
    """Clients that speak all the time: MQTT with acknowledged publications and a subscriber, CoAP with confirmed requests."""

    def __init__(self, rate, long_payloads=False):
        self.rate, self.payload = rate, b"x" * (20000 if long_payloads else 60)
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self.speak, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *exception):
        self.is_over.set()
        self.thread.join(10)

    def speak(self):
        sessions = []
        for number in range(6):
            sessions.append(self.session(CLIENTS[number % 2], f"pump-{number}", subscribes=number == 0))
        requests = []
        for number in range(6):
            endpoint = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            endpoint.bind((CLIENTS[number % 2], 0))
            endpoint.connect((COAP_SERVERS[0], 5683))
            requests.append([endpoint, 4000 + 1000 * number])
        shout = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        shout.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        shout.bind((CLIENTS[0], 0))
        begin, turn = time.monotonic(), 0
        while not self.is_over.is_set():
            turn += 1
            session = sessions[turn % len(sessions)]
            session.sendall(publish(f"plant/pump/{turn % 6}", self.payload, qos=1, packet_id=turn % 65000 + 1))
            request = requests[turn % len(requests)]
            request[1] = (request[1] + 1) & 0xFFFF
            request[0].send(struct.pack(">BBHH", 0x42, 1, request[1], turn & 0xFFFF) + b"\xb4time")
            if turn % 20 == 0:
                shout.sendto(b"here", ("10.77.255.255", 9999))
            # New connections show hand-shakes.
            if turn % 50 == 1:
                self.session(CLIENTS[2], f"visitor-{turn}").close()
            for readable in select.select([*sessions, *(entry[0] for entry in requests)], [], [], 0)[0]:
                readable.recv(200000)
            rest = begin + turn / self.rate - time.monotonic()
            if rest > 0:
                time.sleep(rest)
        for session in sessions:
            session.close()

    def session(self, address, name, subscribes=False):
        session = socket.create_connection((BROKER, 1883), 5, (address, 0))
        session.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        session.sendall(connect(name))
        session.recv(100)
        if subscribes:
            session.sendall(subscribe("plant/#"))
        return session


def shown(name, expected, done, is_text):
    """A line for a case; whether the doctor was right."""
    output, errors, status = done
    if is_text:
        print(f"== {name}\n{output}")
        return True
    try:
        report = json.loads(output)
    except ValueError:
        print(f"WRONG {name}: {errors}")
        return False
    first = report["findings"][0]
    bad = [finding for finding in report["findings"] if finding["verdict"] in ("warning", "failure")]
    if expected:
        is_right = first["check"] in expected.split() and status in (1, 2)
    else:
        is_right = status < 2 and all(finding["check"] in ("clock", "headroom") for finding in bad)
    loss = {key: f"{100 * value:.2f} %" for finding in report["findings"] for key, value in finding["figures"].items()
            if key in ("unseen_share", "coap_loss", "mqtt_loss") and value}
    print(f"{'ok   ' if is_right else 'WRONG'} {name}: {status}, {first['check']}: {first['title']}"
          f" ({len(bad)} in all: {', '.join(finding['check'] for finding in bad)}){f' {loss}' if loss else ''}", flush=True)
    return is_right


def examine(earshot, names, options, long_payloads=False):
    """Runs a doctor on the port of each case at once; how many were wrong."""
    with tempfile.TemporaryDirectory(prefix="earshot-ports-") as folder, Lab(folder) as lab:
        with lab.broker("allow_anonymous true"), lab.server("coap-server-notls", "-A", COAP_SERVERS[0]):
            if long_payloads:
                glue(["cl0"])
            with Ports(lab, names) as ports, Traffic(options.rate // 4 if long_payloads else options.rate, long_payloads):
                time.sleep(0.3)
                form = [] if options.text else ["--json"]
                doctors = [ports.doctor(earshot, number, options.seconds, *form) for number in range(len(names))]
                results = []
                for doctor in doctors:
                    output, errors = doctor.communicate(timeout=options.seconds + 60)
                    results.append((output.decode(), errors.decode(), doctor.returncode))
    return sum(not shown(name, CASES[name][1], done, options.text) for name, done in zip(names, results))


def main(arguments):
    """Examines the cases; the result is the exit code."""
    if arguments[:1] == ["--relay"]:
        return relay(arguments[1:])
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("earshot")
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--text", action="store_true")
    parser.add_argument("cases", nargs="*")
    options = parser.parse_intermixed_args(arguments)
    if os.geteuid() != 0:
        print("mirror_ports.py: run it as root: it makes network namespaces", file=sys.stderr)
        return 77
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGALRM):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    signal.alarm(4 * options.seconds + 120)
    names = options.cases or list(CASES)
    glued = [name for name in names if name == "offloaded"]
    plain = [name for name in names if name != "offloaded"]
    earshot = str(pathlib.Path(options.earshot).resolve())
    wrong = 0
    # Each in a process of its own: the laboratory moves its process into a namespace.
    for part, is_long in ((plain, False), (glued, True)):
        if part:
            child = os.fork()
            if child == 0:
                try:
                    os._exit(min(100, examine(earshot, part, options, is_long)))
                except BaseException as error:  # noqa: BLE001
                    print(f"WRONG {error!r}", flush=True)
                    os._exit(101)
            wrong += os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(f"{len(names)} ports, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
