"""Holds Earshot against pySigma: the same rules over the same events must select the same events.

The rules run in `earshot decode --matches`, which adds to each event the rules that it meets; pySigma turns them into SQL,
which runs over the same events in SQLite. Prints what was compared, what could not be, and each difference; exit code 1
where there is one that `differences.py` does not explain.
"""

import argparse
import collections
import json
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import time

import captures
import differences
import rules as generator
import yaml
from store import Events, Interrupted, Rules, Unjudged, in_order

MOST_EVENTS = 4_000


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True, help="the program earshot")
    parser.add_argument("--rules", required=True, help="the folder of shipped rules")
    parser.add_argument("--captures", action="append", default=[], help="a folder of captures; repeatable")
    parser.add_argument("--generated", type=int, default=300, help="how many rules to make")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("--seconds", type=float, default=240, help="begin no capture after so many, no rule after twice as many")
    parser.add_argument("--keep", help="a folder for the generated rules and capture, instead of a temporary one")
    return parser.parse_args()


# The lists of a site where it says nothing (Sources/Sensor/Rules/SiteLists.swift). Nobody is in those that are empty.
HOME_NETWORKS = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7", "127.0.0.0/8", "169.254.0.0/16",
                 "::1/128", "fe80::/10"]
NOBODY = ["255.255.255.255/32"]


def expanded(node):
    """A detection with the members of a site's lists in place of their names: pySigma does not know what those are."""
    if isinstance(node, list):
        return [expanded(each) for each in node]
    if not isinstance(node, dict):
        return node
    result = {}
    for key, value in node.items():
        if key.endswith("|expand"):
            members = HOME_NETWORKS if value == "%home_networks%" else NOBODY
            result[key.removesuffix("expand") + "cidr"] = members
        else:
            result[key] = expanded(value)
    return result


class Selected:
    """The events of captures, numbered from 1 over all of them, and which of them Earshot selects for each rule."""

    def __init__(self, found):
        self.captures = list(found.values())
        self.events = [event for each in self.captures for event in each]
        self.origin = [name for name, each in found.items() for _ in each]
        self.by_rule = collections.defaultdict(set)
        for number, event in enumerate(self.events, 1):
            for identifier in event.get("rule.id", []):
                self.by_rule[identifier].add(number)


