"""What is done with topics: harvesting, $SYS, retained messages, commands."""

import time

from .device import V5, Device
from .lab import BROKER, CLIENTS, run
from .samples import sample
from .wire import RawClient, publish, subscribe


def site(device, number=120):
    """Retained values of a site, so that a harvest finds something."""
    for turn in range(number):
        device.publish(f"site/hall{turn % 4}/machine{turn // 4}/temperature", f"{20 + turn % 13}.5", retain=True)


@sample("mqtt/harvest-root-wildcard.pcap", {
    "mqtt_anonymous_accepted": 1, "mqtt_harvest": 1, "mqtt_harvest_in_progress": 1, "mqtt_kept_read": 1},
    rows={"mqtt_anonymous_accepted": 1, "mqtt_harvest_in_progress": 1, "mqtt_kept_read": 1})
def harvest(lab, name):
    """mosquitto_sub -t '#' at an open broker that keeps 120 topics: asked, granted, delivered."""
    with lab.broker("allow_anonymous true"):
        with Device("filler", CLIENTS[60]) as filler:
            site(filler)
        with lab.capture(name):
            run("mosquitto_sub", "-h", BROKER, "-A", CLIENTS[66], "-i", "curious", "-t", "#", "-v", "-C", "120")


@sample("mqtt/narrow-harvest.pcap", {"mqtt_subscribe_vertical": 1, "mqtt_kept_read": 1})
def narrow(lab, name):
    """A dashboard that is owed many topics, but asked for its own branch only."""
    with lab.broker("allow_anonymous true"):
        with Device("filler", CLIENTS[60]) as filler:
            site(filler)
        with lab.capture(name):
            run("mosquitto_sub", "-h", BROKER, "-A", CLIENTS[67], "-i", "dashboard", "-u", "dashboard",
                "-t", "site/#", "-v", "-C", "120")


def closed_broker(lab):
    """A broker whose clients may publish and subscribe below home/ only; needs nobody's name."""
    state = lab.work / "dynamic-security.json"
    state.unlink(missing_ok=True)
    run("mosquitto_ctrl", "dynsec", "init", str(state), "admin", "only for the set-up")
    return "allow_anonymous true", "plugin /usr/lib/x86_64-linux-gnu/mosquitto_dynamic_security.so", \
        f"plugin_opt_config_file {state}"


@sample("mqtt/root-wildcard-refused.pcap", {"mqtt_anonymous_accepted": 1, "mqtt_harvest": 2})
def refused(lab, name):
    """Three clients ask for every topic (#, +/#, a shared #) and are refused: SUBACK 0x80 in 3.1.1, 0x87 in 5.0
    (Mosquitto with its dynamic security plugin)."""
    with lab.broker(*closed_broker(lab)), lab.capture(name):
        with Device("curious-4", CLIENTS[68]) as client:
            client.subscribe("#")
        with Device("curious-5", CLIENTS[69], protocol=V5) as client:
            client.subscribe("+/#")
        with Device("curious-share", CLIENTS[69], protocol=V5) as client:
            client.subscribe("$share/all/#")


@sample("mqtt/topic-guessing.pcap", {
    "mqtt_anonymous_accepted": 1, "mqtt_subscribe_rate": 1, "mqtt_subscribe_refused_burst": 1, "mqtt_topics_refused": 1},
    rows={"mqtt_anonymous_accepted": 1, "mqtt_subscribe_rate": 1, "mqtt_subscribe_refused_burst": 1})
def guessing(lab, name):
    """A client tries topic after topic and is refused each (own bytes; Mosquitto with dynamic security)."""
    words = ["home", "office", "plant", "door", "lock", "alarm", "camera", "light", "pump", "valve", "boiler",
             "heating", "gps", "car", "fleet", "meter", "energy", "solar", "battery", "charger", "status", "config",
             "update", "admin"]
    with lab.broker(*closed_broker(lab)), lab.capture(name):
        with RawClient(CLIENTS[70]) as attacker:
            attacker.enter("words")
            for number, word in enumerate(words):
                attacker.send(subscribe(f"{word}/state", packet_id=number + 1), pause=0)
                attacker.read()


@sample("mqtt/sys-subscription.pcap", {"mqtt_sys_subscription": 1})
def sys_subscription(lab, name):
    """mosquitto_sub -t '$SYS/#'."""
    with lab.broker("allow_anonymous true", "sys_interval 1"):
        time.sleep(1.5)
        with lab.capture(name):
            run("mosquitto_sub", "-h", BROKER, "-A", CLIENTS[71], "-i", "explorer", "-u", "explorer",
                "-t", "$SYS/#", "-v", "-C", "30")


