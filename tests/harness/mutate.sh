#!/bin/sh
# mutate.sh - writes a source of the tree with a bug of tests/explore/mutants*.txt seeded into it.
# usage: mutate.sh ROOT MUTANT TO   writes TO/FILE; exit 1 if the mutant does not apply.
root=$1 name=$2 to=$3

# The value of the mutant's line that begins with a word.
field() {
    awk -v name="$name" -v word="$1" '
        $1 == "mutant" { here = $2 == name }
        here && $1 == word { sub(/^[a-z]+ +/, ""); print; exit }' "$root"/tests/explore/mutants*.txt
}

file=$(field file)
[ -n "$file" ] || { echo "mutate.sh: no mutant $name in tests/explore/mutants*.txt"; exit 1; }
mkdir -p "$to/$(dirname "$file")"
from=$(field from) into=$(field to) awk '
    BEGIN { from = ENVIRON["from"]; into = ENVIRON["into"] }
    !done && (i = index($0, from)) {
        $0 = substr($0, 1, i - 1) into substr($0, i + length(from)); done = 1
    }
    { print }
    END { exit !done }' "$root/$file" >"$to/$file" ||
    { echo "mutate.sh: $name does not apply to $file"; exit 1; }
