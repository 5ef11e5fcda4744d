"""A CoAP server with the resources of a small device: `python -m making.coap_server ADDRESS`."""

import asyncio
import sys

import aiocoap
from aiocoap import resource


class Value(resource.Resource):
    """A value that can be read and written."""

    def __init__(self, payload=b""):
        super().__init__()
        self.payload = payload

    async def render_get(self, request):
        return aiocoap.Message(payload=self.payload)

    async def render_put(self, request):
        self.payload = request.payload
        return aiocoap.Message(code=aiocoap.CHANGED)

    async def render_post(self, request):
        return aiocoap.Message(code=aiocoap.CHANGED)

    async def render_delete(self, request):
        return aiocoap.Message(code=aiocoap.DELETED)

    async def render_fetch(self, request):
        return aiocoap.Message(payload=b"some of it")

    async def render_patch(self, request):
        return aiocoap.Message(code=aiocoap.CHANGED)

    render_ipatch = render_patch


class Temperature(resource.ObservableResource):
    """A value that changes five times a second."""

    def __init__(self):
        super().__init__()
        self.tenths = 200

    def update_observation_count(self, newcount):
        """Nothing depends on who observes."""

    async def tick(self):
        """Changes the value for ever."""
        while True:
            await asyncio.sleep(0.2)
            self.tenths += 1
            self.updated_state()

    async def render_get(self, request):
        return aiocoap.Message(payload=f"{self.tenths / 10:.1f}".encode(), content_format=0)


class Secret(resource.Resource):
    """What nobody may read."""

    async def render_get(self, request):
        return aiocoap.Message(code=aiocoap.UNAUTHORIZED)


async def main(address):
    """Serves until it is ended."""
    site = resource.Site()
    temperature = Temperature()
    site.add_resource([".well-known", "core"], resource.WKCResource(site.get_resources_as_linkheader))
    site.add_resource(["sensors", "temperature"], temperature)
    site.add_resource(["sensors", "humidity"], Value(b"45"))
    site.add_resource(["led"], Value(b"0"))
    site.add_resource(["log"], Value(b"all is well. " * 250))
    site.add_resource(["inventory"], Value(b"I" * 1000))
    site.add_resource(["3", "0", "4"], Value())
    site.add_resource(["3", "0", "0"], Value(b"a maker"))
    site.add_resource(["5", "0", "1"], Value())
    site.add_resource(["5", "0", "2"], Value())
    site.add_resource(["0", "0", "5"], Secret())
    await aiocoap.Context.create_server_context(site, bind=(address, 5683))
    await temperature.tick()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
