#!/bin/sh
# Builds the fuzz targets and runs each for a time, as many at once as there are cores.
#
#   Fuzz/run.sh SECONDS [TARGET...]    TARGET is the name of a folder of Fuzz/Seeds; all of them when none is named
#
# What was found worth keeping stays in .build/fuzz/corpus and is where the next run goes on from. An input that breaks
# something stays in .build/fuzz/found. FUZZ_SEED=N makes the choices of a run those of another with the same number,
# FUZZ_RUNS=N ends a target after so many. The exit code is 1 when something broke, 64 for wrong usage.
set -eu

case "${1:-}" in
    '' | *[!0-9]*)
        sed -n '2,8s/^# \{0,1\}//p' "$0" >&2
        exit 64
        ;;
esac
seconds=$1
shift
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- $(ls Fuzz/Seeds)
for target in "$@"; do
    [ -d "Fuzz/Seeds/$target" ] || {
        printf 'run.sh: no target %s\n' "$target" >&2
        exit 64
    }
done

build=.build/fuzz
swift build -c release --sanitize=fuzzer --package-path Fuzz --scratch-path $build

# A crash would hang in the printing of a backtrace.
export SWIFT_BACKTRACE=enable=no
mkdir -p $build/found $build/log
rm -f $build/log/*

# Runs one target; what came of it is the last line of its log.
fuzz() {
    target=$1
    mkdir -p "$build/corpus/$target"
    log=$build/log/$target
    set -- -max_total_time="$seconds" -max_len=1024 -timeout=60 -rss_limit_mb=2048 -seed="${FUZZ_SEED:-0}" \
        -runs="${FUZZ_RUNS:--1}" \
        -print_final_stats=1 -artifact_prefix="$build/found/$target-"
    dictionary=Fuzz/${target#Fuzz}.dict
    case $target in FuzzStream | FuzzMQTT*) dictionary=Fuzz/MQTT.dict ;; esac
    if [ -f "$dictionary" ]; then set -- "$@" -dict="$dictionary"; fi
    if "$build/release/$target" "$@" "$build/corpus/$target" "Fuzz/Seeds/$target" >"$log" 2>&1; then
        printf '%s: %s executions, %s points covered\n' "$target" \
            "$(sed -n 's/^stat::number_of_executed_units: //p' "$log")" \
            "$(sed -n 's/^#.*DONE  *cov: \([0-9]*\) .*/\1/p' "$log")"
    else
        touch "$log.broken"
        printf '%s: broken; the log is %s\n' "$target" "$log"
        grep -e 'Fatal error' -e '^SUMMARY' -e 'Test unit written' "$log" || tail -n 20 "$log"
    fi
}

cores=$(nproc)
running=0
for target in "$@"; do
    fuzz "$target" &
    running=$((running + 1))
    if [ $running -ge "$cores" ]; then
        # All of a group take the same time.
        wait
        running=0
    fi
done
wait
for target in "$@"; do
    if [ -e "$build/log/$target.broken" ]; then exit 1; fi
done
