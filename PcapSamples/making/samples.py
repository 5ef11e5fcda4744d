"""The list of captures: who makes each, and which alerts it must raise."""

import dataclasses
import typing

from .contents import CONTENTS


@dataclasses.dataclass
class Sample:
    """One capture."""

    name: str
    make: typing.Callable
    alerts: dict
    decode_as: tuple = ()
    counts: dict | None = None
    rows: dict | None = None

    def stored(self):
        """Rows of the store by the rule that each is called by: where rules join the rows of others, fewer than `alerts`."""
        return self.alerts if self.rows is None else self.rows


SAMPLES: dict[str, Sample] = {}


def sample(name, alerts=None, *, decode_as=(), counts=None, rows=None):
    """Registers a function that makes a capture.

    `alerts` gives rows by rule, a rule being named by its file; rules not named must stay silent.
    `decode_as` tells tshark what it cannot know by the port. `counts` stands in for tshark's where what breaks the
    specification may be counted in more than one way; an empty one says nothing. `rows` gives the rows that are left where some
    of those rules join the rows of others, by the rule that each is called by in the end. What is told of the contents besides
    stands in contents.py.
    """
    told = CONTENTS.get(name, {})
    alerts = {**(alerts or {}), **told}
    rows = None if rows is None else {**rows, **told}

    def register(function):
        SAMPLES[name] = Sample(name, function, alerts, decode_as, counts, rows)
        return function

    return register