class Referee:
    def __init__(self, options):
        self.options = options
        self.start = time.monotonic()
        self.counts = collections.Counter()
        self.unjudged = collections.Counter()
        self.explained = collections.Counter()
        self.unexplained = []
        self.judged = set()

    def earshot(self, *words):
        environment = {key: value for key, value in os.environ.items() if not key.startswith("EARSHOT_")}
        return subprocess.run(
            [self.options.program, *words], capture_output=True, env=environment, timeout=300, check=False)

    def decode(self, capture, *words):
        done = self.earshot("decode", "--show-secrets", *words, str(capture))
        if words and not done.stdout and done.returncode not in (0, 65):
            raise SystemExit(f"earshot decode {capture}: {done.stderr.decode()}")
        return [json.loads(line) for line in done.stdout.decode().splitlines()]

    def fields(self):
        lines = self.earshot("rules", "fields", "--json").stdout.decode().splitlines()
        fields = {}
        for entry in map(json.loads, lines):
            kind = entry["type"]
            fields[entry["name"]] = (kind.removesuffix("[]"), entry["category"], kind.endswith("[]"))
        return fields

    def values(self, sample, fields):
        """What the fields of some events hold: rules that are made of it match something."""
        values = collections.defaultdict(list)
        for event in sample:
            for name, value in event.items():
                for item in value if isinstance(value, list) else [value]:
                    if not isinstance(item, str) or (item.isprintable() and "\ufffd" not in item and len(item) < 80):
                        values[(event["event.category"], name)].append(item)
        return values

    def loadable(self, folder):
        """Removes the generated rules that Earshot refuses, with those that count them."""
        refused = collections.Counter()
        while True:
            done = self.earshot("rules", "check", "--only-rules", folder)
            text = done.stderr.decode()
            bad = re.findall(r"error\[([\w-]+)\][^\n]*\n\s*--> ([^\n:]+\.yml)", text)
            if not bad:
                if done.returncode:
                    raise SystemExit(text)
                return refused
            for code, path in bad:
                if os.path.exists(path):
                    refused[code] += 1
                    os.remove(path)

    def compare(self, found, judge, fields):
        """Each rule over the events of all captures, given by name; what counts only where time has one direction."""
        ordered = {name: each for name, each in found.items() if in_order(each)}
        self.counts["captures not in the order of their times, without correlations"] += len(found) - len(ordered)
        events, correlated = Selected(found), Selected(ordered)
        tables = {}
        for identifier, document in self.documents.items():
            if time.monotonic() - self.start > 2 * self.options.seconds:
                self.counts["rules left out, time is over"] += 1
                continue
            over = correlated if "correlation" in document else events
            # Messages of the same time are not in order, for pySigma as for Earshot.
            spread = document.get("correlation", {}).get("type") != "temporal_ordered"
            key = (over is events, self.parted(document, fields), spread)
            try:
                sql, plan = judge.query(identifier)
                if key not in tables:
                    tables[key] = Events(over.captures, fields, key[1], spread)
                theirs = tables[key].run(sql, plan)
            except Unjudged as reason:
                self.unjudged[f"{identifier} {reason}"] += 1
                if isinstance(reason, Interrupted):
                    del tables[key]
                continue
            ours = over.by_rule[identifier] if spread else tables[key].stand_ins(over.by_rule[identifier])
            self.judged.add(identifier)
            self.counts["events selected"] += len(theirs)
            self.counts["rules that select some event"] += bool(theirs)
            if theirs != ours:
                self.difference(document, over, theirs, ours)

    @staticmethod
    def parted(document, fields):
        """The field that a `value_count` counts, where an event may have several values of it."""
        correlation = document.get("correlation", {})
        field = correlation.get("condition", {}).get("field") if correlation.get("type") == "value_count" else None
        return field if field and fields[field][2] else None

    def difference(self, document, over, theirs, ours):
        wrong = sorted(theirs ^ ours)
        sentence = differences.explain(document, self.documents)
        if sentence:
            self.explained[sentence] += 1
            return
        number = wrong[0]
        side = "pySigma alone" if number in theirs else "Earshot alone"
        self.unexplained.append(
            f"{document['title']} ({document['id']}) on {over.origin[number - 1]}: {len(theirs)} events by pySigma, {len(ours)} by "
            f"Earshot, {len(wrong)} differ; {side}: event {number}\n  {json.dumps(document, ensure_ascii=False)}\n"
            f"  {json.dumps(over.events[number - 1], ensure_ascii=False)[:1500]}")

    def shipped(self):
        for path in sorted(pathlib.Path(self.options.rules).rglob("*.yml")):
            for document in yaml.safe_load_all(path.read_text(encoding="utf-8")):
                if document and ("detection" in document or "correlation" in document):
                    document["id"] = str(document["id"])
                    document.pop("earshot", None)
                    if "detection" in document:
                        document["detection"] = expanded(document["detection"])
                    for key in ("date", "modified"):
                        if key in document:
                            document[key] = str(document[key])
                    yield document

    def run(self):
        options = self.options
        print(f"referee: seed {options.seed}", flush=True)
        fields = self.fields()
        with tempfile.TemporaryDirectory() as temporary:
            work = pathlib.Path(options.keep or temporary)
            (work / "rules").mkdir(parents=True, exist_ok=True)
            capture = captures.Capture(options.seed)
            capture.write(work / "generated.pcap", 250)
            made = generator.Generator(options.seed, fields, self.values(self.decode(work / "generated.pcap"), fields))
            documents = made.documents(options.generated)
            generator.write(documents, work / "rules")
            refused = self.loadable(str(work / "rules"))
            documents = [each for each in documents if (work / "rules" / f"{each['name']}.yml").exists()]
            shipped = list(self.shipped())
            self.documents = {each["id"]: each for each in shipped + documents}
            judge = Rules(list(self.documents.values()), fields, ["mqtt", "mqttsn", "coap"])
            names = [work / "generated.pcap"]
            for folder in options.captures:
                names += sorted(
                    path for path in pathlib.Path(folder).rglob("*")
                    if re.search(r"\.(pcap|pcapng|cap)(\.gz|\.zst)?$", path.name))
            found = {}
            for name in names:
                if time.monotonic() - self.start > options.seconds:
                    self.counts["captures left out, time is over"] += 1
                    continue
                events = self.decode(name, "--matches", "--only-rules", options.rules, "--only-rules", str(work / "rules"))
                if not events:
                    self.counts["captures without events"] += 1
                elif len(events) > MOST_EVENTS:
                    self.counts["captures left out, too long"] += 1
                else:
                    self.counts["captures"] += 1
                    self.counts["events"] += len(events)
                    found[str(name)] = events
            self.compare(found, judge, fields)
        return self.report(shipped, documents, refused)

    def report(self, shipped, documents, refused):
        def listed(counter):
            return ", ".join(f"{count} {name}" for name, count in sorted(counter.items())) or "none"

        own = {each["id"] for each in shipped}
        correlations = sum("correlation" in self.documents[each] for each in self.judged)
        print(f"referee: rules: {len(own & self.judged)} of {len(shipped)} shipped and "
              f"{len(self.judged - own)} of {len(documents)} generated judged, {correlations} of them correlations")
        print(f"referee: refused when made, by our diagnostic: {listed(refused)}")
        reasons = collections.Counter(key.split(" ", 1)[1] for key in self.unjudged)
        print(f"referee: not judged (rules by reason): {listed(reasons)}")
        print(f"referee: {listed(self.counts)}")
        for sentence, count in sorted(self.explained.items()):
            print(f"referee: explained {count}: {sentence}")
        print(f"referee: events {self.counts['events']}, rules {len(self.judged)}, "
              f"differences {len(self.unexplained)} and {sum(self.explained.values())} explained, "
              f"{time.monotonic() - self.start:.0f} s")
        for text in self.unexplained[:20]:
            print(f"DIFFERENCE {text}")
        return 1 if self.unexplained else 0


if __name__ == "__main__":
    sys.exit(Referee(arguments()).run())
