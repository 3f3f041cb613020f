#!/bin/sh
# denied.sh - a kernel that refuses calls, as containers do: the tool goes on without, says
# so, or ends with a sentence.
# usage: denied.sh TOOL ROOT BUILD
. "$(dirname "$0")/../cli/lib.sh"
deny=$3/tests/faults/deny
bench="bench --structure hm_list --keys 64 --duration 5ms --warmup 0 --repeats 2 --csv -"

under() { # CALLS ARGUMENT...
    under_calls=$1
    shift
    "$deny" "$under_calls" "$tool" "$@" >out 2>err </dev/null
    status=$?
}
for scheme in $("$tool" list --csv | awk -F, '$1 == "hm_list" && $3 == "ok" { print $2 }'); do
    under membarrier $bench --reclaim "$scheme"
    if [ $status -eq 0 ]; then
        ok "$scheme measures without membarrier" test "$(wc -l <out)" -eq 3
    else
        ok "$scheme says why it does not" grep -qi membarrier err
    fi
done
under membarrier doctor
ok "doctor works without membarrier" test $status -eq 0
ok "and says so" grep -qE 'membarrier +no' out
for calls in mbind,set_mempolicy perf_event_open; do
    under $calls $bench --reclaim hp
    ok "without $calls" test $status -eq 0 -a "$(wc -l <out)" -eq 3
    under $calls doctor
    ok "doctor without $calls" test $status -eq 0
done
under sched_setaffinity $bench --reclaim hp
ok "threads that cannot be bound are no measurement" test $status -eq 3
ok "the remedy is named" grep -q -e '--placement none' err
under sched_setaffinity $bench --reclaim hp --placement none
ok "which helps" test $status -eq 0
finish
