"""MQTT clients in the simulated network: connect, come back, ping, publish, subscribe, as programs in use do."""

import base64
import hashlib
import struct

from .mqtt_broker import answer, publish
from .traffic import Connection
from .wire import PINGREQ, length, packet, text

PINGRESP = packet(0xD0)


class Link:
    """One connection of a client to a broker."""

    def __init__(self, client, tcp, name):
        self.client, self.tcp, self.name = client, tcp, name
        self.version = client.version
        self.broker = client.broker
        self.session = None
        self.alive = True
        self.alive_at_client = True
        self.ready = False

    def up(self, octets, call=None, *arguments):
        """Octets to the broker, and what happens when it has them."""
        time = self.tcp.send(0, octets)
        self.client.sent = self.client.network.now
        if call is not None:
            self.client.network.at(time, call, *arguments)

    def down(self, octets, call=None, *arguments):
        """Octets to the client, and what happens when it has them."""
        time = self.tcp.send(1, octets)
        if call is not None:
            self.client.network.at(time, call, *arguments)


    def open(self):
        """The TCP connection stands."""
        self.client.introduce(self)


class WebSocketLink(Link):
    """The same in a WebSocket (RFC 6455)."""

    def open(self):
        """Upgrades from HTTP first."""
        key = base64.b64encode(self.client.network.random.randbytes(16)).decode()
        proof = base64.b64encode(
    hashlib.sha1(
        (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()).decode()
        request = (f"GET /mqtt HTTP/1.1\r\nHost: {self.broker.host.address}:{self.broker.port}\r\nConnection: Upgrade\r\n"
                   f"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
                   f"Sec-WebSocket-Protocol: mqtt\r\n\r\n")
        answer = (f"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                  f"Sec-WebSocket-Accept: {proof}\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n")
        network = self.client.network

        def upgraded():
            network.at(self.tcp.send(1, answer.encode()), self.client.introduce, self)

        network.at(self.tcp.send(0, request.encode()), upgraded)

    def up(self, octets, call=None, *arguments):
        """Octets to the broker in a masked frame."""
        mask = self.client.network.random.randbytes(4)
        masked = bytes(octet ^ mask[index & 3] for index, octet in enumerate(octets))
        super().up(frame(0x80, len(octets)) + mask + masked, call, *arguments)

    def down(self, octets, call=None, *arguments):
        """Octets to the client in a frame."""
        super().down(frame(0, len(octets)) + octets, call, *arguments)


def frame(mask, size):
    """The head of a binary frame."""
    if size < 126:
        return bytes([0x82, mask | size])
    return bytes([0x82, mask | 126]) + struct.pack(">H", size)


class Client:
    """A program that uses a broker.

    `name` is a client id or a function that makes one for each connection. `receive(client, topic, payload, retain)` is
    called for each message, `ready(client, present)` after each log-in. `back` is how long it waits until it tries
    again: least and most seconds.
    """

    def __init__(self, host, broker, name, *, version=4, username=None, password=None, keep_alive=60, will=None, filters=(),
                 receive=None, ready=None, clean=True, back=(1, 10), properties=b"", together=True, assigned=False,
                 tries=None, websocket=False):
        self.host, self.broker, self.name, self.version = host, broker, name, version
        self.network = host.network
        self.username, self.password, self.keep_alive, self.will = username, password, keep_alive, will
        self.filters, self.receive, self.ready, self.clean, self.back = list(filters), receive, ready, clean, back
        self.properties, self.together, self.assigned, self.tries = properties, together, assigned, tries
        self.websocket = websocket
        self.link = None
        self.identifier = 0
        self.unanswered = {}
        self.sent = 0.0
        self.wanted = False

    def start(self, at=0.0):
        """Connects at a time, and from then on comes back whenever the connection is lost."""
        self.wanted = True
        self.network.at(at, self.connect)
        return self

    def connect(self):
        """One try."""
        if not self.wanted or (self.link is not None and self.link.alive_at_client):
            return
        broker = self.broker
        tcp = Connection(self.host, broker.host, broker.port)
        time = tcp.handshake(listening=broker.listening)
        if not broker.listening:
            self.network.at(time, self.again)
            return
        name = self.name() if callable(self.name) else self.name
        self.link = WebSocketLink(self, tcp, name) if self.websocket else Link(self, tcp, name)
        self.network.at(time, self.link.open)

    def introduce(self, link):
        """Sends the CONNECT."""
        password = self.password() if callable(self.password) else self.password
        flags = (
    2 if self.clean else 0) | (
        0x80 if self.username is not None else 0) | (
            0x40 if password is not None else 0)
        if self.will is not None:
            flags |= 4 | self.will[2] << 3 | (0x20 if self.will[3] else 0)
        magic = "MQIsdp" if self.version == 3 else "MQTT"
        body = text(magic) + bytes([self.version, flags]) + struct.pack(">H", self.keep_alive)
        if self.version == 5:
            body += length(len(self.properties)) + self.properties
        body += text("" if self.assigned else link.name)
        if self.will is not None:
            body += (b"\0" if self.version == 5 else b"") + text(self.will[0]) + text(self.will[1])
        for value in (self.username, password):
            if value is not None:
                body += text(value)
        link.up(packet(0x10, body), self.broker.enter, link)

    def welcome(self, link, present):
        """The CONNACK said yes."""
        if link is not self.link or not link.alive:
            return
        link.ready = True
        if self.filters and not (present and self.version != 0x84):
            groups = [self.filters] if self.together else [[pair] for pair in self.filters]
            for group in groups:
                self.subscribe(*group, remember=False)
        for identifier, (topic, payload, qos, retain, properties) in list(self.unanswered.items()):
            link.up(publish(topic, payload, version=self.wire, qos=qos, retain=retain, identifier=identifier,
                            duplicate=not self.clean, properties=properties),
                    self.taken, link, topic, payload, qos, retain, identifier)
        if self.keep_alive:
            self.network.after(self.keep_alive, self.ping, link)
        if self.ready is not None:
            self.ready(self, present)

    @property
    def wire(self):
        """The version of the packets: that of a bridge is 3.1.1 with a mark."""
        return 4 if self.version == 0x84 else self.version

    def next_identifier(self):
        """A packet identifier that is free."""
        self.identifier = self.identifier % 65535 + 1
        return self.identifier

    def subscribe(self, *filters, remember=True):
        """Asks for topics: pairs of filter and QoS."""
        if remember:
            self.filters += filters
        link = self.link
        if link is None or not link.ready or not link.alive:
            return
        identifier = self.next_identifier()
        body = struct.pack(">H", identifier) + (b"\0" if self.version == 5 else b"")
        body += b"".join(text(pattern) + bytes([qos]) for pattern, qos in filters)
        link.up(packet(0x82, body), self.broker.subscribe, link, identifier, filters)

    def publish(self, topic, payload, *, qos=0, retain=False, properties=b""):
        """Sends a message, if it is connected; whether it was."""
        link = self.link
        if link is None or not link.ready or not link.alive_at_client:
            return False
        payload = payload.encode() if isinstance(payload, str) else payload
        identifier = 0
        if qos:
            identifier = self.next_identifier()
            self.unanswered[identifier] = (topic, payload, qos, retain, properties)
        link.up(publish(topic, payload, version=self.wire, qos=qos, retain=retain, identifier=identifier,
                        properties=properties),
                self.taken, link, topic, payload, qos, retain, identifier)
        return True

    def taken(self, link, topic, payload, qos, retain, identifier):
        """The broker has a message."""
        if not link.alive:
            return
        if qos:
            link.down(answer(0x40 if qos == 1 else 0x50, identifier), self.answered, link, qos, identifier)
        self.broker.route(topic, payload, qos, retain, link.session)

    def answered(self, link, qos, identifier):
        """PUBACK or PUBREC has come."""
        if link is not self.link or not link.alive:
            return
        self.unanswered.pop(identifier, None)
        if qos == 2:
            link.up(answer(0x62, identifier), self.released, link, identifier)

    def released(self, link, identifier):
        """PUBREL has come to the broker."""
        if link.alive:
            link.down(answer(0x70, identifier))

    def arrives(self, link, topic, payload, qos, identifier, retain):
        """A message has come."""
        if link is not self.link or not link.alive or not link.alive_at_client:
            return
        if qos == 1:
            link.up(answer(0x40, identifier), link.session.unanswered.pop, identifier, None)
        elif qos == 2:
            link.up(answer(0x50, identifier), self.received, link, identifier)
        if self.receive is not None:
            self.receive(self, topic, payload, retain)

    def received(self, link, identifier):
        """The broker has the PUBREC of the client."""
        if link.alive:
            link.session.unanswered.pop(identifier, None)
            link.down(answer(0x62, identifier), self.complete, link, identifier)

    def complete(self, link, identifier):
        """PUBREL of the broker has come."""
        if link.alive and link.alive_at_client:
            link.up(answer(0x70, identifier))

    def ping(self, link):
        """Keeps the connection alive, when nothing was sent for so long."""
        if link is not self.link or not link.alive or not link.alive_at_client:
            return
        wait = self.sent + self.keep_alive - self.network.now
        if wait > 0.5:
            self.network.after(wait, self.ping, link)
            return
        link.up(PINGREQ, self.pinged, link)
        self.network.after(self.keep_alive, self.ping, link)

    def pinged(self, link):
        """The broker has a PINGREQ."""
        if link.alive:
            link.down(PINGRESP)

    def lost(self, link):
        """The broker has ended the connection."""
        if link is self.link:
            link.ready = link.alive_at_client = False
            self.again()

    def refused(self, link):
        """The broker did not let it in."""
        self.lost(link)

    def again(self):
        """Tries again some time later."""
        if self.wanted and (self.tries is None or self.tries > 0):
            if self.tries is not None:
                self.tries -= 1
            self.network.after(self.network.random.uniform(*self.back), self.connect)

    def disconnect(self, *, later=None):
        """Says good-bye; comes back later, or not."""
        link, self.wanted = self.link, later is not None
        if link is not None and link.alive and link.alive_at_client:
            link.alive_at_client = link.ready = False
            link.up(packet(0xE0), self.broker.drop_politely, link)
        if later is not None:
            self.network.after(later, self.connect)

    def vanish(self, *, back=None):
        """Loses power: says nothing more; the broker finds out after one and a half times the keep-alive time."""
        link = self.link
        if link is not None and link.alive:
            link.alive_at_client = link.ready = False
            self.network.after(1.5 * self.keep_alive, self.broker.give_up, link)
        self.unanswered.clear()
        if back is not None:
            self.network.after(back, self.connect)

    def breaks(self):
        """The connection is cut by a RST of the client's side, as when a router forgets it; it comes back."""
        link = self.link
        if link is not None and link.alive and link.tcp.open:
            link.alive_at_client = link.ready = False
            link.tcp.close(0, reset=True)
            self.broker.drop(link)
            self.again()
