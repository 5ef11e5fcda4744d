"""The lab: two network namespaces joined by a cable, brokers and servers on one side, clients on the other.

The process itself moves into the clients' namespace, so every socket that it or a child opens is a client's.
Captures are taken at the servers' end of the cable. Nothing outside the two namespaces is touched.
"""

import contextlib
import ctypes
import fcntl
import os
import pathlib
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

BROKER = "10.77.0.1"
BROKER_V6 = "fd77::1"
COAP_SERVERS = [f"10.77.0.{n}" for n in range(11, 18)]
OUTSIDE_SERVER = "198.51.100.7"
CLIENTS = [f"10.77.1.{n}" for n in range(1, 100)]
CLIENT_V6 = "fd77::101"
OUTSIDE_CLIENT = "203.0.113.9"

_CLONE_NEWNET = 0x40000000
_SIOCETHTOOL = 0x8946
# Transmit checksums, segmentation by the card, generic segmentation: off, so that frames look as on a real cable.
_ETHTOOL_SWITCHES = (0x17, 0x1F, 0x24)


def run(*command, **options):
    """Runs a command to its end; its output is part of the error if it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=30, **options)
    if done.returncode != 0:
        text = done.stdout.decode(errors="replace")
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {text}")
    return done.stdout.decode(errors="replace")


def stop(process, number=signal.SIGTERM):
    """Ends a process that we started and waits for it."""
    if process.poll() is None:
        process.send_signal(number)
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Lab:
    """The two namespaces, for as long as the `with` lasts."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.servers = f"earshot-servers-{os.getpid()}"
        self.clients = f"earshot-clients-{os.getpid()}"
        self.work = None
        self._stack = contextlib.ExitStack()

    def __enter__(self):
        self.work = pathlib.Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="earshot-lab-")))
        for name in (self.servers, self.clients):
            run("ip", "netns", "add", name)
            self._stack.callback(run, "ip", "netns", "del", name)
        self._enter(self.clients)
        run("ip", "link", "add", "cl0", "address", "02:00:00:77:01:01", "type", "veth",
            "peer", "name", "sv0", "address", "02:00:00:77:00:01")
        for interface in ("cl0", "sv0"):
            self._plain_frames(interface)
        run("ip", "link", "set", "sv0", "netns", self.servers)
        for address in [f"{a}/16" for a in CLIENTS] + [f"{CLIENT_V6}/64", f"{OUTSIDE_CLIENT}/24"]:
            self._address(None, "cl0", address)
        for address in [f"{a}/16" for a in [BROKER, *COAP_SERVERS]] + [f"{BROKER_V6}/64", f"{OUTSIDE_SERVER}/24"]:
            self._address(self.servers, "sv0", address)
        for namespace, interface in ((None, "cl0"), (self.servers, "sv0")):
            self.ip(namespace, "link", "set", "lo", "up")
            self.ip(namespace, "link", "set", interface, "up")
        self.ip(None, "route", "add", "198.51.100.0/24", "dev", "cl0")
        self.ip(self.servers, "route", "add", "203.0.113.0/24", "dev", "sv0")
        time.sleep(1)  # the kernel's own chatter on a new link
        return self

    def __exit__(self, *exception):
        return self._stack.__exit__(*exception)

    @staticmethod
    def ip(namespace, *arguments):
        """Runs `ip` in a namespace; None is the one we are in."""
        prefix = ["-n", namespace] if namespace else []
        return run("ip", *prefix, *arguments)

    def _address(self, namespace, interface, address):
        extra = ["nodad"] if ":" in address else []
        self.ip(namespace, "address", "add", address, "dev", interface, *extra)

    @staticmethod
    def _enter(name):
        libc = ctypes.CDLL(None, use_errno=True)
        with open(f"/var/run/netns/{name}", "rb") as handle:
            if libc.setns(handle.fileno(), _CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), f"cannot enter the network namespace {name}")

    @staticmethod
    def _plain_frames(interface):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
            for switch in _ETHTOOL_SWITCHES:
                value = ctypes.create_string_buffer(struct.pack("II", switch, 0))
                request = struct.pack("16sP", interface.encode(), ctypes.addressof(value))
                fcntl.ioctl(handle, _SIOCETHTOOL, request)

    def largest_frame(self, octets):
        """Sets the MTU at both ends."""
        self.ip(None, "link", "set", "cl0", "mtu", str(octets))
        self.ip(self.servers, "link", "set", "sv0", "mtu", str(octets))

    @contextlib.contextmanager
    def server(self, *command, **options):
        """A process at the servers' end, ended with the `with`."""
        log = open(self.work / "servers.log", "ab")
        process = subprocess.Popen(
            ["ip", "netns", "exec", self.servers, *command], stdout=log, stderr=log, stdin=subprocess.DEVNULL,
            **options)
        try:
            yield process
        finally:
            stop(process)
            log.close()

    @contextlib.contextmanager
    def client(self, *command):
        """A process at the clients' end, ended with the `with`."""
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   stdin=subprocess.DEVNULL)
        try:
            yield process
        finally:
            stop(process)

    @contextlib.contextmanager
    def broker(self, *settings, port=1883, here=False):
        """Mosquitto with these lines of configuration; `here` puts it at the clients' end (a bridge)."""
        configuration = self.work / f"mosquitto-{port}-{'here' if here else 'there'}.conf"
        listener = [] if any(line.startswith("listener") for line in settings) else [f"listener {port}"]
        configuration.write_text("\n".join(["user root", *listener, *settings, ""]))
        place = self.client if here else self.server
        with place("mosquitto", "-c", str(configuration)) as process:
            if here:
                time.sleep(0.5)
            else:
                self.wait_for(BROKER, port, process)
            yield process

    @staticmethod
    def wait_for(address, port, process):
        """Waits until a TCP port is open."""
        for _ in range(100):
            if process.poll() is not None:
                raise RuntimeError("the server ended at once; see its configuration")
            with contextlib.suppress(OSError):
                socket.create_connection((address, port), 1).close()
                time.sleep(0.2)
                return
            time.sleep(0.05)
        raise RuntimeError(f"nothing listens on {address}:{port}")

    @contextlib.contextmanager
    def capture(self, name, expression="tcp or udp"):
        """tcpdump at the servers' end, into a file of the folder. A name that ends in .zst is compressed."""
        target = self.folder / name
        plain = target.with_suffix("") if target.suffix == ".zst" else target
        process = subprocess.Popen(
            ["ip", "netns", "exec", self.servers, "tcpdump", "-i", "sv0", "-U", "-s", "0", "-Z", "root",
             "--immediate-mode", "-w", str(plain), expression],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
        try:
            for line in process.stderr:
                if b"listening on" in line:
                    break
            time.sleep(0.2)
            yield plain
            time.sleep(0.4)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(10)
            process.stderr.close()
        if plain != target:
            run("zstd", "-q", "-19", "-f", "--rm", str(plain), "-o", str(target))
        print(f"  {name}: {target.stat().st_size} octets", file=sys.stderr)
