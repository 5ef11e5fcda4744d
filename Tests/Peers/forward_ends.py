"""Far ends for tests of earshot-forward: they take records, and fail in every way that a far end can.

Each has `ids` (the record ids in the order in which they came, doubles included), `records` (kinds by id), `sequences`, and
`fault`, which says how it fails: None, "away" (nobody listens), "hang" (takes the request and never answers), "half" (breaks
the connection in the middle of its answer), "forget" (takes the records and breaks the connection before it answers), "busy"
(429 with Retry-After), "error" (500), "partial" (bulk: every third item is refused for now).
"""
import json
import os
import re
import socket
import ssl
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Ledger:
    """What came."""

    def __init__(self):
        self.lock = threading.Lock()
        self.ids = []
        self.kinds = {}
        self.sequences = []
        self.missing = 0
        self.torn = 0

    def add(self, identifier, kind, sequence, missing=0):
        with self.lock:
            self.kinds[identifier] = kind
            self.sequences.append(sequence)
            if kind == "gap":
                if identifier not in self.ids:
                    self.missing += missing or 0
            if kind in ("alert", "update", "triage", "gap"):
                self.ids.append(identifier)

    def add_json(self, text):
        """A line of EVE or ECS."""
        try:
            own = json.loads(text)["earshot"]
        except (ValueError, KeyError):
            with self.lock:
                self.torn += 1
            return
        self.add(own["record_id"], own["record"], own["sequence"], own.get("missing"))

    def alerts(self):
        with self.lock:
            return [i for i in self.ids if self.kinds[i] in ("alert",)]

    def received(self):
        return len(set(self.alerts()))


class FileEnd(Ledger):
    """The file itself, with those that were renamed."""

    kind = "file"

    def __init__(self, folder):
        super().__init__()
        self.path = os.path.join(folder, "eve.json")
        self.fault = None

    def settings(self):
        return f"    type: file\n    path: {self.path}\n    rotate_size: 4MiB\n    rotate_keep: 1000\n"

    def read(self):
        self.__init__(os.path.dirname(self.path))
        folder = os.path.dirname(self.path)
        names = [n for n in os.listdir(folder) if n.startswith("eve.json")]
        names.sort(key=lambda n: -int(n.split(".")[-1]) if n[-1].isdigit() else 1)
        for name in names:
            with open(os.path.join(folder, name), "rb") as file:
                for line in file:
                    self.add_json(line)

    def received(self):
        self.read()
        return len(set(self.alerts()))

    def close(self):
        pass


def frames(connection):
    """Messages of RFC 6587, 3.4.1: a length, a blank, so many octets."""
    rest = b""
    while True:
        while True:
            blank = rest.find(b" ")
            if blank > 0:
                length = int(rest[:blank])
                if len(rest) >= blank + 1 + length:
                    yield rest[blank + 1:blank + 1 + length]
                    rest = rest[blank + 1 + length:]
                    continue
            break
        data = connection.recv(1 << 16)
        if not data:
            return
        rest += data


