#!/bin/sh
# no_room.sh - disks that are full or refuse, and a standard output that is closed: an error
# that names the file, and what was measured before stays.
# usage: no_room.sh TOOL ROOT BUILD
. "$(dirname "$0")/../cli/lib.sh"
write_figure 5ms
bench="bench --structure hm_list --reclaim hp --keys 64 --duration 5ms --warmup 0"

# No file may be longer than 16 blocks of 512 bytes.
(
    trap '' XFSZ
    ulimit -f 16
    exec "$tool" $bench --repeats 100 --csv full.csv
) >out 2>err </dev/null
ok "no room is status 3" test $? -eq 3
ok "the file is named" grep -q 'full.csv.*File too large' err
ok "the rows before are there" test "$(wc -l <full.csv)" -gt 3
(
    trap '' XFSZ
    ulimit -f 16
    exec "$tool" run tiny.exp --out part
) >out 2>err </dev/null
ok "a run without room is status 3" test $? -eq 3
ok "it says so in words" grep -qi 'too large' err
run run --resume=part
ok "with room, it goes on" test $status -eq 0
[ $status -eq 0 ] || cat err
ok "every repeat is there" test "$(sed 1d part/cells.csv | wc -l)" -eq 24
ok "rows are whole" is_whole part/cells.csv

# A disk of 256 KiB, where one may be mounted.
mkdir disk
if unshare -rm true 2>/dev/null &&
    unshare -rm sh -c 'mount -t tmpfs -o size=256k none disk' 2>/dev/null; then
    unshare -rm sh -c 'mount -t tmpfs -o size=256k none disk && head -c 240k /dev/zero >disk/rest
        "$1" run tiny.exp --out disk/part' sh "$tool" >out 2>err </dev/null
    ok "a full disk is status 3" test $? -eq 3
    ok "a full disk is named" grep -q 'No space left' err
fi

says 3 "/proc/self/x" $bench --repeats 1 --csv /proc/self/x
run run tiny.exp --out /proc/self/x
ok "a folder that cannot be is an error" test $status -eq 3 -o $status -eq 2
ok "it is named" grep -q /proc/self/x err

"$tool" list >&- 2>err </dev/null
ok "a closed standard output is status 3" test $? -eq 3
ok "it is named" grep -q 'standard output' err
"$tool" list csv 2>err >/dev/full </dev/null
ok "a wrong command stays wrong" test $? -eq 2
( trap '' PIPE; "$tool" list; echo $? >status ) 2>err </dev/null | true
ok "a reader that went away is no crash" test "$(cat status)" -eq 3 -o "$(cat status)" -eq 0
finish
