"""CoAP as it should be."""

import asyncio

import aiocoap
from aiocoap import DELETE, FETCH, GET, PATCH, POST, PUT, Message, iPATCH

from .coap_tools import DEVICE, RawCoAP, ask, client, device, libcoap, message, talk
from .lab import CLIENTS, COAP_SERVERS
from .samples import sample


async def observe(context, path, notifications, server=DEVICE):
    """Registers, takes some notifications, and deregisters."""
    request = context.request(Message(code=GET, uri=f"coap://{server}{path}", observe=0))
    await request.response
    taken = 0
    async for _ in request.observation:
        taken += 1
        if taken == notifications:
            break
    request.observation.cancel()


@sample("coap/ordinary.pcap", {"coap_write_in_clear": 1})
def ordinary(lab, name):
    """A controller reads two sensors, switches a lamp and observes a temperature (aiocoap, both ends)."""
    async def controller(context):
        for turn in range(5):
            await ask(context, GET, "/sensors/temperature")
            await ask(context, GET, "/sensors/humidity")
            await ask(context, PUT, "/led", b"%d" % (turn % 2))
        await observe(context, "/sensors/temperature", 4)

    with device(lab), lab.capture(name):
        talk(controller, CLIENTS[0])


@sample("coap/methods.pcap", {"coap_write_in_clear": 1})
def methods(lab, name):
    """Every request code, confirmable and not; ping and reset."""

    async def all_of_them(context):
        for code in (GET, POST, PUT, FETCH, PATCH, iPATCH, DELETE):
            for kind in (aiocoap.CON, aiocoap.NON):
                await ask(context, code, "/led?a=1&b=2", b"" if code in (GET, DELETE) else b"1", mtype=kind)

    with device(lab), lab.capture(name):
        talk(all_of_them, CLIENTS[1])
        with RawCoAP(CLIENTS[1]) as raw:
            raw.send(message(0, mid=0x7001))  # ping: an empty CON, answered by RST


@sample("coap/blocks.pcap", {"coap_write_in_clear": 1})
def blocks(lab, name):
    """Bodies in blocks: a PUT by Block1 and GETs by Block2, of 1024 and of 64 octets (aiocoap, coap-client)."""
    async def large_bodies(context):
        await ask(context, PUT, "/led", b"0123456789abcdef" * 200)
        await ask(context, GET, "/log")

    with device(lab), lab.capture(name):
        talk(large_bodies, CLIENTS[2])
        client("-b", "64", "-m", "get", f"coap://{DEVICE}/log", address=CLIENTS[3])


@sample("coap/observe.pcap")
def observations(lab, name):
    """Two observers of one temperature: notifications, deregistration, a client that goes (aiocoap, coap-client)."""
    async def listener(context):
        await observe(context, "/sensors/temperature", 6)

    with device(lab), lab.capture(name):
        talk(listener, CLIENTS[4])
        client("-s", "2", "-m", "get", f"coap://{DEVICE}/sensors/temperature", address=CLIENTS[5])


@sample("coap/errors.pcap", {"coap_violation": 1})
def errors(lab, name):
    """4.04, 4.05, and 4.02 for an unknown critical option (aiocoap and libcoap servers)."""
    async def mistakes(context):
        await ask(context, GET, "/nothing/here")
        await ask(context, POST, "/sensors/temperature", b"1")
        await ask(context, GET, "/led", accept=65000)
        await asyncio.sleep(0.1)

    with device(lab), libcoap(lab, COAP_SERVERS[1]), lab.capture(name):
        talk(mistakes, CLIENTS[6])
        with RawCoAP(CLIENTS[6], COAP_SERVERS[1]) as raw:  # an unknown critical option
            raw.send(message(0x01, "/time", mid=0x7101, token=b"\x01", more=[(2049, b"?")]))


@sample("coap/discovery.pcap", {"coap_discovery": 1})
def discovery(lab, name):
    """A tool asks one device what it has, then for one of these things."""
    with libcoap(lab), lab.capture(name):
        client("-m", "get", f"coap://{DEVICE}/.well-known/core", address=CLIENTS[7])
        client("-m", "get", f"coap://{DEVICE}/time", address=CLIENTS[7])
