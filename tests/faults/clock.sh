#!/bin/sh
# clock.sh - the clock of the day jumps by hours while a figure is measured.
# usage: clock.sh TOOL ROOT BUILD
. "$(dirname "$0")/../cli/lib.sh"
write_figure 20ms
QS_SHIM_CLOCK=1 LD_PRELOAD=$3/tests/faults/libshim.so "$tool" run tiny.exp --out part \
    >out 2>err </dev/null
ok "it is measured all the same" test $? -eq 0
all 'v("status") == "ok"' part/cells.csv
all 'v("seconds") == "" || (v("seconds") >= 0.02 && v("seconds") < 60)' part/cells.csv
ok "the clock did jump" test "$(column start_utc part/cells.csv | cut -c1-13 | sort -u | wc -l)" -gt 1
finish
