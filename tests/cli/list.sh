#!/bin/sh
# list.sh - `quiesce list --csv` holds the matrix: the promised pairs run, and every
# refusal has a reason.
. "$(dirname "$0")/lib.sh"

run list --csv
ok "list succeeds" test $status -eq 0
ok "header" test "$(head -1 out)" = structure,scheme,status,reason
for structure in split_ordered skip_list michael_hash hm_list; do
    for scheme in leak hp hp_asym he ibr ebr ebr_asym qsbr debra hyaline hyaline_s lfrc nbr pop rcu_memb rcu_qsbr rcu_mb rcu_bp ck_epoch ck_hp; do
        ok "pair runs" grep -qx "$structure,$scheme,ok," out
    done
done
for scheme in rcu_memb rcu_qsbr rcu_mb rcu_bp; do
    ok "rcu map runs" grep -q "^rcu_[a-z]*,$scheme,ok,$" out
done
ok "hp is refused or carried by the RCU map" grep -qE '^rcu_hash,hp,(ok,|refused,.+)$' out
ok "statuses" test -z "$(sed 1d out | cut -d, -f3 | grep -vxE 'ok|refused')"
ok "refusals have reasons" test -z "$(grep -E ',refused,$' out)"
for structure in linear_probing chained seq_split_order; do
    ok "limits are labelled" grep -qx "$structure,direct,ok,for one thread alone" out
done
ok "no pair twice" test -z "$(sed 1d out | cut -d, -f1,2 | sort | uniq -d)"
count() { grep -c "^$1(" "$root/harness/matrix.def"; }
ok "every structure with every scheme" test "$(sed 1d out | wc -l)" -eq \
    $(($(count STRUCTURE) * $(count SCHEME)))

run list
ok "list for people" test $status -eq 0 -a -s out
run list figures --experiments "$root/experiments"
[ $status -eq 2 ] && { cp -r "$root/experiments" . && run list figures; }
ok "list figures" test $status -eq 0
for figure in hart2007-traversal shalev2006-threads fraser2004-setsize casfail; do
    ok "figure is listed" grep -q "^$figure" out
done
run completions bash
ok "completion is bash" bash -n out
ok "completion knows the verbs" grep -q 'list bench run' out
run doctor
ok "doctor" test $status -eq 0 -a -s out
run place --policy numa-rr --threads 6 --topology 'pack:4 [numa] core:4 pu:2' --svg place.svg
ok "place" test $status -eq 0 -a -s out
ok "place draws" xmllint --noout place.svg
finish
