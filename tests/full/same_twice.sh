#!/bin/sh
# same_twice.sh - the same work measured twice does not differ, and a tool that has a tenth
# more to do does: real runs, in turns, so that what the machine does in the long run is
# shared by all three.  Too noisy a machine for a tenth is no place for this test: 77.
# usage: same_twice.sh TOOL ROOT SLOWER
. "$(dirname "$0")/../cli/lib.sh"
slower=$3
cp "$root/experiments/style.gp" .
cat >lookups.exp <<'TEXT'
[figure]
title    = Lookups
question = Is a tenth more work seen, and nothing where there is none?
[fixed]
structure = split_ordered
reclaim   = ebr
update    = 0%
threads   = 1
start     = sized
[axes]
keys      = 1k, 2k, 4k, 8k
[run]
repeats   = 2
warmup    = 5ms
duration  = 30ms
patience  = 2s
[plot cost]
x      = keys log2
y      = cpu_ns_per_op
series = reclaim
TEXT

# measure TOOL NAME ROUND - two repeats of each cell, appended to NAME.csv.
measure() {
    "$1" run lookups.exp --no-plot --out "$2.$3" >out 2>err </dev/null ||
        { ok "$2, round $3" false; head -3 err; finish; }
    awk -F, -v OFS=, -v round="$3" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "rep") rep = i }
        NR == 1 && round > 1 { next }
        NR > 1 { $rep += 2 * (round - 1) }
        { print }' "$2.$3/cells.csv" >>"$2.csv"
}

for round in $(seq 24); do
    measure "$tool" first $round
    measure "$slower" slower $round
    measure "$tool" again $round
done
run compare --metric cpu_ns_per_op first.csv again.csv
ok "comparing works" test $status -eq 0
cat out
floor=$(awk '/noise floor/ { print $3 + 0 }' out)
ok "the floor is told" test -n "$floor"
ok "nothing differs from itself" grep -q 'differences beyond it  *0  of 4 cells' out
if awk -v f="$floor" 'BEGIN { exit !(f > 5) }'; then
    echo "not looked for a tenth: medians of the same differ by $floor % here"
    [ "$failed" -eq 0 ] && exit 77
    finish
fi
run compare --metric cpu_ns_per_op first.csv slower.csv
cat out
ok "a tenth more work is found in every cell" grep -q 'differences beyond it  *4  of 4 cells' out
ok "and is about a tenth" awk '/geometric mean/ { exit !($3 + 0 > 5 && $3 + 0 < 18) }' out
finish
