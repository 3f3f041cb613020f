#!/bin/sh
# smoke.sh - every figure of the tree in miniature, from measuring to the report.
. "$(dirname "$0")/lib.sh"

run run all --experiments "$root/experiments" --set duration=2ms --set warmup=0 --repeats 1 \
    --out all
"$tool" plan all --experiments "$root/experiments" >plan
# Two milliseconds may contradict what is claimed of long repeats, which is status 1, but
# not what no operation at all may do.
ok "every figure runs" test $status -le 1
[ $status -le 1 ] || tail -n 3 err
awk 'FNR == 1 { figure = FILENAME; sub(/.*\//, "", figure); sub(/[.]exp$/, "", figure) }
    /^\[claim / { claim = $2; sub(/\].*/, "", claim) }
    /^test *= *zero\(/ { print figure "," claim }' "$root"/experiments/*.exp >exact
ok "there are claims that say never" test -s exact
while read -r claim; do
    ok "$claim is not contradicted" test -z "$(grep "^$claim,contradicted," all/claims.csv)"
done <exact
ok "rows are whole" is_whole all/cells.csv
all 'v("status") == "ok"' all/cells.csv
all 'v("freed") <= v("retired")' all/cells.csv
all 'v("cas_fails") == "" || v("cas_fails") <= v("cas_tries")' all/cells.csv
all 'v("cell") ~ /^[0-9a-f]+$/ && length(v("cell")) == 16' all/cells.csv

# is_drawn - the plot of the figure; measured for longer if no thread had a turn in any
# repeat of it, since there is no picture of nothing.
is_drawn() {
    ls all/figures | grep -q "^$figure-$plot.*svg$" && return
    for duration in 50ms 1s; do
        again=$figure-$duration
        [ -d "$again" ] || run run "$figure" --experiments "$root/experiments" \
            --set duration=$duration --set warmup=0 --repeats 1 --out "$again"
        ls "$again/figures" | grep -q "^$figure-$plot.*svg$" && return
    done
}

for file in "$root"/experiments/*.exp; do
    figure=$(basename "$file" .exp)
    # What this machine lacks is told, and its claims are judged all the same.
    if ! grep -q "^$figure .*  needs " plan; then
        ok "$figure was measured" grep -q "^[^,]*,$figure," all/cells.csv
        for plot in $(sed -n 's/^\[plot \(.*\)\]$/\1/p' "$file"); do
            ok "$figure: $plot was drawn" is_drawn
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

ok "report is well-formed" is_well_formed all/report.html
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
