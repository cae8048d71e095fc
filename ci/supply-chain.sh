#!/usr/bin/env bash
# What the binary is made of: licenses, bans and sources by deny.toml, known advisories where their database can
# be fetched (OFFLINE=1 leaves them out), and a bill of materials of the tool itself (bom.json).
# Needs cargo-deny and cargo-cyclonedx.
set -euo pipefail
cd "$(dirname "$0")/.."
git ls-files --error-unmatch Cargo.lock > /dev/null
cargo metadata --locked --format-version 1 > /dev/null
cargo deny check licenses bans sources
[ "${OFFLINE:-}" = 1 ] || cargo deny check advisories
cargo cyclonedx --format json --override-filename bom --spec-version 1.5
