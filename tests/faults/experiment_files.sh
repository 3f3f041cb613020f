#!/bin/sh
# experiment_files.sh - the experiment files of the tree, spoilt in all ways: good ones are
# planned, of bad ones file and line are named.
# usage: experiment_files.sh TOOL ROOT BUILD
. "$(dirname "$0")/../cli/lib.sh"
# Every day the same, for what is found must not depend on the day; others with --full.
[ -n "$QUIESCE_FULL" ] || export QS_TEST_SEED="${QS_TEST_SEED:-1}"
ok "spoilt files" "$3/tests/faults/fuzz" experiments "$tool" "${QUIESCE_FULL:+10}200" \
    "$root"/experiments/*.exp
finish
