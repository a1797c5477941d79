"""Checks that an SBOM lists every crate of the program, and only what Cargo.lock pins, by checksum.

Usage: cargo tree ... --prefix none --format '{p}' | check-sbom.py FILE

The SBOM may list a few crates more than the program has, because its tool counts the features that
only tests turn on.
"""

import json
import re
import sys

with open("Cargo.lock") as file:
    blocks = file.read().split("[[package]]\n")[1:]
# The checksums of all crates from the registry, by name and version.
locked = {}
for block in blocks:
    entry = dict(re.findall(r'^(\w+) = "([^"]*)"$', block, re.MULTILINE))
    locked[entry["name"], entry["version"]] = entry.get("checksum")

with open(sys.argv[1]) as file:
    bom = json.load(file)
components = [bom["metadata"]["component"], *bom["components"]]
listed = {(it["name"], it["version"]): it.get("hashes", []) for it in components}
# A line is `NAME vVERSION`, and for a crate of this project its folder.
built = {tuple(re.match(r"(\S+) v(\S+)", line).groups()) for line in sys.stdin if line.strip()}

problems = [f"{name} {version} is not in the SBOM" for name, version in sorted(built - set(listed))]
problems += [f"{name} {version} is not in Cargo.lock" for name, version in sorted(set(listed) - set(locked))]
for (name, version), hashes in listed.items():
    checksum = locked.get((name, version))
    if checksum and checksum not in [it["content"] for it in hashes if it["alg"] == "SHA-256"]:
        problems.append(f"{name} {version} has another checksum than in Cargo.lock")
if problems or not built:
    sys.exit("\n".join(["error: the SBOM is wrong:", *problems]))
print(f"{sys.argv[1]}: {len(listed)} crates of Cargo.lock, among them all {len(built)} of the program")
