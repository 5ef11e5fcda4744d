"""Events in SQLite, and Sigma rules as queries over them, both as pySigma and its SQLite backend have it.

What a table of scalars cannot hold is said here once: a field with several values meets a test when any of its values
does, so each test of such a field goes over its values.
"""

import calendar
import functools
import json
import re
import sqlite3
import time

import yaml
from sigma.backends.sqlite import sqliteBackend
from sigma.backends.sqlite.runtime import execute_plan
from sigma.collection import SigmaCollection
from sigma.processing.conditions import LogsourceCondition
from sigma.processing.pipeline import ProcessingItem, ProcessingPipeline
from sigma.processing.transformations import AddConditionTransformation
from sigma.types import SigmaExists, SigmaFieldReference, SigmaNull

AFFINITY = {"int": "INTEGER", "float": "REAL", "bool": "INTEGER"}
# SQLite ends a text at its first NUL in most functions; both sides of each comparison show it by its picture.
NUL = "\u2400"
SECONDS = 60


# Nanoseconds. A double counts half a year of seconds in steps finer than half of the first; no window is as long as the
# second.
STEP = 20
APART = 7200 * 1_000_000_000


def stamp(event):
    """The time of an event in nanoseconds since 1970."""
    date, _, fraction = event["@timestamp"][:-1].partition(".")
    whole = calendar.timegm(time.strptime(date, "%Y-%m-%dT%H:%M:%S"))
    return whole * 1_000_000_000 + int(fraction.ljust(9, "0") or 0)


def tick(seconds):
    """The number of a step, by which an event is found again."""
    return round(seconds * 1e9 / STEP)


class Unjudged(Exception):
    """pySigma or SQLite cannot say what the rule means."""


class Interrupted(Unjudged):
    """SQLite took too long; what it had begun is left behind in the table."""


def pipeline(categories):
    """An event belongs to a rule when it is of the category of its logsource."""
    return ProcessingPipeline(
        items=[
            ProcessingItem(
                transformation=AddConditionTransformation(conditions={"event.category": category}),
                rule_conditions=[LogsourceCondition(category=category)],
            )
            for category in categories
        ]
    )


class Backend(sqliteBackend):
    """The backend as it is, but for tests of fields that may have several values."""

    lists = frozenset()

    def convert_condition_field_eq_val(self, cond, state):
        expression = super().convert_condition_field_eq_val(cond, state)
        if isinstance(cond.value, (SigmaNull, SigmaExists)):
            return expression
        fields = [cond.field]
        if isinstance(cond.value, SigmaFieldReference):
            fields.append(cond.value.field)
        for number, field in enumerate(fields):
            if field in self.lists:
                name = self.escape_and_quote_field(field)
                values = self.escape_and_quote_field(field + "[]")
                expression = (
                    f"EXISTS (SELECT 1 FROM json_each({values}) AS v{number} "
                    f"WHERE {expression.replace(name, f'v{number}.value')})"
                )
        return expression


@functools.lru_cache(maxsize=4096)
def compiled(pattern):
    """As PCRE has it, which Sigma names as its flavour: classes such as `\\w` and case are those of ASCII."""
    return re.compile(pattern, re.ASCII)


def forward(document):
    """Whether pySigma waits for what comes after an event: with `not` in the condition of a temporal correlation."""
    correlation = document.get("correlation", {})
    condition = correlation.get("condition")
    return str(correlation.get("type")).startswith("temporal") and isinstance(condition, str) and "not" in condition.split()


def in_order(events):
    """Whether the messages of a capture come in the order of their times, which is all that a table knows."""
    times = [stamp(event) for event in events]
    return all(earlier <= later for earlier, later in zip(times, times[1:]))


def plain(value):
    if isinstance(value, bool):
        return int(value)
    return value.replace("\0", NUL) if isinstance(value, str) else value


