#!/usr/bin/env python3
"""Measures whole programs on captures with known contents, and prints Markdown.

    Benchmarks/bench.py [--program EARSHOT] [--size quarter|full|four] [--runs N] [--mix NAME ...]
    Benchmarks/bench.py --packets [--tidy]     how CPU time grows with packets: quarter, full and four times
    Benchmarks/bench.py --rules                how it grows with rules: none, the shipped ones, 1,000
    Benchmarks/bench.py --live [--rates ...]   a sensor on an interface, as root, in namespaces of its own

What is told is CPU time, user and system, of whole processes: medians of runs that alternate between the programs. It depends
on what else the machine does all the same; the load is told with it. Captures are made once, in BENCH_DATA
(~/.cache/earshot-bench); the quarter ones take 1.2 GB, the full ones four times that, and `--tidy` removes each after use.
"""

import argparse
import datetime
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import uuid

from captures import BUILD, MIXES, ROOT, SIZES, TRIAL, capture, data_folder, markdown, no_rules, revision
import live


class Failure(Exception):
    """A program that was measured did not do its work."""


def measure(command, folder):
    """Runs a command; gives CPU seconds and the most memory it had, in MiB.

    The store is made anew; patterns that an earlier run compiled stay beside it, as they do for users.
    """
    for left in folder.glob("store.db*"):
        if not left.name.endswith(".patterns"):
            left.unlink()
    with open(folder / "errors", "w+b") as errors, open(os.devnull, "wb") as nothing:
        process = subprocess.Popen([str(word) for word in command], stdout=nothing, stderr=errors, cwd=folder)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            errors.seek(0)
            text = errors.read().decode(errors="replace")[-500:]
            raise Failure(f"{' '.join(process.args[:3])} ended with {process.returncode}: {text}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def replay(program, rules, folder):
    """The command that replays a capture, with rules of a folder."""
    # Patterns of other rules lie beside another store.
    store = folder / f"store.db-{rules.name}"
    return lambda path: [program, "replay", "--quiet", "--sandbox", "off", "--db", store, "--only-rules", rules, path]


def contenders(program, folder):
    """What is measured: names and commands, of programs that are installed."""
    found = {}
    if tcpdump := shutil.which("tcpdump"):
        # Without -Z it gives up its rights, and may not be allowed to read the file.
        user = ["-Z", "root"] if os.geteuid() == 0 else []
        found["tcpdump -w /dev/null"] = lambda path: [tcpdump, *user, "-r", path, "-w", "/dev/null"]
    if reader := shutil.which("ndpiReader"):
        found["ndpiReader"] = lambda path: [reader, "-q", "-i", path]
    if suricata := shutil.which("suricata"):
        found["suricata, no rules"] = lambda path: [suricata, "--runmode", "single", "-S", "/dev/null", "-l", folder, "-r", path]
    found["Earshot, no rules"] = replay(program, no_rules(folder), folder)
    found["Earshot"] = replay(program, ROOT / "Rules", folder)
    return found


def median_of(commands, path, runs, folder):
    """Medians of CPU seconds and of memory for each command, run in turn."""
    results = {name: [] for name in commands}
    # The first time is for nothing: it brings the file into memory, and compiles the patterns of rules.
    for turn in range(runs + 1):
        for name, command in commands.items():
            result = measure(command(path), folder)
            if turn > 0:
                results[name].append(result)
    return {name: tuple(map(statistics.median, zip(*result))) for name, result in results.items()}


def compare(options, folder):
    """All programs on all mixes."""
    commands = contenders(options.program, folder)
    seconds, memory = {name: [] for name in commands}, {name: [] for name in commands}
    for mix in options.mix:
        path = capture(options.make, mix, options.size)
        result = median_of(commands, path, options.runs, folder)
        for name in commands:
            seconds[name].append(result[name][0])
            memory[name].append(result[name][1])
        if options.tidy:
            remove(path)
    yield f"CPU seconds, medians of {options.runs}, {options.size} size", seconds_table(options.mix, seconds)
    yield "Most memory, MiB", markdown(["", *options.mix], [[name, *(f"{x:.0f}" for x in memory[name])] for name in commands])


def seconds_table(mixes, seconds):
    """Seconds of all, and how many times each of the others Earshot takes."""
    rows = [[name, *(f"{x:.2f}" for x in seconds[name])] for name in seconds]
    for name in seconds:
        if not name.startswith("Earshot"):
            ratios = [own / other for own, other in zip(seconds["Earshot"], seconds[name])]
            rows.append([f"Earshot, times {name.split()[0]}", *(f"{x:.1f}" for x in ratios)])
    return markdown(["", *mixes], rows)


def by_packets(options, folder):
    """CPU time and memory of captures of three sizes."""
    rows = []
    commands = {"Earshot": replay(options.program, ROOT / "Rules", folder)}
    for mix in options.mix:
        for size in SIZES:
            path = capture(options.make, mix, size)
            frames = json.loads(path.with_suffix(".json").read_text())["frames"]
            seconds, memory = median_of(commands, path, options.runs, folder)["Earshot"]
            rows.append([f"{mix}, {size}", frames, f"{seconds:.2f}", f"{seconds / frames * 1e6:.2f}", f"{memory:.0f}"])
            if options.tidy:
                remove(path)
    yield "CPU time by packets, all rules", markdown(["", "frames", "CPU s", "µs a frame", "MiB"], rows)


def by_rules(options, folder):
    """CPU time with no rules, the shipped ones and 1,000."""
    commands = {"none": replay(options.program, no_rules(folder), folder), "shipped": replay(options.program, ROOT / "Rules", folder),
                "1,000": replay(options.program, thousand_rules(folder), folder)}
    columns = []
    for mix in options.mix:
        path = capture(options.make, mix, options.size)
        result = median_of(commands, path, options.runs, folder)
        columns.append([f"{result[name][0]:.2f}" for name in commands])
        if options.tidy:
            remove(path)
    rows = [[name, *(column[place] for column in columns)] for place, name in enumerate(commands)]
    yield f"CPU seconds by rules, {options.size} size", markdown(["rules", *options.mix], rows)


def thousand_rules(folder):
    """A folder of 1,000 rules that hold texts of messages against words which do not come: what a site may have of its own."""
    kinds = [("mqtt", "mqtt.topic|contains", "forbidden{}/area"), ("mqtt", "mqtt.clientid|startswith", "intruder{}-"),
             ("mqtt", "mqtt.topic", "site/{}/line/99/dev/none"), ("coap", "coap.uri_path|contains", "secret{}/door"),
             ("coap", "coap.opt.uri_query|startswith", "token{}=")]
    path = pathlib.Path(folder) / "thousand"
    path.mkdir(exist_ok=True)
    for number in range(1000):
        category, field, text = kinds[number % len(kinds)]
        (path / f"rule{number:03}.yml").write_text(
            f"title: Word {number}\nid: {uuid.uuid5(uuid.NAMESPACE_OID, str(number))}\nstatus: test\ndescription: A word that does not come.\n"
            f"logsource:\n    product: earshot\n    category: {category}\ndetection:\n    selection:\n"
            f"        {field}: '{text.format(number)}'\n    condition: selection\nlevel: low\n")
    return path


def remove(path):
    """Removes a capture and what it holds."""
    path.unlink()
    path.with_suffix(".json").unlink()


def main():
    """Measures what the arguments ask for; the result is the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / ".build/release/earshot")
    parser.add_argument("--make", type=pathlib.Path, default=BUILD / "MakeCapture")
    parser.add_argument("--size", choices=[*SIZES, *TRIAL], default="quarter")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--mix", nargs="+", choices=MIXES, default=MIXES)
    parser.add_argument("--tidy", action="store_true", help="remove each capture after use")
    parser.add_argument("--packets", action="store_true")
    parser.add_argument("--rules", action="store_true")
    parser.add_argument("--live", action="store_true")
    parser.add_argument("--rates", nargs="+", type=int, default=[100, 200, 300, 400, 450], help="thousands of frames a second")
    parser.add_argument("--seconds", type=float, default=5, help="of each rate")
    parser.add_argument("--send", type=pathlib.Path, default=BUILD / "SendFrames")
    options = parser.parse_args()
    options.program = options.program.resolve()
    print(f"{datetime.date.today()}, {revision()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; captures in {data_folder()}\n",
          flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        try:
            if options.live:
                tables = live.tables(options, folder)
            elif options.packets:
                tables = by_packets(options, folder)
            elif options.rules:
                tables = by_rules(options, folder)
            else:
                tables = compare(options, folder)
            for title, table in tables:
                print(f"{title}\n\n{table}\n", flush=True)
        except (Failure, live.Failure) as failure:
            print(f"bench.py: {failure}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
