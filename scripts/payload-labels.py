#!/usr/bin/env python3
"""Holds the look into payloads against labelled messages: precision and recall for each class, kind and format.

    payload-labels.py PROGRAM [--part tuned|held] [--errors NAME] [--rules FOLDER] [FILE ...]

Each row is sent as a message of MQTT or CoAP in a capture, which PROGRAM decodes. With --errors the rows are printed
in which that class, kind or format is missed (-) or made up (+). Rows that experts might dispute are left out.
"""
import argparse, collections, json, pathlib, struct, subprocess, sys, tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
GROUPS = ["category", "secret", "personal", "medical", "industrial", "firmware", "command"]


def frame(protocol, payload, source, target):
    """An IPv4 packet without link layer; `payload` is a TCP segment or a UDP datagram."""
    head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 0, 0x4000, 64, protocol, 0, source, target)
    total = sum(struct.unpack(">10H", head))
    total = (total & 0xFFFF) + (total >> 16)
    total = (total & 0xFFFF) + (total >> 16)
    return head[:10] + struct.pack(">H", 0xFFFF ^ total) + head[12:] + payload


class Capture:
    def __init__(self, path):
        self.file = open(path, "wb")
        self.file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 228))
        self.time = 0
        self.sequence = [1, 1]
        self.client, self.server = b"\x0a\x00\x00\x05", b"\x0a\x00\x00\x01"

    def write(self, packet):
        self.time += 1000
        self.file.write(struct.pack("<IIII", 1700000000 + self.time // 1000000, self.time % 1000000, len(packet), len(packet)))
        self.file.write(packet)

    def segment(self, side, flags, data=b""):
        ports = (40000, 1883) if side == 0 else (1883, 40000)
        ends = (self.client, self.server) if side == 0 else (self.server, self.client)
        tcp = struct.pack(">HHIIBBHHH", *ports, self.sequence[side], self.sequence[1 - side], 0x50, flags, 65535, 0, 0)
        pseudo = ends[0] + ends[1] + struct.pack(">BBH", 0, 6, len(tcp) + len(data))
        whole = pseudo + tcp + data + b"\0" * (len(data) % 2)
        total = sum(struct.unpack(f">{len(whole) // 2}H", whole))
        while total >> 16:
            total = (total & 0xFFFF) + (total >> 16)
        tcp = tcp[:16] + struct.pack(">H", 0xFFFF ^ total) + tcp[18:]
        self.write(frame(6, tcp + data, *ends))
        self.sequence[side] += len(data) + (1 if flags & 2 else 0)

    def stream(self, side, data):
        for start in range(0, len(data), 1400):
            self.segment(side, 0x18, data[start:start + 1400])

    def datagram(self, data):
        self.write(frame(17, struct.pack(">HHHH", 40000, 5683, 8 + len(data), 0) + data, self.client, self.server))


def text(value):
    data = value.encode()
    return struct.pack(">H", len(data)) + data


def packet(kind, body):
    length, rest = b"", len(body)
    while True:
        rest, digit = divmod(rest, 128)
        length += bytes([digit | (128 if rest else 0)])
        if not rest:
            return bytes([kind]) + length + body


def publish(row, payload):
    properties = b"\x03" + text(row["content_type"]) if row.get("content_type") else b""
    return packet(0x30, text(row["topic"]) + packet(0, properties)[1:] + payload)


def option(previous, number, value):
    def part(size):
        return (size, b"") if size < 13 else (13, bytes([size - 13])) if size < 269 else (14, struct.pack(">H", size - 269))
    (delta, more), (length, extra) = part(number - previous), part(len(value))
    return bytes([delta << 4 | length]) + more + extra + value


def request(row, payload, number):
    message = struct.pack(">BBHI", 0x54, 2, number & 0xFFFF, number)
    last = 0
    path, _, query = row["path"].partition("?")
    for segment in path.strip("/").split("/"):
        message += option(last, 11, segment.encode())
        last = 11
    if row.get("ctype") is not None:
        value = row["ctype"].to_bytes(2, "big").lstrip(b"\0")
        message += option(last, 12, value)
        last = 12
    for argument in query.split("&") if query else []:
        message += option(last, 15, argument.encode())
        last = 15
    return message + (b"\xff" + payload if payload else b"")


def read(files):
    rows = []
    for path in files:
        for number, line in enumerate(path.read_text().splitlines(), 1):
            row = json.loads(line)
            if "format" in row:
                row["place"] = f"{path.parent.name}/{path.name}:{number}"
                rows.append(row)
    return rows


def decode(program, rules, rows):
    """What the program says of each row."""
    with tempfile.TemporaryDirectory() as folder:
        capture = Capture(f"{folder}/rows.pcap")
        capture.segment(0, 2)
        capture.segment(1, 0x12)
        capture.segment(0, 0x10)
        capture.stream(0, packet(0x10, text("MQTT") + b"\x05\x02\x00\x00\x00" + text("labelled")))
        capture.stream(1, packet(0x20, b"\x00\x00\x00"))
        for number, row in enumerate(rows):
            payload = bytes.fromhex(row["hex"]) if "hex" in row else row.get("payload", "").encode()
            if "path" in row:
                capture.datagram(request(row, payload, number + 1))
            else:
                capture.stream(0, publish(row, payload))
        capture.file.close()
        fields = "mqtt.type,coap.code,payload.format," + ",".join(f"payload.{group}" for group in GROUPS)
        command = [program, "decode", f"{folder}/rows.pcap", "--fields", fields]
        if rules:
            config = f"{folder}/earshot.yaml"
            pathlib.Path(config).write_text(f"only_rules: [{rules}]\n")
            command = ["env", f"EARSHOT_CONFIG={config}"] + command
        lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    found = [json.loads(line) for line in lines]
    found = [each for each in found if each.get("mqtt.type") == "PUBLISH" or each.get("coap.code") == "0.02"]
    if len(found) != len(rows):
        sys.exit(f"{len(rows)} rows, but {len(found)} messages were decoded")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    parser.add_argument("--part", choices=["tuned", "held"], default="tuned")
    parser.add_argument("--errors", action="append", default=[])
    parser.add_argument("--rules")
    parser.add_argument("--hard", action="store_true", help="count disputable rows too")
    arguments = parser.parse_args()
    folder = ROOT / "Tests/PayloadTests/Labelled" / arguments.part
    rows = read(arguments.files or sorted(folder.glob("*.jsonl")))
    if not arguments.hard:
        rows = [row for row in rows if not row.get("hard")]
    found = decode(arguments.program, arguments.rules, rows)
    right, made_up, missed = collections.Counter(), collections.Counter(), collections.Counter()
    confused = collections.Counter()
    for row, event in zip(rows, found):
        wanted = {(group, name) for group in GROUPS for name in row.get(group, [])} | {("format", row["format"])}
        seen = {(group, name) for group in GROUPS for name in event.get(f"payload.{group}", [])}
        seen.add(("format", event.get("payload.format")))
        right.update(wanted & seen)
        made_up.update(seen - wanted)
        missed.update(wanted - seen)
        confused.update((one[1], other[1]) for one in wanted - seen for other in seen - wanted if one[0] == other[0])
        shown = row.get("payload", row.get("hex", ""))
        for sign, names in (("+", seen - wanted), ("-", wanted - seen)):
            for _, name in names:
                if name in arguments.errors or "all" in arguments.errors:
                    print(f"{sign}{name} {row['place']} {row.get('topic', row.get('path'))} {shown[:230]!r}")
    print(f"\n{len(rows)} rows of the part '{arguments.part}'")
    for group in GROUPS + ["format"]:
        names = sorted({name for other, name in right | made_up | missed if other == group}, key=str)
        total = [sum(counter[group, name] for name in names) for counter in (right, made_up, missed)]
        for name in names + ["all"]:
            hits, extra, lost = total if name == "all" else (right[group, name], made_up[group, name], missed[group, name])
            precision = hits / (hits + extra) if hits + extra else 1
            recall = hits / (hits + lost) if hits + lost else 1
            print(f"{group:10} {name!s:18} rows {hits + lost:4}  precision {precision:.3f}  recall {recall:.3f}")
        # Which was told where another was right.
        pairs = [(pair, count) for pair, count in confused.most_common() if pair[0] in names][:6]
        if pairs and group in ("category", "format"):
            print(f"{group:10} instead of: " + ", ".join(f"{one} {other} {count}" for (one, other), count in pairs))


main()
