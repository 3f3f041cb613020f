#!/bin/sh
# bench.sh - `quiesce bench` prints tidy rows whose numbers are possible, and compares.
. "$(dirname "$0")/lib.sh"

# Every kind of structure and scheme, two threads at most, a fresh cell each.
for pair in split_ordered:hp skip_list:ebr michael_hash:qsbr hm_list:rcu_memb \
    rcu_hash:rcu_qsbr lfht:rcu_qsbr locked_map:direct split_ordered:leak; do
    structure=${pair%:*} scheme=${pair#*:}
    # So many that half of them are reads, but for chances of one in 10^18.
    long_enough 'v("ops") >= 2000' out run bench --structure "$structure" \
        --reclaim "$scheme" --threads 1,2 --oversubscribe --keys 500 --mix 50/25/25 \
        --warmup 10ms --repeats 2 --csv -
    ok "$pair runs" test $status -eq 0
    ok "$pair prints four rows" test "$(wc -l <out)" -eq 5
    ok "$pair is whole" is_whole out
    all 'v("status") == "ok"' out
    all "v(\"structure\") == \"$structure\" && v(\"reclaim\") == \"$scheme\"" out
    all 'v("ops") > 0 && v("mops") > 0 && v("cpu_ns_per_op") > 0' out
    all 'v("ops") == v("reads") + v("inserts") + v("removes")' out
    all 'v("reads") > 0.4 * v("ops") && v("reads") < 0.6 * v("ops")' out
    all 'v("inserted") <= v("inserts") && v("deleted") <= v("removes")' out
    all 'v("freed") <= v("retired")' out
    all 'v("prefill") == 250' out
    case $structure in split_ordered | skip_list | michael_hash | hm_list)
        all 'v("cas_tries") > 0 && v("cas_fails") < v("cas_tries")' out
        all 'v("cas_tries") >= v("inserted") + v("deleted")' out
        # A neighbour may retire a thread's node on the other side of the interval's edge.
        all 'v("threads") > 1 || v("retired") == v("deleted")' out
        all 'v("retired") - v("deleted") <= v("threads")' out
        all 'v("deleted") - v("retired") <= v("threads")' out
        all 'v("threads") > 1 || v("cas_fails") == 0' out
        ;;
    lfht) all 'v("cas_tries") == "" && v("cas_fails") == ""' out ;;
    esac
done
ok "leak frees nothing" test "$(column freed out | sort -u)" = 0

# Without a warm-up nothing is retired before the interval begins.
run bench --structure split_ordered --reclaim hp --threads 2 --oversubscribe --keys 100k \
    --mix 90/5/5 --duration 50ms --warmup 0 --repeats 3 --csv -
ok "no warm-up" test $status -eq 0
all 'v("retired") - v("deleted") <= 2 && v("deleted") - v("retired") <= 2' out

run bench --structure split_ordered --reclaim ebr --threads 1 --keys 1k --dist zipf:0.99 \
    --duration 20ms --repeats 2 --csv file.csv
ok "--csv FILE" test $status -eq 0 -a "$(wc -l <file.csv)" -eq 3
all 'v("dist") == "zipf:0.99"' file.csv
run bench --structure split_ordered --reclaim ebr --threads 1 --keys 1k --duration 20ms \
    --repeats 1 --csv file.csv
ok "--csv appends" test $status -eq 0 -a "$(wc -l <file.csv)" -eq 4
ok "one header" test "$(grep -c '^run,' file.csv)" -eq 1

# A repeat without an operation has no ratio.
for duration in 20ms 200ms 2s 10s; do
    run bench --structure split_ordered --reclaim hp --threads 1 --keys 1k \
        --duration $duration --repeats 7 --against lfht:rcu_qsbr
    grep -qE '[0-9.]+x? *\[ *[0-9.]+, *[0-9.]+ *\]' out && break
done
ok "--against" test $status -eq 0
ok "--against prints a ratio with its interval" grep -qE \
    '[0-9.]+x? *\[ *[0-9.]+, *[0-9.]+ *\]' out
ok "--against tells n" grep -qE '7|n' out

# Results go to stdout, everything else to stderr.
run bench --structure hm_list --reclaim hp --threads 1 --keys 64 --duration 20ms \
    --repeats 6 --csv -
ok "nothing but rows on stdout" test -z "$(sed 1d out | grep -v '^[^,]*,[^,]*,[0-9a-f]\{16\},')"

"$tool" bench --structure hm_list --reclaim hp --threads 1 --keys 64 --duration 20ms \
    --repeats 2 --csv - >/dev/full 2>err </dev/null
ok "a full disk is status 3" test $? -eq 3
ok "a full disk is named" grep -qi 'space' err
run bench --structure hm_list --reclaim hp --threads 1 --keys 64 --duration 20ms \
    --repeats 2 --csv /dev/full
ok "a full disk behind --csv is status 3" test $status -eq 3
ok "it is named" grep -q '/dev/full' err
finish
