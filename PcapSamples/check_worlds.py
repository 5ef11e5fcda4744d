#!/usr/bin/env python3
"""Makes benign worlds and everyday situations, replays each with a program, and compares the rows that it raises.

    PcapSamples/check_worlds.py PROGRAM [--rules DIR] [--config FILE] [--out DIR] [--jobs N] [NAME ...]
    PcapSamples/check_worlds.py --make DIR [NAME ...]        only makes the captures
    PcapSamples/check_worlds.py --expect                     writes situations.json and worlds.json

Needs Python and zstd. The exit code is 1 where rows differ from situations.json and worlds.json, 2 where the program
could not replay a capture.
"""

import argparse
import collections
import concurrent.futures
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER))

from making.situations import load, write_expectations  # noqa: E402

LEVELS = {"informational": 0, "low": 1, "medium": 2, "high": 3, "critical": 4}


def rule_names(rules):
    """The file of each rule by its id."""
    names = {}
    for path in pathlib.Path(rules).rglob("*.yml"):
        for identifier in re.findall(r"^id: (\S+)", path.read_text(), re.MULTILINE):
            names[identifier] = path.stem
    return names


def owners(rules):
    """Of each rule whose matches join the rows of another, that one, by their files."""
    joined = {}
    for path in pathlib.Path(rules).rglob("*.yml"):
        for name in re.findall(r"\{rule: (\w+),", path.read_text()):
            joined[name] = path.stem
    return joined


def replay(program, arguments, capture, folder):
    """The rows that a capture raises: objects as `tail --format json` prints them."""
    store = folder / "rows.db"
    for old in folder.glob("rows.db*"):
        old.unlink()
    done = subprocess.run([program, "replay", "--quiet", *arguments, "--db", store, capture], stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True, errors="replace")
    if done.returncode != 0:
        raise RuntimeError(f"{capture.name}: replay ended with {done.returncode}: {done.stderr[-2000:]}")
    lines = subprocess.run([program, "tail", "--db", store, "--format", "json", "-n", "100000"], check=True,
                           stdout=subprocess.PIPE, text=True).stdout.splitlines()
    return [json.loads(line) for line in lines]


def compare(rows, names, joined, expected):
    """What differs, a line each.

    A row that has become worse counts for the rule that it began with. Of the rules of level low only those that are named are held
    to their number: they tell what is good to know of a network, and there is always something.
    """
    found = {"medium and above": collections.Counter(), "low": collections.Counter()}
    examples = {}
    for row in rows:
        rule = names.get(row["rule_id"], row["rule_id"])
        level = row["level"]
        if LEVELS[level] == 0:
            continue
        side = "low" if level == "low" else "medium and above"
        found[side][rule] += 1
        examples[side, rule] = f"{level}: {row['rule_title']}: {row['summary']}"
    for side, counts in found.items():
        wanted = {joined.get(rule, rule): right for rule, right in expected[side].items()}
        for rule in sorted({*counts, *wanted} if side != "low" else wanted):
            right = wanted.get(rule, 0)
            least, most = right if isinstance(right, list) else (right, right)
            if not least <= counts[rule] <= most:
                yield f"{rule}: {counts[rule]} rows at {side}, {right} are right   {examples.get((side, rule), '')}"
    for name in expected["names"]:
        if not any(name in json.dumps(row, ensure_ascii=False) for row in rows):
            yield f"{name}: no row names it"


def examine(name, program, arguments, out):
    """Makes and replays one capture: frames, octets, seconds for each, rows."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = out or pathlib.Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        begin = time.monotonic()
        entry = load()[name]
        path = entry.write(folder)
        made = time.monotonic()
        rows = replay(program, arguments, path, pathlib.Path(temporary))
        return entry.frames, path.stat().st_size, made - begin, time.monotonic() - made, rows


def main():
    """Does what the arguments ask; the result is the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", nargs="?")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--rules", default=FOLDER.parent / "Rules")
    parser.add_argument("--config", default=FOLDER / "worlds.yaml")
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--make", type=pathlib.Path)
    parser.add_argument("--jobs", type=int)
    parser.add_argument("--expect", action="store_true")
    options = parser.parse_intermixed_args()
    entries = load()
    if options.expect:
        write_expectations(FOLDER)
        return 0
    names = options.names
    if options.make is not None and options.program:
        names = [options.program, *names]
    if unknown := [name for name in names if name not in entries]:
        print(f"check_worlds.py: there is no {unknown[0]}; there are: {' '.join(entries)}", file=sys.stderr)
        return 64
    wanted = [entries[name] for name in names or entries]
    if options.make is not None:
        options.make.mkdir(parents=True, exist_ok=True)
        for entry in wanted:
            print(entry.write(options.make))
        return 0
    if not options.program:
        parser.error("which program?")
    expectations = {}
    for name in ("situations", "worlds"):
        expectations.update(json.loads((FOLDER / f"{name}.json").read_text()))
    arguments = ["--only-rules", str(options.rules), "--config", str(options.config)]
    joined = owners(options.rules)
    rules = {identifier: joined.get(name, name) for identifier, name in rule_names(options.rules).items()}
    wrong = 0
    print(f"{'capture':34} {'frames':>8} {'kB':>7} {'made':>6} {'read':>6} {'medium+':>8} {'low':>5}  verdict")
    with concurrent.futures.ProcessPoolExecutor(options.jobs) as pool:
        tasks = [pool.submit(examine, entry.name, options.program, arguments, options.out) for entry in wanted]
        for entry, task in zip(wanted, tasks, strict=True):
            try:
                frames, size, made, read, rows = task.result()
            except (RuntimeError, OSError, subprocess.CalledProcessError) as error:
                pool.shutdown(cancel_futures=True)
                print(f"check_worlds.py: {error}", file=sys.stderr)
                return 2
            differences = list(compare(rows, rules, joined, expectations[entry.name]))
            serious = sum(LEVELS[row["level"]] >= 2 for row in rows)
            low = sum(row["level"] == "low" for row in rows)
            print(f"{entry.name:34} {frames:8} {size // 1000:7} {made:6.1f} {read:6.1f} {serious:8} {low:5}  "
                  f"{'differs' if differences else 'as expected'}", flush=True)
            for difference in differences:
                print(f"    {difference}", flush=True)
            wrong += bool(differences)
    print(f"{len(wanted)} captures, {wrong} differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
