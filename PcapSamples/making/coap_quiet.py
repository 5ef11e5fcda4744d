"""Misuse of CoAP that is slow, quiet or small: what a single row of a low level tells."""

import time

from .coap_by_hand import by_hand, head
from .coap_exchanges import GET, POST, acknowledged, block
from .coap_tools import DEVICE, RawCoAP, libcoap, message
from .lab import CLIENTS
from .samples import sample


@sample("coap/request-stream.pcap.zst", {"coap_request_rate": 1})
def request_stream(lab, name):
    """800 requests in eight seconds (own bytes)."""
    with lab.capture(name), by_hand(lab, lambda request: [acknowledged(request, b"1")]), RawCoAP(CLIENTS[50]) as attacker:
        for number in range(800):
            attacker.socket.send(message(GET, "/t", mid=0x4000 + number, token=number.to_bytes(2)))
            time.sleep(0.009)


@sample("coap/loop.pcap", {"coap_loop": 1})
def loop(lab, name):
    """A proxy that says that a request has come through too many others: 5.08 (own bytes)."""
    with by_hand(lab, lambda request: [acknowledged(request, b"10.77.0.11", 0xA8)]), lab.capture(name):
        with RawCoAP(CLIENTS[51]) as client:
            client.send(message(GET, "/t", mid=0x5100, token=b"hl", more=[(16, b"\x02")]))


@sample("coap/registration-short.pcap", {"coap_registration_short": 1})
def registration_short(lab, name):
    """Somebody registers as `meter-9` for three seconds (own bytes)."""
    with by_hand(lab, lambda request: [acknowledged(request, b"", 0x41, more=[(8, b"rd"), (8, b"78")])]), lab.capture(name):
        with RawCoAP(CLIENTS[52]) as attacker:
            attacker.send(message(POST, "/rd", mid=0x5200, token=b"r1", payload=b"</3/0>",
                                  more=[(15, b"ep=meter-9"), (15, b"lt=3")]))


@sample("coap/q-block-burst.pcap", {"coap_q_block_burst": 1})
def q_block_burst(lab, name):
    """One request by Q-Block2, and sixteen blocks of 64 octets in answer, one after another (own bytes)."""
    def answer(request):
        mid, token = head(request)
        return [message(0x45, mid=mid + n, token=token, kind=1, payload=b"q" * 64, more=[(31, block(n, n < 15))])
                for n in range(16)]

    with by_hand(lab, answer, DEVICE), lab.capture(name), RawCoAP(CLIENTS[53]) as attacker:
        attacker.send(message(GET, "/t", kind=1, mid=0x5300, token=b"qb", more=[(31, block(0, False))]))
        time.sleep(0.3)


@sample("coap/critical-option.pcap", {"coap_critical_unknown": 1})
def critical_option(lab, name):
    """A request with a critical option that is not registered, 257, which libcoap refuses (own bytes)."""
    with libcoap(lab), lab.capture(name), RawCoAP(CLIENTS[54]) as attacker:
        attacker.send(message(GET, "/time", mid=0x5400, token=b"co", more=[(257, b"?")]))


@sample("coap/data-in-query.pcap", {"coap_query_long": 1})
def data_in_query(lab, name):
    """Requests whose query holds 160 letters of something else (own bytes)."""
    with libcoap(lab), lab.capture(name), RawCoAP(CLIENTS[55]) as attacker:
        attacker.send(*[message(GET, "/time", mid=0x5500 + n, token=b"dq", more=[(15, b"QUJD" * 40)]) for n in range(3)])
