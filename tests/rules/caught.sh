#!/bin/sh
# caught.sh - the negative control of a rule: it must fail on a bad sample, saying what.
# usage: caught.sh EXPECTED-TEXT COMMAND...
expected=$1
shift
output=$("$@" 2>&1)
status=$?
printf '%s\n' "$output"
if [ $status -ne 1 ]; then
    echo "expected exit status 1, got $status: $*"
    exit 1
fi
case $output in
*"$expected"*) ;;
*)
    echo "expected the text: $expected"
    exit 1
    ;;
esac
