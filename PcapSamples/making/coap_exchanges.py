"""CoAP exchanges that are raced, flooded or left open, and honest ones near to them."""

import time

from .coap_by_hand import by_hand, head
from .coap_tools import DEVICE, RawCoAP, client, device, libcoap, message
from .lab import CLIENTS, COAP_SERVERS, OUTSIDE_CLIENT, OUTSIDE_SERVER
from .samples import sample

GET, POST, PUT, DELETE = 1, 2, 3, 4
ACK = 2


def acknowledged(request, payload, code=0x45, more=()):
    """An answer in the acknowledgement."""
    mid, token = head(request)
    return message(code, mid=mid, token=token, kind=ACK, payload=payload, more=more)


@sample("coap/raced-answers.pcap", {"coap_answer_differs": 1})
def raced_answers(lab, name):
    """Somebody answers before the server does: two acknowledgements of each request, of different content (own bytes)."""
    with by_hand(lab, lambda request: [acknowledged(request, b"99.9"), acknowledged(request, b"21.5")]), lab.capture(name):
        with RawCoAP(CLIENTS[0]) as reader:
            reader.send(*[message(GET, "/temperature", mid=0x7200 + n, token=bytes([n, 7])) for n in range(3)], pause=0.1)


@sample("coap/second-answer.pcap", {"coap_second_answer": 1})
def second_answer(lab, name):
    """A server answers, and somebody answers once more in a message of its own, with other content (own bytes)."""
    def answer(request):
        mid, token = head(request)
        return [acknowledged(request, b"21.5"), message(0x45, mid=mid ^ 0x5555, token=token, kind=1, payload=b"99.9")]

    with by_hand(lab, answer), lab.capture(name), RawCoAP(CLIENTS[0]) as reader:
        reader.send(message(GET, "/temperature", mid=0x7280, token=b"2a"))
        reader.socket.recv(100)


@sample("coap/repeated-answers.pcap", {})
def repeated_answers(lab, name):
    """A server whose answer is sent twice, byte by byte the same, as when a link doubles packets (own bytes)."""
    with by_hand(lab, lambda request: [acknowledged(request, b"21.5")] * 2), lab.capture(name):
        with RawCoAP(CLIENTS[1]) as reader:
            reader.send(*[message(GET, "/temperature", mid=0x7300 + n, token=bytes([n, 8])) for n in range(3)], pause=0.1)


