#!/bin/sh
# expectations.sh - what the matrix expects of structures is what scripts/faults judges by:
# cells made up here, right ones and wrong ones, in place of those of test_faults.
# usage: expectations.sh TOOL ROOT BUILD
. "$(dirname "$0")/../cli/lib.sh"
root=$2

# expect STATUS FAULT CELL - the cell (SCHEME STRUCTURE KIND WORD) is right: 0; or red: 1.
expect()
{
    mkdir -p build/tests/faults
    printf '#!/bin/sh\necho %s\n' "$3" >build/tests/faults/test_faults
    chmod +x build/tests/faults/test_faults
    status=0
    "$root/scripts/faults" --build build --only "fault $2" >out 2>&1 || status=$?
    ok "$2: $3 is $([ "$1" -eq 0 ] && echo expected || echo red)" test $status -eq "$1"
}

expect 0 stalled_reader "hp hm_list robust bounded"
expect 1 stalled_reader "hp hm_list robust drains"
expect 1 stalled_reader "hp hm_list robust none"
expect 0 stalled_reader "ebr hm_list regions drains"
expect 1 stalled_reader "ebr hm_list regions bounded"

for kind in "hp flat_hash robust" "ebr flat_hash regions" "leak flat_hash leak" \
    "direct flat_hash direct"; do
    for fault in stalled_reader vanished_reader cancelled thread_churn idle_reader; do
        expect 0 $fault "$kind none"
        expect 1 $fault "$kind kept"
    done
done
expect 1 cancelled "ebr hm_list regions none"
expect 1 stalled_reader "hp flat_hash_boxed robust none"

expect 0 stalled_reader "ebr leaf_list regions bounded"
expect 0 stalled_reader "ebr leaf_list regions drains"
expect 1 stalled_reader "ebr leaf_list regions kept"
expect 0 stalled_reader "hp leaf_list robust bounded"
expect 1 stalled_reader "hp leaf_list robust drains"
expect 0 stalled_reader "qsbr leaf_list regions drains"
expect 1 stalled_reader "qsbr leaf_list regions bounded"

expect 0 vanished_reader "hp sync_map robust blocks"
expect 1 vanished_reader "hp sync_map robust keeps"
expect 0 vanished_reader "lfrc sync_map robust keeps"
expect 1 vanished_reader "hp hm_list robust blocks"
expect 1 vanished_reader "hp sync_map robust hangs"
expect 0 vanished_reader "ebr hm_list regions keeps"
expect 1 vanished_reader "ebr bst regions keeps"
expect 1 vanished_reader "leak hm_list leak keeps"

expect 0 fork_under_load "hp trie_map robust blocks"
expect 1 fork_under_load "hp hm_list robust blocks"

finish
