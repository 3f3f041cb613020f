#!/bin/sh
# coccinelle.sh - the rules of scripts/quiesce.cocci report misuse in the lines that are
# wrong, and nothing in what is right.
# usage: coccinelle.sh ROOT
root=$1
command -v spatch >/dev/null || exit 77
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0 passed=0

expect() { # what, wanted, got
    if [ "$2" = "$3" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAILED %s\n  wanted: %s\n  got:    %s\n' "$1" "$2" "$3"
    fi
}

# The lines that spatch takes away.
lines() {
    spatch --sp-file "$root/scripts/quiesce.cocci" --very-quiet --no-includes "$1" \
        2>"$work/errors" | awk '
        /^@@/ { line = substr($2, 2) + 0; next }
        /^(---|\+\+\+)/ { next }
        /^-/ { print line++; next }
        /^ / { line++ }' | sort -nu | tr '\n' ' '
    sed '/^HANDLING/d; /^warning/d' "$work/errors" >&2
}

marked() {
    grep -n "$2" "$1" | cut -d: -f1 | tr '\n' ' '
}

samples=$root/tests/import/annotated
expect "pointers.c" "$(marked "$samples/pointers.c" '/\* wrong \*/')" "$(lines "$samples/pointers.c")"
expect "there is misuse" 3 "$(grep -c '/\* wrong \*/' "$samples/pointers.c")"
expect "right.c" '' "$(lines "$samples/right.c")"
# Of what clang sees, these see what happens behind a leave, and a way out.
sed -n '/^void retire_outside/,/^}/p; /^int error_path/,/^}/p; /^void leave_twice/,/^}/p' \
    "$samples/wrong.c" >"$work/some.c"
wanted=$(grep -n 'qs_hp_retire(t, &items, first)\|^        return value;' "$work/some.c" |
    cut -d: -f1 | tr '\n' ' ')
expect "wrong.c" "$wanted" "$(lines "$work/some.c")"
expect "there is some" 2 "$(echo "$wanted" | wc -w)"

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
