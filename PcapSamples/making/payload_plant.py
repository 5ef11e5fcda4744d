"""Data of plants and firmware in messages, each with honest content that comes near it. All of it is invented."""

import gzip
import io
import json
import struct
import tarfile

from .mqtt_violations import OPEN
from .payload_tools import OTHER, kind, publish
from .samples import sample

# Industrial data

kind("plc-telemetry", "Words of data blocks of a controller (mosquitto_pub)",
     [("plant/line2/plc1", json.dumps({"DB10.DBW4": 1432, "DB10.DBX6.0": True}))], {"payload_plc_telemetry": 1})
kind("plc-telemetry-near", "Rows of a database (mosquitto_pub)", [("office/db/stats", json.dumps({"db": "orders", "rows": 1432}))], {})


def varint(number):
    """A number as protobuf writes it."""
    encoded = bytearray()
    while number > 127:
        encoded.append(number & 127 | 128)
        number >>= 7
    return bytes(encoded + bytes([number]))


def sparkplug(name, value):
    """A payload of Sparkplug B with one metric of type Float."""
    metric = b"\x0a" + varint(len(name)) + name.encode() + b"\x20\x09" + b"\x65" + struct.pack("<f", value)
    return b"\x08" + varint(1796083200000) + b"\x12" + varint(len(metric)) + metric + b"\x18\x01"


kind("sparkplug", "The value of a device in Sparkplug B (mosquitto_pub)",
     [("spBv1.0/Works/DDATA/Edge1/Press4", sparkplug("Pressure", 5.2))], {"payload_sparkplug": 1})
kind("sparkplug-near", "Protobuf of another product, under a topic of its own (mosquitto_pub)",
     [("office/printer/state", b"\x08\x96\x01\x12\x07printer\x18\x03")], {})
kind("opcua-pubsub", "A network message of OPC UA PubSub in JSON (mosquitto_pub)",
     [("opcua/json/data/works/group1/press4", json.dumps({
         "MessageId": "32", "MessageType": "ua-data", "PublisherId": "works", "Messages": [
             {"DataSetWriterId": 4, "Payload": {"Pressure": {"Value": 5.2}}}]}))], {"payload_opcua_pubsub": 1})
kind("opcua-pubsub-near", "A message that calls itself data of a user (mosquitto_pub)",
     [("office/app/inbox", json.dumps({"messageId": "32", "messageType": "user-data", "payload": {"page": 5}}))], {})
kind("alarm", "A press reports that its motor is overloaded (mosquitto_pub)",
     [("plant/line2/press4/alarm", json.dumps({"alarm": "Motor overload", "severity": 800, "state": "active", "acknowledged": False}))],
     {"payload_alarm": 1})
kind("alarm-near", "A clock that is to wake somebody (mosquitto_pub)",
     [("home/bedroom/clock/alarm", json.dumps({"alarm": "07:30", "enabled": True}))], {})
kind("maintenance", "A press reports wear and when it is to be serviced (mosquitto_pub)",
     [("plant/line2/press4/maintenance", json.dumps({"maintenance_due_days": 4, "bearing_wear": 0.82}))], {"payload_maintenance": 1})
kind("maintenance-near", "The state of a service of a computer (mosquitto_pub)",
     [("office/server/services", json.dumps({"service": "postfix", "state": "running", "restarts": 0}))], {})

# Firmware

ELF = bytes.fromhex("7f454c46010101000000000000000000020028000100000054800000340000000000000000020005340020000100") + bytes(160)
ESP = bytes.fromhex("e903022f5c0f3840ee000000090000000000630000000000") + bytes.fromhex("20003c3f00040000") + bytes(1100)
UBOOT = bytes.fromhex("27051956a1b2c3d46a2d0f800000020080008000800080001122334405020201") + b"pump firmware".ljust(32, b"\0") + bytes(200)
SUIT = bytes.fromhex("d86ba2025827815824822f5820") + bytes(range(32)) + bytes.fromhex("035818a50101020303") + bytes(19)


