"""CoAP attacks that go round what counts per address: victims of one network, first blocks, servers one after another, a recorded
request; and the honest ones near to them."""

import contextlib
import time

from .coap_by_hand import by_hand, head
from .coap_exchanges import DELETE, GET, POST, PUT, acknowledged, block
from .coap_tools import DEVICE, RawCoAP, message
from .lab import CLIENTS, COAP_SERVERS
from .samples import sample

ELSEWHERE = COAP_SERVERS[5]


@sample("coap/amplification-network.pcap.zst", {"coap_amplification": 1}, rows={"coap_amplification": 1})
def amplification_network(lab, name):
    """Forty addresses of one network, for each of which a server is asked seven times for a kilobyte (own bytes)."""
    with by_hand(lab, lambda request: [acknowledged(request, b"i" * 1000)]), lab.capture(name):
        for number in range(40):
            with RawCoAP(CLIENTS[number]) as victim:
                victim.send(*[message(GET, "/i", mid=0x1000 + turn, token=bytes([number, turn])) for turn in range(7)])


@sample("coap/amplification-blocks.pcap.zst", {"coap_amplification": 1, "coap_large_answers": 1, "coap_request_rate": 1},
        rows={"coap_amplification": 1, "coap_request_rate": 1})
def amplification_blocks(lab, name):
    """A hundred questions, each of which is answered with the first block of 1024 octets of a large value (own bytes)."""
    with by_hand(lab, lambda request: [acknowledged(request, b"i" * 1024, more=[(23, block(0, True, 6))])]), lab.capture(name):
        with RawCoAP(CLIENTS[41]) as victim:
            victim.send(*[message(GET, "/i", mid=0x1100 + turn, token=bytes([1, turn])) for turn in range(100)])


@sample("coap/first-blocks.pcap", {})
def first_blocks(lab, name):
    """A client that reads a value of eight blocks of 1024 octets twice (own bytes)."""
    def answer(request):
        number = int.from_bytes(request[9:], "big") >> 4
        return [acknowledged(request, b"i" * 1024, more=[(23, block(number, number < 7, 6))])]

    with by_hand(lab, answer), lab.capture(name), RawCoAP(CLIENTS[42]) as reader:
        for turn in range(16):
            reader.send(message(GET, "/i", mid=0x1200 + turn, token=b"fb", more=[(23, block(turn % 8, False, 6))]), pause=0.1)


@sample("coap/changes-of-many.pcap", {"coap_changes_of_many": 1, "coap_write_in_clear": 3})
def changes_of_many(lab, name):
    """One host that changes what six servers send to, one after another (own bytes)."""
    with contextlib.ExitStack() as servers:
        for address in COAP_SERVERS[:6]:
            servers.enter_context(by_hand(lab, lambda request: [acknowledged(request, b"", 0x44)], address))
        with lab.capture(name):
            for number, address in enumerate(COAP_SERVERS[:6]):
                with RawCoAP(CLIENTS[43], address) as attacker:
                    attacker.send(message(PUT, "/sensors/limit", mid=0x1300 + number, token=b"cm", payload=b"99"), pause=0.1)


@sample("coap/registration-removed.pcap", {"coap_registration_removed": 1})
def registration_removed(lab, name):
    """A device registers, and another host takes its registration away (own bytes)."""
    def answer(request):
        code = {POST: 0x41, DELETE: 0x42}[request[1]]
        return [acknowledged(request, b"", code, more=[(8, b"rd"), (8, b"4521")] if code == 0x41 else ())]

    with by_hand(lab, answer), lab.capture(name):
        with RawCoAP(CLIENTS[44]) as device:
            device.send(message(POST, "/rd", mid=0x1400, token=b"rr", payload=b"</3/0>", more=[(15, b"ep=pump-4")]))
        with RawCoAP(CLIENTS[45]) as attacker:
            attacker.send(message(DELETE, "/rd/4521", mid=0x1401, token=b"rx"))


@sample("coap/change-replayed.pcap", {"coap_change_replayed": 1, "coap_write_in_clear": 1})
def change_replayed(lab, name):
    """A PUT, and the same once more after 300 seconds; that time is made by setting the clock of the capture (own bytes)."""
    with by_hand(lab, lambda request: [acknowledged(request, b"", 0x44)]), lab.capture(name) as path:
        with RawCoAP(CLIENTS[46]) as controller:
            for _ in range(2):
                controller.send(message(PUT, "/valve", mid=0x1500, token=b"rp", payload=b"open"), pause=0.5)
    later(path, 300)


def later(path, seconds):
    """Sets the packets behind the longest pause of a capture later."""
    raw = bytearray(path.read_bytes())
    order = "little" if raw[:4] == b"\xd4\xc3\xb2\xa1" else "big"
    starts, offset = [], 24
    while offset < len(raw):
        starts.append(offset)
        offset += 16 + int.from_bytes(raw[offset + 8:offset + 12], order)
    times = [int.from_bytes(raw[start:start + 4], order) + int.from_bytes(raw[start + 4:start + 8], order) / 1e6
             for start in starts]
    pause = max(range(1, len(times)), key=lambda number: times[number] - times[number - 1])
    for start in starts[pause:]:
        raw[start:start + 4] = (int.from_bytes(raw[start:start + 4], order) + seconds).to_bytes(4, order)
    path.write_bytes(raw)


@sample("coap/answer-elsewhere.pcap", {"coap_answer_elsewhere": 1})
def answer_elsewhere(lab, name):
    """A client asks one server, and another host answers with the same token (own bytes)."""
    with by_hand(lab, lambda request: []), lab.capture(name), RawCoAP(CLIENTS[47]) as reader:
        reader.send(message(GET, "/temperature", mid=0x1600, token=b"elsewhere"[:8]), wait=0.1)
        address, port = reader.socket.getsockname()
        forged = message(0x45, mid=0x1600, token=b"elsewhere"[:8], kind=2, payload=b"99.9")
        script = f"""
import socket
other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
other.bind(({ELSEWHERE!r}, 5683))
other.sendto({forged!r}, ({address!r}, {port}))
"""
        with lab.server("python3", "-c", script) as other:
            other.wait(10)
        time.sleep(0.2)


@sample("coap/observe-unbounded.pcap", {"coap_observe_unbounded": 1})
def observe_unbounded(lab, name):
    """Somebody asks to be told of each change with pmin=0 (own bytes)."""
    with by_hand(lab, lambda request: [acknowledged(request, b"21.5", more=[(6, b"\x01")])]), lab.capture(name):
        with RawCoAP(CLIENTS[48]) as attacker:
            attacker.send(message(GET, "/t", mid=0x1700, token=b"ub", more=[(6, b""), (15, b"pmin=0")]))


@sample("coap/clear-on-5684.pcap", {"coap_clear_on_secure_port": 1})
def clear_on_5684(lab, name):
    """Five exchanges in clear on the port for DTLS (own bytes)."""
    with by_hand(lab, lambda request: [acknowledged(request, b"21.5")], port=5684), lab.capture(name):
        with RawCoAP(CLIENTS[49], DEVICE, 5684) as client:
            client.send(*[message(GET, "/t", mid=0x1800 + turn, token=bytes([7, turn])) for turn in range(5)])
