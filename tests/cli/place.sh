#!/bin/sh
# place.sh - the verb place: its table against hwloc's own tools, pictures, other machines,
# and that nothing is measured on them.
. "$(dirname "$0")/lib.sh"

machines=$(dirname "$0")/../harness/machines
set -- 'pu:1' 'core:2 pu:4' 'pack:4 [numa] core:8 pu:2' 'pack:2 numa:2 core:3 pu:1' \
    'pack:8 [numa] core:8 pu:1' 'numa:3 pack:1 core:5 pu:1' \
    'pack:2 core:4 pu:1(indexes=0,2,4,6,1,3,5,7)' 'pack:2 [numa] [numa] core:3 pu:2'
for file in "$machines"/*.xml; do
    set -- "$@" "$file"
done

# pus - column PU of the table that place printed, one a line.
pus() { awk '/^thread/ { on = 1; next } on && NF == 5 { print $2; next } { on = 0 }' out; }

# as_pus - the one processor of each mask that hwloc-distrib wrote.
as_pus() { while read -r mask; do hwloc-calc -i "$1" --po -I PU "$mask" 2>/dev/null; done; }

for machine; do
    for n in 1 2 3 5 8; do
        run place -T "$machine" -p scatter -t $n
        if [ $status -ne 0 ]; then # fewer processors than threads
            ok "'$machine' has too few" grep -q -- '--oversubscribe' err
            continue
        fi
        ok "scatter of $n on '$machine' is what hwloc-distrib says" test "$(pus)" = \
            "$(hwloc-distrib -i "$machine" --single $n 2>/dev/null | as_pus "$machine")"
    done
    run place -T "$machine" -p compact
    ok "compact on '$machine' is hwloc's logical order" test "$(pus | tr '\n' ,)" = \
        "$(hwloc-calc -i "$machine" --po -I PU all 2>/dev/null),"
    ok "it is a dry run" grep -q 'not this machine: a dry run' out
done

run place -T 'pack:4 [numa] core:8 pu:2' --policy numa-rr --threads 12 --svg place.svg
ok "numa-rr" test "$(awk '$1 ~ /^[0-9]+$/ && NF == 5 { print $4 }' out | tr '\n' ' ')" = \
    "0 1 2 3 0 1 2 3 0 1 2 3 "
ok "a text" grep -qx 'package 3, node 3: \[T3 .\] \[T7 .\] \[T11 .\] \[. .\] \[. .\] \[. .\] \[. .\] \[. .\]' out
ok "a picture" xmllint --noout place.svg
for t in 0 1 2 3 4 5 6 7 8 9 10 11; do ok "with every thread" grep -q ">T$t<" place.svg; done
run place --policy one-socket --threads 17 -T 'pack:4 [numa] core:8 pu:2' --oversubscribe
ok "one-socket oversubscribed" grep -q 'T0+1' out
lstopo-no-graphics --if synthetic -i 'pack:2 [numa] core:2 pu:1' box.xml
run place --xml box.xml --policy os:3,0 --threads 2
ok "an export" test "$(pus | tr '\n' ' ')" = "3 0 "
says 2 "--xml no.xml: No such file" place --xml no.xml
says 2 "only 4 PUs" place --xml box.xml --threads 5
says 2 "only 2 PUs there" place --xml box.xml --threads 3 --policy one-socket
for variable in "HWLOC_SYNTHETIC=core:4 pu:1" "HWLOC_XMLFILE=$work/box.xml"; do
    export "${variable?}"
    says 2 "not measured on" bench -s hm_list -r ebr --threads 1
    says 2 "not measured on" bench -s hm_list -r ebr --threads 1 --placement none
    unset HWLOC_SYNTHETIC HWLOC_XMLFILE
done
finish
