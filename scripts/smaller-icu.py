#!/usr/bin/env python3
"""The data of ICU without the languages that the program does not speak, as something to link.

    scripts/smaller-icu.py FOLDER

Foundation brings ICU with 34 MB of data: every language's words, every old character set. It is pulled in by GRDB and Yams,
which use date formatters and regular expressions of Foundation. The program speaks English only. What stays is what has no
language (time zones, normalisation, properties of characters), root and English; for all others ICU falls back to root, as
it does wherever data was left out (ICU User Guide, "ICU Data").

Writes FOLDER/icu-data.ld, a script for the linker: by it ICU's name for its data means ours, and the linker leaves out the
toolchain's, which nothing refers to any more. Where the toolchain's data is not as expected the script is empty, which is
said: the program is then larger and does the same.
"""

import pathlib
import re
import shutil
import struct
import subprocess
import sys

LOCALES = {"root", "en", "en_001", "en_US", "en_US_POSIX", "pool", "res_index", "ucadata"}
# Folders of the data whose files are named by languages, and the top, where some are.
LOCALE = re.compile(r"[a-z]{2,3}(_[A-Za-z0-9]+)*\.res")
# Tables of other character sets, of protocols' string profiles, words of languages written without spaces, transliteration.
LEFT_OUT = re.compile(r".*\.(cnv|spp|dict)|(translit|rbnf)/.*|unames\.icu|confusables\.cfu|cnvalias\.icu")

SOURCE = """    .section .note.GNU-stack, "", %progbits
    .section .rodata
    .balign 16
    .globl earshot_icu_data
earshot_icu_data:
    .incbin "{data}"
"""


def stays(name):
    """Whether an item stays; its name is without that of the whole in front, such as `coll/root.res`."""
    last = name.rpartition("/")[2]
    return not LEFT_OUT.fullmatch(name) and (not LOCALE.fullmatch(last) or last.rpartition(".")[0] in LOCALES)


def reduced(data):
    """Data in the common format (ucmndata.h) with fewer items: header, number, offsets of names and items, names, items."""
    header, = struct.unpack_from("<H", data, 0)
    if data[2:4] != b"\xda\x27" or data[12:16] != b"CmnD" or data[8] != 0:
        raise ValueError("it is not in the common format")
    count, = struct.unpack_from("<I", data, header)
    entries = [struct.unpack_from("<II", data, header + 4 + 8 * index) for index in range(count)]
    ends = [start for _, start in entries[1:]] + [len(data) - header]
    items = []
    for (name_at, start), end in zip(entries, ends):
        name = data[header + name_at:data.index(b"\0", header + name_at)]
        if stays(name.decode().partition("/")[2]):
            items.append((name + b"\0", data[header + start:header + end]))
    names_at = 4 + 8 * len(items)
    names = b"".join(name for name, _ in items)
    start = -(-(names_at + len(names)) // 16) * 16
    table, body, name_at = struct.pack("<I", len(items)), b"", names_at
    for name, content in items:
        table += struct.pack("<II", name_at, start + len(body))
        name_at += len(name)
        body += content + bytes(-len(content) % 16)
    return data[:header] + table + names + bytes(start - names_at - len(names)) + body


def toolchain_data(folder):
    """The name of ICU's data in the toolchain, and its bytes."""
    swift = pathlib.Path(shutil.which("swiftc") or "swiftc").resolve()
    archive = swift.parent.parent / "lib/swift_static/linux/lib_FoundationICU.a"
    member = "icu_packaged_data.cpp.o"
    subprocess.run(["ar", "x", archive, member], cwd=folder, check=True)
    listed = subprocess.run(["nm", folder / member], check=True, capture_output=True, text=True).stdout
    name = re.search(r" R (icudt\d+_dat)$", listed, re.MULTILINE)
    if not name:
        raise ValueError("there is no symbol icudt*_dat in it")
    subprocess.run(["objcopy", "-O", "binary", "-j", ".rodata", folder / member, folder / "icu-data"], check=True)
    return name.group(1), (folder / "icu-data").read_bytes()


def main():
    folder = pathlib.Path(sys.argv[1]).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    script = folder / "icu-data.ld"
    try:
        name, data = toolchain_data(folder)
        (folder / "icu-data").write_bytes(reduced(data))
        (folder / "icu-data.S").write_text(SOURCE.format(data=folder / "icu-data"))
        subprocess.run(["clang", "-c", folder / "icu-data.S", "-o", folder / "icu-data.o"], check=True)
        script.write_text(f"INPUT({folder / 'icu-data.o'})\n{name} = earshot_icu_data;\n")
    except (OSError, ValueError, struct.error, subprocess.CalledProcessError) as error:
        print(f"smaller-icu.py: the toolchain's ICU stays whole: {error}", file=sys.stderr)
        script.write_text("/* Nothing. */\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: smaller-icu.py FOLDER")
    main()
