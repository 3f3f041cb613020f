#!/bin/sh
# includes.sh - includes run one way: harness -> structures -> reclaim, from the root.
# usage: includes.sh ROOT
cd "$1" || exit 2
found=0

# Prints the quoted includes of folder $1 that do not match $2.
only() {
    [ -d "$1" ] || return 0
    find "$1" -name '*.[ch]' -exec grep -Hn '^ *# *include *"' {} + |
        grep -vE "include *\"($2)" | sed "s#\$#   <- $1 includes $2 only#"
}

wrong=$(
    only reclaim 'reclaim/'
    only structures 'reclaim/|structures/'
    only harness 'reclaim/|structures/|harness/|generated/'
    only examples 'reclaim/|structures/|examples/|[a-z_]+[.]h' # its own folder's
    find reclaim structures harness -name '*.[ch]' -exec \
        grep -HnE '^ *# *include *["<](\.|/|quiesce/)' {} + 2>/dev/null
)
if [ -n "$wrong" ]; then
    printf '%s\n' "$wrong"
    found=1
fi
exit $found
