#!/bin/sh
# Makes a Python environment with what a file of requirements names: the clients of scripts/python-requirements.txt
# (paho-mqtt, aiocoap, scapy, websockets) unless another file is given.
#
#   scripts/python-env.sh DIR [REQUIREMENTS]        then run DIR/bin/python
#
# Says nothing and changes nothing when DIR already holds exactly these.
# Exit codes are those of sysexits.h: 64 usage, 69 something is missing and cannot be had, 73 DIR cannot be made.
set -eu

fail() {
    code=$1
    shift
    printf 'python-env.sh: %s\n' "$*" >&2
    exit "$code"
}

case $# in 1 | 2) ;; *) fail 64 'say where: scripts/python-env.sh DIR [REQUIREMENTS]' ;; esac
directory=$1
requirements=${2:-$(dirname "$0")/python-requirements.txt}
[ -f "$requirements" ] || fail 64 "$requirements: there is no such file"
stamp=$directory/requirements-installed.txt

# The stamp is written last, so an environment that was cut short is made anew.
if [ -x "$directory/bin/python" ] && cmp -s "$requirements" "$stamp"; then exit 0; fi

command -v python3 >/dev/null 2>&1 || fail 69 'there is no python3; run scripts/install-packages.sh test'
if [ -e "$directory" ] && [ ! -e "$directory/pyvenv.cfg" ] && [ -n "$(ls -A "$directory")" ]; then
    fail 73 "$directory is there and is no Python environment; name another place"
fi
python3 -m venv --clear "$directory" ||
    fail 73 "cannot make $directory (on Debian, python3 -m venv needs the package python3-venv)"
"$directory/bin/python" -m pip --quiet --disable-pip-version-check install --requirement "$requirements" ||
    fail 69 "pip could not install what $requirements names: see above"
cp "$requirements" "$stamp"
