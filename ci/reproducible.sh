#!/usr/bin/env bash
# Builds twice, in two directories, and compares the binaries. PROFILE=release by default.
set -euo pipefail
cd "$(dirname "$0")/.."
profile=${PROFILE:-release}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
commit_time=$(git log -1 --format=%ct 2>/dev/null || echo 0)
for n in 1 2; do
    # Paths of this machine are no part of the binary.
    SOURCE_DATE_EPOCH=$commit_time \
    RUSTFLAGS="--remap-path-prefix=$work/$n=/build --remap-path-prefix=$PWD=/src --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo" \
    CFLAGS="-ffile-prefix-map=$work/$n=/build -ffile-prefix-map=${CARGO_HOME:-$HOME/.cargo}=/cargo" \
        cargo build --locked --quiet --profile "$profile" --target-dir "$work/$n"
done
folder=$profile
[ "$profile" = dev ] && folder=debug
sha256sum "$work"/1/$folder/trulyopen "$work"/2/$folder/trulyopen
cmp "$work/1/$folder/trulyopen" "$work/2/$folder/trulyopen" && echo "the same"
