#!/usr/bin/env python3
"""Counts the instructions of each stage and of whole replays, and holds them against the last table of README.md.

    Benchmarks/bench_check.py [--program EARSHOT] [--update] [NAME ...]

callgrind counts, so the load of the machine does not matter. Of a stage two runs with different numbers of units are counted: the
difference, divided by that of the units, is what a unit costs, without the start. A rise of more than 3 % in any row gives
the exit code 1, and so does a row that the table lacks; `--update` writes a new table instead, with date and commit.
"""

import argparse
import concurrent.futures
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from captures import BUILD, FOLDER, ROOT, make, no_rules, revision

README = FOLDER / "README.md"
ALLOWED = 0.03
# The units of a stage, few and many; enough that what is done once in a while is among them.
STAGES = {
    "reader": ("frame", 4000, 16_000), "decoder": ("frame", 4000, 16_000), "flow-table": ("packet", 10_000, 30_000),
    "mqtt-dissector": ("message", 4000, 16_000), "coap-dissector": ("message", 4000, 16_000), "field-access": ("message", 2000, 6000),
    "matcher": ("event", 4000, 16_000), "correlator": ("event", 4000, 16_000), "store-writer": ("alert", 1000, 4000),
    "engine-mqtt": ("frame", 4000, 16_000), "engine-coap": ("frame", 4000, 16_000),
}
# Captures that are replayed as a whole: their counts, few and many, and how many sessions go on at once in both.
REPLAYS = {"mqtt-mixed": (4000, 16_000), "mqtt-bulk": (2000, 8000), "coap-mixed": (4000, 16_000), "noise": (4000, 16_000),
           "flows": (2000, 8000), "adverse": (4000, 16_000)}
SESSIONS = 50
# What the stages are fed from; `flows` counts sessions.
INPUTS = {"mqtt-mixed": 16_000, "coap-mixed": 16_000, "flows": 14_000}
class Failure(Exception):
    """A program that was counted did not do its work."""


def instructions(command):
    """How many instructions a command takes."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "SWIFT_DETERMINISTIC_HASHING": "1", "SWIFT_BACKTRACE": "enable=no"}
        done = subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out", *map(str, command)], cwd=folder,
                              env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace", check=False)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or not found:
        raise Failure(f"{' '.join(map(str, command))} ended with {done.returncode}: {done.stderr[-800:]}")
    return int(found[1])


def count_stage(program, name, folder):
    """What a unit of a stage costs."""
    unit, few, many = STAGES[name]
    counts = []
    with tempfile.TemporaryDirectory(dir=folder) as place:
        for path in folder.glob("*.pcap"):
            (pathlib.Path(place) / path.name).symlink_to(path)
        command = [program, "--stage", name, "--input", place, "--rules", ROOT / "Rules", "--units"]
        if name == "matcher":
            # Once for nothing: compiled patterns are kept, but those of another processor than callgrind's are of no use.
            instructions([*command, 1])
        for units in (few, many):
            remove_store(place)
            counts.append(instructions([*command, units]))
    return unit, (counts[1] - counts[0]) / (many - few)


def remove_store(place):
    """Removes a store, since what is in it makes the next alert cost more; compiled patterns stay."""
    for left in pathlib.Path(place).glob("store.db*"):
        if not left.name.endswith(".patterns"):
            left.unlink()


def count_replay(options, mix, rules, folder):
    """What a frame of a mix costs in a whole replay."""
    paths = [folder / f"{mix}.{size}.replayed" for size in REPLAYS[mix]]
    frames = [json.loads(path.with_suffix(".json").read_text())["frames"] for path in paths]
    counts = []
    with tempfile.TemporaryDirectory(dir=folder) as place:
        command = [options.program, "replay", "--quiet", "--sandbox", "off", "--db", f"{place}/store.db", "--only-rules", rules]
        # Once for nothing: compiled patterns are kept beside the store, but those of another processor than callgrind's are of
        # no use.
        if rules.name == "Rules":
            instructions([*command, paths[0]])
        for path in paths:
            remove_store(place)
            counts.append(instructions([*command, path]))
    return "frame", (counts[1] - counts[0]) / (frames[1] - frames[0])


def strip(options, folder):
    """Takes copies of the programs without what debuggers want, which valgrind cannot read."""
    for name in ("program", "microbenchmarks"):
        copy = folder / name
        subprocess.run(["objcopy", "--strip-debug", getattr(options, name), copy], check=True)
        setattr(options, name, copy)


def rows(options, folder):
    """Each row's name, and what counts it."""
    stages = options.microbenchmarks
    result = {name: lambda name=name: count_stage(stages, name, folder) for name in STAGES}
    empty = no_rules(folder)
    for mix in REPLAYS:
        result[f"replay {mix}, no rules"] = lambda mix=mix: count_replay(options, mix, empty, folder)
        result[f"replay {mix}"] = lambda mix=mix: count_replay(options, mix, ROOT / "Rules", folder)
    if unknown := [name for name in options.names if name not in result]:
        raise Failure(f"there is no row {unknown[0]}; there are: {', '.join(result)}")
    return {name: row for name, row in result.items() if not options.names or name in options.names}


