#!/bin/bash
# tidy.sh - clang-tidy finds nothing, by the checks of .clang-tidy.
# usage: tidy.sh ROOT COMPILE-COMMANDS   or   tidy.sh ROOT FILE.c
#
# Following all paths through a file takes seconds, the other checks a fifth of one: so
# clang-analyzer runs on files not committed or in the last commit, and on all of them
# with QUIESCE_FULL=1; units.awk says under which pairs.
set -euo pipefail
rules=$(cd "$(dirname "$0")" && pwd)
cd "$1"

# Prints "FILE <tab> FLAGS" per unit.
units()
{
    awk -f "$rules/units.awk" "$1" | awk -F'"' '
        $2 == "command" {
            flags = $0
            sub(/^ *"command": "/, "", flags); sub(/",?$/, "", flags)
            gsub(/\\"/, "\"", flags); gsub(/\\\\/, "\\", flags)
            sub(/^[^ ]+ /, "", flags); sub(/ -o [^ ]+ -c .*/, "", flags)
            gsub(/ -(Werror|DNDEBUG)/, "", flags)
        }
        $2 == "file" { print $4 "\t" flags }'
}

changed()
{
    { git diff --name-only HEAD~1; git ls-files --others --exclude-standard; } 2>/dev/null ||
        true
}

# Prints a command per unit.
commands()
{
    local recent name checks
    recent=$(changed)
    while IFS=$'\t' read -r file flags; do
        name=${file#"$PWD/"}
        checks=
        [ -n "${QUIESCE_FULL-}" ] || grep -qxF "$name" <<<"$recent" ||
            checks="--checks='-clang-analyzer-*'"
        # It reports liburcu's own inline code for this flavour.
        [[ $flags != *rcu_bp* ]] || checks="--checks='-clang-analyzer-*'"
        echo "clang-tidy --quiet $checks '$name' -- -std=c11 $flags 2>/dev/null"
    done
}

case $2 in
*.c) exec clang-tidy --quiet "$2" -- -std=c11 -I. -D_GNU_SOURCE ;;
esac
units "$2" | commands >"$2.tidy"
[ -s "$2.tidy" ] || { echo "no file in $2"; exit 2; }
# xargs ends with 123 if one of them failed.
if ! xargs -d '\n' -P 2 -n 1 sh -c <"$2.tidy"; then
    echo "a false alarm? say so where it is raised: /* NOLINT(check): why */"
    exit 1
fi
