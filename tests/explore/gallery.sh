#!/bin/sh
# gallery.sh - every failure of the gallery is reproduced, step by step the same, in two
# runs and twice in each; corrected it is clean; and nothing else is let into a gallery.
# usage: gallery.sh GALLERY CONTROL
gallery=$1 control=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0 passed=0

ok() { # what, command...
    what=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED $what: $*"
    fi
}

expect() { # program, status, text that must be printed, arguments...
    program=$1 status=$2 text=$3
    shift 3
    printed=$("$program" "$@" 2>&1)
    if [ $? -ne "$status" ] || ! printf '%s\n' "$printed" | grep -qF -e "$text"; then
        echo "gallery $*: expected status $status and '$text', got:"
        printf '%s\n' "$printed"
        failed=$((failed + 1))
    else
        passed=$((passed + 1))
    fi
}

names=$("$gallery" | awk 'NF && !/^`/ { print $1 }')
n=$(echo "$names" | wc -l)

"$gallery" all --svg "$work/first" >"$work/first.txt"
ok "all fail, and are clean when corrected" [ $? -eq 0 ]
ok "all are played" grep -qx "$n of $n failed as they should.*" "$work/first.txt"
ok "all a second time" "$gallery" all --svg "$work/second" >"$work/second.txt"
ok "the same time lines" cmp "$work/first.txt" "$work/second.txt"
ok "the same pictures" diff -rq "$work/first" "$work/second"
for name in $names; do
    part=$(sed -n "/^$name (S/,/^  corrected/p" "$work/first.txt")
    ok "$name has one moment" [ "$(printf '%s' "$part" | grep -c "^  >>.*: T[0-2]")" = 1 ]
    ok "$name is found again" [ "$(printf '%s' "$part" | grep -c 'step by step the same$')" = 1 ]
    ok "$name is drawn" xmllint --noout "$work/first/$name.svg"
    ok "the moment is marked" grep -q "class='mark'" "$work/first/$name.svg"
done

# One alone goes as it did among others, and another seed another way or the same, but well.
"$gallery" charged_twice >"$work/alone.txt"
ok "alone as among others" [ -z "$(grep -vxFf "$work/first.txt" "$work/alone.txt" |
    grep -v '^1 of 1')" ]
expect "$gallery" 0 '1 of 1 failed as they should' charged_twice --seed 7

# What is no failure, what is not corrected and what leaks is not let in.
expect "$control" 1 'not found in 500 executions' faultless --schedules 500
expect "$control" 1 'CORRECTED, it fails, too' uncorrected --schedules 500
expect "$control" 1 'leak: 1 blocks are left' forgetful --schedules 500
expect "$control" 1 'not found in 500 executions' another --schedules 500
expect "$control" 1 '0 of 4 failed as they should' all --schedules 500

expect "$gallery" 0 'shared_field           S3.3' 
expect "$gallery" 2 "did you mean 'torn_growth'?" torn_grwth
expect "$gallery" 2 'not a positive whole number' all --schedules 0
expect "$gallery" 3 'cannot make the folder' torn_growth --svg /nonexistent/a --schedules 100
expect "$gallery" 0 'Usage: ' --help

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
