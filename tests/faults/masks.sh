#!/bin/sh
# masks.sh - fewer processors than the machine has, machines that are not here, and threads
# that the system does not give.
# usage: masks.sh TOOL ROOT BUILD
. "$(dirname "$0")/../cli/lib.sh"
shim=$3/tests/faults/libshim.so
bench="bench --structure hm_list --reclaim hp --keys 64 --duration 5ms --warmup 0 --repeats 2"
first=$(taskset -cp $$ | sed 's/.*: *\([0-9]*\).*/\1/')

taskset -c "$first" "$tool" $bench --threads 1 --csv - >out 2>err </dev/null
ok "one processor suffices for one thread" test $? -eq 0
taskset -c "$first" "$tool" $bench --threads 2 >out 2>err </dev/null
ok "not for two" test $? -eq 2
ok "the remedy is named" grep -q -e --oversubscribe err
taskset -c "$first" "$tool" place >out 2>err </dev/null
ok "place stays inside the mask" test "$(grep -cE "^[0-9]+ +[0-9]+ +[0-9]+ " out)" -eq 1
ok "on the processor that is left" grep -qE "^0 +$first " out

HWLOC_SYNTHETIC='pack:2 core:2 pu:1' "$tool" $bench >out 2>err </dev/null
ok "a machine that is not here is not measured on" test $? -eq 2
HWLOC_SYNTHETIC='no:such machine' "$tool" $bench >out 2>err </dev/null
ok "a machine that cannot be is an error" test $? -ne 0
ok "which names the variable" grep -q HWLOC_SYNTHETIC err
HWLOC_XMLFILE=/no/such.xml "$tool" $bench >out 2>err </dev/null
ok "so is a file that is not there" test $? -ne 0
ok "which is named, too" grep -q HWLOC_XMLFILE err

QS_SHIM_THREADS=2 LD_PRELOAD=$shim "$tool" $bench --threads 4 --oversubscribe >out 2>err </dev/null
ok "threads that are refused are status 3" test $? -eq 3
ok "and are named" grep -q 'no more threads' err
finish
