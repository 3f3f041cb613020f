#!/bin/sh
# direct_calls.sh - no object file given calls or jumps through a register or memory, but
# to call back whom its caller named: in compute_key and visit_... of map_instance.c.
# usage: direct_calls.sh OBJECT...
wrong=0
[ $# -gt 0 ] || { echo "no objects given"; exit 2; }
for object; do
    listing=$(objdump -d --no-show-raw-insn "$object") || exit 2
    # x86-64: call *%rax, jmp *table(,%rax,8); AArch64: blr x0, br x0.
    found=$(printf '%s\n' "$listing" | awk '
        /^[0-9a-f]+ <.*>:$/ { calls_back = /<(compute_key|visit_[a-z]+)[.>]/ }
        !calls_back && /[ \t](callq?|jmpq?)[ \t]+\*|[ \t]bl?r[ \t]+x/')
    if [ -n "$found" ]; then
        printf '%s: indirect call\n%s\n' "$object" "$(printf '%s\n' "$found" | head -5)"
        wrong=1
    fi
done
exit $wrong
