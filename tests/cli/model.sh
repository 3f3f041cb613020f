#!/bin/sh
# model.sh - the verb model: marks what it says as predicted, knows machines that are not
# here, and takes what an operation costs from a run.
. "$(dirname "$0")/lib.sh"

run model -T 'pack:4 [numa] core:8 pu:2' --threads 64 --lines 4 --csv
ok "1 to 64 threads" test "$(cut -d, -f1 out | tr '\n' ' ')" = "threads 1 2 4 8 16 32 64 "
ok "every row is a prediction" test "$(sed 1d out | grep -c ',predicted$')" -eq 7
ok "one thread fails no CAS" test "$(awk -F, '$1 == 1 { print $3 + $4 }' out)" = 0
ok "64 threads do" awk -F, '$1 == 64 { fails = $3 } END { exit !(fails > 10) }' out
cp out near
run model -T 'pack:4 [numa] core:8 pu:2' --threads 4 --policy numa-rr --add --csv
mv out apart
run model -T 'pack:4 [numa] core:8 pu:2' --threads 4 --policy cores --add --csv
ok "nodes apart are slower than one node" awk -F, 'FNR == 1 { f++ } $1 == 4 { mops[f] = $2 }
    END { exit !(mops[2] > 1.5 * mops[1]) }' apart out
run model --threads 2
ok "it says so in words, too" grep -q '^Predicted, not measured' out

long_enough 'v("ops") > 0' cells.csv run bench -s skip_list -r ebr --keys 1k --threads 1 \
    --repeats 2 --csv cells.csv
run model --cells cells.csv --only 'reclaim == ebr' -T 'core:16 pu:1' --csv
ok "costs of a run" test $status -eq 0
run model --cells cells.csv --only 'reclaim == hp'
ok "rows that are not there" test $status -eq 2
ok "by name" grep -q 'cells.csv: no such row of one thread' err
run model --only 'reclaim == hp'
ok "rows of nothing" grep -q -- '--cells FILE, which is missing' err
run model --work much
ok "no number" grep -q -- "--work much: not a number" err
run model -T 'core:2 pu:1' --threads 4
ok "more threads than processors" grep -q 'oversubscribe\|processors' err
finish
