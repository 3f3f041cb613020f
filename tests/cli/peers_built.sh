#!/bin/sh
# peers_built.sh - every peer whose program is built here gives a number at one thread
# and at two; skipped (77) where only our own is.
. "$(dirname "$0")/lib.sh"

run list peers --csv
grep ',ok,' out | cut -d, -f1,2 | grep -v '^michael_hash_apart' | tr , ' ' >peers
[ -s peers ] || { echo "skipped: no package of a peer is here; scripts/install-deps --peers"; exit 77; }
while read -r structure scheme; do
    long_enough 'v("ops") > 0' rows.csv run bench --structure "$structure" \
        --reclaim "$scheme" --keys 1k --mix 50/25/25 --threads 1,2 --oversubscribe \
        --warmup 1ms --repeats 2 --timeout 300s --csv rows.csv
    ok "$structure:$scheme" test $status -eq 0
    all 'v("status") == "ok" && v("ops") > 0 && v("cpu_ns_per_op") > 0' rows.csv
done <peers
finish
