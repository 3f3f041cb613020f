#!/bin/sh
# compare.sh - two runs side by side: made-up repeats whose truth is known.
. "$(dirname "$0")/lib.sh"

# runs NAME SEED FACTOR SPREAD [TOGETHER]: 12 cells of 7 repeats around 10 Mop/s, times
# FACTOR, within SPREAD of it; TOGETHER: all cells of a repeat are off by the same.
runs() {
    mkdir "$1"
    awk -v seed="$2" -v factor="$3" -v spread="$4" -v together="$5" 'BEGIN {
        srand(seed)
        for (rep = 0; rep < 7; rep++)
            common[rep] = 1 + spread * (rand() + rand() - 1)
        print "figure,rep,status,structure,reclaim,threads,keys,mops,cpu_ns_per_op"
        for (cell = 1; cell <= 12; cell++)
            for (rep = 0; rep < 7; rep++) {
                noise = 1 + spread * (rand() + rand() - 1)
                if (together)
                    noise = common[rep] * (1 + 0.001 * rand())
                printf "made_up,%d,ok,split_ordered,ebr,%d,1000,%g,%g\n", rep, cell,
                       10 * cell * factor * noise, 100 / factor / noise
            }
    }' > "$1/cells.csv"
}

runs a 1 1 0.02
runs same 2 1 0.02
runs slower 3 0.9 0.02
runs wild 4 0.9 1.5

"$tool" compare a same > same.txt
ok "no cell of a run differs from itself repeated" \
    test "$(grep -c ' ~  *(p=' same.txt)" -eq 24
ok "and the noise floor is told" test "$(grep -c 'noise floor' same.txt)" -eq 2
floor=$(awk '/noise floor/ { print $3 + 0; exit }' same.txt)
ok "which is that of the repeats" awk -v f="$floor" 'BEGIN { exit !(f > 0.5 && f < 4) }'

"$tool" compare a slower > slower.txt
ok "a tenth less is found in every cell" test "$(grep -c '[+-][0-9.]*%  (p=0' slower.txt)" -eq 24
ok "and over all of them" awk '/geometric mean/ && $3 + 0 > -9 { exit 1 }
    /geometric mean/ { exit $3 + 0 < -11 }' slower.txt

"$tool" compare a wild > wild.txt
ok "noise hides it, and nothing is claimed" test "$(grep -c ' ~  *(p=' wild.txt)" -eq 24
ok "the floor says why" awk '/noise floor/ { exit !($3 + 0 > 10) }' wild.txt

# One cell of a run is steady, and off by less than the others are by chance.
awk -F, -v OFS=, 'NR > 1 && $6 == 1 { $8 = 10 + $2 / 1e3; $9 = 100 - $2 / 1e2 } { print }' \
    a/cells.csv >steady.csv
awk -F, -v OFS=, 'NR > 1 && $6 == 1 { $8 *= 1.004; $9 /= 1.004 } { print }' steady.csv >off.csv
"$tool" compare steady.csv off.csv >steady.txt
ok "a rank test would see it" test "$(grep -c 'threads=1 .*(p=0.00' steady.txt)" -eq 2
ok "but it is within the noise" test "$(grep -c ' ~  *(p=' steady.txt)" -eq 24
ok "which is said in a line" test "$(grep -c 'beyond it  *0  of 12 cells' steady.txt)" -eq 2
ok "as are differences beyond it" test "$(grep -c 'beyond it  *12  of 12 cells' slower.txt)" -eq 2

# What disturbs a moment disturbs all cells; that they agree makes it no more certain.
runs calm 5 1 0.05 together
runs calm2 6 1 0.05 together
"$tool" compare calm calm2 >together.txt
ok "moments are no cells" awk '/geometric mean/ { gsub(/[][,]/, ""); n++
    if ($4 > 0 || $5 < 0 || $5 - $4 < 2) exit 1 } END { exit n != 2 }' together.txt
finish
