#!/usr/bin/env bash
# Counts the instructions of the hot paths and compares them with ci/callgrind.tsv: exits 1 where one needs 5 % more.
# Counts differ between compilers, so they are compared only where the stored one is this one.
# It builds the program anew, optimised, in target/profiling: minutes the first time.
#   ci/callgrind.sh            compare
#   ci/callgrind.sh --update   store
set -euo pipefail
cd "$(dirname "$0")/.."
stored=ci/callgrind.tsv
command -v valgrind >/dev/null || { echo "skipped: valgrind is not here" >&2; exit 0; }
compiler=$(rustc --version)
if [ "${1:-}" != --update ] && [ "$(sed -n 's/^# //p' "$stored" | head -n 1)" != "$compiler" ]; then
  echo "skipped: the stored counts are of $(sed -n 's/^# //p' "$stored" | head -n 1), this is $compiler" >&2
  exit 0
fi
# As a release, but for what takes long and is not compared: no optimisation across crates.
export CARGO_TARGET_DIR=${PROFILING_TARGET_DIR:-target/profiling} CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
  CARGO_PROFILE_RELEASE_DEBUG=1 CARGO_PROFILE_RELEASE_STRIP=false
cargo build --release --locked --example scale
program=$CARGO_TARGET_DIR/release/examples/scale

# Instructions of one run. Start and preparation are the same in every run, so the difference of two is the path alone.
count() {
  valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" hot "$1" "$2" 2>&1 >/dev/null | sed -n 's/.*Collected : \([0-9]*\).*/\1/p'
}

measure() {
  local path few many
  for path in $("$program" hot); do
    case $path in
      load-rules | audit-record) few=2 many=12 ;;
      *-record) few=200 many=1200 ;;
      *) few=5 many=55 ;;
    esac
    printf '%s\t%s\n' "$path" $((($(count "$path" "$many") - $(count "$path" "$few")) / (many - few)))
  done
}

if [ "${1:-}" = --update ]; then
  { echo "# $compiler"; measure; } >"$stored.tmp"
  mv "$stored.tmp" "$stored"
  cat "$stored"
  exit 0
fi
failed=0
while IFS=$'\t' read -r path now; do
  before=$(awk -F'\t' -v p="$path" '$1 == p { print $2 }' "$stored")
  if [ -z "$before" ]; then
    echo "$path: $now instructions, none stored" >&2
    failed=1
  elif [ $((now * 100)) -gt $((before * 105)) ]; then
    echo "$path: $now instructions, $before stored: more than 5 % more" >&2
    failed=1
  else
    echo "$path: $now instructions ($before stored)"
  fi
done < <(measure)
exit $failed
