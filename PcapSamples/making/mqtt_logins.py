"""Guessing that succeeds, guessing from many hosts, probing of versions, sessions that others take; and the honest cases."""

import struct
import time

from .device import Device
from .lab import BROKER, CLIENTS, OUTSIDE_CLIENT
from .mqtt_access import passwords, report
from .mqtt_violations import OPEN
from .samples import sample
from .wire import DISCONNECT, RawClient, connect, packet, publish, subscribe, text


def attempt(address, client_id, user, password, **options):
    """One login on a connection of its own."""
    with RawClient(address) as client:
        client.enter(client_id, username=user, password=password, **options)


@sample("mqtt/guessed-login.pcap", {
    "mqtt_credentials_in_clear": 1, "mqtt_login_after_guessing": 1, "mqtt_login_after_guessing_elsewhere": 1,
    "mqtt_password_guessing": 1}, rows={"mqtt_credentials_in_clear": 1, "mqtt_login_after_guessing_elsewhere": 1})
def guessed_login(lab, name):
    """One host tries ten passwords for one user, and is let in with the eleventh (own bytes)."""
    with lab.broker(*passwords(lab, plant="pressure")), lab.capture(name):
        for number, word in enumerate(["steam", "water", "boiler", "valve", "pump", "hall", "shift", "press", "line",
                                       "silo", "pressure"]):
            attempt(CLIENTS[40], f"try{number}", "plant", word)


@sample("mqtt/guessed-elsewhere.pcap", {
    "mqtt_credentials_in_clear": 1, "mqtt_login_after_guessing_elsewhere": 1, "mqtt_password_guessing": 1})
def guessed_elsewhere(lab, name):
    """One host tries ten passwords for one user, and another is let in with the eleventh (own bytes)."""
    with lab.broker(*passwords(lab, plant="pressure")), lab.capture(name):
        for number, word in enumerate(["steam", "water", "boiler", "valve", "pump", "hall", "shift", "press", "line", "silo"]):
            attempt(CLIENTS[46], f"try{number}", "plant", word)
        attempt(CLIENTS[47], "console", "plant", "pressure")


@sample("mqtt/password-spray.pcap", {"mqtt_credentials_in_clear": 1, "mqtt_password_spray": 1})
def password_spray(lab, name):
    """One host tries one password for six users (own bytes)."""
    with lab.broker(*passwords(lab, plant="pressure")), lab.capture(name):
        for number, user in enumerate(["anna", "bert", "carla", "dora", "emil", "fritz"]):
            attempt(CLIENTS[48], f"one{number}", user, "Summer25!")


@sample("mqtt/guessing-closed.pcap", {"mqtt_credentials_in_clear": 1, "mqtt_password_guessing": 1})
def guessing_closed(lab, name):
    """One host tries fifteen passwords for one user; the broker closes each connection without an answer (own bytes)."""
    script = f"""
import socket
listener = socket.create_server(({BROKER!r}, 1883))
for _ in range(15):
    connection, _ = listener.accept()
    connection.recv(1000)
    connection.close()
"""
    with lab.capture(name), lab.server("python3", "-c", script) as server:
        time.sleep(0.5)
        for number in range(15):
            attempt(CLIENTS[49], f"shut{number}", "plant", f"word-{number}")
        server.wait(10)


@sample("mqtt/mistyped-password.pcap", {"mqtt_credentials_in_clear": 1})
def mistyped(lab, name):
    """Somebody types a password wrongly twice and then rightly (own bytes)."""
    with lab.broker(*passwords(lab, plant="pressure")), lab.capture(name):
        for word in ("presure", "Pressure", "pressure"):
            attempt(CLIENTS[41], "console", "plant", word)


@sample("mqtt/guessing-from-many.pcap", {
    "mqtt_credentials_in_clear": 1, "mqtt_hosts_refused": 1, "mqtt_user_refused_everywhere": 1})
def guessing_from_many(lab, name):
    """Fourteen hosts, each of which tries one password for the same user (own bytes)."""
    with lab.broker(*passwords(lab, plant="pressure")), lab.capture(name):
        for number in range(14):
            attempt(CLIENTS[number], f"bot{number}", "plant", f"guess{number}")


@sample("mqtt/stale-password-for-long.pcap", {
    "mqtt_credentials_in_clear": 1, "mqtt_refused_logins": 1, "mqtt_stale_password": 1})
def stale_for_long(lab, name):
    """A device with an old password that tries again and again: twenty-four times (own bytes)."""
    with lab.broker(*passwords(lab, thermostat="the new one")), lab.capture(name):
        for _ in range(24):
            attempt(CLIENTS[42], "thermostat", "thermostat", "the old one")


def old_connect(client_id):
    """A CONNECT of 3.1."""
    return packet(0x10, text("MQIsdp") + b"\x03\x82\0\x3c" + text(client_id) + text("probe"))


