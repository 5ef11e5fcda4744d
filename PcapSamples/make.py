#!/usr/bin/env python3
"""Makes the captures of this folder again, all or those named, and writes expected.json.

    scripts/python-env.sh .venv-samples scripts/samples-requirements.txt
    sudo .venv-samples/bin/python PcapSamples/make.py [NAME...]  NAME such as mqtt/segments.pcap
    .venv-samples/bin/python PcapSamples/make.py --count         only count and write expected.json
    .venv-samples/bin/python PcapSamples/make.py --check         only compare captures, expected.json and rules
    python3 PcapSamples/make.py situations --out DIR [NAME...]   benign worlds and situations, composed; needs no root

Needs what `scripts/install-packages.sh samples` installs, and root, because it makes network namespaces.
"""

import contextlib
import os
import pathlib
import signal
import subprocess
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER))

if sys.argv[1:2] == ["situations"] and __name__ == "__main__":
    # Composed with the standard library alone: what real programs need need not be there.
    if sys.argv[2:3] != ["--out"] or len(sys.argv) < 4:
        print("make.py: situations --out DIR [NAME...]", file=sys.stderr)
        sys.exit(64)
    sys.exit(subprocess.run([sys.executable, FOLDER / "check_worlds.py", "--make", *sys.argv[3:]]).returncode)

from making import coap_attacks, coap_detours, coap_exchanges, coap_ordinary, coap_protected  # noqa: E402, F401
from making import coap_quiet, coap_spread, coap_violations, expected, mqtt_access, mqtt_connections, mqtt_floods, mqtt_kept, mqtt_logins  # noqa: E402, F401
from making import mqtt_malformed, mqtt_ordinary, mqtt_protocol, mqtt_quiet, mqtt_topics, mqtt_violations  # noqa: E402, F401
from making import mqtt_websocket, network_tricks, payload_classes, payload_commands, payload_plant, payload_secrets  # noqa: E402, F401
from making import real_programs  # noqa: E402, F401
from making.lab import Lab  # noqa: E402
from making.samples import SAMPLES  # noqa: E402


def main(arguments):
    """Does what the arguments ask; the result is the exit code."""
    if arguments == ["--check"]:
        return expected.check(FOLDER)
    if arguments != ["--count"]:
        if unknown := [name for name in arguments if name not in SAMPLES]:
            print(f"make.py: there is no {unknown[0]}; there are: {' '.join(SAMPLES)}", file=sys.stderr)
            return 64
        if os.geteuid() != 0:
            print("make.py: run it as root: it makes network namespaces", file=sys.stderr)
            return 77
        # A signal unwinds the stack, so that the namespaces go away.
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda number, _: sys.exit(128 + number))
        for protocol in ("mqtt", "coap", "network", "payload"):
            (FOLDER / protocol).mkdir(exist_ok=True)
        with Lab(FOLDER) as lab:
            for name in arguments or SAMPLES:
                print(name, file=sys.stderr)
                SAMPLES[name].make(lab, name)
    expected.write(FOLDER, arguments if arguments != ["--count"] else None)
    give_back()
    return expected.check(FOLDER)


def give_back():
    """Under sudo, hands what was written to the one who called."""
    if os.geteuid() == 0 and "SUDO_UID" in os.environ:
        for path in FOLDER.rglob("*"):
            os.chown(path, int(os.environ["SUDO_UID"]), int(os.environ["SUDO_GID"]))


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main(sys.argv[1:]))
    sys.exit(130)
