#!/bin/sh
# orders.sh - every numbered memory-order site is explained, and the reverse; in
# structures/ every access that is not relaxed has a number.
# usage: orders.sh ROOT
rules=$(cd "$(dirname "$0")" && pwd)
cd "$1" || exit 2
wrong=0
for header in structures/*.h; do
    [ -f "$header" ] || continue
    awk -v strict=1 -f "$rules/orders.awk" "$header" || wrong=1
done
for header in reclaim/*.h; do
    [ -f "$header" ] || continue
    [ "$header" = reclaim/atomic.h ] && continue # defines the accesses
    code=${header%.h}.c
    [ -f "$code" ] || code=
    awk -f "$rules/orders.awk" "$header" $code || wrong=1
done
exit $wrong
