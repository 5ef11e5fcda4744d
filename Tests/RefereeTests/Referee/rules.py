"""Makes Sigma rules at random: every modifier, form of condition and kind of correlation, with values that occur."""

import json
import random
import uuid

TEXT = ("text", "keyword")
CORRELATIONS = [
    "event_count",
    "value_count",
    "temporal",
    "temporal_ordered",
    "value_sum",
    "value_avg",
    "value_percentile",
]


class Generator:
    def __init__(self, seed, fields, values, lists=None):
        """fields: name -> (type, category, is_list); values: (category, name) -> values seen."""
        self.random = random.Random(seed)
        self.fields = fields
        self.values = values
        self.lists = lists or {}

    # Values

    def pick(self, category, types):
        names = [
            name
            for (of, name), seen in self.values.items()
            if of == category and seen and self.fields[name][0] in types
        ]
        return self.random.choice(sorted(names)) if names else None

    def seen(self, category, name):
        return self.random.choice(self.values[(category, name)])

    def swapped(self, text):
        return self.random.choice([text, text, text.upper(), text.swapcase()])

    def piece(self, text, at=None):
        if len(text) < 2:
            return text
        length = self.random.randint(1, min(8, len(text)))
        start = {"start": 0, "end": len(text) - length}.get(at, self.random.randint(0, len(text) - length))
        return text[start : start + length]

    @staticmethod
    def escaped(text):
        """Text that stands for itself in a Sigma string."""
        return "".join("\\" + c if c in "*?\\" else c for c in text)

    def wild(self, text):
        """Text with a wildcard in it."""
        cut = self.random.randint(0, len(text))
        end = min(len(text), cut + self.random.randint(0, 3))
        sign = self.random.choice(["*", "?", "**"])
        return self.escaped(text[:cut]) + sign + self.escaped(text[end:])

    # Tests of one field

    def text_test(self, category):
        name = self.pick(category, TEXT)
        kind = self.random.choice(
            ["", "", "wild", "contains", "startswith", "endswith", "cased", "contains|cased", "startswith|cased",
             "endswith|cased", "wild|cased", "re", "re|i", "re|m", "re|s", "contains|all", "exists", "neq", "null",
             "base64", "base64offset|contains", "wide|contains", "utf16le|contains", "utf16be|contains",
             "utf16|contains", "windash|contains", "fieldref", "fieldref|startswith", "list", "number"]
        )
        texts = [str(self.seen(category, name)) for _ in range(self.random.choice([1, 1, 1, 2, 3]))]
        texts = [text for text in texts if text.isprintable()] or ["x"]
        if kind == "":
            return name, self.values_of([self.escaped(self.swapped(text)) for text in texts])
        if kind == "wild":
            return name, self.values_of([self.wild(self.swapped(text)) for text in texts])
        if kind == "wild|cased":
            return name + "|cased", self.values_of([self.wild(self.swapped(text)) for text in texts])
        if kind.startswith(("contains", "startswith", "endswith")) or kind == "cased":
            place = {"startswith": "start", "endswith": "end"}.get(kind.split("|")[0])
            pieces = [text if kind == "cased" else self.piece(text, place) for text in texts]
            if kind == "contains|all":
                pieces = [self.piece(texts[0]), self.piece(texts[-1])]
            return f"{name}|{kind}", self.values_of([self.escaped(self.swapped(piece)) for piece in pieces])
        if kind.startswith("re"):
            return f"{name}|{kind}", self.values_of([self.pattern(text) for text in texts])
        if kind == "exists":
            return name + "|exists", self.random.choice([True, False])
        if kind == "neq":
            return name + "|neq", self.escaped(texts[0])
        if kind == "null":
            return name, None
        if kind == "base64":
            return name + "|base64", self.escaped(texts[0]) or "x"
        if kind in ("base64offset|contains", "wide|contains", "utf16le|contains", "utf16be|contains",
                    "utf16|contains"):
            encoding, rest = kind.split("|")
            if encoding != "base64offset":
                return f"{name}|{encoding}|{rest}", self.escaped(texts[0])[:6] or "x"
            return f"{name}|{encoding}|{rest}", (self.escaped(texts[0])[:6] or "x") + "abc"
        if kind == "windash|contains":
            return name + "|windash|contains", "-" + (self.escaped(self.piece(texts[0])) or "x")
        if kind.startswith("fieldref"):
            other = self.pick(category, TEXT)
            return f"{name}|{kind}", other
        if kind == "list":
            many = [self.escaped(str(self.seen(category, name))) for _ in range(12)]
            return name, [text for text in many if text.isprintable()] or "x"
        return name, self.random.randint(0, 50)

    def pattern(self, text):
        piece = self.piece(text) or "x"
        quoted = "".join("\\" + c if c in r"\.^$*+?{}[]|()/-" else c for c in piece)
        return self.random.choice(
            [quoted, "^" + quoted, quoted + "$", f"(?:{quoted}|zzz)+", f"[{piece[0] if piece[0].isalnum() else 'a'}-z]{{2,}}",
             f".{quoted}", r"\d+", r"^\w+$", f"{quoted}.*", "^[^/]+/[^/]+$"]
        )

    def number_test(self, category):
        name = self.pick(category, ("int", "float"))
        if name is None:
            return self.text_test(category)
        value = self.seen(category, name)
        kind = self.random.choice(["", "", "gt", "gte", "lt", "lte", "neq", "exists", "null", "list"])
        moved = value + self.random.choice([-1, 0, 0, 1])
        if kind == "":
            return name, moved
        if kind == "exists":
            return name + "|exists", self.random.choice([True, False])
        if kind == "null":
            return name, None
        if kind == "list":
            return name, sorted({int(self.seen(category, name)) for _ in range(4)})
        if kind == "neq":
            return name + "|neq", value
        return f"{name}|{kind}", moved

    def address_test(self, category):
        name = self.pick(category, ("ip",))
        value = self.seen(category, name)
        kind = self.random.choice(["", "cidr", "cidr", "cidr", "list", "startswith"])
        if kind == "cidr" and ":" not in value:
            length = self.random.choice([8, 12, 16, 20, 24, 28, 30, 32])
            number = int.from_bytes(bytes(int(part) for part in value.split(".")), "big")
            number &= (0xFFFFFFFF << (32 - length)) & 0xFFFFFFFF
            return name + "|cidr", ".".join(str(b) for b in number.to_bytes(4, "big")) + f"/{length}"
        if kind == "list":
            return name, sorted({self.seen(category, name) for _ in range(3)})
        if kind == "startswith":
            return name + "|startswith", value[:4]
        return name, value

    def other_test(self, category):
        kind = self.random.choice(["bool", "bytes", "time"])
        if kind == "bool" and (name := self.pick(category, ("bool",))):
            return name, self.random.choice([True, False])
        if kind == "bytes" and (name := self.pick(category, ("bytes",))):
            value = self.seen(category, name)
            return self.random.choice([(name, value), (name + "|startswith", value[:2]), (name + "|contains", value[:4])])
        # The samples are of November 2026: what they have is asked for as often as what they have not.
        part, upper, likely = self.random.choice(
            [("minute", 59, 6), ("hour", 23, 11), ("day", 28, 21), ("week", 52, 47), ("month", 12, 11), ("year", 0, 2026)])
        return "@timestamp|" + part, self.random.choice([likely, self.random.randint(1, upper) if upper else 2025])

    def values_of(self, values):
        return values[0] if len(values) == 1 else values

    def field_test(self, category):
        make = self.random.choice(
            [self.text_test] * 6 + [self.number_test] * 3 + [self.address_test] * 2 + [self.other_test]
        )
        return make(category)

    # Rules

    def selection(self, category):
        def mapping():
            return dict(self.field_test(category) for _ in range(self.random.choice([1, 1, 1, 2, 2, 3])))

        if self.random.random() < 0.08:
            name = self.pick(category, TEXT)
            texts = [str(self.seen(category, name)) for _ in range(self.random.choice([1, 2, 3]))]
            return [self.escaped(self.swapped(self.piece(text))) or "x" for text in texts]
        if self.random.random() < 0.2:
            return [mapping() for _ in range(self.random.choice([2, 3]))]
        return mapping()

    def condition(self, names, depth=0):
        pick = self.random.random()
        if depth > 2 or pick < 0.35:
            return self.random.choice(names)
        if pick < 0.5:
            return self.random.choice(["1 of sel*", "all of sel*", "1 of them", "all of them", "1 of s*", "any of them"])
        if pick < 0.65:
            return "not " + self.condition(names, depth + 2)
        if pick < 0.8:
            return "(" + self.condition(names, depth + 1) + ")"
        word = self.random.choice([" and ", " or "])
        return self.condition(names, depth + 1) + word + self.condition(names, depth + 1)

    def head(self, number, what):
        return {
            "title": f"Generated {what} {number}",
            "id": str(uuid.UUID(int=self.random.getrandbits(128), version=4)),
            "name": f"generated_{number}",
            "status": "test",
            "level": self.random.choice(["low", "medium", "high"]),
        }

    def rule(self, number):
        category = self.random.choice(["mqtt", "mqtt", "coap"])
        count = self.random.choice([1, 1, 2, 2, 3])
        names = [self.random.choice(["selection", "sel", "filter"]) + f"_{i}" for i in range(count)]
        rule = self.head(number, "rule")
        rule["logsource"] = {"product": "earshot", "category": category}
        rule["detection"] = {name: self.selection(category) for name in names}
        rule["detection"]["condition"] = self.condition(names)
        return category, rule

    def base(self, number):
        """A rule that matches often, for a correlation to count."""
        category = self.random.choice(["mqtt", "mqtt", "coap"])
        rule = self.head(number, "base")
        rule["logsource"] = {"product": "earshot", "category": category}
        name = {"mqtt": "mqtt.type", "coap": "coap.code"}[category]
        selection = {name: self.random.choice([self.seen(category, name), [self.seen(category, name) for _ in range(3)]])}
        if self.random.random() < 0.3:
            key, value = self.field_test(category)
            selection.setdefault(key, value)
        rule["detection"] = {"selection": selection, "condition": "selection"}
        return category, rule

    def correlation(self, number, bases):
        kind = self.random.choice(CORRELATIONS + ["event_count", "value_count"])
        category = self.random.choice(sorted({of for of, _ in bases}))
        own = [rule for of, rule in bases if of == category]
        wanted = self.random.choice([2, 2, 3]) if kind.startswith("temporal") else self.random.choice([1, 1, 2])
        chosen = self.random.sample(own, min(wanted, len(own)))
        groups = ["source.ip", "destination.ip", "client.ip", "server.ip", "network.direction", "client.port"]
        groups += {"mqtt": ["mqtt.clientid", "mqtt.type"], "coap": ["coap.uri_path", "coap.type"]}[category]
        rule = self.head(number, kind)
        correlation = {
            "type": kind,
            "rules": [rule["name"] for rule in chosen],
            "timespan": self.random.choice(["1s", "2s", "5s", "10s", "30s", "1m", "5m", "1h"]),
        }
        if self.random.random() < 0.85:
            correlation["group-by"] = self.random.sample(groups, self.random.choice([1, 1, 2]))
        operator = self.random.choice(["gte", "gte", "gt", "eq", "lte", "lt"])
        if kind.startswith("temporal"):
            if self.random.random() < 0.3:
                correlation["condition"] = {"gte": max(1, len(chosen) - 1)}
        else:
            numbers = {"event_count": [1, 2, 3, 5, 10, 30], "value_count": [1, 2, 3, 5]}.get(kind, [1, 4, 10, 100, 1000])
            correlation["condition"] = {operator: self.random.choice(numbers)}
            if kind == "value_count":
                choice = [self.pick(category, TEXT + ("int", "ip")) for _ in range(3)]
                correlation["condition"]["field"] = next(
                    (name for name in choice if name and not self.fields[name][2]), "source.port")
            elif kind != "event_count":
                numbers = ["payload.bytes", "source.port"]
                numbers += {"mqtt": ["mqtt.len", "mqtt.msgid"], "coap": ["coap.length", "coap.mid"]}[category]
                correlation["condition"]["field"] = self.random.choice(numbers)
                if kind == "value_percentile":
                    correlation["condition"]["percentile"] = self.random.choice([0, 25, 50, 90, 100])
        rule["correlation"] = correlation
        return rule

    def chained(self, number, correlations):
        inner = self.random.choice(correlations)
        rule = self.head(number, "chain")
        rule["correlation"] = {
            "type": "event_count",
            "rules": [inner["name"]],
            "timespan": self.random.choice(["10s", "1m", "1h"]),
            "condition": {"gte": self.random.choice([1, 2, 3])},
        }
        if "group-by" in inner["correlation"]:
            rule["correlation"]["group-by"] = inner["correlation"]["group-by"][:1]
        return rule

    def documents(self, count):
        """Rules, rules to be counted, and correlations: `count` together."""
        singles = [self.rule(number) for number in range(count * 6 // 10)]
        bases = [self.base(1000 + number) for number in range(count // 10)]
        rest = count - len(singles) - len(bases)
        correlations = [self.correlation(2000 + number, bases) for number in range(rest * 9 // 10)]
        # How often messages of one time complete an order is no question for SQL, so nothing counts that.
        inner = [each for each in correlations if each["correlation"]["type"] != "temporal_ordered"]
        chains = [self.chained(3000 + number, inner) for number in range(rest - len(correlations))]
        return [rule for _, rule in singles + bases] + correlations + chains


def write(documents, folder):
    """A file for each rule, as JSON, which is YAML: nothing depends on how a writer quotes."""
    for document in documents:
        with open(f"{folder}/{document['name']}.yml", "w", encoding="utf-8") as file:
            file.write(json.dumps(document, ensure_ascii=False, indent=1) + "\n")
