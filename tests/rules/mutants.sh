#!/bin/sh
# mutants.sh - every seeded bug of tests/explore has a budget, and its row in mutants.md, with
# its pair and budget; no row is of a bug that is gone.
# usage: mutants.sh ROOT
cd "$1/tests/explore" || exit 2
wrong=$(
    awk '
        function row(name, pair, budget) { return name " of " pair " within " budget }
        FILENAME == "mutants.md" && /^\| [a-z]/ && $2 != "mutant" { rows[row($2, $4, $8)] = 1 }
        function close_bug() { if (name != "") print file ": " name " has no budget, so it is never run" }
        FILENAME != "mutants.md" && $1 == "mutant" { close_bug(); name = $2; file = FILENAME }
        FILENAME != "mutants.md" && $1 == "pair" { pair = $2 ":" $3 }
        FILENAME != "mutants.md" && $1 == "budget" {
            bugs[row(name, pair, $2)] = FILENAME
            name = ""
        }
        END {
            close_bug()
            for (r in bugs)
                if (!(r in rows)) print bugs[r] ": mutants.md has no row for " r
            for (r in rows)
                if (!(r in bugs)) print "mutants.md: there is no " r
        }' mutants.md mutants*.txt
) || exit 2
[ -z "$wrong" ] && exit 0
printf '%s\n' "$wrong" | sort
exit 1
