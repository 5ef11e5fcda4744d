"""MQTT in all its forms: versions, packet types, properties, ports, segments, tags."""

import struct
import time

from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from .device import V5, Device
from .fake_broker import fake_broker
from .lab import BROKER, CLIENTS, run
from .samples import sample
from .wire import DISCONNECT, PINGREQ, RawClient, connect, length, packet, publish, subscribe, text


@sample("mqtt/all-types-v311.pcap")
def all_types(lab, name):
    """Every control packet of 3.1.1, in both directions where both may send it."""
    with lab.broker("allow_anonymous true"), lab.capture(name):
        with Device("reader", CLIENTS[1], username="reader") as reader, \
                Device("writer", CLIENTS[2], username="writer", keep_alive=1) as writer:
            reader.subscribe([("t/0", 0), ("t/1", 1), ("t/2", 2)])
            for qos in (0, 1, 2):
                writer.publish(f"t/{qos}", f"with QoS {qos}", qos=qos)
            reader.wait_for_messages(3)
            reader.unsubscribe(["t/0", "t/1", "t/2"])
            time.sleep(2.5)  # long enough for a PINGREQ


@sample("mqtt/mqtt31.pcap")
def mqtt31(lab, name):
    """Protocol name MQIsdp, level 3."""
    with lab.broker("allow_anonymous true"), lab.capture(name):
        subscriber = ("mosquitto_sub", "-h", BROKER, "-A", CLIENTS[1], "-V", "mqttv31", "-i", "old-reader", "-u", "old",
                      "-t", "old/+", "-q", "2", "-C", "3")
        with lab.client(*subscriber) as reader:
            time.sleep(0.5)
            for qos in (0, 1, 2):
                run("mosquitto_pub", "-h", BROKER, "-A", CLIENTS[2], "-V", "mqttv31", "-i", "old-writer", "-u", "old",
                    "-t", f"old/{qos}", "-m", f"with QoS {qos}", "-q", str(qos))
            reader.wait(5)


@sample("mqtt/port-4567.pcap", decode_as=("tcp.port==4567,mqtt",))
def strange_port(lab, name):
    """MQTT on port 4567 (tshark -d tcp.port==4567,mqtt)."""
    with lab.broker("allow_anonymous true", port=4567), lab.capture(name):
        with Device("hidden", CLIENTS[3], username="hidden", port=4567) as device:
            device.subscribe("a/b")
            device.publish("a/b", "where nobody looks", qos=1)
            device.wait_for_messages(1)


@sample("mqtt/segments.pcap")
def segments(lab, name):
    """The same conversation one octet a segment, and then all of it in one segment."""
    talk = [connect("pieces", username="pieces"), subscribe("s/+", qos=1), publish("s/1", b"first", qos=1, packet_id=2),
            publish("s/2", b"second"), PINGREQ, DISCONNECT]
    with lab.broker("allow_anonymous true"), lab.capture(name):
        with RawClient(CLIENTS[4]) as client:
            for message in talk:
                client.send(*[bytes([octet]) for octet in message], pause=0.003)
            client.read()
        with RawClient(CLIENTS[5]) as client:
            client.send(b"".join(talk).replace(b"pieces", b"as-one"))
            client.read()
            client.read()


@sample("mqtt/vlan-qinq.pcap")
def vlan_qinq(lab, name):
    """An ordinary conversation with an outer tag 802.1ad 100 and an inner tag 802.1Q 20 put on each frame."""
    from scapy.layers.l2 import Dot1AD, Dot1Q, Ether
    from scapy.utils import rdpcap, wrpcap

    with lab.broker("allow_anonymous true"), lab.capture(name) as path:
        with Device("tagged", CLIENTS[6], username="tagged") as device:
            device.subscribe("v/+")
            device.publish("v/1", "inside two tags", qos=1)
            device.wait_for_messages(1)
    tagged = []
    for frame in rdpcap(str(path)):
        outer = Ether(src=frame.src, dst=frame.dst) / Dot1AD(vlan=100) / Dot1Q(vlan=20, type=frame.type) / frame.payload
        outer.time = frame.time
        tagged.append(outer)
    wrpcap(str(path), tagged)


def properties(kind, **values):
    """A set of 5.0 properties, by paho's names."""
    result = Properties(kind)
    for key, value in values.items():
        setattr(result, key, value)
    return result


