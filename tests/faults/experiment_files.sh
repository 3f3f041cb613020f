#!/bin/sh
# experiment_files.sh - the experiment files of the tree, spoilt in all ways: good ones are
# planned, of bad ones file and line are named.
# usage: experiment_files.sh TOOL ROOT BUILD
. "$(dirname "$0")/../cli/lib.sh"
ok "spoilt files" "$3/tests/faults/fuzz" experiments "$tool" "${QUIESCE_FULL:+10}200" \
    "$root"/experiments/*.exp
finish
