#!/bin/sh
# loop.sh - the loop that is measured reads no clock, has no fence and no locked instruction
# of its own, and calls nothing but the map, by its table, and what draws the work: anything
# else would be part of every number, and a fence would hide what fences of a scheme cost.
# usage: loop.sh OBJECT-OF-worker.c
[ -f "$1" ] || { echo "no object given"; exit 2; }
listing=$(objdump -dr --no-show-raw-insn "$1") || exit 2
printf '%s\n' "$listing" | awk '
    /^[0-9a-f]+ <.*>:$/ {
        name = $2
        gsub(/[<>:]/, "", name)
        sub(/[.].*/, "", name)
        inside = name ~ /^(work_while|repeat|do_next|qs_workload_next)$/
        seen += name == "work_while"
        next
    }
    !inside { next }
    # x86-64 and AArch64.
    /[ \t]([lms]fence|lock|rdtscp?|syscall|cpuid|dmb|dsb|isb|svc|ldax?r|stlx?r|swp|cas|ldadd)[a-z]*([ \t]|$)/ ||
    /[ \t]xchg.*\(/ || /mrs.*cntvct/ {
        print name ": " $0
        wrong = 1
    }
    # Where calls go that leave the file, and those that do not.
    /R_(X86_64_(PLT32|PC32|GOTPCREL[X]?)|AARCH64_(CALL26|JUMP26))/ { called($NF) }
    /[ \t](call|bl)[ \t]+[0-9a-f]+ </ { called($NF) }
    function called(target) {
        gsub(/[<>]/, "", target)
        sub(/[-+]0x.*/, "", target)
        sub(/[.](part|isra|constprop|cold).*/, "", target)
        if (target ~ /^[.]/ || target ~ /^(work_while|do_next|repeat|take_chunk$|qs_workload_|qs_zipf_|qs_bijection_|qs_worker_(put|rmw|range)$)/)
            return
        print name ": calls " target
        wrong = 1
    }
    END {
        if (!seen)
            print "there is no work_while()"
        exit wrong || !seen
    }'
