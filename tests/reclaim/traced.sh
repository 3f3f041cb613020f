#!/bin/sh
# traced.sh - the tracepoints of reclaim/trace.h: `notes` reads them from the ELF file,
# `script` runs scripts/retire-to-free.bt, where there is bpftrace and the kernel lets it.
# usage: traced.sh notes|script ROOT PROGRAM PLAIN     PLAIN: a program without them
kind=$1 root=$2 program=$3 plain=$4
wrong=0

skip() {
    echo "skipped: $1"
    exit 77
}

complain() {
    echo "$1"
    wrong=1
}

[ -n "$program" ] || skip "built without <sys/sdt.h>; scripts/install-deps --tests installs it"
export LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Probes as lines "NAME ADDRESS ARGUMENTS...".
probes() {
    readelf -n "$1" | awk '
        /Provider:/ { ours = $2 == "quiesce" }
        /Name:/ { name = $2 }
        /Location:/ { sub(/,$/, "", $2); at = $2 }
        /Arguments:/ && ours { $1 = ""; print name, at $0 }'
}

check_notes() {
    probes "$program" >"$work/probes"
    probes "$plain" >"$work/none"
    for name in retire free scan epoch cas_failure resize; do
        grep -q "^$name " "$work/probes" || complain "no probe $name"
    done
    awk 'NF != 4 { print "probe with other than 2 arguments: " $0; bad = 1 }
         END { exit bad }' "$work/probes" || wrong=1
    [ ! -s "$work/none" ] || complain "$plain has probes, and was built without"
    # A probe that nobody listens to is one instruction that does nothing.
    while read -r name at _; do
        objdump -d --start-address="$at" --stop-address=$((at + 1)) "$program" |
            grep -q "[[:space:]]nop" || complain "$name at $at: no nop"
    done <"$work/probes"
    "$program" >/dev/null || complain "the program fails"
}

# What bpftrace counted, and what the program says.
counted() { sed -n "s/^@$1: //p" "$work/out"; }
said() { sed -n "s/^$1 //p" "$work/out"; }

check_script() {
    command -v bpftrace >/dev/null || skip "bpftrace is missing; scripts/install-deps --full installs it"
    bpftrace -e "usdt:$program:quiesce:retire { exit(); }" -c "$program 10" >"$work/try" 2>&1 ||
        skip "the kernel does not let bpftrace in here: $(tail -1 "$work/try")"
    bpftrace "$root/scripts/retire-to-free.bt" "$program" -c "$program" >"$work/out" 2>"$work/err" ||
        complain "the script fails: $(tail -3 "$work/err")"
    [ "$(counted retired)" = "$(said retired)" ] || complain "not as many retired"
    [ "$(counted freed)" = "$(said freed)" ] || complain "not as many freed"
    grep -q '^@retire_to_free_ns:' "$work/out" || complain "no times from retire to free"
    grep -q '^\[.*|@' "$work/out" || complain "nothing is drawn"
}

check_"$kind"
exit $wrong