def make_inputs(options, folder, names):
    """The captures that the rows read."""
    for mix, count in INPUTS.items():
        make(options.make, folder / f"{mix}.pcap", mix, "--count", count, "--sessions", SESSIONS)
    for mix, counts in REPLAYS.items():
        if any(f"replay {mix}" in name for name in names):
            for count in counts:
                path = folder / f"{mix}.{count}.replayed"
                make(options.make, path.with_suffix(".pcap"), mix, "--count", count, "--sessions", SESSIONS)
                path.with_suffix(".pcap").rename(path)


def last_table(text):
    """The figures of the last table, by row."""
    tables = re.findall(r"^### \d{4}-\d\d-\d\d, .*?(?=^#|\Z)", text, re.MULTILINE | re.DOTALL)
    if not tables:
        return {}
    return {name.strip(): float(figure) for name, figure in re.findall(r"^\| ([^|]+) \| \w+ \| ([\d.]+) \|", tables[-1], re.MULTILINE)}


def write_table(found, before):
    """Adds a table to README.md: rows that were not counted keep the figure they had."""
    units = {name: unit for name, (unit, _) in found.items()}
    figures = {**before, **{name: figure for name, (_, figure) in found.items()}}
    text = README.read_text()
    lines = [f"### {datetime.date.today()}, {revision()}", "", compiler(), "", "| row | unit | instructions |", "|---|---|--:|"]
    lines += [f"| {name} | {units.get(name) or unit_of(name)} | {figure:.1f} |" for name, figure in figures.items()]
    README.write_text(text.rstrip("\n") + "\n\n" + "\n".join(lines) + "\n")


def unit_of(name):
    """The unit of a row that was not counted."""
    return STAGES[name][0] if name in STAGES else "frame"


def compiler():
    """What the programs were compiled and counted with."""
    def first(command, pattern):
        return re.search(pattern, subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False).stdout)
    swift, valgrind = first(["swift", "--version"], r"Swift version (\S+)"), first(["valgrind", "--version"], r"valgrind-(\S+)")
    return f"Swift {swift[1] if swift else 'unknown'}, valgrind {valgrind[1] if valgrind else 'unknown'}, {os.uname().machine}."


def main():
    """Counts and compares; the result is the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / ".build/release/earshot")
    parser.add_argument("--microbenchmarks", type=pathlib.Path, default=BUILD / "Microbenchmarks")
    parser.add_argument("--make", type=pathlib.Path, default=BUILD / "MakeCapture")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--update", action="store_true")
    options = parser.parse_args()
    options.program, options.microbenchmarks = options.program.resolve(), options.microbenchmarks.resolve()
    before = last_table(README.read_text())
    risen, found = [], {}
    try:
        with tempfile.TemporaryDirectory() as temporary, concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            folder = pathlib.Path(temporary)
            strip(options, folder)
            wanted = rows(options, folder)
            make_inputs(options, folder, wanted)
            for name, job in [(name, pool.submit(count)) for name, count in wanted.items()]:
                unit, figure = found[name] = job.result()
                change = figure / before[name] - 1 if name in before else None
                told = "new" if change is None else f"{change:+.1%}"
                print(f"{name}: {figure:.1f} instructions for each {unit}, {told}", flush=True)
                if not options.update and (change is None or change > ALLOWED):
                    risen.append(f"{name} ({'not in the table' if change is None else told})")
    except Failure as failure:
        print(f"bench_check.py: {failure}", file=sys.stderr)
        return 1
    if options.update:
        write_table(found, before)
        return 0
    if risen:
        print(f"bench_check.py: more than {ALLOWED:.0%} above the table: {', '.join(risen)}", file=sys.stderr)
    return 1 if risen else 0


if __name__ == "__main__":
    sys.exit(main())
