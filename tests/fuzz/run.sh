#!/bin/sh
# run.sh - fuzzes one target from its corpus for some seconds, twenty with QUIESCE_FULL.
# usage: run.sh SECONDS PROGRAM CORPUS...
#
# Prints what failed, where the input is and how to repeat it.  New inputs are forgotten.
seconds=$1
program=$2
shift 2
[ -z "${QUIESCE_FULL-}" ] || [ "$seconds" -gt 20 ] || seconds=20
found=$(mktemp -d "${TMPDIR:-/tmp}/quiesce-fuzz.XXXXXX")
failed=$(pwd)/$(basename "$program").
if "$program" -max_total_time="$seconds" -timeout=300 -rss_limit_mb=1024 -max_len=4096 \
    -verbosity=0 -print_final_stats=1 -artifact_prefix="$failed" "$found" "$@" \
    >"$found.log" 2>&1; then
    grep -E 'executed_units|new_units' "$found.log"
    rm -rf "$found" "$found.log"
    exit 0
fi
tail -n 60 "$found.log"
echo "the input is $failed*; to repeat: $program FILE"
echo "once it is repaired, keep the input: cp it to tests/fuzz/corpus/"
rm -rf "$found" "$found.log"
exit 1
