#!/bin/sh
# refused.sh - each REFUSED pair of the matrix fails to compile with the sentence that
# the matrix gives as the reason.
# usage: refused.sh ROOT MATRIX COMPILER [FLAG...]
cd "$1" || exit 2
matrix=$2
shift 2
wrong=0 count=0
old_ifs=$IFS
IFS='
'
for line in $(grep '^REFUSED(' "$matrix"); do
    IFS=$old_ifs
    structure=$(printf '%s' "$line" | sed 's/^REFUSED(\([a-z0-9_]*\), *\([a-z0-9_]*\),.*/\1/')
    scheme=$(printf '%s' "$line" | sed 's/^REFUSED(\([a-z0-9_]*\), *\([a-z0-9_]*\),.*/\2/')
    sentence=$(printf '%s' "$line" | sed 's/^[^"]*"\(.*\)")$/\1/')
    output=$("$@" -std=c11 -D_GNU_SOURCE -I. -fsyntax-only -DINSTANCE=refused \
        -DLABEL='"refused"' -DSTRUCTURE="$structure" -DRECLAIM="$scheme" \
        -DSTRUCTURE_HEADER="\"structures/$structure.h\"" \
        -DRECLAIM_HEADER="\"reclaim/$scheme.h\"" harness/map_instance.c 2>&1)
    status=$?
    count=$((count + 1))
    case $status:$output in
    0:*) echo "$structure under $scheme compiles although the matrix refuses it"; wrong=1 ;;
    *"$sentence"*) ;;
    *)
        echo "$structure under $scheme fails, but not with: $sentence"
        printf '%s\n' "$output" | head -5
        wrong=1
        ;;
    esac
done
echo "$count pairs refused"
[ $count -gt 0 ] || wrong=1
exit $wrong