class Events:
    """The events of captures as a table, a row for each, numbered from 1.

    Captures stand so far apart in time that no window reaches from one to the next: so each rule runs once over all.

    With `parted`, the name of a field, an event with several values of it has a row for each: so `value_count` counts
    values, where a single column would hold all of them as one. Without `spread`, events of the same time stay so, and the
    first of them stands for all.
    """

    def __init__(self, captures, fields, parted=None, spread=True):
        events = [event for capture in captures for event in capture]
        self.connection = sqlite3.connect(":memory:")
        self.connection.create_function(
            "regexp", 2, lambda p, v: v is not None and compiled(p).search(str(v)) is not None, deterministic=True
        )
        names = sorted({name for event in events for name in event if name != "rule.id"} | set(fields))
        columns = []
        for name in names:
            columns.append(f"`{name}` {AFFINITY.get(fields[name][0], 'TEXT')} COLLATE NOCASE")
            if fields[name][2]:
                columns.append(f"`{name}[]` TEXT")
        self.connection.execute(f"CREATE TABLE logs (number INTEGER, seconds REAL, words TEXT, {', '.join(columns)})")
        rows = []
        for number, (event, seconds) in enumerate(zip(events, self.times(captures, spread)), 1):
            row = [number, seconds, self.words(event, fields)]
            for name in names:
                value = event.get(name)
                if fields[name][2]:
                    items = [plain(item) for item in value] if value is not None else None
                    shown = None if items is None else items[0] if len(items) == 1 else json.dumps(items)
                    row += [shown, None if items is None else json.dumps(items, ensure_ascii=False)]
                else:
                    row.append(plain(value))
            rows.append(row)
            values = event.get(parted) or []
            if len(values) > 1:
                place = 3 + columns.index(next(c for c in columns if c.startswith(f"`{parted}` ")))
                rows[-1:] = [row[:place] + [plain(value)] + row[place + 1 :] for value in values]
        marks = ", ".join("?" * (3 + len(columns)))
        self.connection.executemany(f"INSERT INTO logs VALUES ({marks})", rows)
        self.ticks = {row[0]: tick(row[1]) for row in rows}
        self.first = {}
        for number, each in self.ticks.items():
            self.first.setdefault(each, number)

    @staticmethod
    def words(event, fields):
        """What is searched for words without a field: the texts of an event, a line for each."""
        texts = []
        for name, value in event.items():
            if name != "rule.id" and fields[name][0] in ("text", "keyword"):
                texts += value if isinstance(value, list) else [value]
        return plain("\n".join(texts))

    @staticmethod
    def times(captures, spread):
        """Seconds since the first event of all; with `spread`, `STEP` apart where two are of the same time."""
        start = 0
        for events in captures:
            origin, before, latest = 0, None, start - STEP
            for event in events:
                now = stamp(event)
                if before is None:
                    origin = now - start
                elif now - before > APART:
                    # Longer than any window is as good as any length: so the numbers stay small enough to be exact.
                    origin += now - before - APART
                before = now if before is None else max(before, now)
                latest = max((now - origin) // STEP * STEP, latest + STEP if spread else latest)
                yield latest / 1e9
            start = (latest // STEP + 1) * STEP + APART

    def stand_ins(self, numbers):
        """For each event the first one of its time."""
        return {self.first[self.ticks[number]] for number in numbers}

    def run(self, sql, plan=None):
        """The rows that a query selects, or the events at which a correlation is raised."""
        end = time.monotonic() + SECONDS
        self.connection.set_progress_handler(lambda: time.monotonic() > end, 100_000)
        try:
            if plan is None:
                return {row[0] for row in self.connection.execute(sql)}
            rows, _ = execute_plan(self.connection, plan, include_events=False)
            return {self.first[tick(row["occurrence_time"])] for row in rows}
        except sqlite3.OperationalError as error:
            raise Interrupted(f"SQLite: {error}") from error
        finally:
            self.connection.set_progress_handler(None, 0)


class Rules:
    """Rules with the queries that pySigma makes of them."""

    def __init__(self, documents, fields, categories):
        self.documents = {}
        for document in documents:
            self.documents[str(document["id"])] = document
            if "name" in document:
                self.documents[document["name"]] = document
        self.backend = Backend(
            pipeline(categories),
            collate_nocase=True, timestamp_field="seconds", timestamp_seconds_expression="{field}",
            fulltext_field="words")
        self.backend.lists = frozenset(name for name, (_, _, is_list) in fields.items() if is_list)
        self.queries = {}

    def closure(self, document):
        found, pending = [], [document]
        while pending:
            next_one = pending.pop()
            if next_one in found:
                continue
            found.append(next_one)
            references = next_one.get("correlation", {}).get("rules", [])
            for reference in [references] if isinstance(references, str) else references:
                pending.append(self.documents[reference])
        return found

    def query(self, identifier):
        """The SQL of a rule and, for a correlation, its plan."""
        if identifier not in self.queries:
            self.queries[identifier] = self.convert(self.documents[identifier])
        result = self.queries[identifier]
        if isinstance(result, Unjudged):
            raise result
        return result

    def convert(self, document):
        if any(forward(each) for each in self.closure(document)):
            return Unjudged("not in the condition of a temporal correlation")
        try:
            text = "\n---\n".join(yaml.safe_dump(each, allow_unicode=True) for each in self.closure(document))
            collection = SigmaCollection.from_yaml(text)
            if "correlation" not in document:
                queries = self.backend.convert(collection)
                sql = " UNION ".join(q.replace("SELECT *", "SELECT number", 1) for q in queries)
                return sql.replace("\0", NUL), None
            entries = self.backend.convert(collection, "zircolite")
            entries = json.loads(entries) if isinstance(entries, str) else entries
            entry = next(entry for entry in entries if entry["id"] == document["id"])
            plan = json.loads(json.dumps(entry["correlation_plan"]).replace("\\u0000", "\\u2400"))
            return None, plan
        except Exception as error:  # whatever pySigma says, the rule is not judged
            return Unjudged(f"pySigma: {type(error).__name__}: {str(error)[:100]}")
