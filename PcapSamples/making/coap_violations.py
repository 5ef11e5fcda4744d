"""Each statement of CoAP that is broken, to a server of its own, and odd messages that break none."""

import contextlib

from .coap_tools import DEVICE, RawCoAP, client, device, libcoap, message
from .lab import CLIENTS, COAP_SERVERS
from .samples import sample

GET, PUT = 1, 3
FAULTS = {
    "coap_header_invalid": ["40211238"],                            # a code of the reserved class 1
    "coap_options_invalid": ["40011235b561"],                       # an option that runs past the end
    "coap_block_invalid": ["40011236d10a07"],                       # a Block2 of the reserved size 7
    "coap_oscore_invalid": ["4002123791e0ff0102030405060708090a"],  # an OSCORE option with reserved flags
}


@sample("coap/broken-messages.pcap", {**dict.fromkeys(FAULTS, 1), "coap_violation": 4}, rows=dict.fromkeys(FAULTS, 1), counts={})
def broken_messages(lab, name):
    """Four servers of libcoap, each of which is sent one message that cannot be: a reserved class, an option that is too long, a
    block of impossible size, an OSCORE option with reserved flags (own bytes)."""
    with contextlib.ExitStack() as stack:
        for address in COAP_SERVERS[:4]:
            stack.enter_context(libcoap(lab, address))
        with lab.capture(name):
            for number, (address, faults) in enumerate(zip(COAP_SERVERS, FAULTS.values(), strict=False)):
                with RawCoAP(CLIENTS[20 + number], address) as attacker:
                    attacker.send(message(GET, "/time", mid=0x6600, token=b"ok"), *map(bytes.fromhex, faults))


@sample("coap/odd-but-allowed.pcap", {})
def odd_but_allowed(lab, name):
    """What looks wrong and is not: no token and one of eight octets, an unknown option that may be ignored, options with
    extended lengths, Uri-Host, a hint of size, a ping, letters beyond ASCII (own bytes, libcoap)."""
    with libcoap(lab), lab.capture(name), RawCoAP(CLIENTS[24]) as odd:
        odd.send(
            message(GET, "/time", mid=0x6700),
            message(GET, "/time", mid=0x6701, token=b"12345678", more=[(2054, b"may be ignored" * 2)]),
            message(GET, "/time", mid=0x6702, token=b"q", more=[(15, b"q" * 100), (3, b"device.example"), (17, b"")]),
            message(GET, "/caf\u00e9/\u00fc", mid=0x6703, token=b"u", kind=1),
            message(GET, "/time", mid=0x6704, token=b"e", more=[(4, b"12345678"), (60, b""), (258, b"\x02")]),
            message(0, mid=0x6705))


@sample("coap/strange-paths.pcap", {"coap_path_strange": 1})
def strange_paths(lab, name):
    """Paths with a slash within a segment and with forty segments (own bytes)."""
    with device(lab), lab.capture(name), RawCoAP(CLIENTS[25]) as attacker:
        attacker.send(message(GET, mid=0x6800, token=b"\x01", more=[(11, b"log/all")]),
                      message(GET, "/a" * 40, mid=0x6801, token=b"\x02"))


@sample("coap/known-probes.pcap", {"coap_known_probe": 1})
def known_probes(lab, name):
    """First bytes of attacks that were published for IoTivity and a Zyxel device, and of the scanner Cotopaxi (own bytes)."""
    with device(lab), lab.capture(name), RawCoAP(CLIENTS[26]) as attacker:
        attacker.send(*map(bytes.fromhex, ("40010759b474657374", "4001062ab4696e666f", "420184a77675b56261736963")))


@sample("coap/discovery-long-query.pcap", {"coap_discovery": 1, "coap_discovery_long_query": 1})
def discovery_long_query(lab, name):
    """GET /.well-known/core with a query of 200 letters, as for CVE-2026-27703 (own bytes, libcoap)."""
    with libcoap(lab), lab.capture(name), RawCoAP(CLIENTS[27]) as attacker:
        attacker.send(message(GET, "/.well-known/core", mid=0x6680, token=b"lq", more=[(15, b"rt=" + b"q" * 200)]))


@sample("coap/discovery-query.pcap", {"coap_discovery": 1})
def discovery_query(lab, name):
    """GET /.well-known/core?rt=temperature (coap-client)."""
    with libcoap(lab), lab.capture(name):
        client("-m", "get", f"coap://{DEVICE}/.well-known/core?rt=temperature", address=CLIENTS[28])
