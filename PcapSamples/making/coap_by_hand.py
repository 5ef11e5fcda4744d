"""A CoAP server at the servers' end that answers as it is told, for answers that no library gives."""

import contextlib
import ctypes
import socket
import threading

from .coap_tools import DEVICE

_CLONE_NEWNET = 0x40000000


@contextlib.contextmanager
def by_hand(lab, answer, address=DEVICE, group=None, port=5683):
    """Calls `answer(datagram)` for each request and sends what it gives, one datagram after another, from the address.

    With a group, listens to requests that are sent to it.
    """
    ready, over, failure = threading.Event(), threading.Event(), []

    def serve():
        try:
            with open(f"/var/run/netns/{lab.servers}", "rb") as handle:  # a thread can stand in another namespace
                if ctypes.CDLL(None, use_errno=True).setns(handle.fileno(), _CLONE_NEWNET) != 0:
                    raise OSError(ctypes.get_errno(), "cannot enter the servers' namespace")
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as heard:
                own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                own.bind((address, port))
                listening = own
                if group:
                    heard.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    heard.bind((group, 5683))
                    heard.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                                     socket.inet_aton(group) + socket.inet_aton(address))
                    listening = heard
                listening.settimeout(0.1)
                ready.set()
                while not over.is_set():
                    with contextlib.suppress(TimeoutError):
                        datagram, client = listening.recvfrom(2048)
                        for reply in answer(datagram):
                            own.sendto(reply, client)
        except OSError as error:
            failure.append(error)
        finally:
            ready.set()

    thread = threading.Thread(target=serve)
    thread.start()
    ready.wait(5)
    try:
        yield
    finally:
        over.set()
        thread.join(5)
    if failure:
        raise failure[0]


def head(request):
    """Message id and token of a request."""
    return int.from_bytes(request[2:4]), request[4:4 + (request[0] & 15)]
