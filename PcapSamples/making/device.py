"""A well-behaved MQTT client that does one thing after another."""

import threading
import time

import paho.mqtt.client as paho

from .lab import BROKER, CLIENTS

V311, V5 = paho.MQTTv311, paho.MQTTv5


class Device:
    """A paho client; every method returns when the broker has answered."""

    def __init__(self, client_id, address=CLIENTS[0], *, username=None, password=None, protocol=V311,
                 server=BROKER, port=1883, keep_alive=60, clean=True, connect_properties=None, will=None):
        options = {"clean_session": clean} if protocol != V5 else {}
        self.client = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id, protocol=protocol, **options)
        self.client.on_connect = lambda *_: self._answered.set()
        self.client.on_connect_fail = lambda *_: self._answered.set()
        self.client.on_subscribe = lambda *_: self._answered.set()
        self.client.on_unsubscribe = lambda *_: self._answered.set()
        self._answered = threading.Event()
        self.received = 0
        self.client.on_message = self._count
        self.client.reconnect_delay_set(60, 60)
        if username is not None:
            self.client.username_pw_set(username, password)
        if will:
            self.client.will_set(**will)
        more = {"clean_start": clean, "properties": connect_properties} if protocol == V5 else {}
        self.client.connect(server, port, keep_alive, bind_address=address, **more)
        self.client.loop_start()
        self._wait("CONNACK")

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def _count(self, *_):
        self.received += 1

    def _wait(self, what):
        if not self._answered.wait(5):
            raise RuntimeError(f"no {what}")
        self._answered.clear()

    def publish(self, topic, payload="", *, qos=0, retain=False, properties=None):
        """PUBLISH, to the end of its QoS."""
        self.client.publish(topic, payload, qos, retain, properties).wait_for_publish(5)

    def subscribe(self, topics, qos=0, **options):
        """SUBSCRIBE and wait for the SUBACK. Takes what paho takes."""
        self.client.subscribe(topics, qos, **options)
        self._wait("SUBACK")

    def unsubscribe(self, topics):
        """UNSUBSCRIBE and wait for the UNSUBACK."""
        self.client.unsubscribe(topics)
        self._wait("UNSUBACK")

    def wait_for_messages(self, number):
        """Waits until so many messages have come in."""
        for _ in range(100):
            if self.received >= number:
                return
            time.sleep(0.05)
        raise RuntimeError(f"{self.received} messages came, not {number}")

    def vanish(self):
        """Closes the connection without a DISCONNECT."""
        self.client.loop_stop()
        self.client.socket().close()

    def close(self):
        """DISCONNECT."""
        self.client.disconnect()
        time.sleep(0.1)
        self.client.loop_stop()