def tar(*members):
    """A tar file with these members (name, content), in the form that carries the word ustar."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in members:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return file.getvalue()[:3072]


def intel_hex(wrong=0):
    """Two records and the end; `wrong` is added to the check sums."""
    lines = []
    for address, data in ((0, bytes(range(16))), (16, bytes(range(16, 32)))):
        record = bytes([len(data)]) + address.to_bytes(2, "big") + b"\0" + data
        lines.append(":" + (record + bytes([(wrong - sum(record)) & 255])).hex().upper())
    return "\n".join([*lines, ":00000001FF", ""])


def srec(wrong=0):
    """Two records of data and the end, likewise."""
    lines = []
    for kind_, address, data in (("1", 0, bytes(range(16))), ("1", 16, bytes(range(16, 32))), ("9", 0, b"")):
        record = bytes([len(data) + 3]) + address.to_bytes(2, "big") + data
        lines.append(f"S{kind_}" + (record + bytes([~(sum(record) + wrong) & 255])).hex().upper())
    return "\n".join([*lines, ""])


kind("elf", "An ELF file is sent to a device (mosquitto_pub)", [("pump/7/image", ELF)], {"payload_firmware_image": 1})
kind("elf-near", "What the program file says of one, and bytes that begin nearly so (mosquitto_pub)",
     [("build/report", "ELF 32-bit LSB executable, ARM, statically linked"), ("build/bytes", b"\x7fELG" + ELF[4:])], {})
kind("esp-image", "An image for an ESP32 is sent over MQTT, and in blocks over CoAP (mosquitto_pub, coap-client)",
     [("pump/7/image", ESP)], {"payload_firmware_image": 2}, over_coap=("/store/image", ESP, "-b", "512"))
kind("esp-image-near", "A report packed by gzip, and bytes that only begin as an image for an ESP32 does (mosquitto_pub)",
     [("pump/7/report", gzip.compress(json.dumps({"strokes": list(range(80))}).encode(), mtime=0)), ("pump/7/raw", b"\xe9\x40" + bytes(range(60)))], {})
kind("uboot", "An image for U-Boot is sent to a device (mosquitto_pub)", [("pump/7/image", UBOOT)], {"payload_firmware_image": 1})
kind("uboot-near", "The number that such images begin with, as a number (mosquitto_pub)", [("pump/7/counter", "654645590")], {})
kind("mender", "An artifact of Mender is sent to a device (mosquitto_pub)",
     [("pump/7/image", tar(("version", b'{"format":"mender","version":3}'), ("manifest", b"00 data/0000.tar.gz\n")))],
     {"payload_firmware_image": 1})
kind("mender-near", "A tar file of something else that holds a version too (mosquitto_pub)",
     [("office/backup", tar(("version.txt", b"3\n"), ("list.txt", b"pump\n")))], {})
kind("suit", "A manifest of SUIT is sent to a device (mosquitto_pub)", [("pump/7/manifest", SUIT)], {"payload_firmware_image": 1})
kind("suit-near", "A reading in CBOR whose keys are the same numbers (mosquitto_pub)",
     [("pump/7/strokes", bytes.fromhex("a2021904120318d2"))], {})
kind("intel-hex", "Records of Intel HEX are sent to a device (mosquitto_pub)", [("pump/7/image", intel_hex())], {"payload_firmware_image": 1})
kind("intel-hex-near", "Such lines with wrong check sums (mosquitto_pub)", [("pump/7/lines", intel_hex(1))], {})
kind("srec", "S-records are sent to a device (mosquitto_pub)", [("pump/7/image", srec())], {"payload_firmware_image": 1})
kind("srec-near", "Such lines with wrong check sums (mosquitto_pub)", [("pump/7/lines", srec(1))], {})


@sample("payload/firmware-second.pcap", {"payload_firmware_image": 1, "payload_firmware_second_publisher": 1},
        rows={"payload_firmware_second_publisher": 1})
def firmware_second(lab, name):
    """An image is published by the host that always does, and one by another host (mosquitto_pub)."""
    with lab.broker(OPEN), lab.capture(name):
        publish(lab, "pump/7/image", ESP)
        publish(lab, "pump/7/image", ELF, address=OTHER, who="other")


kind("update-command", "A plug is told to update itself, and a pump to do so from an address by HTTP, which is retained (mosquitto_pub)",
     [("zigbee2mqtt/bridge/request/device/ota_update/update", json.dumps({"id": "plug-4"})),
      ("pump/7/command", json.dumps({"command": "firmware_update", "url": "http://10.77.0.9/pump-1.5.bin"}), "-r")],
     {"payload_update_command": 1, "mqtt_retained_command": 1})
kind("update-command-near", "The state of an update, which nobody is told to do (mosquitto_pub)",
     [("pump/7/state", json.dumps({"update": {"state": "idle", "installed_version": "1.4"}}))], {})
kind("update-url", "Where a pump finds its firmware, by HTTP, and over CoAP by HTTPS (mosquitto_pub, coap-client)",
     [("pump/7/source", json.dumps({"url": "http://10.77.0.9/pump-1.5.bin"}))], {"payload_update_url": 2},
     over_coap=("/data/source", "https://updates.example.org/pump-1.5.bin"))
kind("update-url-near", "The address of a manual (mosquitto_pub)",
     [("pump/7/manual", json.dumps({"url": "https://www.example.org/pump/manual.html"}))], {})
