"""A broker that says what it is told to say, for answers that Mosquitto does not give."""

import contextlib
import ctypes
import socket
import threading

from .lab import BROKER

_CLONE_NEWNET = 0x40000000


@contextlib.contextmanager
def fake_broker(lab, *answers, port=1883):
    """Takes one connection: after each thing the client sends, sends the next answer. An empty one is silence."""
    ready, failure = threading.Event(), []

    def serve():
        try:
            with open(f"/var/run/netns/{lab.servers}", "rb") as handle:  # a thread can stand in another namespace
                if ctypes.CDLL(None, use_errno=True).setns(handle.fileno(), _CLONE_NEWNET) != 0:
                    raise OSError(ctypes.get_errno(), "cannot enter the servers' namespace")
            with socket.create_server((BROKER, port)) as listener:
                listener.settimeout(5)
                ready.set()
                connection, _ = listener.accept()
                with connection:
                    connection.settimeout(5)
                    for answer in answers:
                        if not connection.recv(65536):
                            return
                        if answer:
                            connection.sendall(answer)
                    while connection.recv(65536):
                        pass
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
        thread.join(10)
    if failure:
        raise failure[0]
