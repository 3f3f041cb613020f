#!/bin/bash
# tidy.sh - clang-tidy finds nothing, by the checks of .clang-tidy.
# usage: tidy.sh ROOT COMPILE-COMMANDS   or   tidy.sh ROOT FILE.c
#
# Following all paths through a file takes seconds, the other checks a fifth of one: so
# clang-analyzer runs on files not committed or in the last commit, and on all of them
# with QUIESCE_FULL=1.  A structure is read under its first scheme, with QUIESCE_FULL=1
# under every one.
set -euo pipefail
cd "$1"

# Prints "FILE <tab> FLAGS" once per file and, of instances, once per structure.
units()
{
    awk -F'"' -v full="${QUIESCE_FULL-}" '
        $2 == "command" {
            flags = $0
            sub(/^ *"command": "/, "", flags); sub(/",?$/, "", flags)
            gsub(/\\"/, "\"", flags); gsub(/\\\\/, "\\", flags)
            sub(/^[^ ]+ /, "", flags); sub(/ -o [^ ]+ -c .*/, "", flags)
            gsub(/ -(Werror|DNDEBUG)/, "", flags)
        }
        $2 == "file" {
            unit = $4
            if ($4 ~ /map_instance/ && match(flags, /INSTANCE=[a-z_0-9]+/))
                unit = full ? substr(flags, RSTART, RLENGTH) : structure(flags)
            if ($4 ~ /\/bad\// || seen[unit]++)
                next
            print $4 "\t" flags
        }
        function structure(flags)
        {
            match(flags, /STRUCTURE_HEADER=[^ ]+/)
            return substr(flags, RSTART, RLENGTH)
        }' "$1"
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
        echo "clang-tidy --quiet $checks '$name' -- -std=c11 $flags 2>/dev/null"
    done
}

case $2 in
*.c) exec clang-tidy --quiet "$2" -- -std=c11 -I. -D_GNU_SOURCE ;;
esac
units "$2" | commands >"$2.tidy"
[ -s "$2.tidy" ] || { echo "no file in $2"; exit 2; }
# xargs ends with 123 if one of them failed.
xargs -d '\n' -P 2 -n 1 sh -c <"$2.tidy" || exit 1
