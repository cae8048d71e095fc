#!/usr/bin/env bash
# Fuzzes every target (or those named) for SECONDS_EACH seconds, one after the other, and says how many inputs
# each ran. Seeds: fuzz/corpus-min, the fixtures, and the directory TRULYOPEN_CORPUS where there is one; what is
# found on the way stays in fuzz/corpus, which is not kept.
#   SECONDS_EACH=600 fuzz/run.sh [TARGET…]
# Needs a nightly toolchain and cargo-fuzz (`cargo install cargo-fuzz`).
set -uo pipefail
cd "$(dirname "$0")"
seconds=${SECONDS_EACH:-600}
root=$(cd .. && pwd)
corpus=${TRULYOPEN_CORPUS:-}
target_dir=${FUZZ_TARGET_DIR:-target}

# Copies files of at most 64 kB under names that do not collide.
seed() {
    local to=corpus/$1 file
    shift
    for file in "$@"; do
        [ -f "$file" ] && [ "$(stat -c %s "$file")" -le 65536 ] && cp "$file" "$to/$(printf %s "$file" | sha1sum | cut -c1-16)"
    done
    return 0
}

seeds() {
    mkdir -p "corpus/$1"
    [ -d "corpus-min/$1" ] && cp corpus-min/"$1"/* "corpus/$1/"
    shopt -s globstar nullglob
    case $1 in
        card | front_matter) seed "$1" "$root"/fixtures/hub/**/README.md ${corpus:+"$corpus"/cards/**/*.md} ;;
        record) seed "$1" "$root"/fixtures/hub/**/*.json ${corpus:+"$corpus"/hub/**/*.json} ;;
        license_text) seed "$1" "$root"/fixtures/hub/**/LICENSE* "$root"/tests/data/*.txt ${corpus:+"$corpus"/licenses/texts/*} ;;
        shard_index) seed "$1" "$root"/fixtures/hub/**/*.index.json ${corpus:+"$corpus"/hub/**/*.index.json} ;;
        policy) seed "$1" "$root"/fixtures/gate/**/trulyopen.toml ;;
        lock) seed "$1" "$root"/fixtures/gate/**/trulyopen.lock ;;
        reviewed) seed "$1" "$root"/fixtures/**/*.yml "$root"/fixtures/**/*.yaml ${corpus:+"$corpus"/mof/**/*.yml "$corpus"/osai-index/**/*.yaml} ;;
        manifest) seed "$1" "$root"/fixtures/**/evidence.json ;;
    esac
    if [ "$1" = scan ]; then
        local n=0 ending
        # The first byte tells the language, in the order of `targets::scan`.
        for ending in py ipynb ts rs go sh env mk Dockerfile Modelfile yaml json toml ini md txt; do
            for file in "$root"/fixtures/projects/**/*"$ending" ${corpus:+"$corpus"/projects/**/*"$ending"}; do
                [ -f "$file" ] && { printf "\\x$(printf %x "$n")"; head -c 65536 "$file"; } > "corpus/scan/$(printf %s "$file" | sha1sum | cut -c1-16)"
            done
            n=$((n + 1))
        done
    fi
    if [ "$1" = audit ]; then
        for info in "$root"/fixtures/hub/huggingface/models/*/*/info.json; do
            local dir file id
            dir=$(dirname "$info")
            id=${dir#"$root"/fixtures/hub/huggingface/models/}
            for file in "$dir"/*; do
                [ -f "$file" ] && [ "$(stat -c %s "$file")" -le 32768 ] && { printf '=== huggingface/models/o/n/%s\n' "$(basename "$file")"; sed "s|$id|o/n|g" "$file"; }
            done > "corpus/audit/$(printf %s "$id" | sha1sum | cut -c1-16)"
        done
    fi
}

all=$(sed -n 's/^    ("\([a-z_]*\)", [a-z_]*),$/\1/p' src/targets.rs)
for name in ${*:-$all}; do
    seeds "$name"
    log=corpus/$name.log
    # What a machine that does other work leaves to it is told as seconds of CPU.
    TIMEFORMAT='%U'
    cpu=$({ time cargo +nightly fuzz run --sanitizer none --target-dir "$target_dir" "$name" "corpus/$name" -- \
        -max_total_time="$seconds" -max_len=65536 -timeout="${TIMEOUT:-10}" -rss_limit_mb=2048 -print_final_stats=1 > "$log" 2>&1; } 2>&1)
    code=$?
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    echo "$name: ${runs:-0} inputs in $seconds s, $cpu s of CPU$([ $code -ne 0 ] && echo ", FAILED: see $log and artifacts/$name")"
done
