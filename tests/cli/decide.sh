#!/bin/sh
# decide.sh - what required claims leave undecided is measured once more, and only that.
. "$(dirname "$0")/lib.sh"
write_figure 5ms
cat >>tiny.exp <<TEXT
[claim hp-is-no-slower]
say   = Hazard pointers take no longer than leaving the garbage
where = threads == 1
test  = ratio(cpu_ns_per_op, reclaim == hp, reclaim == leak) <= 1
TEXT

# took ODD EVEN - a first look in which cells with hp took that many ns per operation in
# odd and in even repeats, and all others 100, with cores of their own.  What a second
# look follows from is given here, since what this machine would say is its own affair.
took()
{
    rm -rf "$work/run"
    cp -R "$work/measured" "$work/run"
    awk -F, -v OFS=, -v odd="$1" -v even="$2" '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; print; next }
        { ns = $at["reclaim"] != "hp" ? 100 : $at["rep"] % 2 ? odd : even
          $at["cpu_ns_per_op"] = ns + $at["rep"] / 100
          $at["crowding"] = 1
          $at["ops"] = 1000
          $at["status"] = "ok"
          print }' "$work/measured/cells.csv" >"$work/run/cells.csv"
}

rows()
{
    sed 1d "$work/run/cells.csv" | wc -l
}

run run tiny.exp --out measured --no-plot --one-look
ok "one look has all repeats" test "$(sed 1d measured/cells.csv | wc -l)" -eq 24

took 200 210
run run --resume=run --no-plot
ok "contradicted is decided" grep -q '^tiny,hp-is-no-slower,contradicted,2' run/claims.csv
ok "contradicted is not looked at again" test "$(rows)" -eq 24

took 50 52
run run --resume=run --no-plot
ok "what holds is decided" grep -q '^tiny,hp-is-no-slower,holds,0.5' run/claims.csv
ok "what holds is not looked at again" test "$(rows)" -eq 24

took 80 120
run run --resume=run --no-plot --one-look
ok "undecided" grep -q '^tiny,hp-is-no-slower,undecided,' run/claims.csv
ok "one look is one" test "$(rows)" -eq 24
run run --resume=run --no-plot
ok "the claim's cells got as many repeats again" test "$(rows)" -eq 36
ok "it says so" grep -q '^again .* 12 more repeats of its cells' out
all 'v("look") == (v("rep") > 6 ? 2 : 1)' run/cells.csv
all 'v("look") == 1 || v("threads") == 1' run/cells.csv
ok "each repeat once" test -z "$(sed 1d run/cells.csv | cut -d, -f3,4 | sort | uniq -d)"

# Interrupted in its second look.
head -31 run/cells.csv >short
cp short run/cells.csv
run run --resume=run --no-plot
ok "a second look is resumed" test "$(rows)" -eq 36
ok "each repeat once then" test -z "$(sed 1d run/cells.csv | cut -d, -f3,4 | sort | uniq -d)"
finish
