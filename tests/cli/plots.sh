#!/bin/sh
# plots.sh - pictures of made-up measurements: a fitted law and its extrapolation, heat maps,
# one of NUMA nodes, the noise of a point.
. "$(dirname "$0")/lib.sh"
mkdir -p made/experiments
cp "$root/experiments/style.gp" made/experiments
cat >made/experiments/made_up.exp <<'TEXT'
[figure]
title    = Throughput that follows the law
question = Is the law found again, and marked where nothing was measured?
[fixed]
structure = split_ordered
reclaim   = ebr
update    = 20%
[axes]
keys    = 64, 1k
threads = 1, 2, 4, 8, 16
[plot law]
x      = threads
y      = mops
series = keys
fit    = usl
[plot heat]
x      = threads
y      = unreclaimed_peak
series = keys
kind   = heat
TEXT
printf '{"schema": 1, "limits": {"pus": 8, "cores": 8, "numa_nodes": 1}}\n' >made/run.json
awk 'BEGIN {
    print "figure,rep,status,structure,reclaim,threads,keys,mix,ops,inserts,removes,mops,cpu_ns_per_op,unreclaimed_peak"
    for (keys = 64; keys <= 1024; keys *= 16)
        for (n = 1; n <= 16; n *= 2)
            for (rep = 1; rep <= 7; rep++) {
                mops = keys / 16 * n / (1 + 0.1 * (n - 1) + 0.002 * n * (n - 1)) * (1 + 0.002 * (rep - 4))
                printf "made_up,%d,ok,split_ordered,ebr,%d,%d,80/10/10,1000,100,100,%g,%g,%d\n", rep, n, keys, mops, 1000 * n / mops, 10 * n + rep
            }
}' >made/cells.csv

