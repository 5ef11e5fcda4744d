"""The list of captures: who makes each, and which alerts it must raise."""

import dataclasses
import typing


@dataclasses.dataclass
class Sample:
    """One capture."""

    name: str
    make: typing.Callable
    alerts: dict
    decode_as: tuple = ()
    counts: dict | None = None


SAMPLES: dict[str, Sample] = {}


def sample(name, alerts=None, *, decode_as=(), counts=None):
    """Registers a function that makes a capture.

    `alerts` gives rows by rule, a rule being named by its file; rules not named must stay silent.
    `decode_as` tells tshark what it cannot know by the port. `counts` stands in for tshark's where what breaks the
    specification may be counted in more than one way; an empty one says nothing.
    """

    def register(function):
        SAMPLES[name] = Sample(name, function, alerts or {}, decode_as, counts)
        return function

    return register