class SyslogEnd(Ledger):
    """A log daemon over TCP or TLS."""

    kind = "syslog"

    def __init__(self, folder, certificate=None):
        super().__init__()
        self.certificate = certificate
        self.fault = None
        self.port = None
        self.connections = []
        self.listener = None
        self.open()

    def settings(self):
        transport = "tls" if self.certificate else "tcp"
        text = f"    type: syslog\n    address: localhost:{self.port}\n    transport: {transport}\n    timeout: 3s\n"
        return text + (f"    ca_file: {self.certificate}\n" if self.certificate else "")

    def open(self):
        if self.listener:
            return
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", self.port or 0))
        self.port = self.listener.getsockname()[1]
        self.listener.listen(16)
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def accept(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            if self.certificate:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(self.certificate, self.certificate.replace(".pem", ".key"))
                connection = context.wrap_socket(connection, server_side=True)
            self.connections.append(connection)
            count = 0
            for message in frames(connection):
                if self.fault == "hang":
                    time.sleep(5)
                    return connection.close()
                if self.fault in ("half", "forget", "error") and count >= 700:
                    return connection.close()
                count += 1
                self.take(message)
        except (OSError, ValueError):
            pass

    def take(self, message):
        text = message.decode("utf-8", "replace")
        found = re.match(r'<\d+>1 \S+ \S+ earshot \d+ (\w+) \[earshot@\d+ id="([^"]*)" stream="[^"]*" seq="(\d+)"', text)
        if not found or "\n" in text:
            with self.lock:
                self.torn += 1
            return
        missing = re.search(r' missing="(\d+)"', text)
        self.add(found[2], found[1], int(found[3]), int(missing[1]) if missing else 0)

    def away(self):
        """Nobody listens, and whoever talks is cut off; what was read is kept."""
        listener, self.listener = self.listener, None
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for connection in self.connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self.connections = []

    def back(self):
        self.open()

    def close(self):
        if self.listener:
            self.away()


class WebEnd(Ledger):
    """A web server: a webhook, or the bulk API."""

    def __init__(self, folder, kind="webhook"):
        super().__init__()
        self.kind = kind
        self.fault = None
        self.port = 0
        self.server = None
        self.turns = 0
        self.documents = {}
        self.posts = []
        self.back()

    def settings(self):
        address = f"http://127.0.0.1:{self.port}"
        if self.kind == "webhook":
            return (f"    type: webhook\n    url: {address}/hook\n    allow_local: true\n    group_wait: 0s\n"
                    "    max_per_minute: 600\n    timeout: 3s\n    batch: 2000\n    heartbeat: 1s\n")
        return f"    type: opensearch\n    url: {address}\n    timeout: 3s\n"

    def back(self):
        if self.server:
            return
        end = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # An answer of two small writes would wait for the acknowledgement of the first.
            disable_nagle_algorithm = True
            wbufsize = -1

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                end.answer(self, body)

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            allow_reuse_address = True
            request_queue_size = 32

        self.server = Server(("127.0.0.1", self.port), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def away(self):
        server, self.server = self.server, None
        self.fault_before, self.fault = self.fault, "forget"
        server.shutdown()
        server.server_close()
        self.fault = self.fault_before

    def close(self):
        if self.server:
            self.away()

    def answer(self, handler, body):
        self.posts.append((time.time(), dict(handler.headers), len(body)))
        self.turns += 1
        fault = self.fault if self.turns % 2 else None
        if fault == "busy":
            return self.say(handler, 429, b"{}", {"Retry-After": "1"})
        if fault == "error":
            return self.say(handler, 503, b"{}")
        if fault == "hang":
            time.sleep(4)
            handler.close_connection = True
            return
        if self.server is None:
            handler.close_connection = True
            return
        if self.kind == "webhook":
            said = b"{}"
            self.take_hook(body)
        else:
            said = self.take_bulk(body, fault == "partial")
        if fault == "forget":
            handler.close_connection = True
            return
        if fault == "half":
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(said) + 10, said[:len(said) // 2]))
            handler.close_connection = True
            return
        self.say(handler, 200, said)

    def say(self, handler, status, body, headers={}):
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body)))
        handler.send_header("Content-Type", "application/json")
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)
        handler.wfile.flush()

    def take_hook(self, body):
        for record in json.loads(body)["records"]:
            self.add_json(json.dumps(record))

    def take_bulk(self, body, is_partial):
        lines = body.split(b"\n")
        items = []
        for place in range(0, len(lines) - 1, 2):
            identifier = json.loads(lines[place])["create"]["_id"]
            status = 201
            if is_partial and place % 6 == 0:
                status = 429
            elif identifier in self.documents:
                status = 409
            if status in (201, 409):
                if status == 201:
                    self.documents[identifier] = lines[place + 1]
                self.add_json(lines[place + 1])
            item = {"_id": identifier, "status": status}
            if status >= 400:
                item["error"] = {"type": "es_rejected_execution_exception" if status == 429 else
                                 "version_conflict_engine_exception", "reason": "x"}
            items.append({"create": item})
        return json.dumps({"took": 1, "errors": True, "items": items}).encode()


class KafkaEnd(Ledger):
    """librdkafka's mock cluster, and a consumer of it."""

    kind = "kafka"

    def __init__(self, folder, peers):
        super().__init__()
        self.peers = peers
        self.fault = None
        self.cluster = subprocess.Popen([peers, "cluster", "earshot", "3"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)
        self.brokers = self.cluster.stdout.readline().strip()
        self.consumer = subprocess.Popen([peers, "consume", "earshot", self.brokers], stdout=subprocess.PIPE, text=True)
        threading.Thread(target=self.consume, daemon=True).start()

    def settings(self):
        first = self.brokers.split(",")
        return f"    type: kafka\n    brokers: [{', '.join(repr(b) for b in first)}]\n    topic: earshot\n    tls: false\n    timeout: 5s\n    format: eve\n"

    def consume(self):
        for line in self.consumer.stdout:
            self.add_json(line)

    def tell(self, text):
        self.cluster.stdin.write(text + "\n")
        self.cluster.stdin.flush()
        return self.cluster.stdout.readline().strip()

    def away(self):
        for broker in (1, 2, 3):
            self.tell(f"down {broker}")

    def back(self):
        for broker in (1, 2, 3):
            self.tell(f"up {broker}")

    def close(self):
        self.consumer.terminate()
        self.cluster.terminate()
        self.consumer.wait()
        self.cluster.wait()
