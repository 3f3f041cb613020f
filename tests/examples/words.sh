#!/bin/sh
# words.sh - examples/words counts as tr, sort and uniq do, over the tree's own texts.
# usage: words.sh PROGRAM ROOT
. "$(dirname "$0")/../cli/lib.sh"
set -- "$root/reclaim/LICENSE.LGPL-2.1" "$root/README.md" "$root/structures/README.md"

# Words as the program has them: letters alone, 32 of them at most.
counted_otherwise() {
    cat "$@" | tr -cs 'A-Za-z' '\n' | tr 'A-Z' 'a-z' | grep . | cut -c1-32 |
        sort | uniq -c | sort -k1,1nr -k2,2 | head -10 | awk '{ print $1, $2 }'
}

"$tool" "$@" | awk '{ print $1, $2 }' >mine
counted_otherwise "$@" >other
ok "ten words are shown" test "$(wc -l <mine)" -eq 10
ok "they are the most frequent" cmp mine other
counted_otherwise "$1" >other
ok "of other texts they are others" test "$(cmp -s mine other; echo $?)" -eq 1
: >empty
ok "an empty file has none" test -z "$("$tool" empty)"
ok "a missing file is named" test "$("$tool" missing 2>&1)" = "missing: No such file or directory"
finish
