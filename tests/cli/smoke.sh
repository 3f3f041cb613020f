#!/bin/sh
# smoke.sh - every figure of the tree in miniature, from measuring to the report.
. "$(dirname "$0")/lib.sh"

run run all --experiments "$root/experiments" --set duration=2ms --set warmup=0 --repeats 1 \
    --out all
"$tool" plan all --experiments "$root/experiments" >plan
ok "every figure runs" test $status -eq 0
[ $status -eq 0 ] || tail -3 err
ok "rows are whole" is_whole all/cells.csv
all 'v("status") == "ok"' all/cells.csv
all 'v("freed") <= v("retired")' all/cells.csv
all 'v("cas_fails") == "" || v("cas_fails") <= v("cas_tries")' all/cells.csv
all 'v("cell") ~ /^[0-9a-f]+$/ && length(v("cell")) == 16' all/cells.csv
for file in "$root"/experiments/*.exp; do
    figure=$(basename "$file" .exp)
    # What this machine lacks is told, and its claims are judged all the same.
    if ! grep -q "^$figure .*  needs " plan; then
        ok "$figure was measured" grep -q "^[^,]*,$figure," all/cells.csv
        for plot in $(sed -n 's/^\[plot \(.*\)\]$/\1/p' "$file"); do
            ok "$figure: $plot was drawn" test -n "$(ls all/figures | grep "^$figure-$plot.*svg$")"
        done
    fi
    # The report has the sentence, as far as no character of it is spelt otherwise.
    sed -n 's/^say *= *\([^&<>"'"'"']*\).*/\1/p' "$file" | cut -c1-60 >sentences
    while IFS= read -r sentence; do
        ok "$figure: a claim is reported" grep -qF -- "$sentence" all/report.html
    done <sentences
    for claim in $(sed -n 's/^\[claim \(.*\)\]$/\1/p' "$file"); do
        ok "$figure: $claim was judged" grep -q "^$figure,$claim," all/claims.csv
    done
done
ok "at least eight pictures" test "$(ls all/figures/*.svg | wc -l)" -ge 8
for words in throughput cas; do
    ok "a picture of $words" test "$(ls all/figures | grep -c "$words.*svg$")" -ge 1
done
for picture in all/figures/*.svg all/placement/*.svg; do
    ok "$picture is well-formed" xmllint --noout "$picture"
    ok "$picture shows something" grep -qE '<(path|polygon|rect|circle)' "$picture"
done
ok "no number that is not one" test -z "$(grep -liE '[^a-z](nan|inf)[^a-z]' all/figures/*.svg)"

complaints() { xmllint --html --noout "$1" 2>&1 | grep 'error :' | grep -v 'Tag [a-z]* invalid'; }
ok "report is well-formed" test -z "$(complaints all/report.html)"
# What it complains of, and the line, for whoever reads this elsewhere.
complaints all/report.html | while IFS=: read -r _ line what; do
    echo "    line $line:$what: $(sed -n "${line}p" all/report.html | cut -c1-400)"
done
ok "report shows every picture" test "$(grep -o '<svg' all/report.html | wc -l)" -ge \
    "$(ls all/figures/*.svg | wc -l)"
ok "no id twice" test -z "$(grep -oE ' id="[^"]*"' all/report.html | sort | uniq -d)"
ok "report refers to ids it has" test -z "$(grep -oE '(href="|url\()#[^")]*' all/report.html |
    sed 's/.*#//' | sort -u | while read -r id; do
        grep -q "id=\"$id\"" all/report.html || echo "$id"
    done)"
ok "report loads nothing" test -z \
    "$(grep -oE '(src|href)="(https?:)?//[^"]*"|@import|<script' all/report.html)"
finish
