#!/usr/bin/env python3
"""Sends the frames of a capture out of an interface, as they are: send_frames.py IFACE FILE

The capture is a pcap file of Ethernet frames, written on this machine. For interfaces that a test made for itself.
"""

import socket
import struct
import sys


def frames(path):
    """The frames of a pcap file in little-endian byte order."""
    data = open(path, "rb").read()
    place = 24
    while place + 16 <= len(data):
        length = struct.unpack_from("<I", data, place + 8)[0]
        yield data[place + 16:place + 16 + length]
        place += 16 + length


def main():
    interface, path = sys.argv[1:]
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as link:
        link.bind((interface, 0))
        for frame in frames(path):
            link.send(frame)


if __name__ == "__main__":
    main()