@sample("mqtt/retain-flood.pcap", {
    "mqtt_retained_many": 1, "mqtt_retained_topics_flood": 1, "mqtt_retained_very_many": 1},
    rows={"mqtt_retained_many": 1, "mqtt_retained_very_many": 1})
def retain_flood(lab, name):
    """200 retained messages on 200 topics from one client (own bytes)."""
    with lab.broker("allow_anonymous true"), lab.capture(name):
        with RawClient(CLIENTS[72]) as attacker:
            attacker.enter("flooder", username="flooder")
            attacker.send(*[publish(f"x/{n}", b"x", retain=True) for n in range(200)], pause=0.005)


@sample("mqtt/discovery-burst.pcap", {"mqtt_retained_many": 1})
def discovery_burst(lab, name):
    """A radio gateway starts and announces its devices to Home Assistant: many retained topics, nothing wrong."""
    with lab.broker("allow_anonymous true"), lab.capture(name):
        with Device("zigbee-gateway", CLIENTS[73], username="gateway", protocol=V5) as gateway:
            for number in range(100):
                gateway.publish(f"homeassistant/sensor/0x00158d{number:010x}/temperature/config",
                                '{"unit_of_measurement":"C"}', retain=True)
            for number in range(60):
                gateway.publish(f"zigbee/sensor{number}/availability", "online", retain=True)


@sample("mqtt/retain-volume.pcap.zst", {
    "mqtt_retained_large": 1, "mqtt_retained_volume": 1, "mqtt_volume": 1},
    rows={"mqtt_retained_large": 1, "mqtt_retained_volume": 1})
def retain_volume(lab, name):
    """36 retained messages of 128 KiB on six topics, in frames of up to 9000 octets (paho)."""
    lab.largest_frame(9000)
    try:
        with lab.broker("allow_anonymous true"), lab.capture(name):
            with Device("hoarder", CLIENTS[74], username="hoarder") as attacker:
                for turn in range(36):
                    attacker.publish(f"dump/{turn % 6}", b"A" * 131_072, qos=1, retain=True)
    finally:
        lab.largest_frame(1500)


@sample("mqtt/retained-clear.pcap", {
    "mqtt_retained_mass_clear": 1, "mqtt_retained_many": 1, "mqtt_retained_some_cleared": 1},
    rows={"mqtt_retained_mass_clear": 1, "mqtt_retained_many": 1})
def retained_clear(lab, name):
    """A client clears 60 retained topics by empty messages (own bytes)."""
    with lab.broker("allow_anonymous true"):
        with Device("filler", CLIENTS[60]) as filler:
            site(filler, 60)
        with lab.capture(name):
            with RawClient(CLIENTS[75]) as attacker:
                attacker.enter("eraser", username="eraser")
                attacker.send(*[publish(f"site/hall{n % 4}/machine{n // 4}/temperature", retain=True)
                                for n in range(60)], pause=0.005)


@sample("mqtt/retained-command.pcap", {
    "mqtt_retained_command": 1, "mqtt_set_retained": 1}, rows={"mqtt_retained_command": 1})
def retained_command(lab, name):
    """Retained commands to a Tasmota plug and to a Sparkplug device; one command that is not retained (paho)."""
    with lab.broker("allow_anonymous true"), lab.capture(name):
        with Device("careless", CLIENTS[76], username="careless") as client:
            client.publish("cmnd/plug1/POWER", "ON")
            client.publish("cmnd/plug1/POWER", "ON", retain=True)
            client.publish("spBv1.0/hall2/DCMD/press-4/valve", b"\x08\x01", qos=0, retain=True)


@sample("mqtt/tasmota-secrets.pcap", {"mqtt_tasmota_secret_query": 1})
def tasmota_secrets(lab, name):
    """Empty messages to cmnd/plug1/MqttPassword and the like, as the Sonoff module of MQTT-PWN sends (paho)."""
    with lab.broker("allow_anonymous true"), lab.capture(name):
        with Device("curious", CLIENTS[77], username="curious") as client:
            client.subscribe("stat/plug1/RESULT")
            for word in ("MqttUser", "MqttPassword", "WebPassword", "SSId1", "Password1"):
                client.publish(f"cmnd/plug1/{word}")
            client.publish("cmnd/plug1/POWER")


