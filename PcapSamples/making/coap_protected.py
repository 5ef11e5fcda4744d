"""CoAP that OSCORE protects: as it should be, with a wrong key, replayed, and answered in clear."""

import asyncio
import contextlib
import gc
import json
import sys

import aiocoap
import aiocoap.oscore

from .coap_by_hand import by_hand, head
from .coap_exchanges import acknowledged
from .coap_tools import DEVICE, RawCoAP, message, talk, wait_for
from .lab import CLIENTS
from .samples import sample

GET, POST = 1, 2
SECRET = "000102030405060708090a0b0c0d0e0f"


def keys(lab, name, secret, sender, recipient):
    """A folder with the keys of one end."""
    folder = lab.work / name
    if folder.exists():
        for old in folder.iterdir():
            old.unlink()
    folder.mkdir(exist_ok=True)
    (folder / "settings.json").write_text(json.dumps({"sender-id_hex": sender, "recipient-id_hex": recipient}))
    (folder / "secret.json").write_text(json.dumps({"secret_hex": secret}))
    return str(folder)


def protected_server(lab):
    """A server of files whose clients have keys."""
    served = lab.work / "served"
    served.mkdir(exist_ok=True)
    (served / "temperature").write_text("21.5")
    credentials = lab.work / "credentials.json"
    credentials.write_text(json.dumps({":reader": {"oscore": {"basedir": keys(lab, "server-keys", SECRET, "02", "01")}}}))
    return lab.server(sys.prefix + "/bin/aiocoap-fileserver", "--bind", f"{DEVICE}:5683", "--credentials", str(credentials),
                      str(served))


def read(folder, times):
    """Reads the temperature so often, with these keys."""
    async def conversation(context):
        context.client_credentials.load_from_dict({f"coap://{DEVICE}/*": {"oscore": {"basedir": folder}}})
        for _ in range(times):
            request = aiocoap.Message(code=aiocoap.GET, uri=f"coap://{DEVICE}/temperature")
            with contextlib.suppress(aiocoap.error.Error, aiocoap.oscore.NotAProtectedMessage):
                await asyncio.wait_for(context.request(request).response, 2)
    return conversation


@sample("coap/protected.pcap", {})
def protected(lab, name):
    """A client reads a value twelve times, protected by OSCORE (aiocoap, both ends)."""
    with protected_server(lab) as process:
        wait_for(DEVICE, process)
        with lab.capture(name):
            read_as(keys(lab, "client-keys", SECRET, "01", "02"), CLIENTS[40])


@sample("coap/protected-wrong-key.pcap", {"coap_oscore_refused": 1})
def protected_wrong_key(lab, name):
    """A client with a wrong key, whose requests a server refuses twelve times (aiocoap, both ends)."""
    with protected_server(lab) as process:
        wait_for(DEVICE, process)
        with lab.capture(name):
            read_as(keys(lab, "wrong-keys", "ff" * 16, "01", "02"), CLIENTS[41])


def read_as(folder, address):
    """The same as a client at an address."""
    talk(read(folder, 12), address)
    gc.collect()  # aiocoap keeps its keys in cycles and writes them when they go: now, while their folder is there


def sealed(mid, number, content, token=b"os"):
    """A protected request: a number, the sender 01, and what stands for its ciphertext."""
    return message(POST, mid=mid, token=token, payload=content, more=[(9, bytes([0x09, number, 1]))])


def answered(request):
    """A protected answer."""
    mid, token = head(request)
    return [message(0x44, mid=mid, token=token, kind=2, payload=b"r" * 12, more=[(9, b"")])]


@sample("coap/protected-replayed.pcap", {"coap_oscore_replay": 1, "coap_oscore_replayed": 1}, rows={"coap_oscore_replayed": 1})
def protected_replayed(lab, name):
    """A protected request is sent again in other messages: by its sender, and by somebody who heard it (own bytes)."""
    with by_hand(lab, answered), lab.capture(name):
        with RawCoAP(CLIENTS[42]) as sender:
            sender.send(sealed(0x6C00, 7, b"switch it on" * 2, b"o1"), sealed(0x6C01, 8, b"switch it up" * 2, b"o2"),
                        sealed(0x6C02, 7, b"switch it on" * 2, b"o3"))
        with RawCoAP(CLIENTS[43]) as attacker:
            attacker.send(sealed(0x6D00, 8, b"switch it up" * 2, b"o4"))


@sample("coap/protected-number-again.pcap", {"coap_oscore_replay": 1})
def protected_number_again(lab, name):
    """A sender uses a number twice for different protected requests, as after a restart without its state (own bytes)."""
    with by_hand(lab, answered), lab.capture(name), RawCoAP(CLIENTS[44]) as sender:
        sender.send(sealed(0x6E00, 7, b"switch it on" * 2, b"n1"), sealed(0x6E01, 7, b"switch it off" * 2, b"n2"))


@sample("coap/protected-answered-in-clear.pcap", {"coap_oscore_unprotected": 1})
def protected_answered_in_clear(lab, name):
    """Somebody who has no key answers a protected request in clear (own bytes)."""
    with by_hand(lab, lambda request: [acknowledged(request, b"99.9")]), lab.capture(name), RawCoAP(CLIENTS[45]) as reader:
        reader.send(sealed(0x6F00, 9, b"how warm is it" * 2, b"cl"))
