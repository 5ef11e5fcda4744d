"""CoAP messages made by hand: options and headers as octets."""

import struct


def options(*pairs):
    """Options by number and value, in rising order, with extended deltas and lengths."""
    encoded, last = bytearray(), 0
    for number, value in pairs:
        delta, last = number - last, number
        nibbles, extended = [], b""
        for size in (delta, len(value)):
            if size < 13:
                nibbles.append(size)
            elif size < 269:
                nibbles.append(13)
                extended += bytes([size - 13])
            else:
                nibbles.append(14)
                extended += struct.pack(">H", size - 269)
        encoded += bytes([nibbles[0] << 4 | nibbles[1]]) + extended + value
    return bytes(encoded)


def path_options(path):
    """Uri-Path options, one a segment, taken as they stand."""
    return [(11, segment.encode()) for segment in path.split("/")[1:]]


def message(code, path="", *, kind=0, mid=1, token=b"", payload=b"", more=()):
    """A message; `code` as in the octet (0x01 GET), `kind` 0 CON, 1 NON, 2 ACK, 3 RST."""
    head = struct.pack(">BBH", 0x40 | kind << 4 | len(token), code, mid) + token
    body = options(*sorted([*path_options(path), *more] if path else more, key=lambda pair: pair[0]))
    return head + body + (b"\xff" + payload if payload else b"")
