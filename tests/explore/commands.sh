#!/bin/sh
# commands.sh - what the explorer prints: a finding repeats itself, is drawn, and mistyped
# names are answered.
# usage: commands.sh EXPLORER   where EXPLORER explores examples/own_structure
check=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0 passed=0

expect() { # status, text that must be printed, options...
    status=$1 text=$2
    shift 2
    printed=$("$check" "$@" 2>&1)
    if [ $? -ne "$status" ] || ! printf '%s\n' "$printed" | grep -qF -e "$text"; then
        echo "check $*: expected status $status and '$text', got:"
        printf '%s\n' "$printed"
        failed=$((failed + 1))
    else
        passed=$((passed + 1))
    fi
}

# The command that a finding ends with finds the same; no decision at all finds nothing.
"$check" --structure key_list_wrong --reclaim hp --svg "$work/f.svg" >"$work/found"
repeat=$(grep -A 1 '^repeat: ' "$work/found" | tr -d '\\\n' | sed 's/^repeat: quiesce check//')
eval "expect 1 'key_list_wrong:hp: not linearizable' $repeat"
expect 0 'nothing found' --structure key_list_wrong --reclaim hp --model sc \
    --program ': i0|i0' --replay ''

# It was shrunk to two calls, one of which interrupts the other.
grep -q 'smallest: : i0|i0, model sc, 1 decisions' "$work/found" || {
    echo "not the smallest finding there is:"
    cat "$work/found"
    failed=$((failed + 1))
}

# The picture is XML, with both calls and what was found.
xmllint --noout "$work/f.svg" || failed=$((failed + 1))
for text in 'insert(0, v11)' 'insert(0, v21)' 'no order of the calls on key 0'; do
    grep -qF "$text" "$work/f.svg" || {
        echo "$text is not in the picture"
        failed=$((failed + 1))
    }
done

# Mistakes.
expect 2 "did you mean 'key_list'?" --structure key_lits
expect 2 "did you mean 'oracle_region'?" --reclaim oracle_regoin
expect 2 "did you mean 'c11'?" --model c1
expect 2 "there are: random burst pct mix dfs" --strategy fair
expect 2 'at least one execution' --schedules 0
expect 2 'not a whole number' --schedules 3.5.1
expect 2 'is not a schedule' --structure key_list --reclaim hp --program ': i0' --replay '5?'
expect 2 'is no program' --structure key_list --reclaim hp --program ': ?0' --replay '5>1'
expect 2 'needs --program' --replay '5>1'
expect 2 'needs --mutants' --strategies
expect 3 'cannot write' --structure key_list_wrong --reclaim hp --svg /nonexistent/f.svg
expect 0 'key_list_wrong ebr' --list
expect 0 'Usage: ' --help

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
