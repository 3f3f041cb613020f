#!/bin/sh
# merge.sh - runs that were measured in parts become one.
. "$(dirname "$0")/lib.sh"
write_figure 5ms

"$tool" run tiny.exp --out one --no-plot --only 'threads == 1' >out 2>err </dev/null
"$tool" run tiny.exp --out two --no-plot --only 'threads == 2' >>out 2>>err </dev/null
ok "both parts were measured" test "$(sed 1d one/cells.csv | wc -l)" -eq 12 -a \
    "$(sed 1d two/cells.csv | wc -l)" -eq 12

run merge one two --out both
ok "merge" test $status -eq 0
ok "all rows are there, whole" test "$(sed 1d both/cells.csv | wc -l)" -eq 24
ok "and whole" is_whole both/cells.csv
{ sed 1d one/cells.csv; sed 1d two/cells.csv; } | sort >measured
sed 1d both/cells.csv | sort >merged
ok "letter by letter" cmp measured merged
run report both
ok "the whole is reported" test $status -eq 0 -a -s both/report.html
ok "and the claim judged" grep -q 'A thread alone loses no CAS' both/report.html
ok "for programs, too" grep -q '^tiny,alone-never-fails,holds,' both/claims.csv
run run --resume=both --no-plot
ok "nothing is missing, whatever each part left out" test $status -eq 0 -a \
    "$(sed 1d both/cells.csv | wc -l)" -eq 24

run merge one both two --out again
ok "rows that are there twice are taken once" test "$(sed 1d again/cells.csv | wc -l)" -eq 24

# A second measurement of the same repeats is no copy of them.
"$tool" run tiny.exp --out three --no-plot --only 'threads == 1' >>out 2>>err </dev/null
says 2 '--renumber keeps both' merge one three --out clash
ok "nothing was made of it" test ! -e clash
run merge one three --out more --renumber
ok "kept as further repeats" test "$(sed 1d more/cells.csv | wc -l)" -eq 24
ok "each once" test -z "$(sed 1d more/cells.csv | cut -d, -f3,4 | sort | uniq -d)"
ok "numbered on" test "$(column rep more/cells.csv | sort -n | tail -1)" -eq 12

# What must not become one is refused, with a remedy.
cp -r two other
sed -i 's/compiler=[^;]*/compiler=another 1.0/' other/run.json
says 2 'keep them apart (quiesce compare' merge one other --out bad
cp -r two changed
echo '; a word' >>changed/experiments/tiny.exp
says 2 'experiments/tiny.exp is not the same' merge one changed --out bad
cp -r two long
sed -i 's/"preset": *"quick"/"preset": "full"/' long/run.json
says 2 'not of one length' merge one long --out bad
cp -r two older
sed -i '1s/,mops,/,mop,/' older/cells.csv
says 2 'another version wrote it' merge one older --out bad
says 2 'name one that does not exist' merge one two --out both
says 2 'nowhere/run.json: No such file' merge one nowhere --out bad
ok "none of them left anything behind" test ! -e bad
finish
