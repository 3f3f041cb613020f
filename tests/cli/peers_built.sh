#!/bin/sh
# peers_built.sh - every peer whose program is built here gives a number at one thread
# and at two; skipped (77) where only our own is.
. "$(dirname "$0")/lib.sh"

run list peers --csv
grep ',ok,' out | cut -d, -f1,2 | grep -v '^michael_hash_apart' | tr , ' ' >peers
[ -s peers ] || { echo "skipped: no package of a peer is here; scripts/install-deps --peers"; exit 77; }
# measure STRUCTURE SCHEME - four repeats, once more where one was not whole: on a busy
# machine a program of somebody else's may not come to its first operation in time.
measure()
{
    for attempt in 1 2 3; do
        rm -f rows.csv
        run bench --structure "$1" --reclaim "$2" --keys 1k --mix 50/25/25 \
            --threads 1,2 --oversubscribe --duration 20ms --warmup 1ms --repeats 2 --csv rows.csv
        [ $status -ne 0 ] || return
        echo "attempt $attempt, $1:$2: $(tail -1 err)"
    done
}

while read -r structure scheme; do
    measure "$structure" "$scheme"
    ok "$structure:$scheme" test $status -eq 0
    all 'v("status") == "ok" && v("ops") > 0 && v("cpu_ns_per_op") > 0' rows.csv
done <peers
finish
