#!/bin/sh
# files.sh - every folder's README names its files, every file says what it is for on its
# first line, and none is longer than 500 lines.
# usage: files.sh ROOT
cd "$1" || exit 2
folders="reclaim structures harness harness/linear harness/peers experiments experiments/gallery scripts tests tests/reclaim
tests/structures tests/harness tests/rules tests/cli tests/explore tests/linear tests/fuzz
tests/sanitizers tests/faults tests/full tests/import tests/examples examples examples/redis"
wrong=0

complain() {
    echo "$1"
    wrong=1
}

# The purpose line: `/* name.c - ...` in C, `# name - ...` in scripts, after a shebang or
# a licence identifier.
check_purpose() {
    case $1 in
    *.c | *.h | *.bt) start="/* ${1##*/} - " ;;
    *.cocci) start="// ${1##*/} - " ;;
    *.sh | *.awk | scripts/[a-z]*) start="# ${1##*/} - " ;;
    *) return ;;
    esac
    head -2 "$1" | grep -qF "$start" || complain "$1: the first line is not '${start}purpose'"
}

for folder in $folders; do
    [ -d "$folder" ] || continue
    readme=$folder/README.md
    case $folder in tests/*) [ -f "$readme" ] || readme=tests/README.md ;; esac
    if [ ! -f "$readme" ]; then
        complain "$folder: has no README.md"
        continue
    fi
    for file in "$folder"/*; do
        name=${file##*/}
        { [ -f "$file" ] && [ "$name" != README.md ]; } || continue
        case $name in CMakeLists.txt) continue ;; esac
        grep -qF "$name" "$readme" || complain "$readme: does not name $name"
        check_purpose "$file"
        case $name in LICENSE* | *.def) continue ;; esac # a table may be long
        lines=$(wc -l <"$file")
        [ "$lines" -le 500 ] || complain "$file: $lines lines, 500 are the limit"
    done
done
exit $wrong
