#!/bin/sh
# Runs every random test several times, each time with other seeds.
#
#   scripts/nightly.sh RUNS
#
# A random test is one that asks for `testSeed()`; the tests are built before. The log of a run that failed stays in
# .build/nightly, and names the seeds: EARSHOT_SEED=SEED swift test --filter TEST plays one again.
# Exit codes: 0 all passed, 1 a run failed, 64 usage.
set -eu

case "${1:-}" in
    '' | *[!0-9]* | 0)
        echo 'nightly.sh: say how many runs' >&2
        exit 64
        ;;
esac
cd "$(dirname "$0")/.."

names=$(find Tests -name '*.swift' ! -path 'Tests/TestSupport/*' -exec awk '
    match($0, /func [A-Za-z0-9_]+\(/) { name = substr($0, RSTART + 5, RLENGTH - 6) }
    /= testSeed\(\)/ { print name }' {} + | sort -u | paste -sd '|')
log=.build/nightly
rm -rf "$log"
mkdir -p "$log"
failed=0
for run in $(seq "$1"); do
    if EARSHOT_SEED=random swift test --skip-build --filter "[./]($names)\\(" >"$log/$run" 2>&1; then
        tail -n 1 "$log/$run"
        rm "$log/$run"
    else
        failed=$((failed + 1))
        echo "run $run failed: $log/$run"
        grep -A 1 'recorded an issue' "$log/$run" || tail -n 20 "$log/$run"
    fi
done
echo "$failed of $1 runs failed"
[ "$failed" -eq 0 ]
