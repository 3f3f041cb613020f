#!/bin/sh
# allocator.sh - another allocator by name: it is in front, and the run says so.
. "$(dirname "$0")/lib.sh"
write_figure 5ms

says 2 "did you mean 'jemalloc'?" run tiny.exp --out wrong --allocator jemaloc
run run tiny.exp --out plain --no-plot
ok "the C library's is the default" grep -q '"allocator": *{ *"value": *"glibc"' plain/run.json
run run tiny.exp --out other --no-plot --allocator=jemalloc
ok "another one runs" test $status -eq 0
[ $status -eq 0 ] || cat err
ok "and is recorded" grep -q '"allocator": *{ *"value": *"jemalloc /' other/run.json
ok "it is not warned of" grep -q '"preload": *{[^}]*"warn": *false' other/run.json
says 2 "keep them apart" merge plain other --out both
run bench -s split_ordered -r ebr -D 5ms -w 0 -n 1 --allocator jemalloc
ok "bench takes it too" test $status -eq 0
finish
