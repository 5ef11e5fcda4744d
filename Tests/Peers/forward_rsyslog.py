#!/usr/bin/env python3
"""Sends hostile alerts to Debian's rsyslog over UDP, TCP, TLS and its local socket: each is to be one record, with its ids.

    forward_rsyslog.py PROGRAM PEERS [--alerts N]

PROGRAM is earshot-forward, PEERS the program ForwardPeers of the tests. Prints a row a transport and format; the exit code is
1 where a record is missing, doubled, or in two lines.
"""
import argparse
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

HOSTILE = ["a\nb", "a\r\nb", "a|b=c\\", '"]', "]", '\\"', "\x1b[31m", "\u202ex", "\u2028x", "\ufeffx", "%s%n", "é" * 3000,
           "x" * 70000, "\x85", "a\tb", "<34>1 - - - - - - x", "12 <34>1 x", "\nCEF:0|x|y|", "\x7f", "{\"a\":1}"]

CONFIGURATION = """
global(workDirectory="{folder}" maxMessageSize="64k" defaultNetstreamDriverCAFile="{folder}/far.pem"
       defaultNetstreamDriverCertFile="{folder}/far.pem" defaultNetstreamDriverKeyFile="{folder}/far.key"
       parser.escape8BitCharactersOnReceive="off")
module(load="imudp")
module(load="imptcp")
module(load="imuxsock" SysSock.Use="off")
module(load="imtcp" streamDriver.name="ossl" streamDriver.mode="1" streamDriver.authMode="anon")
input(type="imudp" address="127.0.0.1" port="{udp}" ruleset="r")
input(type="imptcp" address="127.0.0.1" port="{tcp}" ruleset="r")
input(type="imtcp" address="127.0.0.1" port="{tls}" ruleset="r")
input(type="imuxsock" Socket="{folder}/log" ruleset="r" UseSpecialParser="off" ParseHostname="on" rateLimit.Interval="0")
template(name="t" type="string" string="%hostname%|%app-name%|%msgid%|%structured-data%|%msg%\\n")
ruleset(name="r") {{ action(type="omfile" file="{folder}/out" template="t") }}
"""


def free_port(kind):
    with socket.socket(socket.AF_INET, kind) as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("peers")
    parser.add_argument("--alerts", type=int, default=200)
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="earshot-rsyslog-")
    store = f"{folder}/alerts.db"
    subprocess.run([options.peers, "store", store, str(options.alerts)], check=True, stdout=subprocess.DEVNULL)
    database = sqlite3.connect(store)
    for number in range(1, options.alerts + 1):
        text = HOSTILE[number % len(HOSTILE)]
        database.execute("UPDATE alert SET client_id = ?, summary = ?, group_key = ? WHERE id = ?", (text, text, text, number))
    database.commit()
    database.close()
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost", "-keyout", f"{folder}/far.key", "-out", f"{folder}/far.pem"],
                   check=True, stderr=subprocess.DEVNULL)
    ports = {"udp": free_port(socket.SOCK_DGRAM), "tcp": free_port(socket.SOCK_STREAM), "tls": free_port(socket.SOCK_STREAM)}
    with open(f"{folder}/rsyslog.conf", "w") as file:
        file.write(CONFIGURATION.format(folder=folder, **ports))
    daemon = subprocess.Popen([shutil.which("rsyslogd") or "/usr/sbin/rsyslogd", "-n", "-f", f"{folder}/rsyslog.conf", "-i",
                               f"{folder}/pid"])
    failed = False
    try:
        limit = time.time() + 20
        while not os.path.exists(f"{folder}/log") and time.time() < limit:
            time.sleep(0.05)
        print("| transport | format | sent | records | doubled | lost | strange lines |\n|---|---|---|---|---|---|---|")
        for transport in ("udp", "tcp", "tls", "local"):
            for form in ("text", "cef", "eve"):
                failed = not one(options, folder, store, ports, transport, form) or failed
    finally:
        daemon.terminate()
        daemon.wait()
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(1 if failed else 0)


def one(options, folder, store, ports, transport, form):
    out = f"{folder}/out"
    before = os.path.getsize(out) if os.path.exists(out) else 0
    place = f"path: {folder}/log" if transport == "local" else f"address: localhost:{ports[transport]}"
    trust = f"    ca_file: {folder}/far.pem\n" if transport == "tls" else ""
    # What is sent by UDP faster than it is read is lost: that is what the sequence numbers are for.
    with open(f"{folder}/forward.yaml", "w") as file:
        file.write(f"stores: {store}\nstate: {folder}/{transport}-{form}\ntargets:\n  far:\n    type: syslog\n    {place}\n"
                   f"    transport: {transport}\n    format: {form}\n    rate: 2000\n    batch: 50\n{trust}")
    subprocess.run([options.program, "run", "--once", "--config", f"{folder}/forward.yaml"], check=True, timeout=60)
    wanted, limit, ids, strange = options.alerts, time.time() + 20, [], 0
    while time.time() < limit:
        with open(out, "rb") as file:
            file.seek(before)
            lines = file.read().split(b"\n")[:-1]
        ids, strange = [], 0
        for line in lines:
            found = re.match(rb'sensor-1\|earshot\|(\w+)\|\[earshot@32473 id="([^"]*)" stream="[^"]*" seq="(\d+)".*?\]\|', line)
            if not found:
                strange += 1
            elif found[1] == b"alert":
                ids.append(found[2])
        if len(set(ids)) >= wanted:
            break
        time.sleep(0.1)
    row = [transport, form, wanted, len(set(ids)), len(ids) - len(set(ids)), wanted - len(set(ids)), strange]
    print("| " + " | ".join(str(cell) for cell in row) + " |", flush=True)
    return row[3] == wanted and row[4] == 0 and strange == 0


if __name__ == "__main__":
    main()
