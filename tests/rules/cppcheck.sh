#!/bin/sh
# cppcheck.sh - cppcheck finds no error and no warning; cppcheck.list says what it may not
# say, and why.
# usage: cppcheck.sh ROOT COMPILE-COMMANDS   or   cppcheck.sh FILE.c
rules=$(cd "$(dirname "$0")" && pwd)
if [ $# -gt 1 ]; then
    cd "$1" || exit 2
    awk -f "$rules/units.awk" "$2" >"${2%/*}/units.json" || exit 2
    set -- "--project=${2%/*}/units.json" -D__x86_64__=1
fi
# style is left to the compilers' warnings, to clang-tidy and to readers; portability
# means advice against readdir and coroutines.
exec cppcheck -j 2 -q --error-exitcode=1 --enable=warning,performance \
    --library=posix --library=gnu --library="$rules/cppcheck.cfg" \
    --suppressions-list="$rules/cppcheck.list" \
    --template='{file}:{line}: {severity}: {id}: {message}' "$@"
