#!/usr/bin/env python3
"""Holds what the generator says of its captures against tshark and against the sensor.

    Benchmarks/check_counts.py [--make PROGRAM] [--program PROGRAM] [--count N]

Makes a small capture of each mix, and of `adverse` one for each way of bending. tshark reads those that were not bent;
where it is there, `earshot stats` reads all, and of those of which segments were lost must tell at least what was not hit.
Prints a row for each; the exit code is 1 where two counts differ.
"""

import argparse
import collections
import json
import math
import pathlib
import subprocess
import sys
import tempfile

FOLDER = pathlib.Path(__file__).resolve().parent
MIXES = ["mqtt-mixed", "mqtt-bulk", "coap-mixed", "noise", "flows", "adverse"]
BENDS = ["none", "reorder", "duplicate", "overlap", "conflict", "loss", "late", "fragment", "tiny", "mid-stream", "ack-ahead",
         "vlan", "double-tag", "extension-header"]
COAP_TYPES = ["con", "non", "ack", "rst"]
MQTT_TYPES = ["", "connect", "connack", "publish", "puback", "pubrec", "pubrel", "pubcomp", "subscribe", "suback", "unsubscribe",
              "unsuback", "pingreq", "pingresp", "disconnect", "auth"]
# tshark hands bytes to one dissector only: others that guess by the content would take some of the random ones.
OTHERS = ["quic", "cltp", "udt", "rtp", "rtcp", "stun"]


def make(program, path, mix, count, bend=None):
    """Makes a capture; gives the truth."""
    command = [program, mix, path, "--count", str(count), "--sessions", "100"] + (["--bend", bend] if bend else [])
    subprocess.run(command, check=True)
    return json.loads(path.with_suffix(".json").read_text())


def tshark(path):
    """What tshark counts: frames, messages of MQTT by type, messages of CoAP by type and by code."""
    command = ["tshark", "-n", "-r", path, "-d", "tcp.port==11883,mqtt", "-o", "ip.defragment:TRUE", "-T", "fields", "-E",
               "occurrence=a", "-E", "aggregator=,", "-e", "frame.number", "-e", "mqtt.msgtype", "-e", "coap.type", "-e", "coap.code"]
    for name in OTHERS:
        command += ["--disable-protocol", name]
    lines = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout.splitlines()
    mqtt, types, codes = collections.Counter(), collections.Counter(), collections.Counter()
    for line in lines:
        _, messages, coap_type, code = line.split("\t")
        mqtt.update(MQTT_TYPES[int(number)] for number in messages.split(",") if number)
        types.update(COAP_TYPES[int(number)] for number in coap_type.split(",") if number)
        codes.update(f"{int(number) >> 5}.{int(number) & 31:02}" for number in code.split(",") if number)
    return {"frames": len(lines), "mqtt": mqtt, "coap types": types, "coap codes": codes}


def earshot(program, path):
    """What the sensor counts: the object of `stats --json`."""
    with tempfile.TemporaryDirectory() as folder:
        rules, store = pathlib.Path(folder) / "rules", pathlib.Path(folder) / "counts.db"
        rules.mkdir()
        # A folder without any file is refused.
        (rules / "none.yml").touch()
        subprocess.run([program, "replay", "--quiet", "--sandbox", "off", "--db", store, "--only-rules", rules, path],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        text = subprocess.run([program, "stats", "--json", "--db", store], check=True, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True).stdout
    return json.loads(text)


def truth_counts(truth):
    """The truth in the shape of what `tshark` gives."""
    return {"frames": truth["frames"], "mqtt": truth["mqtt"]["by_type"], "coap types": truth["coap"]["by_type"],
            "coap codes": truth["coap"]["by_code"]}


def differences(truth, found):
    """What the two say differently, as text."""
    for name, right in truth.items():
        if name == "frames":
            if right != found[name]:
                yield f"frames: {found[name]}, made {right}"
            continue
        for key in sorted({*right, *found[name]}):
            if right.get(key, 0) != found[name].get(key, 0):
                yield f"{name} {key}: {found[name].get(key, 0)}, made {right.get(key, 0)}"


def sensor_differences(truth, stats):
    """What the sensor says differently.

    Where segments were lost it may miss what was hit, no more; where copies contradict each other it reads them all, and
    may tell more.
    """
    if truth["frames"] != stats["packets"]:
        yield f"frames: {stats['packets']}, made {truth['frames']}"
    found = {key.lower(): count for key, count in stats["messages"].get("mqtt", {}).items()}
    hit = truth["mqtt"]["by_type_hit_by_capture_loss"]
    for key in sorted({*truth["mqtt"]["by_type"], *found}):
        right, count = truth["mqtt"]["by_type"].get(key, 0), found.get(key, 0)
        least, most = right - hit.get(key, 0), math.inf if truth["adverse"]["conflicting_copies"] else right
        if not least <= count <= most:
            yield f"{key}: {count}, made {right}, hit {hit.get(key, 0)}"
    found = {key.split(" ")[0]: count for key, count in stats["messages"].get("coap", {}).items()}
    for key in sorted({*truth["coap"]["by_code"], *found}):
        if truth["coap"]["by_code"].get(key, 0) != found.get(key, 0):
            yield f"{key}: {found.get(key, 0)}, made {truth['coap']['by_code'].get(key, 0)}"


def main():
    """Checks all; the result is the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    root = FOLDER.parent
    parser.add_argument("--make", default=root / ".build/benchmarks/release/MakeCapture")
    parser.add_argument("--program", default=root / ".build/release/earshot", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=20_000)
    options = parser.parse_args()
    wrong = 0
    captures = [(mix, None) for mix in MIXES] + [("adverse", bend) for bend in BENDS]
    with tempfile.TemporaryDirectory() as folder:
        for mix, bend in captures:
            path = pathlib.Path(folder) / f"{mix}{'-' + bend if bend else ''}.pcap"
            truth = make(options.make, path, mix, options.count, bend)
            wanted = truth_counts(truth)
            verdicts = []
            # tshark cannot follow what was bent as the ends would.
            if mix != "adverse" or bend in ("none", "vlan", "double-tag", "extension-header"):
                verdicts.append(("tshark", list(differences(wanted, tshark(path)))))
            if options.program.exists():
                verdicts.append(("earshot", list(sensor_differences(truth, earshot(options.program, path)))))
            messages = truth["mqtt"]["messages"], truth["coap"]["messages"]
            said = "; ".join(f"{name}: {'the same' if not found else ', '.join(found)}" for name, found in verdicts)
            print(f"{path.stem}: {truth['frames']} frames, {messages[0]} MQTT, {messages[1]} CoAP; {said}", flush=True)
            wrong += any(found for _, found in verdicts)
            path.unlink()
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main())