run plot made
ok "both are drawn" test $status -eq 0 -a "$(ls made/figures/*.svg | wc -l)" -eq 2
[ $status -eq 0 ] || cat err
for picture in made/figures/*.svg; do
    ok "$picture is well-formed" xmllint --noout "$picture"
    ok "$picture has no id twice" test -z "$(grep -oE ' id="[^"]*"' "$picture" | sort | uniq -d)"
done
law=made/figures/made_up-law.gp
ok "the law is found again" awk '/^L1\(n\)/ { found = 1; gsub(/[()]/, " ")
    exit !($4 > 3.95 && $4 < 4.05 && $10 > 0.095 && $10 < 0.105) } END { if (!found) exit 1 }' $law
ok "it ends where it was measured with a processor each" grep -q 'sample \[1:8\]' $law
ok "what follows is dotted, to four times as far" grep -q '\[8:32\].*dt 3' $law
ok "and called extrapolated" grep -q 'extrapolated, not' $law
ok "the noise of a point has its bar" grep -q '^set arrow 98' $law
ok "and its number" grep -q 'noise of a point' $law
heat=made/figures/made_up-heat.gp
ok "a heat map has a tile per cell" test "$(sed -n '/^\$map/,/^EOD/p' $heat | grep -c '^[0-9]')" -eq 10
ok "and a colour for its number" grep -q 'set cblabel .garbage at its peak' $heat
# More tables than curves would show, some of them peers': one picture, a line each.
mkdir -p many/experiments
cp "$root/experiments/style.gp" made/run.json many/experiments
mv many/experiments/run.json many
pairs='hm_list:hp split_ordered:ebr michael_hash:hp michael_hash:qsbr lfht:rcu_qsbr ck_hs:ck_epoch
    ck_ht:ck_epoch cow_hash:qsbr flat_hash:qsbr tbb_hash_map:locks libcds_michael:cds_hp java_hash_map:gc'
cat >many/experiments/many.exp <<TEXT
[figure]
title    = Many tables
question = Are they in one picture?
[fixed]
threads = 1
update  = 20%
[axes]
size = 1k, 100k
pair = $(echo $pairs | sed 's/ /,\n       /g')
[plot field]
x      = size
y      = cpu_ns_per_op log
series = pair
kind   = heat
TEXT
echo $pairs | tr ' ' '\n' | awk -F: 'BEGIN {
    print "figure,rep,status,structure,reclaim,threads,keys,prefill,mix,ops,cpu_ns_per_op" }
    { for (size = 1000; size <= 100000; size *= 100) for (rep = 1; rep <= 5; rep++)
        printf "many,%d,ok,%s,%s,1,%d,%d,80/10/10,1000,%d\n", rep, $1, $2, 2 * size, size, NR * 10 }' |
    (read -r header && echo "$header" && sort -t, -k2,2n) >many/cells.csv
run plot many
ok "many tables are drawn" test $status -eq 0
ok "in one picture" test "$(ls many/figures/*.svg | wc -l)" -eq 1
heat=many/figures/many-field.gp
ok "a tile per cell" test "$(sed -n '/^\$map/,/^EOD/p' $heat | grep -c '^[0-9]')" -eq 24
ok "names are pairs" grep -q "'java_hash_map:gc' 9" $heat
ok "numbers are in the tiles" grep -q 'with labels' $heat

# CAS of threads on two nodes, two thirds on words of the other one, and a repeat that failed.
mkdir -p nodes/experiments
cp "$root/experiments/style.gp" made/run.json nodes/experiments
mv nodes/experiments/run.json nodes
cat >nodes/experiments/nodes.exp <<'TEXT'
[figure]
title    = Words of another node
question = Which node's words do threads swap?
[fixed]
pair      = skip_list_located:ebr
threads   = 2
size      = 1k
update    = 20%
placement = numa-rr
[axes]
memory  = local, bind:0
[plot where]
x       = home_node
y       = node_tries_pct
series  = thread_node
panel   = memory
kind    = heat
TEXT
cells=figure,rep,status,structure,reclaim,threads,placement,memory,prefill,mix
echo "$cells,ops" >nodes/cells.csv
echo "$cells,thread_node,home_node,node_tries,node_fails,node_tries_pct,node_fail_pct" >nodes/locality.csv
for memory in local bind:0; do
    for rep in 1 2 3 4 5 6; do
        cell=nodes,$rep,ok,skip_list_located,ebr,2,numa-rr,$memory,1000,80/10/10
        echo "$cell,1000" >>nodes/cells.csv
        if [ $memory = local ]; then
            printf '%s\n' $cell,0,0,100,1,16.5,1 $cell,0,1,200,1,33,.5 $cell,1,0,200,1,33,.5 \
                $cell,1,1,100,1,17.5,1
        else
            printf '%s\n' $cell,0,0,300,1,50,.3 $cell,1,0,300,1,50,.3
        fi >>nodes/locality.csv
    done
done
echo "$cell,2,2,900,900,99,99" | sed 's/,ok,/,failed,/' >>nodes/locality.csv
run plot nodes
ok "a map of nodes is drawn per memory" test $status -eq 0 -a "$(ls nodes/figures/*.svg | wc -l)" -eq 2
[ $status -eq 0 ] || cat err
# tiles MEMORY - "column row percent" of each tile.
tiles() { sed -n '/^\$map/,/^EOD/p' "nodes/figures/nodes-where-$1.gp" | grep '^[0-9]'; }
ok "with the medians of thread's and word's nodes" test "$(tiles local | tr '\n' ';')" = \
    "0 0 16.5;1 0 33;0 1 33;1 1 17.5;"
ok "and no column of a node without words" test "$(tiles bind_0 | tr '\n' ';')" = "0 0 50;0 1 50;"
ok "axes say which node is which" grep -q "ylabel 'NUMA node of the thread'" nodes/figures/nodes-where-local.gp
ok "... of the word, too" grep -q "NUMA node of the word" nodes/figures/nodes-where-local.gp
run report nodes
ok "the map is in the report" grep -q 'NUMA node of the word' nodes/report.html

run report made
ok "the report has the noise floor" grep -q 'Noise floor' made/report.html
finish
