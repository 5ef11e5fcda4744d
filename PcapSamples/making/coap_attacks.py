"""CoAP as it should not be."""

import contextlib

from .coap_tools import DEVICE, RawCoAP, client, device, libcoap, message
from .lab import CLIENTS, COAP_SERVERS, OUTSIDE_CLIENT
from .samples import sample

GET, POST, PUT = 1, 2, 3


@sample("coap/discovery-sweep.pcap", {"coap_discovery": 4, "coap_discovery_sweep": 1})
def discovery_sweep(lab, name):
    """One host asks six devices in a row what they have."""
    with contextlib.ExitStack() as servers:
        for address in COAP_SERVERS[:6]:
            servers.enter_context(libcoap(lab, address))
        with lab.capture(name):
            for address in COAP_SERVERS[:6]:
                client("-m", "get", f"coap://{address}/.well-known/core", address=CLIENTS[90])


@sample("coap/client-outside.pcap", {"coap_client_from_outside": 1})
def client_outside(lab, name):
    """A request from a public address, answered (coap-client)."""
    with device(lab), lab.capture(name):
        client("-m", "get", f"coap://{DEVICE}/sensors/humidity", address=OUTSIDE_CLIENT)


@sample("coap/path-guessing.pcap", {"coap_path_guessing": 1, "coap_refused_again": 1}, rows={"coap_path_guessing": 1})
def path_guessing(lab, name):
    """A list of thirty paths, none of which is there (own bytes)."""
    words = ["a", "admin", "api", "backup", "battery", "bs", "button", "config", "data", "debug", "device", "door",
             "firmware", "fw", "gpio", "info", "key", "light", "lock", "motor", "net", "ping", "power", "relay", "root",
             "status", "switch", "test", "time", "wifi"]
    with device(lab), lab.capture(name), RawCoAP(CLIENTS[91]) as attacker:
        attacker.send(*[message(GET, f"/{word}", mid=0x6000 + n, token=bytes([n])) for n, word in enumerate(words)])


@sample("coap/path-traversal.pcap", {
    "coap_path_strange": 1, "coap_path_traversal": 1, "coap_violation": 1}, rows={"coap_path_traversal": 1,
    "coap_violation": 1})
def path_traversal(lab, name):
    """Paths with the segment .. (own bytes)."""
    with device(lab), lab.capture(name), RawCoAP(CLIENTS[92]) as attacker:
        attacker.send(message(GET, "/log/../../etc/passwd", mid=0x6100, token=b"\x01"),
                      message(GET, "/..", mid=0x6101, token=b"\x02"))


@sample("coap/lwm2m-keys.pcap", {"coap_lwm2m_security_object": 1})
def lwm2m_keys(lab, name):
    """A request for the secret key of an LwM2M device, refused with 4.01, after one for its maker (own bytes)."""
    with device(lab), lab.capture(name), RawCoAP(CLIENTS[93]) as attacker:
        attacker.send(message(GET, "/3/0/0", mid=0x6200, token=b"\x01"),
                      message(GET, "/0/0/5", mid=0x6201, token=b"\x02"))


@sample("coap/lwm2m-firmware.pcap", {"coap_lwm2m_firmware_update": 1})
def lwm2m_firmware(lab, name):
    """A package URI written and the update started, in clear (own bytes)."""
    with device(lab), lab.capture(name), RawCoAP(CLIENTS[94]) as manager:
        manager.send(message(PUT, "/5/0/1", mid=0x6300, token=b"\x01", payload=b"coap://203.0.113.66/image"),
                     message(POST, "/5/0/2", mid=0x6301, token=b"\x02"))


@sample("coap/lwm2m-long-uri.pcap", {"coap_lwm2m_firmware_update": 1, "coap_lwm2m_package_uri": 1})
def lwm2m_long_uri(lab, name):
    """A package URI of 200 bytes written, as for CVE-2026-10672 (libcoap's client)."""
    with device(lab), lab.capture(name):
        client("-m", "put", "-e", "coap://203.0.113.66/" + "a" * 180, f"coap://{DEVICE}/5/0/1", address=CLIENTS[97])


@sample("coap/lwm2m-values.pcap", {"coap_lwm2m_tlv_overrun": 1})
def lwm2m_values(lab, name):
    """Values in TLV written to an LwM2M device: whole ones, and one that says it is longer than the payload (own bytes)."""
    values = [(12, (11542).to_bytes(2))]
    with device(lab), lab.capture(name), RawCoAP(CLIENTS[98]) as manager:
        manager.send(
            message(PUT, "/1/0", mid=0x6500, token=b"\x01", payload=bytes.fromhex("c10100c40200015180"), more=values),
            message(PUT, "/1/0", mid=0x6501, token=b"\x02", payload=bytes.fromhex("c8012061"), more=values))


@sample("coap/lwm2m-reset.pcap", {"coap_lwm2m_device_reset": 1})
def lwm2m_reset(lab, name):
    """The restart of an LwM2M device, in clear (own bytes)."""
    with device(lab), lab.capture(name), RawCoAP(CLIENTS[95]) as manager:
        manager.send(message(POST, "/3/0/4", mid=0x6400, token=b"\x01"))


@sample("coap/amplification.pcap.zst", {"coap_amplification": 1, "coap_large_answers": 1, "coap_request_rate": 1},
        rows={"coap_amplification": 1, "coap_request_rate": 1})
def amplification(lab, name):
    """Small questions with large answers, sent back to one address; here it is that of the sender."""
    with device(lab), lab.capture(name), RawCoAP(CLIENTS[96]) as attacker:
        attacker.send(*[message(GET, "/inventory", kind=1, mid=n) for n in range(1, 141)])


MALFORMED = [
    bytes.fromhex("00011234"),                      # version 0
    bytes.fromhex("49011234010203040506070809"),    # a token of nine octets
    bytes.fromhex("41001234aa"),                    # an empty message with a token
    bytes.fromhex("40011235b561"),                  # an option that runs past the end
    bytes.fromhex("40011236f1"),                    # delta 15 that is no payload marker
    bytes.fromhex("40011237ff"),                    # a payload marker and no payload
    bytes.fromhex("40211238"),                      # a code of the reserved class 1
    bytes.fromhex("40011239e0fcdc"),                # an option number beyond 65535
    bytes.fromhex("60011240"),                      # an ACK that carries a request
    bytes.fromhex("70011241"),                      # a RST that carries a request
    bytes.fromhex("40011242d1000700"),              # trailing octets that make no option
    bytes.fromhex("4001124339616161616161616161"),  # an If-Match option of nine octets
]


@sample("coap/malformed.pcap", {
    "coap_critical_unknown": 1, "coap_header_invalid": 1, "coap_many_violations": 1, "coap_options_invalid": 1,
    "coap_violation": 1}, rows={"coap_critical_unknown": 1, "coap_many_violations": 1}, counts={})
def malformed(lab, name):
    """A fuzzer: good requests, and between them a dozen different faults."""
    with device(lab), lab.capture(name), RawCoAP(CLIENTS[97]) as attacker:
        for number, fault in enumerate(MALFORMED):
            attacker.send(message(GET, "/led", mid=0x6500 + number, token=b"ok"))
            attacker.send(fault, wait=0.15)
