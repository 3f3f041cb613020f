#!/bin/sh
# direct_calls.sh - no object file given calls or jumps through a register or memory.
# usage: direct_calls.sh OBJECT...
wrong=0
[ $# -gt 0 ] || { echo "no objects given"; exit 2; }
for object; do
    listing=$(objdump -d --no-show-raw-insn "$object") || exit 2
    # x86-64: call *%rax, jmp *table(,%rax,8); AArch64: blr x0, br x0.
    found=$(printf '%s\n' "$listing" |
        grep -E '[[:space:]](callq?|jmpq?)[[:space:]]+\*|[[:space:]]bl?r[[:space:]]+x')
    if [ -n "$found" ]; then
        printf '%s: indirect call\n%s\n' "$object" "$(printf '%s\n' "$found" | head -5)"
        wrong=1
    fi
done
exit $wrong