def block(number, more, size=2):
    """The value of a block option: number, whether more follow, 2 to the power of 4 + size octets."""
    value = number << 4 | (8 if more else 0) | size
    return value.to_bytes((value.bit_length() + 7) // 8)


def upload(path, number, content, *, mid, token, more=True):
    """One block of a PUT."""
    return message(PUT, path, mid=mid, token=token, payload=content, more=[(27, block(number, more))])


@sample("coap/block-exchanged.pcap", {"coap_block_conflict": 1})
def block_exchanged(lab, name):
    """The second block of an upload comes again with other content (own bytes)."""
    steps = [(0, b"a" * 64), (1, b"b" * 64), (1, b"X" * 64), (2, b"c" * 64)]
    with by_hand(lab, lambda request: [acknowledged(request, b"", 0x5F)]), lab.capture(name):
        with RawCoAP(CLIENTS[2]) as attacker:
            attacker.send(*[upload("/firmware", number, content, mid=0x7400 + turn, token=b"up")
                            for turn, (number, content) in enumerate(steps)], pause=0.05)


@sample("coap/uploads-open.pcap", {"coap_upload_flood": 1, "coap_uploads_open": 1},
        rows={"coap_upload_flood": 1})
def uploads_open(lab, name):
    """Twenty-four uploads to as many resources, each begun and left (own bytes)."""
    with by_hand(lab, lambda request: [acknowledged(request, b"", 0x5F)]), lab.capture(name):
        with RawCoAP(CLIENTS[3]) as attacker:
            attacker.send(*[upload(f"/store/{n}", 0, b"a" * 64, mid=0x7500 + n, token=bytes([n, 3])) for n in range(24)])


@sample("coap/upload-restarted.pcap", {"coap_upload_restarted": 1})
def upload_restarted(lab, name):
    """An upload of three blocks that is begun anew after the second (own bytes)."""
    steps = [(0, b"a" * 64), (1, b"b" * 64), (0, b"A" * 64), (1, b"B" * 64)]
    with by_hand(lab, lambda request: [acknowledged(request, b"", 0x5F)]), lab.capture(name):
        with RawCoAP(CLIENTS[4]) as sender:
            sender.send(*[upload("/config", number, content, mid=0x7600 + turn, token=bytes([9, turn // 2]))
                          for turn, (number, content) in enumerate(steps)], pause=0.05)


@sample("coap/request-flood.pcap.zst", {"coap_request_flood": 1, "coap_request_rate": 1}, rows={"coap_request_flood": 1})
def request_flood(lab, name):
    """400 requests in less than a second (own bytes)."""
    with lab.capture(name), by_hand(lab, lambda request: [acknowledged(request, b"1")]), RawCoAP(CLIENTS[5]) as attacker:
        for number in range(400):
            attacker.socket.send(message(GET, "/led", mid=0x4000 + number, token=number.to_bytes(2)))
            if number % 50 == 49:
                time.sleep(0.05)


@sample("coap/request-copies.pcap", {"coap_repeated_copies": 1, "coap_write_in_clear": 1})
def request_copies(lab, name):
    """One PUT, sent fifteen times as it is (own bytes)."""
    with by_hand(lab, lambda request: [acknowledged(request, b"", 0x44)]), lab.capture(name):
        with RawCoAP(CLIENTS[6]) as attacker:
            attacker.send(*[message(PUT, "/valve", mid=0x7700, token=b"cp", payload=b"open")] * 15, pause=0.05)


@sample("coap/retransmissions.pcap", {"coap_write_in_clear": 1})
def retransmissions(lab, name):
    """A PUT over a poor link: sent five times, as RFC 7252 allows, and answered at last (own bytes)."""
    heard = []

    def answer(request):
        heard.append(request)
        return [acknowledged(request, b"", 0x44)] if len(heard) == 5 else []

    with by_hand(lab, answer), lab.capture(name), RawCoAP(CLIENTS[7]) as controller:
        for wait in (0.3, 0.6, 1.2, 2.4, 0.5):
            controller.send(message(PUT, "/valve", mid=0x7800, token=b"re", payload=b"shut"), wait=wait)


@sample("coap/observe-flood.pcap", {"coap_observe_flood": 1, "coap_observe_many": 1}, rows={"coap_observe_flood": 1})
def observe_flood(lab, name):
    """One host registers thirty times for the changes of one resource (own bytes)."""
    with by_hand(lab, lambda request: [acknowledged(request, b"21.5", more=[(6, b"\x01")])]), lab.capture(name):
        with RawCoAP(CLIENTS[8]) as attacker:
            attacker.send(*[message(GET, "/temperature", mid=0x7900 + n, token=bytes([n, 4]), more=[(6, b"")])
                            for n in range(30)])


def notifications(numbers, pause):
    """What a server sends an observer: the answer, then notifications that need no confirmation."""
    def answer(request):
        mid, token = head(request)
        yield acknowledged(request, b"0", more=[(6, b"\x01")])
        for turn, number in enumerate(numbers):
            time.sleep(pause)
            yield message(0x45, mid=0x1000 + turn, token=token, kind=1, payload=b"%d" % number,
                          more=[(6, number.to_bytes(2))])
    return answer


@sample("coap/notification-flood.pcap.zst", {
    "coap_notification_flood": 1}, rows={"coap_notification_flood": 1})
def notification_flood(lab, name):
    """One registration, and 300 notifications in three seconds that nobody confirms (own bytes)."""
    with by_hand(lab, notifications(range(2, 302), 0.008)), lab.capture(name), RawCoAP(CLIENTS[9]) as victim:
        victim.send(message(GET, "/temperature", mid=0x7A00, token=b"no", more=[(6, b"")]))
        time.sleep(4)


@sample("coap/notifications-old.pcap", {"coap_notifications_old": 1})
def notifications_old(lab, name):
    """Notifications that somebody has kept and sends again: older than those before (own bytes)."""
    numbers = [100, 101, 102, 103, 50, 51, 52, 53, 54]
    with by_hand(lab, notifications(numbers, 0.1)), lab.capture(name), RawCoAP(CLIENTS[10]) as victim:
        victim.send(message(GET, "/temperature", mid=0x7B00, token=b"ol", more=[(6, b"")]))
        time.sleep(1.5)


@sample("coap/reflection.pcap", {"coap_reflection_victim": 1, "coap_answer_unasked": 4, "coap_unasked_servers": 0},
        rows={"coap_reflection_victim": 1, "coap_answer_unasked": 4})
def reflection(lab, name):
    """Sixty answers of four servers to a host that asked nobody: somebody asked in its name (own bytes)."""
    script = f"""
import socket, time
sockets = []
for address in {COAP_SERVERS[:4]!r}:
    sockets.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    sockets[-1].bind((address, 5683))
for turn in range(60):
    sockets[turn % 4].sendto(bytes([0x52, 0x45, 0x73, turn, turn, 1]) + b"\\xff" + b"x" * 500, ({CLIENTS[11]!r}, 40011))
    time.sleep(0.02)
"""
    with lab.capture(name), lab.server("python3", "-c", script) as server:
        server.wait(10)
        time.sleep(0.2)


@sample("coap/written-from-outside.pcap", {"coap_client_from_outside": 1, "coap_write_from_outside": 1, "coap_write_in_clear": 1})
def written_from_outside(lab, name):
    """A public address switches the lamp of a device (coap-client)."""
    with device(lab), lab.capture(name):
        client("-m", "put", "-e", "1", f"coap://{DEVICE}/led", address=OUTSIDE_CLIENT)


@sample("coap/server-outside.pcap", {"coap_server_outside": 1})
def server_outside(lab, name):
    """A device that reads from a CoAP server at a public address, in clear (coap-client, coap-server)."""
    with libcoap(lab, OUTSIDE_SERVER), lab.capture(name):
        client("-m", "get", f"coap://{OUTSIDE_SERVER}/time", address=CLIENTS[12])


@sample("coap/bootstrap.pcap", {"coap_lwm2m_bootstrap": 1})
def bootstrap(lab, name):
    """A device asks a server for its LwM2M keys, in clear (own bytes)."""
    with by_hand(lab, lambda request: [acknowledged(request, b"", 0x44)]), lab.capture(name), RawCoAP(CLIENTS[13]) as asking:
        asking.send(message(POST, "/bs", mid=0x7C00, token=b"bs", more=[(15, b"ep=meter-9")]))


@sample("coap/registration.pcap", {})
def registration(lab, name):
    """A device registers with an LwM2M server, renews that, and goes (own bytes)."""
    def answer(request):
        code = {POST: 0x41, DELETE: 0x42}.get(request[1], 0x44)
        return [acknowledged(request, b"", code, more=[(8, b"rd"), (8, b"77")] if code == 0x41 else ())]

    with by_hand(lab, answer), lab.capture(name), RawCoAP(CLIENTS[14]) as meter:
        meter.send(message(POST, "/rd", mid=0x7D00, token=b"r1", payload=b"</3/0>", more=[(12, b"\x28"), (15, b"ep=meter-9"), (15, b"lt=300")]),
                   message(POST, "/rd/77", mid=0x7D01, token=b"r2"), message(DELETE, "/rd/77", mid=0x7D02, token=b"r3"))
