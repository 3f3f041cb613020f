#!/bin/sh
# soak.sh - a soak runs, repeats a round by its seed, ends when told to, and finds what is
# wrong with a library that is broken on purpose.
. "$(dirname "$0")/lib.sh"
broken=$(dirname "$tool")/tests/faults/quiesce_broken

if [ -n "$QUIESCE_FULL" ]; then
    run soak --minutes 10
    ok "ten minutes of soak find nothing" test $status -eq 0
    [ $status -eq 0 ] || tail -5 out
fi
rounds=8
run soak --rounds $rounds --csv rows.csv
ok "a soak finds nothing" test $status -eq 0
[ $status -eq 0 ] || cat out err
ok "a line per round" test "$(grep -c 'seed [0-9]' out)" -eq $rounds
ok "a row per round" test "$(sed 1d rows.csv | wc -l)" -eq $rounds
ok "rows are whole" is_whole rows.csv
all 'v("finding") == ""' rows.csv
ok "calls were made" test "$(column calls rows.csv | awk '{ n += $1 } END { print (n > 0) }')" = 1
all 'v("garbage_bound") == 0 || v("garbage_peak") <= v("garbage_bound")' rows.csv

# The same seed draws the same round: everything in it but what was measured.
seed=$(sed -n 's/.*seed \([0-9]*\) .*/\1/p' out | tail -1)
line=$(grep "seed $seed " out | sed 's/^ *[0-9]* *//; s/: [0-9]* calls.*//')
run soak --seed "$seed" --rounds 1
ok "a seed repeats its round" test $status -eq 0 -a \
    "$line" = "$(sed -n '1s/^ *[0-9]* *//; 1s/: [0-9]* calls.*//p' out)"
run soak --structure hm_list --reclaim ebr --rounds 3 --csv -
all 'v("structure") == "hm_list" && v("reclaim") == "ebr"' out

"$tool" soak >out 2>err </dev/null &
soak=$!
while ! grep -q ok out && kill -0 $soak; do sleep 0.05; done
kill -INT $soak
wait $soak
ok "interrupted is status 130" test $? -eq 130
ok "with a summary" grep -q 'rounds, .*: 0 findings' out

# finds CONTROL SCHEME TEXT - some round with the broken library is a finding; of further
# seeds if threads had few turns in those of the first.
finds() {
    for seed in 1 1001 2001 3001 4001; do
        QS_CONTROL=$1 "$broken" soak --reclaim "$2" --rounds 60 --seed $seed >out 2>err
        status=$?
        [ $status -eq 1 ] && grep -qE "$3" out && break
    done
    ok "$1 under $2 is found" test $status -eq 1
    ok "$1 is found as such" grep -qE "$3" out
    grep -qE "$3" out || grep FOUND out
    ok "the round can be repeated" grep -q 'again: quiesce soak --seed' out
}
ok "there is a broken tool" test -x "$broken"
finds lost_orphans ebr 'never freed'
finds silent_exit hp 'registered|never freed|bound'
finds no_scan hp 'are the bound'
finds keeps_nodes qsbr 'never freed'
finds free_at_once ebr 'crashes|hangs|value|linearizable|inserted|the map holds'
finish
