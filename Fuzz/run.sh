#!/bin/sh
# Builds the fuzz targets and runs each for a time.
#
#   Fuzz/run.sh SECONDS [TARGET...]    TARGET is FuzzFrame, FuzzFragments, FuzzStream, FuzzMQTT, FuzzCoAP or
#                                      FuzzCoAPConversation; all of them when none is named
#
# What was found worth keeping stays in .build/fuzz/corpus and is where the next run goes on from. An input that breaks
# something stays in .build/fuzz/found. The exit code is 1 when there is one, 64 for wrong usage.
set -eu

case "${1:-}" in
    '' | *[!0-9]*)
        sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
        exit 64
        ;;
esac
seconds=$1
shift
[ $# -gt 0 ] || set -- FuzzFrame FuzzFragments FuzzStream FuzzMQTT FuzzCoAP FuzzCoAPConversation

cd "$(dirname "$0")/.."
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
failed=0
for target in "$@"; do
    mkdir -p "$build/corpus/$target"
    log=$build/log/$target
    set -- -max_total_time="$seconds" -max_len=1024 -timeout=10 -rss_limit_mb=1024 \
        -print_final_stats=1 -artifact_prefix="$build/found/$target-"
    dictionary=Fuzz/${target#Fuzz}.dict
    if [ "$target" = FuzzStream ]; then dictionary=Fuzz/MQTT.dict; fi
    if [ -f "$dictionary" ]; then set -- "$@" -dict="$dictionary"; fi
    if "$build/release/$target" "$@" "$build/corpus/$target" "Fuzz/Seeds/$target" >"$log" 2>&1; then
        printf '%s: %s executions, %s points covered\n' "$target" \
            "$(sed -n 's/^stat::number_of_executed_units: //p' "$log")" \
            "$(sed -n 's/^#.*DONE  *cov: \([0-9]*\) .*/\1/p' "$log")"
    else
        failed=1
        printf '%s: broken; the log is %s\n' "$target" "$log"
        grep -e 'Fatal error' -e '^SUMMARY' -e 'Test unit written' "$log" || tail -n 20 "$log"
    fi
done
exit $failed
