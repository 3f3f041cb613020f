#!/bin/sh
# peers.sh - programs of peers: a right one gives numbers, and one that does other work,
# loses keys, says nothing, ends or fails gives none.
. "$(dirname "$0")/lib.sh"
control=$(dirname "$tool")/peers/control

# ask - one short repeat of the program in ./peers, which has $patience to answer.
patience=300s
ask() {
    rm -f rows.csv
    QUIESCE_PEERS=$work/peers "$tool" bench --structure michael_hash_apart --reclaim qsbr \
        --keys 1k --duration 20ms --warmup 1ms --repeats 1 --timeout "$patience" --csv rows.csv \
        "$@" >"$work/out" 2>"$work/err" </dev/null
    status=$?
}

# gives STATUS TEXT - the row of the program in ./peers has the status and the error.
gives() {
    ask
    ok "a row that is $1" test "$(column status rows.csv)" = "$1"
    ok "its error: $2" grep -qF -e "$2" rows.csv
    ok "the tool fails" test $status -eq 3
}

# program - what ./peers has, from standard input; $control is the real one.
program() {
    { printf '#!/bin/sh\ncontrol="%s"\n' "$control" && cat; } >peers/control
    chmod +x peers/control
}

mkdir peers
run list peers --csv
ok "peers are listed" test $status -eq 0
ok "their header" test "$(head -1 out)" = structure,scheme,status,package,about
ok "ours is built" grep -q '^michael_hash_apart,qsbr,ok,' out
QUIESCE_PEERS=$work/peers run list peers --csv
ok "none in an empty folder" test "$(sed 1d out | cut -d, -f3 | sort -u)" = absent
says 2 "no peer has both" bench --structure michael_hash_apart --reclaim gc
says 2 "leave it out" bench --structure michael_hash_apart --reclaim qsbr --dist zipf:0.9
says 2 "not of peers" bench --structure michael_hash_apart --reclaim qsbr --verify
export QUIESCE_PEERS="$work/peers"
says 2 "not built" bench --structure michael_hash_apart --reclaim qsbr
unset QUIESCE_PEERS

ln -s "$control" peers/control
long_enough 'v("ops") > 0' rows.csv ask --threads 1,2 --oversubscribe --repeats 2
ok "the right program" test $status -eq 0
ok "rows" test "$(wc -l <rows.csv)" -eq 5
all 'v("status") == "ok" && v("ops") > 0 && v("mops") > 0' rows.csv
all 'v("cpu_ns_per_op") > 0 && v("cas_fails") == "" && v("retired") == ""' rows.csv
rm peers/control

program <<'TEXT'
"$control" "$@" | sed -u 's/ work=/ work=1/'
TEXT
gives invalid "did other work"
program <<'TEXT'
"$control" "$@" | sed -u 's/ left=/ left=1/'
TEXT
gives invalid "its operations left"
program <<'TEXT'
"$control" "$@" | sed -u 's/ cpu_ns=[^ ]*//'
TEXT
gives failed "lacks cpu_ns"
program <<'TEXT'
read -r request && echo wrong two keys are one
cat >/dev/null
TEXT
gives invalid "two keys are one"
program <<'TEXT'
read -r request && echo failed no more memory
cat >/dev/null
TEXT
gives failed "no more memory"
program <<'TEXT'
read -r request && echo good morning
cat >/dev/null
TEXT
gives failed "lacks done"
program <<'TEXT'
exec sleep 60
TEXT
patience=2s
gives failed "did not answer"
patience=300s
program <<'TEXT'
exit 1
TEXT
gives failed "its program"

# An experiment names what is not there.
mv peers/control gone
write_figure 10ms
sed 's/^structure = .*//; s/^reclaim .*/pair = hm_list:ebr, michael_hash_apart:qsbr/' \
    tiny.exp >some.exp
QUIESCE_PEERS=$work/peers run plan some.exp
ok "its cells are left out" grep -q "2 left out: peers that are not built" out
run plan some.exp
ok "or measured" test "$(grep -c "left out" out)" -eq 0
finish
