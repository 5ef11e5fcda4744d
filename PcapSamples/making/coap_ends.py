"""CoAP ends in the simulated network: exchanges, observations, transfers in blocks, OSCORE, LwM2M devices."""

import struct

from .coap_wire import message
from .traffic import datagram

GET, POST, PUT, DELETE, FETCH = 1, 2, 3, 4, 5
CREATED, DELETED, VALID, CHANGED, CONTENT, CONTINUE = 0x41, 0x42, 0x43, 0x44, 0x45, 0x5F
BAD_REQUEST, UNAUTHORIZED, NOT_FOUND = 0x80, 0x81, 0x84
CON, NON, ACKNOWLEDGEMENT, RESET = 0, 1, 2, 3
OBSERVE, LOCATION_PATH, URI_PATH, CONTENT_FORMAT, URI_QUERY, BLOCK2, BLOCK1, OSCORE = 6, 8, 11, 12, 15, 23, 27, 9


def number(value):
    """An option's number, in as few octets as it needs."""
    return value.to_bytes((value.bit_length() + 7) // 8, "big")


def block(index, more, exponent):
    """The value of Block1 or Block2; blocks have 2 to the power of (exponent + 4) octets."""
    return number(index << 4 | (8 if more else 0) | exponent)


class Endpoint:
    """A socket of a host: sends requests from it, or answers at it."""

    def __init__(self, host, port=5683, *, token=4, delay=0.004):
        self.host, self.port, self.token_size, self.delay = host, port, token, delay
        self.network = host.network
        self.identifier = self.network.random.randrange(65536)
        self.sequence = self.network.random.randrange(1, 200)

    def next_identifier(self):
        """A Message ID."""
        self.identifier = (self.identifier + 1) & 0xFFFF
        return self.identifier

    def token(self):
        """A token of its own."""
        return self.network.random.getrandbits(8 * self.token_size).to_bytes(self.token_size, "big")

    def send(self, other, octets, time=None):
        """A datagram to another endpoint."""
        datagram(self.network, self.network.now if time is None else time,
                 self.host, self.port, other.host, other.port, octets)

    def ask(self, server, code, path, payload=b"", *, answer=CONTENT, content=b"", kind=CON, more=(), answer_more=(),
            separate=False, lost=None, then=None, at=None, token=None):
        """One exchange. `lost` is the request or the answer that goes astray once. The token."""
        time = self.network.now if at is None else at
        token = self.token() if token is None else token
        identifier = self.next_identifier()
        request = message(code, path, kind=kind, mid=identifier, token=token, payload=payload, more=more)
        way = max(self.host.rtt, server.host.rtt)
        if self.host.loss and lost is None:
            fate = self.network.random.random()
            lost = "request" if fate < self.host.loss else "answer" if fate < 2 * self.host.loss else None
        self.send(server, request, time)
        if lost == "request" and kind == CON:
            # Seen, then lost on the radio: sent again after 2 to 3 seconds (RFC 7252 section 4.8).
            time += self.network.random.uniform(2, 3)
            self.send(server, request, time)
        when = time + way + server.delay
        if separate and kind == CON:
            server.send(self, message(0, kind=ACKNOWLEDGEMENT, mid=identifier), when)
            when += 0.8
            own = server.next_identifier()
            reply = message(answer, kind=CON, mid=own, token=token, payload=content, more=answer_more)
            server.send(self, reply, when)
            self.send(server, message(0, kind=ACKNOWLEDGEMENT, mid=own), when + way)
        else:
            own = identifier if kind == CON else server.next_identifier()
            reply = message(answer, kind=ACKNOWLEDGEMENT if kind == CON else NON, mid=own, token=token, payload=content,
                            more=answer_more)
            server.send(self, reply, when)
            if lost == "answer" and kind == CON:
                self.send(server, request, when + 2.3)
                server.send(self, reply, when + 2.3 + way)
                when += 2.3 + way
        if then is not None:
            self.network.at(when + way, then)
        self.finished = when + way
        return token

    def read_blocks(self, server, path, body, *, exponent=6, pause=0.0, more=(), token=None):
        """Reads a large resource by Block2, each block asked for when the one before has come."""
        size = 1 << exponent + 4
        time = self.network.now
        tag = (4, self.network.random.getrandbits(32).to_bytes(4, "big"))
        for index in range(max(1, -(-len(body) // size))):
            last = (index + 1) * size >= len(body)
            asked = [(BLOCK2, block(index, False, exponent))] if index else []
            self.ask(server, GET, path, content=body[index * size:(index + 1) * size], at=time, more=[*more, *asked],
                     answer_more=[tag, (CONTENT_FORMAT, number(42)), (BLOCK2, block(index, not last, exponent))])
            time = self.finished + pause
        return time

    def write_blocks(self, server, code, path, body, *, exponent=6, pause=0.0, more=()):
        """Writes a large resource by Block1."""
        size = 1 << exponent + 4
        time = self.network.now
        count = max(1, -(-len(body) // size))
        for index in range(count):
            value = (BLOCK1, block(index, index + 1 < count, exponent))
            self.ask(server, code, path, body[index * size:(index + 1) * size], at=time, more=[*more, value],
                     answer=CONTINUE if index + 1 < count else CHANGED, answer_more=[value])
            time = self.finished + pause
        return time

    def observe(self, server, path, value, period, *, kind=NON, until=float("inf"), more=(), changes=None, jitter=0.1):
        """Registers for changes; `value()` makes the content of each notification."""
        token = self.token()
        self.ask(server, GET, path, content=value(), more=[(OBSERVE, b""), *more], token=token,
                 answer_more=[(OBSERVE, number(server.sequence)), (CONTENT_FORMAT, number(110))])

        def notify():
            server.sequence += 1
            identifier = server.next_identifier()
            # Every so often one is confirmable, so that the server notices when nobody listens (RFC 7641 section 4.5).
            how = CON if kind == CON or server.sequence % 20 == 0 else NON
            server.send(self, message(CONTENT, kind=how, mid=identifier, token=token, payload=value(), more=[
                (OBSERVE, number(server.sequence & 0xFFFFFF)), (CONTENT_FORMAT, number(110))]))
            if how == CON:
                self.send(
    server,
    message(
        0,
        kind=ACKNOWLEDGEMENT,
        mid=identifier),
        self.network.now +
        self.host.rtt +
         0.002)

        self.network.every(period, notify, first=period, until=until, jitter=jitter)
        return token

    def ask_protected(self, server, sequence, *, size=24, sender=b"\x01", observe=False):
        """An exchange under OSCORE (RFC 8613): outer POST and 2.04, all else encrypted."""
        chance = self.network.random
        partial = number(sequence) or b"\0"
        value = bytes([0x08 | len(partial)]) + partial + sender
        self.ask(server, FETCH if observe else POST, "", chance.randbytes(size), answer=CHANGED, content=chance.randbytes(size + 9),
                 more=[(OSCORE, value)], answer_more=[(OSCORE, b"")])


class Device(Endpoint):
    """An LwM2M client: registers, updates its registration, answers its server."""

    def __init__(self, host, server, name, *, port=5683, lifetime=300,
                 objects="</1/0>,</3/0>,</5/0>,</3303/0>", **options):
        super().__init__(host, port, **options)
        self.server, self.name, self.lifetime, self.objects = server, name, lifetime, objects
        self.location = None
        self.value = 20.0

    def register(self):
        """Registration (LwM2M core 1.1 section 6.2): the server answers with the place of the registration."""
        self.location = f"{self.network.random.getrandbits(40):010x}"
        queries = [f"ep={self.name}", f"lt={self.lifetime}", "lwm2m=1.1", "b=U"]
        self.ask(self.server, POST, "/rd", self.objects.encode(), answer=CREATED,
                 more=[(CONTENT_FORMAT, number(40)), *[(URI_QUERY, query.encode()) for query in queries]],
                 answer_more=[(LOCATION_PATH, b"rd"), (LOCATION_PATH, self.location.encode())])

    def update(self):
        """Update of the registration."""
        if self.location is not None:
            self.ask(self.server, POST, f"/rd/{self.location}", answer=CHANGED)

    def leave(self):
        """De-registration."""
        self.ask(self.server, DELETE, f"/rd/{self.location}", answer=DELETED)
        self.location = None

    def read(self, path, content):
        """The server reads a resource."""
        self.server.ask(self, GET, path, content=content, more=[(17, number(110))],
                        answer_more=[(CONTENT_FORMAT, number(110))])

    def measure(self):
        """The next value, as SenML JSON."""
        self.value += self.network.random.uniform(-0.2, 0.2)
        return f'[{{"bn":"/3303/0/5700","v":{self.value:.1f}}}]'.encode()

    def live(self, *, observe=30.0, first=0.0, until=float("inf")):
        """Registers, is observed, and updates its registration in good time."""
        network = self.network
        network.at(first, self.register)
        network.at(first + 1, self.read, "/3/0", b'[{"bn":"/3/0/","n":"0","vs":"Beispiel AG"},{"n":"1","vs":"T-2"}]')
        if observe:
            network.at(first + 2, lambda: self.server.observe(self, "/3303/0/5700", self.measure, observe, until=until))
        network.at(
    first,
    lambda: network.every(
        self.lifetime * 0.9,
        self.update,
        first=self.lifetime * 0.9,
         until=until))
        return self


def firmware(network, size):
    """Something that looks like a firmware image."""
    return b"\x7fELF" + struct.pack("<III", 1, size, 0x8000) + network.random.randbytes(size - 16)
