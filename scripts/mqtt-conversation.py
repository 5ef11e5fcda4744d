#!/usr/bin/env python3
"""Conversations of MQTT 5.0 with a broker on this machine, and one of enhanced authentication between two sockets.

    scripts/python-env.sh .venv
    .venv/bin/python scripts/mqtt-conversation.py BROKER_PORT AUTH_PORT

The end-to-end tests record it and hold what the sensor says against what happens here. Prints 'done' at the end.
"""

import socket
import sys
import threading
import time

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions


class Peer:
    """A client that waits for what it asked for."""

    def __init__(self, port, name, clean=True, will=None, **connect):
        self.messages = []
        self.granted = threading.Semaphore(0)
        self.connected = threading.Event()
        self.client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=name, protocol=mqtt.MQTTv5)
        self.client.on_connect = lambda *_: self.connected.set()
        self.client.on_subscribe = lambda *_: self.granted.release()
        self.client.on_unsubscribe = lambda *_: self.granted.release()
        self.client.on_message = lambda _client, _data, message: self.messages.append(message.topic)
        if will:
            self.client.will_set(will, "gone", qos=1)
        properties = Properties(PacketTypes.CONNECT)
        for key, value in connect.items():
            setattr(properties, key, value)
        self.client.connect("127.0.0.1", port, keepalive=30, clean_start=clean, properties=properties)
        self.client.loop_start()
        assert self.connected.wait(5), name

    def subscribe(self, topic, qos):
        self.client.subscribe(topic, options=SubscribeOptions(qos=qos))
        assert self.granted.acquire(timeout=5), topic

    def unsubscribe(self, topic):
        self.client.unsubscribe(topic)
        assert self.granted.acquire(timeout=5), topic

    def publish(self, topic, payload, qos, retain=False, alias=None):
        properties = Properties(PacketTypes.PUBLISH)
        if alias:
            properties.TopicAlias = alias
        self.client.publish(topic, payload, qos=qos, retain=retain, properties=properties).wait_for_publish(5)

    def expect(self, count):
        """Waits until so many messages have come."""
        end = time.monotonic() + 5
        while len(self.messages) < count and time.monotonic() < end:
            time.sleep(0.01)
        assert len(self.messages) >= count, (self.messages, count)

    def leave(self):
        self.client.disconnect()
        self.client.loop_stop()

    def vanish(self):
        """Closes the connection without a word."""
        self.client.socket().shutdown(socket.SHUT_RDWR)
        self.client.loop_stop()


def broker(port):
    keeper = Peer(port, "keeper", will="plant/keeper/state", SessionExpiryInterval=60)
    keeper.subscribe("plant/line1/+", 2)
    watcher = Peer(port, "watcher", ReceiveMaximum=2)
    watcher.subscribe("plant/#", 2)
    watcher.subscribe("$share/workers/jobs/+", 1)
    source = Peer(port, "source")
    for number in range(5):
        source.publish("plant/line1/temperature", f"{number}", 2)
    for number in range(3):
        source.publish("jobs/weld" if number == 0 else "", f"{number}", 1, alias=1)
    watcher.expect(8)
    keeper.expect(5)
    keeper.vanish()
    # The will tells the watcher.
    watcher.expect(9)
    for number in range(3):
        source.publish("plant/line1/pressure", f"{number}", 1)
    watcher.expect(12)
    source.publish("plant/valve", "closed", 1, retain=True)
    watcher.expect(13)
    second = Peer(port, "second")
    second.subscribe("plant/valve", 0)
    second.expect(1)
    second.publish("plant/valve", "open", 1, retain=True)
    second.publish("plant/valve", "", 1, retain=True)
    second.unsubscribe("plant/valve")
    keeper = Peer(port, "keeper", clean=False, SessionExpiryInterval=60)
    keeper.expect(3)
    for peer in (keeper, watcher, source, second):
        peer.leave()


def packet(first, body):
    return bytes([first, len(body)]) + body


METHOD = b"\x15\x00\x05PLAIN"


def authenticate(port):
    """Both ends of MQTT 5.0, 4.12: an authentication, another one, and one that fails."""
    listener = socket.create_server(("127.0.0.1", port))
    going = packet(0xF0, bytes([0x18, len(METHOD)]) + METHOD)
    again = packet(0xF0, bytes([0x19, len(METHOD)]) + METHOD)
    success = packet(0xF0, bytes([0x00, len(METHOD)]) + METHOD)
    connect = packet(0x10, b"\x00\x04MQTT\x05\x02\x00\x1e" + bytes([len(METHOD)]) + METHOD + b"\x00\x01a")
    accepted = packet(0x20, bytes([0, 0, len(METHOD)]) + METHOD)
    refused = packet(0x20, bytes([0, 0x87, 0]))
    bye = packet(0xE0, b"")
    for script in (
        [(0, connect), (1, going), (0, going), (1, accepted), (0, again), (1, going), (0, going), (1, success), (0, bye)],
        [(0, connect), (1, going), (0, going), (1, refused)],
    ):
        client = socket.create_connection(("127.0.0.1", port))
        server, _ = listener.accept()
        for sender, message in script:
            (client, server)[sender].sendall(message)
            received = b""
            while len(received) < len(message):
                received += (server, client)[sender].recv(len(message) - len(received))
        client.close()
        server.close()
    listener.close()


broker(int(sys.argv[1]))
authenticate(int(sys.argv[2]))
print("done")
