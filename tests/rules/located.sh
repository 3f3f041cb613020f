#!/bin/sh
# located.sh - objects whose path has NAME note the page of each CAS (harness/locality.h), and
# no others do: what locates nothing pays nothing.
# usage: located.sh NAME OBJECT...
name=$1
shift
wrong=0

# complain LIST WHAT - if there is anything in the list of objects.
complain() {
    [ -z "$1" ] || { printf '%s\n' "$1" | sed "s/\$/: $2/"; wrong=1; }
}

noting=$(grep -laF qs_locality_note "$@")
silent=$(grep -LaF qs_locality_note "$@")
complain "$(printf '%s\n' "$noting" | grep -vF -- "$name")" "notes its CAS"
complain "$(printf '%s\n' "$silent" | grep -F -- "$name")" "does not note its CAS"
[ -n "$noting" ] || complain "no object at all" "notes its CAS"
exit $wrong
