#!/bin/sh
# run.sh - a tiny experiment from file to report; then interrupted, and resumed.
. "$(dirname "$0")/lib.sh"
write_figure 20ms

run plan tiny.exp
ok "plan" test $status -eq 0
ok "plan counts" grep -q '24' out
run run tiny.exp --out whole
ok "run" test $status -eq 0
[ $status -eq 0 ] || cat err
ok "run names the report" grep -q 'whole/report.html' out
for file in run.json plan.csv cells.csv claims.csv topology.xml report.html; do
    ok "$file is there" test -s "whole/$file"
done
ok "24 rows" test "$(sed 1d whole/cells.csv | wc -l)" -eq 24
ok "rows are whole" is_whole whole/cells.csv
all 'v("status") == "ok"' whole/cells.csv
ok "each repeat once" test -z "$(sed 1d whole/cells.csv | cut -d, -f3,4 | sort | uniq -d)"
ok "claims' header" test "$(head -1 whole/claims.csv)" = \
    figure,claim,verdict,value,lo,hi,n,paper,requires,p
ok "the claim holds" grep -q '^tiny,alone-never-fails,holds,' whole/claims.csv
ok "order is interleaved" test "$(sed 1d whole/cells.csv | sort -t, -k5n | cut -d, -f3 |
    head -6 | sort -u | wc -l)" -gt 1
for plot in throughput casfail; do
    ok "$plot is drawn" xmllint --noout "whole/figures/tiny-$plot.svg"
    ok "$plot can be redrawn" test -s "whole/figures/tiny-$plot.gp"
done
for plot in throughput casfail; do
    ok "$plot's PDF brings its fonts" test -n "$(pdffonts whole/figures/tiny-$plot.pdf | sed 1,2d)" \
        -a -z "$(pdffonts whole/figures/tiny-$plot.pdf | sed 1,2d | awk '$(NF - 4) != "yes"')"
done
ok "report is well-formed" is_well_formed whole/report.html
ok "report shows the claim" grep -q 'A thread alone loses no CAS' whole/report.html
ok "report has both figures" test "$(grep -o '<svg' whole/report.html | wc -l)" -ge 2
ok "report says what no axis shows" grep -q 'All cells: structure split_ordered, mix 80/10/10.* quiesce_every 100' whole/report.html
ok "report needs nothing else" test -z "$(grep -oE '(src|href)="(https?:)?//[^"]*"' whole/report.html)"
ok "report has no scripts" test -z "$(grep -i '<script' whole/report.html)"
ok "no id twice" test -z "$(grep -oE ' id="[^"]*"' whole/report.html | sort | uniq -d)"

rm -r whole/figures whole/report.html
run plot whole
ok "plot draws again" test $status -eq 0 -a -s whole/figures/tiny-throughput.svg
run report whole
ok "report writes again" test $status -eq 0 -a -s whole/report.html

# The fault matrix, where there is one.
printf 'number,fault,scheme,structure,expected,observed,status,test\n1,a <reader>,hp,s,bounded,bounded,ok,t\n1,a <reader>,ebr,s,drains,hangs,red,t\n2,torn \303,hp,s,bounded,bounded,ok,t\n' \
    >whole/faults.csv
run report whole
ok "report shows the faults" grep -q 'a &lt;reader&gt;' whole/report.html
ok "and what is no UTF-8 as such" grep -q "2 torn $(printf '\357\277\275')<" whole/report.html
ok "and what is not as expected" grep -q 'hangs (not drains)' whole/report.html
ok "report is well-formed with faults" is_well_formed whole/report.html
sed 's/a &lt;reader&gt;/a <reader>/' whole/report.html >spoilt.html
ok "one that is not is noticed" test -n "$(is_well_formed spoilt.html 2>&1)"

# The same figure, interrupted after some repeats; if it was over by then, one that takes
# longer.
for duration in 200ms 1s 5s; do
    write_figure $duration
    rm -rf part
    "$tool" run tiny.exp --out part >out 2>err </dev/null &
    tool_pid=$!
    while [ "$(wc -l 2>/dev/null <part/cells.csv || echo 0)" -lt 4 ] && kill -0 $tool_pid; do
        sleep 0.05
    done
    kill -INT $tool_pid
    wait $tool_pid
    status=$?
    [ $status -eq 0 ] || break
done
ok "interrupted is status 130" test $status -eq 130
ok "it tells how to go on" grep -q 'run --resume=part' err out
ok "the rows are whole" is_whole part/cells.csv
before=$(sed 1d part/cells.csv | wc -l)
ok "some rows were measured" test "$before" -ge 3 -a "$before" -lt 24
cp part/cells.csv before.csv
printf 'torn,row' >>part/cells.csv

run run --resume=part
ok "resume" test $status -eq 0
[ $status -eq 0 ] || cat err
ok "all rows, each once" test "$(sed 1d part/cells.csv | wc -l)" -eq 24 -a -z \
    "$(sed 1d part/cells.csv | cut -d, -f3,4 | sort | uniq -d)"
ok "measured rows were left alone" cmp -n "$(wc -c <before.csv)" before.csv part/cells.csv
ok "resumed rows are whole" is_whole part/cells.csv
ok "the report is there" test -s part/report.html
cp part/cells.csv done.csv
run run --resume=part
ok "nothing is left to resume" test $status -eq 0
ok "and nothing was measured" cmp done.csv part/cells.csv

# A required claim that is contradicted is status 1.
sed -i 's/^duration = .*/duration = 10ms/; s/^test  = .*/test  = bounded(ops) <= -1/' tiny.exp
run run tiny.exp --out wrong
ok "a contradicted claim is status 1" test $status -eq 1
ok "and is told" grep -q contradicted wrong/claims.csv
run run tiny.exp --out whole
ok "an old run is not overwritten" test $status -ne 0
finish
