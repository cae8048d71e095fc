#!/usr/bin/env bash
# Draws where the time goes, as docs/images/flamegraph-{census,audit}.svg: a census of 100,000 made-up records on one
# thread, and one audit a hundred times. Needs perf and inferno (inferno-collapse-perf, inferno-flamegraph).
set -euo pipefail
cd "$(dirname "$0")/.."
# The build of ci/callgrind.sh.
export CARGO_TARGET_DIR=${PROFILING_TARGET_DIR:-target/profiling} CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
  CARGO_PROFILE_RELEASE_DEBUG=1 CARGO_PROFILE_RELEASE_STRIP=false
cargo build --release --locked --example scale --example generate_census --bin trulyopen
built=$CARGO_TARGET_DIR/release
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

draw() {
  local name=$1 title=$2
  shift 2
  perf record --quiet --freq 499 --event cpu-clock --call-graph dwarf,16384 --output "$work/perf" "$@" >/dev/null
  # What every Rust program has beneath its own code tells nothing, and names of types are long.
  perf script --input "$work/perf" 2>/dev/null | inferno-collapse-perf 2>/dev/null | sed -E 's/^[^;]+;//' | awk -F';' '
    {
      count = $NF; sub(/.* /, "", count); sub(/ [0-9]+$/, "", $NF); out = ""
      for (i = 1; i <= NF; i++) {
        frame = $i
        if (frame ~ /^(std::(rt|panic|panicking|sys|thread)|core::(ops|iter|option|result)|<core::|<alloc::|alloc::(vec|raw_vec|boxed)|__libc|_start|main$|clone3|__clone|start_thread|\[unknown\])/) continue
        while (gsub(/<[^<>]*>/, "", frame)) {}
        sub(/^trulyopen::/, "", frame)
        if (frame != "" && frame !~ /^::/ && frame !~ /^core::(ptr|mem|slice|str|num|cmp|hash|array)/) out = out (out == "" ? "" : ";") frame
      }
      if (out != "") print out " " count
    }' \
    | inferno-flamegraph --title "$title" --countname samples --minwidth 0.4 --hash >"docs/images/flamegraph-$name.svg"
}

"$built/examples/generate_census" 100000 >"$work/records.jsonl"
draw census "census of 100,000 records, one thread" "$built/trulyopen" census --threads 1 --format json "$work/records.jsonl"
draw audit "the audit of a record, 2,000 times" "$built/examples/scale" hot audit-record 2000
ls -l docs/images/flamegraph-*.svg
