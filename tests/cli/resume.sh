#!/bin/sh
# resume.sh - a crash may leave any part of the last line: the repeat is measured again, once.
. "$(dirname "$0")/lib.sh"
write_figure 5ms

run run tiny.exp --out whole --no-plot
ok "the run as such" test $status -eq 0
line=$(tail -1 whole/cells.csv | wc -c)
whole=$(wc -c <whole/cells.csv)
for cut in 1 2 $((line / 2)) $((line - 1)) "$line"; do
    rm -rf torn
    cp -r whole torn
    head -c $((whole - cut)) whole/cells.csv >torn/cells.csv
    run run --resume=torn --no-plot
    ok "$cut bytes less: it goes on" test $status -eq 0
    ok "$cut bytes less: every repeat once" test "$(sed 1d torn/cells.csv | wc -l)" -eq 24 -a \
        -z "$(sed 1d torn/cells.csv | cut -d, -f3,4 | sort | uniq -d)"
    ok "$cut bytes less: all rows are whole" is_whole torn/cells.csv
    ok "$cut bytes less: the others were left alone" cmp -n $((whole - line)) whole/cells.csv \
        torn/cells.csv
done
finish
