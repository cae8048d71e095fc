#!/usr/bin/env bash
# Makes the book of docs/ in target/book/docs (needs mdBook), and puts beside it what its pages link to outside of
# docs/, so that target/book can be published or opened as it is.
set -euo pipefail
cd "$(dirname "$0")/.."
rm -rf target/book
mdbook build
cp -r ci examples packaging rules schemas target/book/
echo "target/book/docs/index.html"