@sample("mqtt/version-probing.pcap", {
    "mqtt_connect_invalid": 1, "mqtt_levels_three": 1, "mqtt_version_probing": 1, "mqtt_violation": 1},
    rows={"mqtt_version_probing": 1, "mqtt_connect_invalid": 1})
def version_probing(lab, name):
    """One host offers 3.1, 3.1.1, 5.0 and a version that does not exist (own bytes)."""
    with lab.broker(OPEN), lab.capture(name):
        for first in (old_connect("v3"), connect("v4", username="probe"), connect("v5", level=5, username="probe"),
                      connect("v9", level=9, username="probe")):
            with RawClient(CLIENTS[43]) as attacker:
                attacker.send(first)
                attacker.read()


@sample("mqtt/three-versions.pcap", {"mqtt_levels_three": 1})
def three_versions(lab, name):
    """One host with three programs, each of another version of MQTT: a test bench, or somebody who tries (own bytes)."""
    with lab.broker(OPEN), lab.capture(name):
        for first in (old_connect("bench3"), connect("bench4", username="probe"),
                      connect("bench5", level=5, username="probe")):
            with RawClient(CLIENTS[44]) as bench:
                bench.send(first)
                bench.read()


@sample("mqtt/user-without-password.pcap", {"mqtt_user_without_password": 1})
def user_without_password(lab, name):
    """A client that logs in as administrator without a password, as for CVE-2016-9877 (own bytes)."""
    with lab.broker(OPEN), lab.capture(name), RawClient(CLIENTS[45]) as attacker:
        attacker.enter("no-word", username="admin")
        attacker.send(publish("hall/door", b"open"))


def kept_session(address, user, *, will=None, level=4):
    """The client `valve-7`, whose session the broker keeps."""
    client = RawClient(address)
    body = text("MQTT") + bytes([level, 0x84 if will else 0x80]) + b"\0\x3c"
    body += b"\x05\x11\0\0\x0e\x10" if level == 5 else b""
    body += text("valve-7")
    if will:
        body += (b"\0" if level == 5 else b"") + text(will) + text("gone")
    client.send(packet(0x10, body + text(user)), pause=0)
    client.read()
    return client


@sample("mqtt/session-taken.pcap", {
    "mqtt_identity_drift": 1, "mqtt_session_resumed_elsewhere": 1, "mqtt_session_taken_elsewhere": 1},
    rows={"mqtt_identity_drift": 1, "mqtt_session_taken_elsewhere": 1})
def session_taken(lab, name):
    """A valve keeps a session and goes; another host comes with its client id, another user and another version, and is handed
    what was meant for the valve (own bytes)."""
    with lab.broker(OPEN), lab.capture(name):
        with kept_session(CLIENTS[46], "valve-7") as valve:
            valve.send(subscribe("valve/7/set", qos=1))
            valve.read()
            valve.send(DISCONNECT)
        with RawClient(CLIENTS[47]) as controller:
            controller.enter("controller", username="controller")
            controller.send(publish("valve/7/set", b"open", qos=1))
            controller.read()
        with kept_session(CLIENTS[48], "someone", level=5) as thief:
            thief.read(0.2)


@sample("mqtt/session-moved.pcap", {"mqtt_session_resumed_elsewhere": 1})
def session_moved(lab, name):
    """A device with a kept session that comes back from another address, as after a new lease (own bytes)."""
    with lab.broker(OPEN), lab.capture(name):
        with kept_session(CLIENTS[49], "valve-7") as valve:
            valve.send(subscribe("valve/7/set", qos=1))
            valve.read()
            valve.send(DISCONNECT)
        with kept_session(CLIENTS[50], "valve-7") as valve:
            valve.read(0.2)
            valve.send(DISCONNECT)


@sample("mqtt/outside-by-name.pcap", {"mqtt_client_from_outside": 1, "mqtt_credentials_in_clear": 1})
def outside_by_name(lab, name):
    """A client with user name and password from a public address, let in by a Mosquitto that knows it (paho)."""
    with lab.broker(*passwords(lab, field="far away")), lab.capture(name):
        with Device("far-hand", OUTSIDE_CLIENT, username="field", password="far away") as device:
            report(device)


@sample("mqtt/topic-rights.pcap", {"mqtt_subscribe_refused_burst": 1})
def topic_rights(lab, name):
    """A client of 5.0 that tries to write topics which Mosquitto's access list denies: PUBACK 0x87 (own bytes)."""
    rights = lab.work / "rights"
    rights.write_text("user nobody\ntopic readwrite free/#\n")
    with lab.broker(OPEN, f"acl_file {rights}"), lab.capture(name), RawClient(CLIENTS[51]) as attacker:
        attacker.enter("writer", level=5, username="writer")
        for number in range(14):
            attacker.send(packet(0x32, text(f"plant/{number}") + struct.pack(">H", number + 1) + b"\0x"), pause=0)
            attacker.read(0.3)
