#!/usr/bin/env bash
# Counts the instructions of the hot paths and compares them with the stored ones: exits 1 where one needs 5 % more.
# Counts differ between compilers, and between processors since libraries choose their code by them, so they are compared
# only where the stored ones are of this compiler and this processor.
#   ci/callgrind.sh [BUILD]            compare
#   ci/callgrind.sh [BUILD] --update   store
# BUILD is `release` (ci/callgrind.tsv; builds the program anew in target/profiling: minutes the first time) or `test`
# (ci/callgrind-test.tsv; the build of the tests, which is there already: the step of every run).
set -euo pipefail
cd "$(dirname "$0")/.."
build=release update=
for argument in "$@"; do
  case $argument in
    release | test) build=$argument ;;
    --update) update=1 ;;
    *) echo "$argument: neither release, test nor --update" >&2; exit 2 ;;
  esac
done
command -v valgrind >/dev/null || { echo "skipped: valgrind is not here" >&2; exit 0; }
# Names of processors in virtual machines say little; what they can do is told by their flags.
flags=$(sed -n 's/^flags[^:]*: //p' /proc/cpuinfo | head -n 1 | sha256sum | cut -c1-12)
here="$(rustc --version), $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), flags $flags"
stored=ci/callgrind.tsv
[ $build = test ] && stored=ci/callgrind-test.tsv
there=
[ -f "$stored" ] && there=$(sed -n 's/^# //p' "$stored" | head -n 1)
if [ -z "$update" ] && [ "$there" != "$here" ]; then
  echo "skipped: the stored counts are of $there; this is $here" >&2
  exit 0
fi
if [ $build = test ]; then
  cargo build --locked --quiet --example scale
  program=${CARGO_TARGET_DIR:-target}/debug/examples/scale
else
  # As a release, but for what takes long and is not compared: no optimisation across crates.
  export CARGO_TARGET_DIR=${PROFILING_TARGET_DIR:-target/profiling} CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
    CARGO_PROFILE_RELEASE_DEBUG=1 CARGO_PROFILE_RELEASE_STRIP=false
  cargo build --release --locked --example scale
  program=$CARGO_TARGET_DIR/release/examples/scale
fi

# Instructions of one run. Start and preparation are the same in every run, so the difference of two is the path alone.
count() {
  valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" hot "$1" "$2" 2>&1 >/dev/null | sed -n 's/.*Collected : \([0-9]*\).*/\1/p'
}

measure() {
  local path few many
  for path in $("$program" hot); do
    case $build,$path in
      test,load-rules) few=1 many=3 ;;
      test,identify-license | test,audit-record) few=2 many=8 ;;
      test,parse-card) few=2 many=22 ;;
      *,load-rules | *,audit-record) few=2 many=12 ;;
      *,*-record) few=200 many=1200 ;;
      *) few=5 many=55 ;;
    esac
    printf '%s\t%s\n' "$path" $((($(count "$path" "$many") - $(count "$path" "$few")) / (many - few)))
  done
}

if [ -n "$update" ]; then
  { echo "# $here"; measure; } >"$stored.tmp"
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
