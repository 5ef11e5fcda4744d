#!/usr/bin/env python3
"""Reads lines of EVE JSON that earshot-forward sent, drops doubles, and tells what is missing.

    silent-sensors.py FILE [SECONDS]

Prints the number of records, those that came twice, holes in the sequence of a stream, and streams of which nothing was
heard for so many seconds (180) before the newest record. The exit code is 1 where a hole or a silence is found.
"""
import datetime
import json
import sys

ids, last, heard, doubles, holes, newest = set(), {}, {}, 0, [], None
for line in open(sys.argv[1], encoding="utf-8", errors="replace"):
    try:
        record = json.loads(line[line.index("{"):])
        own = record["earshot"]
    except (ValueError, KeyError):
        continue
    sent = datetime.datetime.fromisoformat(own["sent_at"].replace("Z", "+00:00"))
    newest = max(newest or sent, sent)
    stream, number = own["stream"], own["sequence"]
    heard[stream] = (max(heard.get(stream, (sent, ""))[0], sent), record.get("host", ""))
    if number > last.get(stream, number - 1) + 1:
        holes.append((stream, record.get("host", ""), last[stream] + 1, number - 1))
    last[stream] = max(last.get(stream, 0), number)
    if own["record_id"] in ids:
        doubles += 1
    ids.add(own["record_id"])

limit = float(sys.argv[2]) if len(sys.argv) > 2 else 180
silent = [(host, stream) for stream, (sent, host) in heard.items() if (newest - sent).total_seconds() > limit]
print(f"{len(ids)} records, {doubles} doubles dropped")
for stream, host, first, final in holes:
    print(f"missing: {host}, stream {stream}, {first} to {final}")
for host, stream in silent:
    print(f"silent: {host}, stream {stream}")
sys.exit(1 if holes or silent else 0)
