#!/usr/bin/env python3
"""Three sensors, each in a network namespace of its own, send to one Kafka topic: every alert is there once, doubles dropped.

    forward_sensors.py PROGRAM PEERS [--alerts N] [--kills N]     as root

PROGRAM is earshot-forward, PEERS the program ForwardPeers of the tests. Each store is written while it is forwarded. The mock
cluster of librdkafka listens on loopback only, so that a relay in each namespace carries its ports there. Brokers go away and
come back, and each forwarder is killed a few times. Prints a row a sensor; the exit code is 1 where an alert is missing.
"""
import argparse
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import forward_ends as ends  # noqa: E402

RELAY = """
import socket, sys, threading
def pump(a, b):
    try:
        while data := a.recv(65536): b.sendall(data)
    except OSError: pass
    for s in (a, b):
        try: s.shutdown(socket.SHUT_RDWR)
        except OSError: pass
def serve(port, path):
    listener = socket.create_server(("127.0.0.1", port))
    while True:
        one, _ = listener.accept()
        other = socket.socket(socket.AF_UNIX)
        try: other.connect(path)
        except OSError:
            one.close()
            continue
        threading.Thread(target=pump, args=(one, other), daemon=True).start()
        threading.Thread(target=pump, args=(other, one), daemon=True).start()
for port in sys.argv[2:]: threading.Thread(target=serve, args=(int(port), f"{sys.argv[1]}/{port}"), daemon=True).start()
threading.Event().wait()
"""


def pump(one, other):
    try:
        while data := one.recv(65536):
            other.sendall(data)
    except OSError:
        pass
    for end in (one, other):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def carry(folder, port):
    """From the socket in the file system, which all namespaces share, to the broker."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(f"{folder}/{port}")
    listener.listen(64)

    def serve():
        while True:
            one, _ = listener.accept()
            try:
                other = socket.create_connection(("127.0.0.1", port))
            except OSError:
                one.close()
                continue
            threading.Thread(target=pump, args=(one, other), daemon=True).start()
            threading.Thread(target=pump, args=(other, one), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("peers")
    parser.add_argument("--alerts", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--patience", type=float, default=120)
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="earshot-sensors-")
    generator = random.Random(options.seed)
    end = ends.KafkaEnd(folder, os.path.abspath(options.peers))
    ports = [broker.split(":")[1] for broker in end.brokers.split(",")]
    started, spaces = [], []
    try:
        for port in ports:
            carry(folder, int(port))
        runs = {}
        for number in (1, 2, 3):
            space = f"earshot-{os.getpid()}-{number}"
            subprocess.run(["ip", "netns", "add", space], check=True)
            spaces.append(space)
            subprocess.run(["ip", "-n", space, "link", "set", "lo", "up"], check=True)
            started.append(subprocess.Popen(["ip", "netns", "exec", space, sys.executable, "-c", RELAY, folder, *ports]))
            home = f"{folder}/{number}"
            os.mkdir(home)
            with open(f"{home}/forward.yaml", "w") as file:
                file.write(f"stores: {home}/alerts.db\nstate: {home}/state\ntargets:\n  far:\n{end.settings()}    retry_max: 1s\n")
            rate = str(options.alerts // 5)
            started.append(subprocess.Popen([options.peers, "store", f"{home}/alerts.db", str(options.alerts), "--sensor",
                                             f"sensor-{number}", "--rate", rate], stdout=subprocess.DEVNULL))
            runs[number] = ["ip", "netns", "exec", space, options.program, "run", "--config", f"{home}/forward.yaml"]
        began = time.time()
        alive = {number: subprocess.Popen(run, stderr=subprocess.DEVNULL) for number, run in runs.items()}
        started += alive.values()
        for turn in range(options.kills):
            time.sleep(generator.uniform(0.2, 1.2))
            broker = turn % 3 + 1
            end.tell(f"down {broker}")
            for number, run in runs.items():
                alive[number].send_signal(signal.SIGKILL)
                alive[number].wait()
                alive[number] = subprocess.Popen(run, stderr=subprocess.DEVNULL)
                started.append(alive[number])
            time.sleep(generator.uniform(0.1, 0.5))
            end.tell(f"up {broker}")
        limit = time.time() + options.patience
        while end.received() < 3 * options.alerts and time.time() < limit:
            time.sleep(0.2)
        seconds = time.time() - began
        time.sleep(1)
        print("| sensor | alerts | in the topic | doubled | once after dropping doubles |\n|---|---|---|---|---|")
        failed = False
        stores = {}
        for identifier in end.alerts():
            stores.setdefault(identifier.split(":")[0], []).append(identifier)
        for number, ids in enumerate(stores.values(), 1):
            numbers = sorted(int(identifier.split(":")[1]) for identifier in set(ids))
            whole = numbers == list(range(1, options.alerts + 1))
            failed = failed or not whole
            print(f"| {number} | {options.alerts} | {len(ids)} | {len(ids) - len(set(ids))} | {'all' if whole else 'NOT ALL'} |")
        print(f"\n{seconds:.1f} s, {options.kills} kills of each forwarder, {options.kills} brokers down and up")
        sys.exit(1 if failed or len(stores) != 3 else 0)
    finally:
        for process in started:
            if process.poll() is None:
                process.terminate()
                process.wait()
        end.close()
        for space in spaces:
            subprocess.run(["ip", "netns", "del", space], check=False)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
