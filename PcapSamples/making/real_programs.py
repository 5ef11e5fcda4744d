"""Brokers, clients and scanners of others, with nothing made by hand: what they send is what is met in the field."""

import asyncio
import contextlib
import pathlib
import sys
import time

from .coap_tools import device
from .lab import BROKER, CLIENTS, run
from .mqtt_violations import OPEN
from .samples import sample

TOOLS = sys.prefix + "/bin/"
RABBIT = pathlib.Path("/usr/lib/rabbitmq/bin/rabbitmq-server")


@contextlib.contextmanager
def rabbitmq(lab, address=BROKER, listening=("mqtt.listeners.tcp.default = 1883",)):
    """RabbitMQ with its plugin for MQTT, as it is set up out of the box, but for guests that may come from elsewhere.

    Other lines of its configuration than `listening` may have it listen elsewhere than at all addresses.
    """
    home = lab.work / "rabbitmq"
    home.mkdir(exist_ok=True)
    (home / "rabbitmq.conf").write_text("\n".join(("loopback_users.guest = false", *listening)) + "\n")
    (home / "enabled_plugins").write_text("[rabbitmq_mqtt].\n")
    settings = {
        "HOME": home, "RABBITMQ_NODENAME": "rabbit@localhost", "RABBITMQ_CONFIG_FILE": home / "rabbitmq.conf",
        "RABBITMQ_ENABLED_PLUGINS_FILE": home / "enabled_plugins", "RABBITMQ_MNESIA_BASE": home / "data",
        "RABBITMQ_LOG_BASE": home / "log", "RABBITMQ_PID_FILE": home / "pid",
    }
    environment = ["env", *(f"{name}={value}" for name, value in settings.items())]
    # Its name service stays in the foreground here, so that it ends with the rest.
    with lab.server("epmd", "-address", "127.0.0.1"), lab.server(*environment, str(RABBIT)) as process:
        time.sleep(8)  # before that it is not worth asking
        for _ in range(8):
            with contextlib.suppress(RuntimeError):
                lab.wait_for(address, 1883, process)
                break
        yield process


@sample("mqtt/rabbitmq-guest.pcap", {
    "mqtt_credentials_in_clear": 1, "mqtt_default_credentials": 1, "mqtt_default_credentials_accepted": 1, "mqtt_harvest": 1},
    rows={"mqtt_credentials_in_clear": 1, "mqtt_default_credentials_accepted": 1, "mqtt_harvest": 1})
def rabbitmq_guest(lab, name):
    """guest with the password guest asks RabbitMQ for every topic (mosquitto_sub)."""
    with rabbitmq(lab), lab.capture(name):
        subscriber = ("mosquitto_sub", "-h", BROKER, "-A", CLIENTS[0], "-i", "guest-1", "-u", "guest", "-P", "guest", "-t", "#")
        with lab.client(*subscriber):
            time.sleep(1)


@contextlib.contextmanager
def amqtt(lab):
    """The broker aMQTT, open to everybody."""
    path = lab.work / "amqtt.yaml"
    path.write_text(f"listeners:\n  default:\n    type: tcp\n    bind: {BROKER}:1883\n"
                    "plugins:\n  amqtt.plugins.authentication.AnonymousAuthPlugin:\n    allow_anonymous: true\n")
    with lab.server(TOOLS + "amqtt", "-c", str(path)) as process:
        lab.wait_for(BROKER, 1883, process)
        yield process


@sample("mqtt/amqtt-harvest.pcap", {"mqtt_anonymous_accepted": 1, "mqtt_harvest": 1})
def amqtt_harvest(lab, name):
    """Somebody without a name asks aMQTT for every topic (mosquitto_sub)."""
    with amqtt(lab), lab.capture(name):
        with lab.client("mosquitto_sub", "-h", BROKER, "-A", CLIENTS[1], "-i", "curious", "-t", "+/#"):
            time.sleep(1)


@sample("mqtt/ordinary-clients.pcap", {})
def ordinary_clients(lab, name):
    """Two programs that report and listen, one with aiomqtt (3.1.1), one with gmqtt (5.0)."""
    import aiomqtt
    import gmqtt

    async def conversation():
        listener = gmqtt.Client("panel")
        listener.set_auth_credentials("panel")
        await listener.connect(BROKER, keepalive=30)
        listener.subscribe("hall/+/temperature", qos=1)
        async with aiomqtt.Client(BROKER, identifier="sensor", username="sensor") as sensor:
            for turn in range(10):
                await sensor.publish("hall/1/temperature", f"{20 + turn / 10:.1f}", qos=1, retain=turn == 0)
            await asyncio.sleep(0.5)
        listener.publish("hall/1/set", "21", qos=2)
        await asyncio.sleep(0.5)
        await listener.disconnect()

    with lab.broker(OPEN), lab.capture(name):
        asyncio.run(conversation())


@sample("mqtt/nmap-subscribe.pcap", {
    "mqtt_anonymous_accepted": 1, "mqtt_harvest": 1, "mqtt_harvest_in_progress": 1, "mqtt_kept_read": 1,
    "mqtt_scanner_nmap": 1, "mqtt_sys_subscription": 1}, rows={
    "mqtt_anonymous_accepted": 1, "mqtt_harvest_in_progress": 1, "mqtt_kept_read": 1, "mqtt_scanner_nmap": 1,
    "mqtt_sys_subscription": 1})
def nmap_subscribe(lab, name):
    """nmap --script mqtt-subscribe: every topic and the statistics of the broker, of which Mosquitto keeps more than fifty."""
    with lab.broker(OPEN), lab.capture(name):
        run("nmap", "-n", "-Pn", "-S", CLIENTS[3], "-e", "cl0", "-sT", "-p", "1883", "--script", "mqtt-subscribe",
            "--script-args", "mqtt-subscribe.listen-time=1s", BROKER)


@sample("coap/nmap-resources.pcap", {"coap_discovery": 1})
def nmap_resources(lab, name):
    """nmap -sU --script coap-resources."""
    with device(lab), lab.capture(name):
        run("nmap", "-n", "-Pn", "-sU", "-p", "5683", "--script", "coap-resources", "10.77.0.11")


@sample("coap/coapthon.pcap", {"coap_write_in_clear": 1})
def coapthon(lab, name):
    """A client and a server of CoAPthon3: a resource is made, read and deleted."""
    with lab.server(TOOLS + "coapserver.py", "-i", "10.77.0.12", "-p", "5683"):
        time.sleep(1.5)
        with lab.capture(name):
            for method, more in (("GET", ()), ("PUT", ("-P", "1")), ("GET", ()), ("DELETE", ())):
                run(sys.executable, TOOLS + "coapclient.py", "-o", method, "-p", "coap://10.77.0.12:5683/basic", *more)
