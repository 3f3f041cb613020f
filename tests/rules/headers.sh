#!/bin/sh
# headers.sh - every header compiles alone; a template without its parameters says which
# it needs.
# usage: headers.sh ROOT COMPILER [FLAG...]
cd "$1" || exit 2
shift
wrong=0
for header in reclaim/*.h structures/*.h harness/*.h harness/linear/*.h; do
    case $header in
    *'*'* | *_part.h | *.c.h | structures/hash_chain.h) continue ;; # parts of others
    esac
    output=$(printf '#include "%s"\nint header_is_not_empty;\n' "$header" |
        "$@" -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -I. -fsyntax-only -x c - 2>&1)
    status=$?
    if grep -q '^#error' "$header"; then
        message="${header##*/}: "
        case $status:$output in
        0:*) echo "$header: compiles without its parameters"; wrong=1 ;;
        *"#error \"$message"* | *"error: \"$message"*) ;;
        *)
            echo "$header: does not name itself in the error about its parameters"
            wrong=1
            ;;
        esac
    elif [ $status -ne 0 ]; then
        echo "$header: does not compile alone"
        printf '%s\n' "$output" | head -5
        wrong=1
    fi
done
exit $wrong
