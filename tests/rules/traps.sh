#!/bin/sh
# traps.sh - the table of traps in tests/README.md names files, and functions in them, that
# exist; a build without a type is optimised; the reference run tells versions and flags.
# usage: traps.sh ROOT README
cd "$1" || exit 2
readme=$2
wrong=0

complain() {
    echo "$1"
    wrong=1
}

table=$(sed -n '/^## Traps/,/^## [^T]/p' "$readme" | sed -n 's/^| .* | \(.*\) |$/\1/p')
[ "$(printf '%s\n' "$table" | wc -l)" -ge 20 ] || complain "$readme: the table of traps has lost rows"
names=$(printf '%s\n' "$table" | grep -oE '`[a-z_/]+[.](c|sh)`|`test_[a-z_]+`' | tr -d '`')
[ -n "$names" ] || complain "$readme: the table of traps names no test"
for name in $names; do
    case $name in
    */*)
        file=tests/$name
        [ -f "$file" ] || complain "$readme: there is no $file"
        ;;
    *) grep -qE "RUN\\($name\\)" "$file" || complain "$readme: $file does not run $name" ;;
    esac
done

grep -q 'set(CMAKE_BUILD_TYPE Release CACHE' CMakeLists.txt ||
    complain "CMakeLists.txt: a build without a type is not Release"
for run in results/reference/*/run.json; do
    for fact in compiler flags liburcu hwloc libc preload revision; do
        grep -q "\"$fact\": {\"value\": \"[^\"]" "$run" || complain "$run: does not tell $fact"
    done
done
exit $wrong
