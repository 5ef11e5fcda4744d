"""aiocoap asks itself on 127.0.0.1, so that a capture of the port shows real messages.

    coap_peers.py tcp PORT FOLDER      over TCP (RFC 8323): GET, PUT of 3,000 octets, an observation, a path that is not there
    coap_peers.py oscore PORT FOLDER   over UDP with OSCORE (RFC 8613): GET, PUT, an observation

FOLDER is empty and takes the keys. Prints what the client got, a line for each answer: code and length of the payload.
"""

import asyncio
import json
import pathlib
import sys

import aiocoap
from aiocoap import resource


class Store(resource.ObservableResource):
    """Keeps what it is given; its observers hear of it."""

    def __init__(self):
        super().__init__()
        self.content = b"nothing"

    async def render_get(self, request):
        return aiocoap.Message(payload=self.content)

    async def render_put(self, request):
        self.content = request.payload
        self.updated_state()
        return aiocoap.Message(code=aiocoap.CHANGED)


def say(response):
    print(response.code.dotted, len(response.payload), flush=True)


async def converse(client, base):
    async def ask(code, path, payload=b""):
        say(await client.request(aiocoap.Message(code=code, uri=base + path, payload=payload)).response)

    await ask(aiocoap.GET, "/store")
    await ask(aiocoap.PUT, "/store", b"x" * 3000)
    await ask(aiocoap.GET, "/store")
    await ask(aiocoap.GET, "/nothing/here")
    watch = client.request(aiocoap.Message(code=aiocoap.GET, uri=base + "/store", observe=0))
    heard = []
    say(await watch.response)

    async def listen():
        async for notification in watch.observation:
            heard.append(notification)

    listening = asyncio.create_task(listen())
    for number in range(3):
        await ask(aiocoap.PUT, "/store", b"value %d" % number)
        await asyncio.sleep(0.1)
    listening.cancel()
    watch.observation.cancel()
    await asyncio.sleep(0.2)
    print("notifications", len(heard), flush=True)


def write_context(folder, sender, recipient):
    folder.mkdir()
    (folder / "settings.json").write_text(
        json.dumps({"sender-id_hex": sender, "recipient-id_hex": recipient, "id-context_hex": "37cbf3210017a2d3"})
    )
    (folder / "secret.json").write_text(json.dumps({"secret_hex": "0102030405060708090a0b0c0d0e0f10"}))
    return {"oscore": {"basedir": str(folder) + "/"}}


async def main(mode, port, folder):
    site = resource.Site()
    site.add_resource(["store"], Store())
    address = ("127.0.0.1", port)
    if mode == "tcp":
        base = f"coap+tcp://127.0.0.1:{port}"
        server = await aiocoap.Context.create_server_context(site, bind=address, transports=["tcpserver"])
        client = await aiocoap.Context.create_client_context(transports=["tcpclient"])
    else:
        from aiocoap.credentials import CredentialsMap
        from aiocoap.oscore_sitewrapper import OscoreSiteWrapper

        base = f"coap://127.0.0.1:{port}"
        credentials = CredentialsMap()
        credentials.load_from_dict({":client": write_context(folder / "server", "01", "00")})
        server = await aiocoap.Context.create_server_context(
            OscoreSiteWrapper(site, credentials),
            bind=address,
            server_credentials=credentials,
            transports=["simplesocketserver"],
        )
        client = await aiocoap.Context.create_client_context(transports=["oscore", "simple6"])
        client.client_credentials.load_from_dict({base + "/*": write_context(folder / "client", "00", "01")})
    await converse(client, base)
    await client.shutdown()
    await server.shutdown()


asyncio.run(asyncio.wait_for(main(sys.argv[1], int(sys.argv[2]), pathlib.Path(sys.argv[3])), 60))
