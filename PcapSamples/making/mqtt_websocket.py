"""MQTT in WebSocket: in clear, and against its rules."""

import time

import paho.mqtt.client as paho

from .lab import CLIENTS
from .mqtt_violations import OPEN
from .network_tricks import frame
from .samples import sample
from .wire import RawClient, connect, publish

# Mosquitto 2.0.11 ends at once where it has no other listener.
LISTENER = (OPEN, "listener 1883", "listener 8083", "protocol websockets")


def upgrade(subprotocol=True):
    """The request that begins a WebSocket."""
    lines = ["GET /mqtt HTTP/1.1", "Host: broker", "Upgrade: websocket", "Connection: Upgrade",
             "Sec-WebSocket-Key: ZWFyc2hvdC1zYW1wbGVzIQ==", "Sec-WebSocket-Version: 13"]
    return "\r\n".join(lines + ["Sec-WebSocket-Protocol: mqtt"] * subprotocol + ["", ""]).encode()


# What paho was told to send, and what Mosquitto owes it: tshark does not look for MQTT in WebSocket.
@sample("mqtt/websocket.pcap", {"mqtt_websocket_in_clear": 1}, counts={"mqtt": {
    "CONNACK": 1, "CONNECT": 1, "DISCONNECT": 1, "PUBLISH": 6, "SUBACK": 1, "SUBSCRIBE": 1}, "coap": {}})
def websocket(lab, name):
    """A dashboard that reads and writes through a WebSocket in clear (paho, Mosquitto)."""
    with lab.broker(*LISTENER, port=8083), lab.capture(name):
        client = paho.Client(paho.CallbackAPIVersion.VERSION2, "dashboard", transport="websockets")
        client.username_pw_set("dashboard")
        client.connect("10.77.0.1", 8083, bind_address=CLIENTS[0])
        client.loop_start()
        time.sleep(0.4)
        client.subscribe("hall/+/state")
        for turn in range(3):
            client.publish(f"hall/{turn}/state", "on").wait_for_publish(5)
        time.sleep(0.3)
        client.disconnect()
        time.sleep(0.2)
        client.loop_stop()


@sample("mqtt/websocket-broken.pcap", {
    "mqtt_violation": 2, "mqtt_websocket_in_clear": 1, "mqtt_websocket_invalid": 2},
    rows={"mqtt_websocket_in_clear": 1, "mqtt_websocket_invalid": 2}, counts={})
def websocket_broken(lab, name):
    """Two hosts that break the rules of MQTT in WebSocket: packets in frames of text, frames without a mask (own bytes)."""
    unmasked = publish("hall/door", b"open")
    with lab.broker(*LISTENER, port=8083), lab.capture(name):
        for number, broken in enumerate((frame(publish("hall/door", b"open"), first=0x81),
                                         bytes([0x82, len(unmasked)]) + unmasked)):
            with RawClient(CLIENTS[1 + number], port=8083) as attacker:
                attacker.send(upgrade(), pause=0)
                attacker.read()
                attacker.send(frame(connect(f"broken{number}", username="x")), pause=0)
                attacker.read()
                attacker.send(broken)
                attacker.read(0.2)
