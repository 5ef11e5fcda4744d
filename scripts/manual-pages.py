#!/usr/bin/env python3
"""Manual pages from what the program says of itself.

    scripts/manual-pages.py PROGRAM FOLDER [SECTION]

Writes earshot.1 and a page for each subcommand, earshot-run.1 and so on, into the folder, or of another program and in
another section of the manual (1 unless it is said). The words are those of --help;
their source is the command line's own description, which swift-argument-parser prints as JSON. The pages bear the date of
SOURCE_DATE_EPOCH, or none.
"""

import datetime
import json
import os
import pathlib
import subprocess
import sys

SECTION = sys.argv[3] if len(sys.argv) == 4 else "1"
ROFF = {"\\": r"\e", "-": r"\-", "'": r"\(aq", "`": r"\(ga", "^": r"\(ha", "~": r"\(ti"}


def escaped(text):
    """Text in which troff sees no request and no other character than stands there."""
    text = "".join(ROFF.get(character, character) for character in text)
    return r"\&" + text if text.startswith(".") else text


def prose(text):
    """Paragraphs, headings in capitals, and indented lines as they stand, unless they are longer than a line is."""
    blocks = []
    for line in text.split("\n"):
        kind = "indented" if line.startswith("  ") else "heading" if line.isupper() else "words" if line else "empty"
        if kind == "indented" and blocks and blocks[-1][0] == kind:
            blocks[-1][1].append(line[2:])
        else:
            blocks.append((kind, [line.strip()]))
    lines = []
    for kind, block in blocks:
        text = [escaped(line) for line in block]
        if kind == "indented" and max(map(len, block)) > 100:
            lines += ["\n.br\n".join(text)]
        elif kind == "indented":
            lines += [".RS 4\n.EX", *text, ".EE\n.RE"]
        elif kind == "heading":
            # It makes its own distance.
            lines = lines[:-1] if lines[-1:] == [".PP"] else lines
            lines += [f".SH {text[0]}"]
        else:
            lines += [".PP"] if kind == "empty" else text
    return "\n".join(lines)


def spelled(name):
    return ("--" if name["kind"] == "long" else "-") + name["name"]


def shown(command):
    """Its arguments; what every command has stands with the first one only."""
    common = ["help", "version"] if "superCommands" in command else []
    arguments = [argument for argument in command.get("arguments", []) if argument["shouldDisplay"]]
    return [argument for argument in arguments if argument.get("preferredName", {}).get("name") not in common]


def synopsis(words, command):
    parts = [rf"\fB{escaped(' '.join(words))}\fR"]
    for argument in shown(command):
        value = rf"\fI{escaped(argument.get('valueName', ''))}\fR"
        part = value
        if argument["kind"] != "positional":
            part = rf"\fB{escaped(spelled(argument['preferredName']))}\fR"
            part += f" {value}" if argument["kind"] == "option" else ""
        part += r"\ ..." if argument["isRepeating"] else ""
        parts.append(f"[{part}]" if argument["isOptional"] else part)
    if command.get("subcommands"):
        parts.append(r"\fIsubcommand\fR ...")
    return "\n".join(parts)


def options(command):
    lines = []
    for argument in shown(command):
        value = rf"\fI{escaped(argument.get('valueName', ''))}\fR"
        names = [rf"\fB{escaped(spelled(name))}\fR" for name in argument.get("names", [])]
        head = ", ".join(sorted(names, key=len)) or value
        if argument["kind"] == "option":
            head += f" {value}"
        text = escaped(argument.get("abstract", ""))
        if "defaultValue" in argument:
            text += rf" (default: {escaped(argument['defaultValue'])})"
        lines.append(f".TP\n{head}\n{text}")
    return "\n".join(lines)


def subcommands(command):
    return [inner for inner in command.get("subcommands", []) if inner["commandName"] != "help"]


def page(words, command, date, version):
    """One page: the command, and in it those below it, but for earshot(1), whose commands have their own."""
    name = "-".join(words)
    lines = [
        f'.TH {escaped(name.upper())} {SECTION} "{date}" "{escaped(version)}" "Earshot"',
        f".SH NAME\n{escaped(name)} \\- {escaped(command['abstract'].rstrip('.'))}",
        f".SH SYNOPSIS\n.nh\n{synopsis(words, command)}\n.hy",
    ]
    before, after = discussion(command)
    if before:
        lines.append(f".SH DESCRIPTION\n{prose(before)}")
    if shown(command):
        lines.append(f".SH OPTIONS\n{options(command)}")
    inner = subcommands(command)
    if len(words) == 1:
        rows = [f".TP\n.BR {escaped(name)}\\-{entry['commandName']} ({SECTION})\n{escaped(entry['abstract'])}" for entry in inner]
        lines.append(".SH COMMANDS\n" + "\n".join(rows))
    else:
        lines += [section(words + [entry["commandName"]], entry) for entry in inner]
    if after:
        lines.append(prose(after))
    lines.append(".SH SEE ALSO\n" + see_also(words, command))
    return "\n".join(lines) + "\n"


def section(words, command):
    """A command below a command, as a section of that one's page; its own headings become words in bold."""
    text = prose(command.get("discussion", "")).replace(".SH ", ".PP\n.B ")
    parts = [f".SH {escaped(' '.join(words).upper())}", escaped(command["abstract"]), ".PP", synopsis(words, command)]
    parts += [f".PP\n{text}"] if text else []
    parts += [options(command)]
    return "\n".join(parts).replace(".PP\n.PP", ".PP")


def discussion(command):
    """What comes before the first heading, and the rest."""
    lines = command.get("discussion", "").split("\n")
    first = next((index for index, line in enumerate(lines) if line.isupper() and not line.startswith(" ")), len(lines))
    return "\n".join(lines[:first]).strip("\n"), "\n".join(lines[first:]).strip("\n")


def see_also(words, command):
    names = [f"{words[0]}\\-{entry['commandName']}" for entry in subcommands(command)] if len(words) == 1 else [words[0]]
    return ",\n".join(f".BR {name} ({SECTION})" for name in names).replace(",\n", " ,\n")


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    dump = subprocess.run([program, "--experimental-dump-help"], check=True, capture_output=True, text=True).stdout
    version = subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout.strip()
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    date = datetime.datetime.fromtimestamp(int(epoch), datetime.timezone.utc).strftime("%Y-%m-%d") if epoch else ""
    command = json.loads(dump)["command"]
    folder.mkdir(parents=True, exist_ok=True)
    name = command["commandName"]
    (folder / f"{name}.{SECTION}").write_text(page([name], command, date, version))
    for entry in subcommands(command):
        words = [name, entry["commandName"]]
        (folder / f"{'-'.join(words)}.{SECTION}").write_text(page(words, entry, date, version))


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit("usage: manual-pages.py PROGRAM FOLDER [SECTION]")
    main()