@sample("mqtt/v5-properties.pcap")
def v5_properties(lab, name):
    """The properties of 5.0: on CONNECT, will, PUBLISH, SUBSCRIBE, DISCONNECT; aliases, shared subscription."""
    will = {"topic": "v5/will", "payload": "gone", "qos": 1, "retain": False,
            "properties": properties(PacketTypes.WILLMESSAGE, WillDelayInterval=1, MessageExpiryInterval=60,
                                     ContentType="text/plain", ResponseTopic="v5/answer", CorrelationData=b"\x01\x02",
                                     PayloadFormatIndicator=1, UserProperty=[("why", "test"), ("why", "again")])}
    session = properties(PacketTypes.CONNECT, SessionExpiryInterval=120, ReceiveMaximum=10, MaximumPacketSize=100_000,
                         TopicAliasMaximum=5, RequestResponseInformation=1, RequestProblemInformation=1,
                         UserProperty=[("site", "hall 2"), ("role", "test")])
    with lab.broker("allow_anonymous true", "max_topic_alias 10", "max_inflight_messages 20"), lab.capture(name):
        reader = Device("reader-5", CLIENTS[7], username="reader", protocol=V5, connect_properties=session)
        reader.subscribe([("v5/+", SubscribeOptions(2, noLocal=True, retainAsPublished=True, retainHandling=1)),
                          ("$share/group/v5/shared/#", SubscribeOptions(1))],
                         properties=properties(PacketTypes.SUBSCRIBE, SubscriptionIdentifier=268_435_455,
                                               UserProperty=("who", "reader")))
        writer = Device("writer-5", CLIENTS[8], username="writer", protocol=V5, connect_properties=session, will=will)
        writer.publish("v5/aliased", "names the alias", qos=1, properties=properties(
            PacketTypes.PUBLISH, TopicAlias=3, ContentType="text/plain", PayloadFormatIndicator=1))
        for turn in range(3):
            writer.publish("", f"uses the alias, {turn}", qos=1,
                           properties=properties(PacketTypes.PUBLISH, TopicAlias=3))
        writer.publish("v5/asks", "a request", qos=2, properties=properties(
            PacketTypes.PUBLISH, ResponseTopic="v5/answer", CorrelationData=b"\x00\xff\x10", MessageExpiryInterval=30,
            UserProperty=[("trace", "0af7651916cd43dd")]))
        writer.publish("v5/shared/1", "to one of the group", qos=1)
        reader.wait_for_messages(6)
        writer.vanish()
        reader.wait_for_messages(7)  # the will, after its delay
        reader.client.disconnect(reasoncode=None, properties=properties(
            PacketTypes.DISCONNECT, SessionExpiryInterval=0, ReasonString="done"))
        time.sleep(0.2)
        reader.client.loop_stop()
        # An authentication method that the broker does not have: refused with 0x8C.
        Device("scram", CLIENTS[9], username="scram", protocol=V5, connect_properties=properties(
            PacketTypes.CONNECT, AuthenticationMethod="SCRAM-SHA-256", AuthenticationData=b"n,,n=scram,r=abc")).close()


@sample("mqtt/v5-auth.pcap")
def v5_auth(lab, name):
    """Enhanced authentication: AUTH to and fro before the CONNACK, and once more in the session."""
    method = b"\x15" + text("SCRAM-SHA-256")

    def auth(reason, data):
        inside = method + b"\x16" + text(data)
        return packet(0xF0, bytes([reason]) + length(len(inside)) + inside)

    accepted = method + b"\x16" + text("v=proof") + b"\x12" + text("assigned-77")
    answers = (auth(0x18, "r=abcdef,s=salt"), packet(0x20, b"\0\0" + length(len(accepted)) + accepted),
               auth(0x18, "r=again"), auth(0x00, "v=again"), b"", b"")
    with lab.capture(name), fake_broker(lab, *answers):
        with RawClient(CLIENTS[10]) as client:
            client.enter("", level=5, properties=method + b"\x16" + text("n,,n=user,r=abc"))
            client.send(auth(0x18, "c=biws,p=proof"))
            client.read()
            client.send(auth(0x19, "n,,n=user,r=new"))
            client.read()
            client.send(auth(0x18, "c=biws,p=proof2"))
            client.read()
            client.send(publish("after/auth", b"x", properties=b""), packet(0xE0, b"\0\0"))


@sample("mqtt/server-redirect.pcap", {"mqtt_server_redirect": 1})
def server_redirect(lab, name):
    """A broker sends its client to another one."""
    reference = b"\x1c" + text("203.0.113.66:1883")
    moved = packet(0xE0, b"\x9c" + length(len(reference)) + reference)
    with lab.capture(name), fake_broker(lab, packet(0x20, b"\0\0\0"), moved):
        with RawClient(CLIENTS[11]) as client:
            client.enter("obedient", level=5, username="obedient")
            client.send(packet(0x82, struct.pack(">H", 1) + b"\0" + text("a") + b"\0"))
            client.read()
