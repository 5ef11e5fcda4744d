"""CoAP by way of others: proxies, directories, groups."""

import socket
import sys
import time

import aiocoap

from .coap_tools import DEVICE, RawCoAP, ask, client, message, talk, wait_for
from .lab import CLIENTS, COAP_SERVERS, OUTSIDE_CLIENT, OUTSIDE_SERVER
from .samples import sample

GET = 1
GROUP = "224.0.1.187"
TOOLS = sys.prefix + "/bin/"


def tool(lab, name, *arguments):
    """One of aiocoap's programs at the servers' end."""
    return lab.server(TOOLS + name, "--bind", f"{DEVICE}:5683", *arguments)


@sample("coap/proxy.pcap", {"coap_proxy_request": 1})
def proxy(lab, name):
    """A client asks a proxy for something on a server elsewhere (coap-client, aiocoap-proxy)."""
    with tool(lab, "aiocoap-proxy", "--forward") as process:
        wait_for(DEVICE, process)
        with lab.capture(name):
            client("-P", f"coap://{DEVICE}", "-m", "get", f"coap://{OUTSIDE_SERVER}/time", address=CLIENTS[30])


@sample("coap/proxy-abused.pcap", {"coap_proxy_from_outside": 1, "coap_proxy_long_host": 1, "coap_proxy_request": 1})
def proxy_abused(lab, name):
    """A public address asks a proxy inside for a device, and for a host with a name of 300 letters, as for CVE-2025-34468 (own
    bytes, aiocoap-proxy)."""
    with tool(lab, "aiocoap-proxy", "--forward") as process:
        wait_for(DEVICE, process)
        with lab.capture(name), RawCoAP(OUTSIDE_CLIENT) as attacker:
            attacker.send(message(GET, mid=0x6900, token=b"p1", more=[(35, f"coap://{COAP_SERVERS[1]}/led".encode())]),
                          message(GET, mid=0x6901, token=b"p2", more=[(35, b"coap://" + b"a" * 300 + b"/x")]))


async def register(context):
    """Registers the endpoint `meter-9` with the directory."""
    await ask(context, aiocoap.POST, "/rd?ep=meter-9&lt=300", b"</led>;rt=light", content_format=40)


@sample("coap/directory.pcap", {"coap_directory_lookup": 1})
def directory(lab, name):
    """A device registers with a resource directory, and somebody looks up all that it knows (aiocoap, aiocoap-rd)."""
    async def look_up(context):
        await ask(context, aiocoap.GET, "/resource-lookup/")
        await ask(context, aiocoap.GET, "/endpoint-lookup/")

    with tool(lab, "aiocoap-rd", "--lwm2m-compat") as process:
        wait_for(DEVICE, process)
        with lab.capture(name):
            talk(register, CLIENTS[31])
            talk(look_up, CLIENTS[32])


@sample("coap/registration-moved.pcap", {"coap_registration_moved": 1})
def registration_moved(lab, name):
    """A second host registers under the name of a device that has registered before (aiocoap, aiocoap-rd)."""
    with tool(lab, "aiocoap-rd", "--lwm2m-compat") as process:
        wait_for(DEVICE, process)
        with lab.capture(name):
            talk(register, CLIENTS[33])
            talk(register, CLIENTS[34])


def ask_group(address, *requests):
    """Sends requests to the group, with a second for the answers to each."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(address))
        asking.bind((address, 40035))
        for request in requests:
            asking.sendto(request, (GROUP, 5683))
            time.sleep(0.6)


def group(lab, answers, members):
    """So many members of the group, which answer from addresses of their own."""
    addresses = [f"10.77.2.{number}" for number in range(1, members + 1)]
    script = f"""
import socket
heard = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
heard.bind(({GROUP!r}, 5683))
heard.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton({GROUP!r}) + socket.inet_aton({DEVICE!r}))
sockets = []
for address in {addresses!r}:
    sockets.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    sockets[-1].bind((address, 5683))
while True:
    request, client = heard.recvfrom(2048)
    token = request[4:4 + (request[0] & 15)]
    for number, own in enumerate(sockets):
        own.sendto(bytes([0x50 | len(token), 0x45, request[3], number]) + token + b"\\xff" + {answers!r}, client)
"""
    for address in addresses:
        lab.ip(lab.servers, "address", "add", f"{address}/16", "dev", "sv0")
    return lab.server("python3", "-c", script)


def dissolve(lab, members):
    """Takes the addresses of the members away."""
    for number in range(1, members + 1):
        lab.ip(lab.servers, "address", "del", f"10.77.2.{number}/16", "dev", "sv0")


@sample("coap/group-amplified.pcap", {"coap_group_answers": 1, "coap_group_request": 1, "coap_multicast_amplification": 1})
def group_amplified(lab, name):
    """Nine requests to a group of fourteen devices, each of which answers each (own bytes)."""
    with group(lab, b"x" * 64, 14):
        time.sleep(0.5)
        with lab.capture(name):
            ask_group(CLIENTS[35], *[message(GET, "/temperature", kind=1, mid=0x6A00 + n, token=bytes([n, 5])) for n in range(9)])
    dissolve(lab, 14)


@sample("coap/group-discovery.pcap", {"coap_discovery": 1})
def group_discovery(lab, name):
    """A tool asks a group for what there is, and three devices answer (own bytes)."""
    with group(lab, b"</led>", 3):
        time.sleep(0.5)
        with lab.capture(name):
            ask_group(CLIENTS[36], message(GET, "/.well-known/core", kind=1, mid=0x6B00, token=b"gd"))
    dissolve(lab, 3)
