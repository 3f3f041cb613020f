#!/bin/sh
# fenced.sh - where membarrier is refused, the tool says once what that means, measures
# all the same and writes it down.
# usage: fenced.sh TOOL ROOT WRAPPER, where the wrapper runs a command without membarrier
. "$(dirname "$0")/lib.sh"
wrapper=$3

"$wrapper" true 2>err
[ $? -ne 77 ] || { cat err; exit 77; }

# Runs the tool without membarrier; leaves out, err and status behind.
run_fenced() {
    "$wrapper" "$tool" "$@" >out 2>err </dev/null
    status=$?
}

run_fenced doctor
ok "doctor warns" grep -q '^warn  asymmetric  *fenced' out
long_enough 'v("ops") > 0' out run_fenced bench --structure hm_list --reclaim hp_asym \
    --against hm_list:ebr_asym --keys 64 --threads 1 --mix 50/25/25 --warmup 0 --repeats 2 \
    --csv -
ok "it measures" test $status -eq 0 -a "$(wc -l <out)" -eq 5
all 'v("status") == "ok" && v("ops") > 0' out
ok "one notice" test "$(grep -c 'membarrier is refused' err)" -eq 1
run_fenced bench --structure hm_list --reclaim hp --threads 1 --keys 64 --duration 10ms \
    --warmup 0 --repeats 1 --csv -
ok "none for the others" test "$(grep -c 'membarrier is refused' err)" -eq 0

write_figure 10ms
sed -i 's/^reclaim = .*/reclaim = hp_asym, ebr_asym/' tiny.exp
run_fenced run tiny.exp --out fenced
ok "a run measures" test $status -eq 0
ok "one notice in a run" test "$(grep -c 'membarrier is refused' err)" -eq 1
ok "run.json says it" grep -q '"asymmetric": {"value": "fenced"' fenced/run.json
finish
