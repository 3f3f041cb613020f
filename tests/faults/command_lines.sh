#!/bin/sh
# command_lines.sh - command lines that nobody would write: the tool ends with a documented
# status and says in one line what is wrong.
# usage: command_lines.sh TOOL ROOT BUILD
. "$(dirname "$0")/../cli/lib.sh"
# Every day the same, for what is found must not depend on the day; others with --full.
[ -n "$QUIESCE_FULL" ] || export QS_TEST_SEED="${QS_TEST_SEED:-1}"
ok "words thrown together" "$3/tests/faults/fuzz" lines "$tool" "${QUIESCE_FULL:+10}400"
finish
