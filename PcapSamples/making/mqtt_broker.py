"""A broker in the simulated network: sessions, subscriptions, retained messages, wills, and who is let in."""

import struct

from .wire import length, packet, text


def publish(topic, payload, *, version=4, qos=0, retain=False, identifier=0, duplicate=False, properties=b""):
    """A PUBLISH of any version."""
    body = text(topic) + (struct.pack(">H", identifier) if qos else b"")
    if version == 5:
        body += length(len(properties)) + properties
    return packet(0x30 | (8 if duplicate else 0) | qos << 1 | (1 if retain else 0), body + payload)


def answer(first, identifier):
    """PUBACK, PUBREC, PUBREL, PUBCOMP; the short form is right in 5.0 too."""
    return packet(first, struct.pack(">H", identifier))


def matches(pattern, topic):
    """Whether a filter takes a topic in (MQTT 5.0 section 4.7)."""
    if topic[0] == "$" and pattern[0] in "+#":
        return False
    wanted, levels = pattern.split("/"), topic.split("/")
    for index, level in enumerate(wanted):
        if level == "#":
            return True
        if index >= len(levels) or (level != "+" and level != levels[index]):
            return False
    return len(wanted) == len(levels)


class Session:
    """What a broker knows of a client id."""

    def __init__(self, name):
        self.name = name
        self.filters = {}
        self.link = None
        self.queue = []
        self.identifier = 0
        self.unanswered = {}
        self.bridge = False


