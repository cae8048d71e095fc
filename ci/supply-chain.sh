#!/usr/bin/env bash
# What the binary is made of: licenses, bans and sources by deny.toml, known advisories where their database can
# be fetched (OFFLINE=1 leaves them out), and a bill of materials of the tool itself (target/bom.json), the same for the same commit.
# Needs cargo-deny and cargo-cyclonedx.
set -euo pipefail
cd "$(dirname "$0")/.."
git ls-files --error-unmatch Cargo.lock > /dev/null
cargo metadata --locked --format-version 1 > /dev/null
cargo deny check licenses bans sources
[ "${OFFLINE:-}" = 1 ] || cargo deny check advisories
# Neither the time nor a place of this machine is part of it.
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct) cargo cyclonedx --format json --override-filename bom --spec-version 1.5
mkdir -p target
sed "s#file://$PWD#file:///trulyopen#g" bom.json > target/bom.json
rm bom.json
echo "target/bom.json: $(grep -c '"bom-ref"' target/bom.json) parts"
