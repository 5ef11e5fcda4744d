"""MQTT as it should be: what must raise nothing, or nothing but what is true of it."""

import contextlib
import time

from .device import V311, V5, Device
from .lab import BROKER, BROKER_V6, CLIENT_V6, CLIENTS, run
from .samples import sample


def home(devices):
    """Some minutes of a home in some seconds: sensors report, a controller switches, a hub listens."""
    hub, kitchen, bedroom, plug, panel = devices
    hub.subscribe([("home/+/state", 0), ("home/+/availability", 1), ("homeassistant/status", 0)])
    plug.subscribe("home/plug/set", 1)
    panel.subscribe([("home/kitchen/state", 0), ("home/plug/state", 1)])
    for name, device in (("kitchen", kitchen), ("bedroom", bedroom), ("plug", plug)):
        for value in ("temperature", "humidity", "linkquality"):
            device.publish(f"homeassistant/sensor/{name}/{value}/config",
                           f'{{"name":"{name} {value}","state_topic":"home/{name}/state"}}', qos=1, retain=True)
        device.publish(f"home/{name}/availability", "online", qos=1, retain=True)
    for turn in range(8):
        state = '{"temperature":%.1f,"humidity":%d}'
        kitchen.publish("home/kitchen/state", state % (20 + turn / 10, 45 + turn), retain=True)
        bedroom.publish("home/bedroom/state", state % (18 + turn / 10, 50 - turn), qos=1)
        if turn % 3 == 0:
            panel.publish("home/plug/set", "ON" if turn % 2 == 0 else "OFF", qos=1)
            plug.publish("home/plug/state", "ON" if turn % 2 == 0 else "OFF", qos=1, retain=True)
        time.sleep(0.1)


@sample("mqtt/ordinary-home.pcap", {"mqtt_credentials_in_clear": 1})
def ordinary_home(lab, name):
    """A home with three sensors, a panel and a hub like Home Assistant: discovery, retained states, availability as
    a will, narrow wildcards such as home/+/state; 3.1.1 and 5.0; each with user name and password (paho, Mosquitto)."""
    passwords = lab.work / "passwords"
    run("mosquitto_passwd", "-c", "-b", str(passwords), "hub", "correct horse")
    for user in ("kitchen", "bedroom", "plug", "panel"):
        run("mosquitto_passwd", "-b", str(passwords), user, f"battery staple {user}")
    settings = ("allow_anonymous false", f"password_file {passwords}")
    with lab.broker(*settings), lab.capture(name), contextlib.ExitStack() as stack:
        devices = [Device("hub", CLIENTS[9], username="hub", password="correct horse", protocol=V5)]
        for number, (user, version) in enumerate([("kitchen", V311), ("bedroom", V311), ("plug", V5), ("panel", V311)]):
            will = {"topic": f"home/{user}/availability", "payload": "offline", "qos": 1, "retain": True}
            devices.append(Device(f"home-{user}", CLIENTS[10 + number], username=user,
                                  password=f"battery staple {user}", protocol=version, will=will))
        for device in devices:
            stack.callback(device.close)
        home(devices)


@sample("mqtt/ordinary-plant.pcap")
def ordinary_plant(lab, name):
    """A plant: Sparkplug node, historian with narrow filters, a line that counts pieces, one client over IPv6. Clients
    named by a user name alone, as where a certificate or an address vouches for them (paho, Mosquitto)."""
    with lab.broker("allow_anonymous true"), lab.capture(name), contextlib.ExitStack() as stack:
        node = Device("press-4", CLIENTS[20], username="press-4",
                      will={"topic": "spBv1.0/hall2/NDEATH/press-4", "payload": b"\x18\x00", "qos": 1})
        host = Device("historian", CLIENTS[21], username="historian", protocol=V5)
        line = Device("line-2", CLIENT_V6, username="line-2", protocol=V5, server=BROKER_V6)
        for device in (node, host, line):
            stack.callback(device.close)
        host.subscribe([("spBv1.0/hall2/+/press-4", 0), ("line/2/#", 0), ("STATE/historian", 1)])
        node.subscribe("spBv1.0/hall2/NCMD/press-4", 1)
        node.publish("spBv1.0/hall2/NBIRTH/press-4", b"\x08\x80\x01\x18\x00", qos=0)
        for turn in range(30):
            node.publish("spBv1.0/hall2/NDATA/press-4", bytes([8, turn, 24, turn]))
            line.publish(f"line/2/station/{turn % 5}/count", str(1000 + turn), qos=turn % 3)
            if turn == 15:
                host.publish("spBv1.0/hall2/NCMD/press-4", b"\x08\x01")
            time.sleep(0.03)


@sample("mqtt/bridge.pcap", {"mqtt_bridge": 1})
def bridge(lab, name):
    """Two Mosquitto brokers, one bridging into the other with the defaults: protocol level with the bridge bit (0x84),
    state under $SYS/broker/connection/, topics carried both ways."""
    settings = (
        "allow_anonymous true", "connection upstairs", f"address {BROKER}:1883",
        "topic line1/# out 1", "topic cmd/line1/# in 1", "remote_clientid cellar.upstairs", "remote_username cellar",
        "restart_timeout 30", "bridge_protocol_version mqttv311",
    )
    with lab.broker("allow_anonymous true"), lab.capture(name):
        with lab.broker(*settings, port=1884, here=True):
            time.sleep(1)
            with Device("sensor", "127.0.0.1", username="sensor", server="127.0.0.1", port=1884) as sensor:
                for turn in range(60):
                    sensor.publish(f"line1/station/{turn}/temperature", str(turn), qos=1)
            with Device("control", CLIENTS[41], username="control") as control:
                control.publish("cmd/line1/stop", "1", qos=1)
                time.sleep(0.3)
