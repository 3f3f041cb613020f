#!/bin/sh
# commands.sh - the scripts, files and verbs that README.md and CONTRIBUTING.md name
# exist.
# usage: commands.sh ROOT [TOOL]
cd "$1" || exit 2
tool=$2
wrong=0
for text in README.md CONTRIBUTING.md; do
    if [ ! -f "$text" ]; then
        echo "$text is missing"
        wrong=1
        continue
    fi
    for path in $(grep -oE '(scripts/[a-z][a-z-]+|(experiments|tests|reclaim|structures|harness|examples)/[a-z0-9_/-]+\.[a-z]+)' "$text" |
        sort -u); do
        case ${path##*/} in x.h | x.c | x | x.exp | test_x.c) continue ;; esac # placeholders
        [ -e "$path" ] || { echo "$text names $path, which is not there"; wrong=1; }
    done
    [ -x "$tool" ] || continue
    help=$("$tool" --help)
    for verb in $(grep -oE 'quiesce (list|bench|run|plan|plot|report|doctor|place|completions|compare|merge|check|gallery|spread|verify|soak|cell|status)' "$text" |
        sed 's/quiesce //' | sort -u); do
        printf '%s\n' "$help" | grep -qw "$verb" ||
            { echo "$text names the verb $verb, which the tool has not"; wrong=1; }
    done
done
exit $wrong
