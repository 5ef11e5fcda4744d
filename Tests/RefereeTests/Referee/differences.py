"""The differences in which the specification is on our side; README.md has the sentences."""


def explain(document, events, documents):
    """Why pySigma's answer for these events is not what the specification says; `None` where that is not known."""
    return None