@sample("mqtt/reserved-topics.pcap", {"mqtt_sys_topic_write": 1, "mqtt_broker_control_write": 1})
def reserved_topics(lab, name):
    """A client publishes to $SYS/broker/version and to $CONTROL/dynamic-security/v1 (paho)."""
    with lab.broker("allow_anonymous true"), lab.capture(name):
        with Device("pretender", CLIENTS[78], username="pretender") as client:
            client.publish("$SYS/broker/version", "mosquitto version 0.0")
            client.publish("$CONTROL/dynamic-security/v1", '{"commands":[{"command":"listClients"}]}')


@sample("mqtt/c2-mqtt-pwn.pcap", {"mqtt_c2_mqtt_pwn": 1})
def c2_mqtt_pwn(lab, name):
    """Registration of an MQTT-PWN implant on that tool's topics (paho; made up, not the tool)."""
    with lab.broker("allow_anonymous true"), lab.capture(name):
        with Device("implant", CLIENTS[79], username="implant") as client:
            client.subscribe("$SYS/test123/input/6a5d2f71")
            client.publish("$SYS/test123/register/6a5d2f71", "bGludXgsY2VsbGFy")


@sample("mqtt/c2-iocontrol.pcap", {"mqtt_c2_guid_channel": 1, "mqtt_c2_iocontrol": 1}, rows={"mqtt_c2_iocontrol": 1})
def c2_iocontrol(lab, name):
    """Topics in the shape that IOCONTROL uses (paho; made up, not the malware)."""
    guid = "855958ce-6483-4953-8c18-3f9625d88c27"
    with lab.broker("allow_anonymous true"), lab.capture(name):
        with Device("855958ce", CLIENTS[80], username="6483") as client:
            client.subscribe(f"{guid}/push")
            client.publish(f"{guid}/hello", b"\x00\x01\x02\x03")
            client.publish(f"{guid}/output", b"\x03\x02\x01\x00")


@sample("mqtt/c2-mqsttang.pcap", {"mqtt_c2_mqsttang": 1})
def c2_mqsttang(lab, name):
    """Topics that MQsTTang uses (paho; made up, not the malware)."""
    with lab.broker("allow_anonymous true"), lab.capture(name):
        with Device("b7e1", CLIENTS[81], username="q") as client:
            client.subscribe("iot/server0")
            client.publish("iot/server2", '{"alive":"eyJtc2ciOiAib2sifQ=="}')


@sample("mqtt/c2-bambootoken.pcap", {"mqtt_c2_bambootoken": 1})
def c2_bambootoken(lab, name):
    """Words that BambooToken uses on topics named by GUIDs (paho; made up, not the malware)."""
    host = "855958ce-6483-4953-8c18-3f9625d88c27"
    with lab.broker("allow_anonymous true"), lab.capture(name):
        with Device("b8e2", CLIENTS[92], username="q") as client:
            client.subscribe(host)
            client.publish("3f0c9e0a-51b4-4f8e-9a0d-2b7f6a1c8d35", f"ONLINE {host}")
            client.publish(host, '{"cmd":"FILEEX","arg":"QzpcVXNlcnM="}')


@sample("mqtt/guid-topics.pcap", {})
def guid_topics(lab, name):
    """A device whose topic is a GUID says that it is online, and what it measures (paho)."""
    host = "855958ce-6483-4953-8c18-3f9625d88c28"
    with lab.broker("allow_anonymous true"), lab.capture(name):
        with Device("meter-8", CLIENTS[93], username="meter") as client:
            client.subscribe(f"{host}/set")
            client.publish(host, '{"state":"online","v":3}')
            client.publish(f"{host}/reading", "21")


@sample("mqtt/prototype-name.pcap", {"mqtt_prototype_name": 1})
def prototype_name(lab, name):
    """Subscriptions to __proto__ and constructor (own bytes)."""
    with lab.broker("allow_anonymous true"), lab.capture(name):
        with RawClient(CLIENTS[82]) as attacker:
            attacker.enter("p", username="p")
            attacker.send(subscribe("__proto__"), subscribe("constructor", packet_id=2))
            attacker.read()


@sample("mqtt/deep-topic.pcap", {"mqtt_topic_deep": 1, "mqtt_topic_too_deep": 1}, rows={"mqtt_topic_too_deep": 1})
def deep_topic(lab, name):
    """A subscription to 400 slashes; the broker closes the connection (own bytes)."""
    with lab.broker("allow_anonymous true"), lab.capture(name):
        with RawClient(CLIENTS[83]) as attacker:
            attacker.enter("deep", username="deep")
            attacker.send(subscribe("/" * 400))
            attacker.read()
