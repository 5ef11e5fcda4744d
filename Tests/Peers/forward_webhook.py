#!/usr/bin/env python3
"""Holds the webhooks of earshot-forward to what they promise, against a server that fails in every way.

    forward_webhook.py PROGRAM PEERS [--alerts N]

PROGRAM is earshot-forward, PEERS the program ForwardPeers of the tests. Prints a line a promise; the exit code is 1 where one is
broken.
"""
import argparse
import hashlib
import hmac
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Server:
    """Answers each request by `answers`, one after the other, then with 200."""

    def __init__(self):
        self.posts, self.answers, self.gets = [], [], 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.posts.append((time.time(), self.path, dict(self.headers), body))
                status, headers = outer.answers.pop(0) if outer.answers else (200, {})
                self.send_response(status)
                self.send_header("Content-Length", "0")
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()


def records(post):
    return json.loads(post[3])["records"]


class Trial:
    def __init__(self, options):
        self.options = options
        self.folder = tempfile.mkdtemp(prefix="earshot-webhook-")
        self.server = Server()
        self.failed = False
        self.process = None
        self.turn = 0

    def say(self, promise, holds, seen=""):
        print(f"{'kept' if holds else 'BROKEN'}: {promise}{': ' + str(seen) if seen != '' else ''}", flush=True)
        self.failed = self.failed or not holds

    def store(self, count):
        self.turn += 1
        self.path = f"{self.folder}/{self.turn}.db"
        subprocess.run([self.options.peers, "store", self.path, str(count)], check=True, stdout=subprocess.DEVNULL)

    def start(self, settings, words=("run",)):
        self.server.posts, self.server.answers = [], self.server.answers
        name = f"{self.folder}/{self.turn}.yaml"
        with open(name, "w") as file:
            file.write(f"stores: {self.path}\nstate: {self.folder}/state-{self.turn}\ntargets:\n  hook:\n    type: webhook\n"
                       f"    url: http://127.0.0.1:{self.server.port}/hook\n    retry_max: 1s\n    timeout: 5s\n{settings}")
        self.process = subprocess.Popen([self.options.program, *words, "--config", name], stderr=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def wait(self, condition, seconds=20):
        limit = time.time() + seconds
        while time.time() < limit:
            if condition():
                return True
            time.sleep(0.02)
        return False

    def end(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.communicate()[1]

    def run(self):
        local = "    allow_local: true\n    group_wait: 0s\n"
        key = f"{self.folder}/key"
        with open(os.open(key, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
            file.write("key of the test")

        self.store(5)
        self.start("    group_wait: 0s\n")
        self.wait(lambda: False, 1.5)
        said = self.end()
        self.say("an address of this machine is refused unless it is allowed", not self.server.posts and "allow_local" in said)

        self.server.answers = [(503, {"Retry-After": "2"}), (500, {})]
        self.start(local + f"    hmac_key_file: {key}\n    heartbeat: never\n")
        posts = self.server.posts
        self.wait(lambda: len(posts) >= 3)
        self.end()
        gaps = [round(b[0] - a[0], 1) for a, b in zip(posts, posts[1:])]
        self.say("Retry-After is honoured", len(gaps) >= 2 and gaps[0] >= 2, gaps)
        self.say("the records of an attempt that failed come again, under the same key of idempotency",
                 len(posts) == 3 and len({post[2]["Idempotency-Key"] for post in posts}) == 1
                 and len({json.dumps([r["earshot"]["record_id"] for r in records(post)]) for post in posts}) == 1)
        stamp, code = posts[-1][2]["Earshot-Timestamp"], posts[-1][2]["Earshot-Signature"]
        wanted = hmac.new(b"key of the test", stamp.encode() + b"." + posts[-1][3], hashlib.sha256).hexdigest()
        self.say("the signature is that of time and body", code == "sha256=" + wanted)

        other = Server()
        self.store(5)
        self.server.answers = [(307, {"Location": f"http://127.0.0.1:{other.port}/"})] * 3
        self.start(local)
        posts = self.server.posts
        self.wait(lambda: len(posts) >= 2)
        said = self.end()
        self.say("a redirect is not followed, and said", not other.posts and "sends elsewhere" in said)

        self.store(3)
        self.server.answers = [(400, {}), (200, {}), (400, {}), (400, {}), (200, {})]
        self.start(local + "    heartbeat: never\n")
        dead = f"{self.folder}/state-{self.turn}/hook.dead"
        self.wait(lambda: os.path.exists(dead))
        self.wait(lambda: len(self.server.posts) >= 5)
        time.sleep(0.3)
        self.end()
        letters = [json.loads(line) for line in open(dead)] if os.path.exists(dead) else []
        # All three, the first alone, the other two, the second alone (which is the fault), the third alone.
        self.say("a record that is refused is a dead letter, and the others count",
                 [letter["record"]["earshot"]["id"] for letter in letters] == [2] and len(self.server.posts) == 5)

        self.store(200)
        self.server.answers = [(400, {})] * 2000
        self.start(local + "    heartbeat: never\n    timeout: 2s\n")
        self.wait(lambda: len(self.server.posts) > 500, 15)
        said = self.end()
        self.server.answers = []
        self.say("a far end that refuses everything makes nothing be passed over",
                 not os.path.exists(f"{self.folder}/state-{self.turn}/hook.dead"))

        # People: a flood becomes few requests with numbers; what is critical does not wait.
        self.store(self.options.alerts)
        self.start("    allow_local: true\n    template: slack\n    group_wait: 1s\n    max_per_minute: 2\n")
        posts = self.server.posts
        self.wait(lambda: len(posts) >= 1, 30)
        time.sleep(1)
        before = len(posts)
        database = sqlite3.connect(self.path)
        database.execute("UPDATE alert SET level = 'critical', rule_title = 'The worst', "
                         "revision = (SELECT value + 1 FROM counter WHERE name = 'revision') WHERE id = 7")
        database.execute("UPDATE counter SET value = value + 1 WHERE name = 'revision'")
        database.commit()
        began = time.time()
        arrived = self.wait(lambda: any(b"The worst" in post[3] for post in posts), 10)
        late = time.time() - began
        self.end()
        texts = b" ".join(post[3] for post in posts)
        self.say("a flood is few requests", before == 1 and len(posts) == 2, f"{self.options.alerts} alerts, {len(posts)} requests")
        self.say("what does not fit is told as a number", b" more of 1 rule: " in texts)
        self.say("what is critical comes within 2 s", arrived and late < 2, f"{late:.2f} s")
        shutil.rmtree(self.folder, ignore_errors=True)
        return 1 if self.failed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("peers")
    parser.add_argument("--alerts", type=int, default=3000)
    trial = Trial(parser.parse_args())
    try:
        sys.exit(trial.run())
    finally:
        if trial.process and trial.process.poll() is None:
            trial.process.kill()


if __name__ == "__main__":
    main()
