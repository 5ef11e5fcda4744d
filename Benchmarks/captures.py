"""The captures that are measured with, and what every script here needs."""

import os
import pathlib
import subprocess

FOLDER = pathlib.Path(__file__).resolve().parent
ROOT = FOLDER.parent
BUILD = ROOT / ".build/benchmarks/release"
MIXES = ["mqtt-mixed", "mqtt-bulk", "coap-mixed", "noise", "flows", "adverse"]
# Frames of the full size in thousands; of `flows`, sessions.
FULL = {"mqtt-mixed": 2000, "mqtt-bulk": 1000, "coap-mixed": 2000, "noise": 2000, "flows": 1000, "adverse": 1000}
SIZES = {"quarter": 0.25, "full": 1, "four": 4}
# To try the scripts with.
TRIAL = {"trial": 0.01}


def data_folder():
    """Where captures lie: BENCH_DATA, or a folder of the user's cache."""
    folder = pathlib.Path(os.environ.get("BENCH_DATA") or pathlib.Path.home() / ".cache/earshot-bench")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def make(program, path, mix, *options):
    """Makes a capture; it gets its name when it is whole."""
    unfinished = path.with_name(f"unfinished-{path.name}")
    subprocess.run([program, mix, unfinished, *map(str, options)], check=True)
    unfinished.with_suffix(".json").rename(path.with_suffix(".json"))
    unfinished.rename(path)
    return path


def capture(program, mix, size):
    """The capture of a mix in a size, which is made where it is not there."""
    path = data_folder() / f"{mix}.{size}.pcap"
    # With thousands of sessions at once a short capture would be all beginnings.
    few = ["--sessions", 50] if size in TRIAL else []
    if not path.exists():
        make(program, path, mix, "--count", int(FULL[mix] * 1000 * {**SIZES, **TRIAL}[size]), *few)
    return path


def no_rules(folder):
    """A folder of rules that has none; one without any file is refused."""
    path = pathlib.Path(folder) / "no-rules"
    path.mkdir(exist_ok=True)
    (path / "none.yml").touch()
    return path


def revision():
    """The commit of the tree, with a + where files differ from it."""
    def git(*arguments):
        return subprocess.run(["git", "-C", ROOT, *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    return (git("rev-parse", "--short", "HEAD").strip() or "unknown") + ("+" if git("status", "--porcelain", "-uno") else "")


def markdown(head, rows):
    """A table: the first column is text, the others are figures."""
    lines = [head, ["---", *["--:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)
