#!/usr/bin/env python3
"""A proxy for tests, on the loopback interface alone.

    proxy.py front PORT                  HTTP CONNECT, SOCKS 4, 4a and 5, told apart by the first byte; to 127.0.0.1 only
    proxy.py strip PORT NEXT             takes the header of the PROXY protocol, 1 or 2, off and goes on to port NEXT
    proxy.py header VERSION PORT NEXT    puts that header, of version 1 or 2, in front and goes on to port NEXT

It runs until it is killed, and says on standard error when it is ready, and when a connection was closed by both
ends. CONNECT is refused with 407 where the request has no Proxy-Authorization.
"""

import asyncio
import struct
import sys

HOST = "127.0.0.1"
SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"


async def pump(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        if writer.can_write_eof():
            try:
                writer.write_eof()
            except OSError:
                pass


async def join(reader, writer, port, first=b""):
    """Goes on to a port, with bytes of our own in front."""
    back, forth = await asyncio.open_connection(HOST, port)
    if first:
        forth.write(first)
    await asyncio.gather(pump(reader, forth), pump(back, writer))
    forth.close()
    writer.close()
    print("closed", file=sys.stderr, flush=True)


async def open_to(port, writer, granted):
    """Connects first, and says so then: a client that hears of success finds somebody there."""
    back, forth = await asyncio.open_connection(HOST, port)
    writer.write(granted)
    return back, forth


async def http(reader, writer, first):
    while True:
        head = first + await reader.readuntil(b"\r\n\r\n")
        first = b""
        port = int(head.split(b" ")[1].rsplit(b":", 1)[1])
        if b"proxy-authorization:" in head.lower():
            break
        writer.write(b"HTTP/1.1 407 Who are you?\r\nProxy-Authenticate: Basic realm=\"tests\"\r\n"
                     b"Content-Length: 6\r\n\r\nsorry\n")
    return await open_to(port, writer, b"HTTP/1.1 200 Connection established\r\n\r\n")


async def socks4(reader, writer):
    _, port = struct.unpack(">BH", await reader.readexactly(3))
    address = await reader.readexactly(4)
    await reader.readuntil(b"\0")
    if address[:3] == b"\0\0\0" and address[3]:
        await reader.readuntil(b"\0")
    return await open_to(port, writer, b"\0\x5a" + struct.pack(">H", port) + address)


async def socks5(reader, writer):
    methods = await reader.readexactly((await reader.readexactly(1))[0])
    writer.write(b"\5\2" if 2 in methods else b"\5\0")
    if 2 in methods:
        await reader.readexactly(1)
        # Name and password.
        for _ in range(2):
            await reader.readexactly((await reader.readexactly(1))[0])
        writer.write(b"\1\0")
    _, _, _, kind = await reader.readexactly(4)
    length = {1: 4, 4: 16}.get(kind) or (await reader.readexactly(1))[0]
    await reader.readexactly(length)
    port, = struct.unpack(">H", await reader.readexactly(2))
    return await open_to(port, writer, b"\5\0\0\1\0\0\0\0\0\0")


async def front(reader, writer):
    first = await reader.readexactly(1)
    if first == b"\4":
        back, forth = await socks4(reader, writer)
    elif first == b"\5":
        back, forth = await socks5(reader, writer)
    else:
        back, forth = await http(reader, writer, first)
    await asyncio.gather(pump(reader, forth), pump(back, writer))
    forth.close()
    writer.close()
    print("closed", file=sys.stderr, flush=True)


async def strip(reader, writer, port):
    start = await reader.readexactly(12)
    if start == SIGNATURE:
        _, _, length = struct.unpack(">BBH", await reader.readexactly(4))
        await reader.readexactly(length)
    else:
        await reader.readuntil(b"\r\n")
    await join(reader, writer, port)


def header(version, source, target):
    (address, port), (other, other_port) = source, target
    if version == 1:
        return f"PROXY TCP4 {address} {other} {port} {other_port}\r\n".encode()
    parts = [bytes(map(int, name.split("."))) for name in (address, other)]
    # A TLV of no meaning (type 4) behind the addresses.
    return (SIGNATURE + b"\x21\x11" + struct.pack(">H", 12 + 5) + b"".join(parts)
            + struct.pack(">HH", port, other_port) + b"\4\0\2\0\0")


async def main():
    mode, *numbers = sys.argv[1:]
    numbers = [int(number) for number in numbers]
    if mode == "front":
        serve, port = front, numbers[0]
    elif mode == "strip":
        port, next_port = numbers
        serve = lambda reader, writer: strip(reader, writer, next_port)  # noqa: E731
    else:
        version, port, next_port = numbers

        async def serve(reader, writer):
            # Whom it speaks for is an address of documentation (RFC 5737): nobody here has it.
            await join(reader, writer, next_port, header(version, ("192.0.2.7", 50000), ("192.0.2.1", 1883)))

    server = await asyncio.start_server(serve, HOST, port)
    print("ready", file=sys.stderr, flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
