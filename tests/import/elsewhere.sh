#!/bin/bash
# elsewhere.sh - the library and its functional tests where liburcu, Concurrency Kit and
# hwloc are not: by another compiler, and run as it says.  Some pairs; with QUIESCE_FULL=1
# every structure under every scheme that is our own.
# usage: elsewhere.sh TOOL ROOT COMPILER... -- RUNNER...     as in: aarch64-linux-gnu-gcc
#        -- qemu-aarch64 -L /usr/aarch64-linux-gnu           RUNNER may be left out
. "$(dirname "$0")/../cli/lib.sh"
shift 2
compiler=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
    compiler+=("$1")
    shift
done
shift
runner=("$@")
command -v "${compiler[0]}" >/dev/null ||
    { echo "${compiler[0]} is missing: scripts/install-deps --tests"; exit 1; }
if command -v ccache >/dev/null; then compiler=(ccache "${compiler[@]}"); fi
compile=("${compiler[@]}" -std=c11 -D_GNU_SOURCE -DQS_NO_PROBES -O2 -Wall -Wextra -Werror
    -I "$work" -I "$root")
some='split_ordered, (ebr|hp|nbr)|flat_hash, ebr|skip_list, hyaline|leaf_list, debra'
some="$some|rcu_hash, qsbr|cow_hash, hp_asym"

# The part of the matrix that is tried, in front of the tree's on the include path.
mkdir harness
[ -z "${QUIESCE_FULL-}" ] || some='.*'
awk -v wanted="^(MAP|SAME|ALONE)[(]($some)[)]" '
    /^(REFUSED|UNCOUNTED|LOCATED|TEXT|QUEUE)[(]/ { next }
    /^(MAP|SAME|ALONE)[(]/ && ($0 !~ wanted || /rcu_[a-z]+[)]|ck_|lfht/) { next }
    { print }' "$root/harness/matrix.def" >harness/matrix.def
grep -E '^(MAP|SAME|ALONE)[(]' harness/matrix.def >pairs

# objects: compiles what stands in the file jobs, one command a line.
objects()
{
    xargs -d '\n' -P 2 -n 1 sh -c <jobs >log 2>&1
    ok "$1 compiles" test $? -eq 0
    head -20 log
}
for source in "$root"/reclaim/*.c; do
    case ${source##*/} in rcu_* | ck_*) continue ;; esac
    echo "${compile[*]} -c $source -o ${source##*/}.o"
done >jobs
echo "${compile[*]} -c $root/harness/registry.c -o registry.c.o" >>jobs
while IFS='(, )' read -r _ structure scheme _; do
    echo "${compile[*]} -c $root/harness/map_instance.c -o ${structure}_$scheme.o" \
        "-DINSTANCE=${structure}_$scheme -DLABEL='\"$structure\"' -DSTRUCTURE=$structure" \
        "-DRECLAIM=$scheme -DSTRUCTURE_HEADER='\"structures/$structure.h\"'" \
        "-DRECLAIM_HEADER='\"reclaim/$scheme.h\"'" \
        "-DQS_ALONE=$(grep -c "^ALONE($structure, $scheme)" pairs)"
done <pairs >>jobs
objects "the library, with $(wc -l <pairs) pairs,"

# Linked to nothing but libc, and run, a process for each pair: an emulator keeps what it
# knows of address space that was given back, and with all pairs in one that is 24 GB.
# It takes long: but for the sequential test, all are of one structure or, if all is asked
# for, of one scheme of each kind; and none of them is the longer one for that.
kinds="sequential concurrent" few=' skip_list '
[ -z "${QUIESCE_FULL-}" ] || kinds="$kinds face face_concurrent" few=' --reclaim (ebr|hp|nbr|direct)$'
# nbr frees when the kernel has delivered its signals (nbr.h); an emulator takes them then,
# and lets its thread go on for some instructions before that hears of them: qemu-aarch64
# 7.2 did in 794 of 20000 rounds of a kill and a membarrier, the processor itself in none.
[ ${#runner[@]} -eq 0 ] || few=${few/nbr|/}
unset QUIESCE_FULL
for kind in $kinds; do
    echo "${compile[*]} -static $root/tests/structures/test_$kind.c *.o -o $kind -pthread -lm"
done >jobs
objects "every test"
# every KIND: runs it on its pairs, two at a time; each says how many tests passed.
every()
{
    case $1 in *concurrent) grep -v '^ALONE' pairs ;; *) cat pairs ;; esac |
        sed 's/^[A-Z]*(\([a-z0-9_]*\), *\([a-z0-9_]*\)).*/--structure \1 --reclaim \2/' |
        case $1 in sequential) cat ;; *) grep -E -- "$few" ;; esac >"$1.pairs"
    sed "s|^|timeout 1200 ${runner[*]} ./$1 |" "$1.pairs" | xargs -d '\n' -P 2 -n 1 sh -c
}
for kind in $kinds; do
    every $kind >said 2>&1
    ok "$kind passes" test $? -eq 0
    ok "... for each pair" test "$(grep -c ' passed, 0 failed$' said)" -eq "$(wc -l <$kind.pairs)"
    grep -vE ' passed, 0 failed$' said | head -5
    echo "$kind: $(wc -l <$kind.pairs) pairs"
done

# What vectors this machine has: rows, and leaves of boxes.
for test in word_vector leaf_keys; do
    "${compile[@]}" -static -DSCHEME=ebr -DSCHEME_HEADER='"reclaim/ebr.h"' \
        "$root/tests/structures/test_$test.c" *.o -o $test -pthread -lm
    ok "$test passes" timeout 1200 "${runner[@]}" ./$test
done
finish
