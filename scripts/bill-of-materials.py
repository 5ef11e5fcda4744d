#!/usr/bin/env python3
"""What is linked into the program, as an SPDX 2.3 document on standard output.

    scripts/bill-of-materials.py VERSION

The packages are those of Package.resolved, with their commits, and Swift's runtime and Foundation from the toolchain on the
PATH. Libraries of Debian are not in it: the package depends on them. The date is that of SOURCE_DATE_EPOCH, so that the same
source makes the same document; a date is wanted by SPDX, so without it the document has that of 1970.
"""

import datetime
import json
import os
import pathlib
import re
import subprocess
import sys

RUNTIME = "Apache-2.0 WITH Swift-exception"
LICENSES = {
    "grdb.swift": "MIT",
    "swift-argument-parser": RUNTIME,
    "swift-asn1": "Apache-2.0",
    "swift-crypto": "Apache-2.0 AND MIT AND CC0-1.0",
    "swift-log": "Apache-2.0",
    "yams": "MIT",
}
TREE = pathlib.Path(__file__).resolve().parent.parent


def part(name, version, license, location, **more):
    return {
        "SPDXID": "SPDXRef-" + re.sub(r"[^A-Za-z0-9.]", "-", name),
        "name": name,
        "versionInfo": version,
        "downloadLocation": location,
        "licenseConcluded": license,
        "licenseDeclared": license,
        "copyrightText": "NOASSERTION",
        "filesAnalyzed": False,
        **more,
    }


def linked():
    pins = json.loads((TREE / "Package.resolved").read_text())["pins"]
    unknown = {pin["identity"] for pin in pins} - set(LICENSES)
    if unknown:
        sys.exit(f"bill-of-materials.py: say which license these have: {', '.join(sorted(unknown))}")
    for pin in pins:
        state, location = pin["state"], pin["location"]
        yield part(pin["identity"], state["version"], LICENSES[pin["identity"]], f"git+{location}@{state['revision']}")
    told = subprocess.run(["swift", "--version"], check=True, capture_output=True, text=True).stdout
    version = re.search(r"Swift version (\S+)", told).group(1)
    yield part("swift", version, RUNTIME, "https://www.swift.org/install/")
    yield part("swift-foundation-icu", version, "Unicode-3.0", "https://www.swift.org/install/")


def main():
    moment = datetime.datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", "0")), datetime.timezone.utc)
    program = part("earshot", sys.argv[1], "Apache-2.0", "NOASSERTION", primaryPackagePurpose="APPLICATION")
    parts = sorted(linked(), key=lambda entry: entry["name"])
    relations = [("SPDXRef-DOCUMENT", "DESCRIBES", program["SPDXID"])]
    relations += [(program["SPDXID"], "STATIC_LINK", entry["SPDXID"]) for entry in parts]
    document = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"earshot-{sys.argv[1]}",
        "documentNamespace": f"urn:earshot:bill-of-materials:{sys.argv[1]}",
        "creationInfo": {
            "created": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "creators": ["Tool: earshot-bill-of-materials"],
        },
        "packages": [program, *parts],
        "relationships": [
            {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other} for one, kind, other in relations
        ],
    }
    print(json.dumps(document, indent=2))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: bill-of-materials.py VERSION")
    main()
