#!/bin/sh
# stranger.sh - a figure by somebody who has read the manual alone: its example, and that of
# experiments/README.md, with another structure, run at the first try.
. "$(dirname "$0")/lib.sh"
awk '/^[.]Sh EXAMPLES/ { here = 1 } here && /^[.]Ed/ { exit }
    inside { gsub(/\\&/, ""); print } here && /^[.]Bd/ { inside = 1 }' \
    "$root/scripts/man/quiesce-experiment.5" >manual.exp
sed -n '/^```ini$/,/^```$/p' "$root/experiments/README.md" | sed '1d;$d' >readme.exp

# tries FILE STRUCTURE - runs a copy of the file for another structure.
tries() {
    sed "s/^\(structure *= *\).*/\1$2/" "$1.exp" >mine.exp
    ok "$1 names a structure" grep -q "= $2\$" mine.exp
    run plan ./mine.exp
    ok "$1 with $2 is planned" test $status -eq 0
    run run ./mine.exp --set duration=5ms --set warmup=1ms --out "$1-$2"
    ok "$1 with $2 runs" test $status -eq 0
    [ $status -eq 0 ] || head -3 err
    all 'v("status") == "ok" && v("structure") == "'"$2"'"' "$1-$2/cells.csv"
    ok "$1 with $2 is drawn" test "$(ls "$1-$2"/figures/*.svg | wc -l)" -ge 1
    ok "$1 with $2 is judged" test "$(sed 1d "$1-$2/claims.csv" | wc -l)" -eq 1
    ok "$1 with $2 has its report" grep -q '<svg' "$1-$2/report.html"
}
tries manual skip_list
tries readme michael_hash

# A mistake in it is told with its line and the remedy.
sed 's/^reclaim *=.*/reclaim   = hp, ebra/' manual.exp >mine.exp
says 2 "./mine.exp:$(grep -n ebra mine.exp | cut -d: -f1): error: " run ./mine.exp --out none
ok "with the name that was meant" grep -q "did you mean 'ebr'" err
ok "and nothing was begun" test ! -e none
finish
