"""CoAP clients and servers for the captures, and messages made by hand."""

import asyncio
import contextlib
import os
import pathlib
import socket
import sys
import time

import aiocoap

from .coap_wire import message, options, path_options  # noqa: F401
from .lab import CLIENTS, COAP_SERVERS, run

DEVICE = COAP_SERVERS[0]
_ports = iter(range(40001, 41000))


@contextlib.contextmanager
def device(lab, address=DEVICE):
    """Our own server, with the resources of a small device."""
    folder = pathlib.Path(__file__).resolve().parent.parent
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    with lab.server(sys.executable, "-m", "making.coap_server", address, cwd=folder, env=environment) as process:
        wait_for(address, process)
        yield process


@contextlib.contextmanager
def libcoap(lab, address=DEVICE, *options):
    """The example server of libcoap."""
    with lab.server("coap-server-notls", "-A", address, *options) as process:
        wait_for(address, process)
        yield process


def wait_for(address, process):
    """Waits until a CoAP server answers a ping."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.settimeout(0.2)
        for _ in range(60):
            if process.poll() is not None:
                raise RuntimeError("the CoAP server ended at once")
            with contextlib.suppress(OSError):
                probe.sendto(bytes.fromhex("40000001"), (address, 5683))
                probe.recv(100)
                return
    raise RuntimeError(f"no CoAP server answers at {address}")


def client(*arguments, address=CLIENTS[0]):
    """libcoap's client, to its end."""
    return run("coap-client-notls", "-a", address, "-B", "5", *arguments)


def talk(conversation, address=CLIENTS[0]):
    """Runs `conversation(context)`, an asynchronous function, with an aiocoap client at an address."""

    async def with_context():
        context = await aiocoap.Context.create_server_context(None, bind=(address, next(_ports)))
        try:
            await asyncio.wait_for(conversation(context), 20)
        finally:
            await context.shutdown()

    asyncio.run(with_context())


async def ask(context, code, path, payload=b"", server=DEVICE, **more):
    """One exchange; the response."""
    message = aiocoap.Message(code=code, uri=f"coap://{server}{path}", payload=payload, **more)
    return await context.request(message).response


class RawCoAP:
    """A UDP socket that sends what it is given."""

    def __init__(self, address, server=DEVICE, port=5683):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, 0))
        self.socket.connect((server, port))

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.socket.close()

    def send(self, *datagrams, wait=0.3, pause=0.0):
        """Sends each and waits for one answer to each; an answer that does not come is no fault."""
        for datagram in datagrams:
            self.socket.settimeout(wait)
            with contextlib.suppress(OSError):
                self.socket.send(datagram)
                self.socket.recv(65536)
            time.sleep(pause)