class Broker:
    """One listener.

    `users` maps names to passwords; without it everybody is let in. `check(client) -> bool` decides in its stead.
    `keeps` says whether sessions and retained messages survive a restart. `refusal` is the code for a wrong login.
    """

    def __init__(self, host, port=1883, *, users=None, check=None, keeps=True, statistics=False):
        self.host, self.port, self.users, self.check, self.keeps = host, port, users, check, keeps
        self.network = host.network
        self.sessions = {}
        self.retained = {}
        self.exact = {}
        self.wild = {}
        self.shared = {}
        self.links = set()
        self.listening = True
        self.away = False
        if statistics:
            self.network.every(11, self.tell_statistics, first=2)

    def tell_statistics(self):
        """What Mosquitto publishes under $SYS."""
        up = int(self.network.now)
        for name, value in (("uptime", f"{up} seconds"), ("clients/connected", str(len(self.links))),
                            ("messages/received", str(up * 7)), ("load/messages/received/1min", f"{up % 97}.31")):
            self.route(f"$SYS/broker/{name}", value.encode(), 0, True, None)

    def allows(self, client):
        """Whether a client's login is right: a reason of 3.1.1, 0 for yes."""
        if self.away:
            return 5
        if self.check is not None:
            return 0 if self.check(client) else 5
        if self.users is None:
            return 0
        right = client.username is not None and self.users.get(client.username) == client.password
        return 0 if right else 5

    def enter(self, link):
        """A CONNECT has come."""
        client = link.client
        code = self.allows(client)
        if code:
            link.down(packet(0x20, b"\0\x87\0" if link.version == 5 else bytes([0, code])))
            link.alive = False
            link.tcp.close(1)
            link.client.network.after(0.01, client.refused, link)
            return
        session = self.sessions.get(link.name)
        if session is not None and session.link is not None:
            old = session.link
            if old.version == 5:
                old.down(packet(0xE0, b"\x8e\0"))
            self.drop(old, will=False)
            old.tcp.close(1, reset=not old.alive_at_client)
            old.client.lost(old)
        present = session is not None and not client.clean
        if not present:
            if session is not None:
                self.forget(session)
            session = self.sessions[link.name] = Session(link.name)
        session.link, link.session, session.bridge = link, session, link.version == 0x84
        self.links.add(link)
        properties = b""
        if link.version == 5:
            properties = b"\x22\0\x0a\x21\0\x14"
            if client.assigned:
                properties += b"\x12" + text(link.name)
        body = bytes([1 if present else 0, 0]) + (length(len(properties)) + properties if link.version == 5 else b"")
        link.down(packet(0x20, body), client.welcome, link, present)
        for identifier, (topic, payload, qos) in list(session.unanswered.items()):
            link.down(publish(topic, payload, version=link.version, qos=qos, identifier=identifier, duplicate=True),
                      client.arrives, link, topic, payload, qos, identifier, False)
        waiting, session.queue = session.queue, []
        for topic, payload, qos in waiting:
            self.deliver(session, topic, payload, qos, False)

    def subscribe(self, link, identifier, filters):
        """A SUBSCRIBE has come."""
        if not link.alive:
            return
        if link.version == 5:
            link.down(packet(0x90, struct.pack(">H", identifier) + b"\0" + bytes(qos for _, qos in filters)))
        else:
            link.down(packet(0x90, struct.pack(">H", identifier) + bytes(qos for _, qos in filters)))
        burst = b""
        for pattern, qos in filters:
            self.remember(link.session, pattern, qos)
            if pattern.startswith("$share/"):
                continue
            wild = "+" in pattern or "#" in pattern
            for topic in self.retained if wild else [pattern]:
                if topic in self.retained and matches(pattern, topic):
                    payload, kept = self.retained[topic]
                    level = min(qos, kept)
                    burst += self.prepare(link, topic, payload, level, True)
                    if len(burst) > 1200:
                        link.down(burst)
                        burst = b""
        if burst:
            link.down(burst)

    def remember(self, session, pattern, qos):
        """A subscription, filed where it is found again."""
        session.filters[pattern] = qos
        if pattern.startswith("$share/"):
            self.shared.setdefault(pattern, {})[session.name] = session
        elif "+" in pattern or "#" in pattern:
            self.wild[session.name] = session
        else:
            self.exact.setdefault(pattern, {})[session.name] = session

    def forget(self, session):
        """A session is over, and so are its subscriptions."""
        self.sessions.pop(session.name, None)
        self.wild.pop(session.name, None)
        for pattern in session.filters:
            for table in (self.exact, self.shared):
                if pattern in table:
                    table[pattern].pop(session.name, None)

    def readers(self, topic):
        """Who is to have a message on a topic: sessions and the QoS granted; of those that share a filter, one that is
        there."""
        for session in list(self.exact.get(topic, {}).values()):
            yield session, session.filters[topic]
        for session in list(self.wild.values()):
            levels = [qos for pattern, qos in session.filters.items() if ("+" in pattern or "#" in pattern)
                      and pattern[:7] != "$share/" and matches(pattern, topic)]
            if levels:
                yield session, max(levels)
        for pattern, sessions in self.shared.items():
            there = [session for session in sessions.values() if session.link is not None]
            if there and matches(pattern.split("/", 2)[2], topic):
                session = self.network.random.choice(there)
                yield session, session.filters[pattern]

    def prepare(self, link, topic, payload, qos, retain):
        """A PUBLISH for a client, its answer arranged."""
        session, identifier = link.session, 0
        if qos:
            identifier = session.identifier = session.identifier % 65535 + 1
            session.unanswered[identifier] = (topic, payload, qos)
        self.network.after(
    link.client.host.rtt +
    0.002,
    link.client.arrives,
    link,
    topic,
    payload,
    qos,
    identifier,
     retain)
        return publish(topic, payload, version=link.version, qos=qos, retain=retain, identifier=identifier)

    def route(self, topic, payload, qos, retain, sender):
        """Takes a message in and hands it on."""
        if retain:
            if payload:
                self.retained[topic] = (payload, qos)
            else:
                self.retained.pop(topic, None)
        for session, level in self.readers(topic):
            if session.bridge and sender is session:
                continue
            if session.link is None:
                if min(level, qos) and not session.bridge and len(session.queue) < 100:
                    session.queue.append((topic, payload, min(level, qos)))
                continue
            self.deliver(session, topic, payload, min(level, qos), retain and session.bridge)

    def deliver(self, session, topic, payload, qos, retain):
        """Sends a message to a client that is there."""
        link = session.link
        if link is not None and link.alive:
            link.down(self.prepare(link, topic, payload, qos, retain))

    def drop(self, link, *, will=True):
        """A connection is over, its will is due."""
        self.links.discard(link)
        link.alive = False
        if link.session is not None and link.session.link is link:
            link.session.link = None
            if link.client.clean:
                self.forget(link.session)
        if will and link.client.will is not None:
            topic, payload, qos, retain = link.client.will
            self.route(topic, payload, qos, retain, None)

    def drop_politely(self, link):
        """A DISCONNECT has come: no will, an orderly end."""
        if link.alive:
            self.drop(link, will=False)
            link.tcp.close(0)

    def give_up(self, link):
        """Nothing was heard of a client for too long."""
        if link.alive:
            self.drop(link)
            link.tcp.segment(self.network.now, 1, 0x11)

    def restart(self, pause):
        """Ends all connections, is away for so many seconds, and is back."""
        for link in sorted(self.links, key=lambda link: link.name):
            if link.version == 5:
                link.down(packet(0xE0, b"\x8b\0"))
            link.alive = False
            link.session.link = None
            link.tcp.close(1)
            self.network.after(0.01, link.client.lost, link)
        self.links.clear()
        if not self.keeps:
            self.retained.clear()
        for session in list(self.sessions.values()):
            if not self.keeps or not session.filters:
                self.forget(session)
        self.listening = False
        self.network.after(pause, self.listen)

    def listen(self):
        """Is back."""
        self.listening = True
