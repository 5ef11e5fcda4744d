"""The differences in which the specification is not on pySigma's side; README.md has the sentences."""


def fields(detection):
    """The keys of all maps in a detection: fields with their modifiers."""
    if isinstance(detection, dict):
        for key, value in detection.items():
            yield key
            yield from fields(value)
    elif isinstance(detection, list):
        for item in detection:
            yield from fields(item)


def rests_on(document, documents):
    """A rule and all that it counts."""
    yield document
    for reference in document.get("correlation", {}).get("rules", []):
        for other in documents.values():
            if reference in (other["id"], other.get("name")):
                yield from rests_on(other, documents)


def explain(document, documents):
    """Why pySigma's answer is not what the specification says; `None` where that is not known."""
    keys = [key for each in rests_on(document, documents) for key in fields(each.get("detection", {}))]
    if any("week" in key.split("|")[1:] for key in keys):
        return "week: SQLite counts weeks from 0, the specification from 1"
    return None
