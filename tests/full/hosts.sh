#!/bin/bash
# hosts.sh - a sweep on two hosts by GNU parallel: this machine, and one that ssh leads to,
# which is a daemon of this machine; a cell whose task fails is measured by --resume.
set -euo pipefail

case ${1-} in
'' | -h | --help)
    echo "usage: tests/full/hosts.sh TOOL"
    echo "Needs parallel, openssh-server and openssh-client, and root; scripts/install-deps --full."
    exit $((${#} == 0 ? 2 : 0)) ;;
esac
tool=$(realpath "$1")
tree=$(cd "$(dirname "$0")/../.." && pwd)
PATH=$PATH:/usr/sbin
for command in parallel sshd ssh ssh-keygen; do
    command -v $command >/dev/null || { echo "hosts.sh: no $command; scripts/install-deps --full" >&2; exit 4; }
done
[ "$(id -u)" -eq 0 ] || { echo "hosts.sh: only root can start a daemon that lets root in" >&2; exit 4; }

work=$(mktemp -d "${TMPDIR:-/tmp}/quiesce-hosts.XXXXXX")
stop_all()
{
    [ ! -f "$work/sshd.pid" ] || kill "$(cat "$work/sshd.pid")" 2>/dev/null || true
    rm -rf "$work"
}
trap stop_all EXIT
passed=0 failed=0
ok()
{
    local claim=$1
    shift
    if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED $claim: $*"; fi
}

# A daemon with keys of its own, on the loopback alone.
port=17022
ssh-keygen -q -t ed25519 -N '' -f "$work/host"
ssh-keygen -q -t ed25519 -N '' -f "$work/key"
mkdir -p /run/sshd
cat >"$work/sshd_config" <<CONF
ListenAddress 127.0.0.1:$port
HostKey $work/host
PidFile $work/sshd.pid
AuthorizedKeysFile $work/key.pub
PermitRootLogin prohibit-password
StrictModes no
UsePAM no
CONF
"$(command -v sshd)" -f "$work/sshd_config"
cat >"$work/ssh" <<SSH
#!/bin/sh
echo x >>'$work/ssh-calls'
exec ssh -p $port -i '$work/key' -o StrictHostKeyChecking=no -o UserKnownHostsFile='$work/known' -o LogLevel=ERROR "\$@"
SSH
chmod +x "$work/ssh"

# A tool that fails at one cell until it is mended.
cat >"$work/tool" <<TOOL
#!/bin/sh
case "\$*" in
*run*"\$(cat '$work/broken' 2>/dev/null || echo none)"*) echo "this cell is broken" >&2; exit 3 ;;
esac
exec '$tool' "\$@"
TOOL
chmod +x "$work/tool"
cat >"$work/sweep.exp" <<'EXP'
[figure]
title = Four cells
question = Do they come back from two hosts?
[fixed]
threads = 1
keys = 64
mix = 80/10/10
placement = none
[axes]
structure = hm_list, skip_list
reclaim = hp, ebr
[run]
repeats = 2
warmup = 0ms
duration = 200ms
EXP

"$tool" plan "$work/sweep.exp" --csv | awk -F, 'NR == 2 { print $2 }' >"$work/broken"
sweep=$tree/scripts/sweep-slurm
out=$work/out
"$sweep" --out "$out" --tool "$work/tool" --hosts ":,$work/ssh 127.0.0.1" "$work/sweep.exp" >"$work/first" && status=0 ||
    status=$?
cat "$work/first"
ok "a cell is missing" test $status -eq 1
ok "by name" grep -q "^missing: sweep $(cat "$work/broken") " "$work/first"
ok "three are there" test "$(ls "$out/parts" | grep -vc new-)" -eq 3
ok "ssh was used" test -s "$work/ssh-calls"
ok "both hosts worked" test "$(awk 'NR > 1 { print $2 }' "$out"/log/*.jobs | sort -u | wc -l)" -eq 2
rm "$work/broken"
"$sweep" --resume "$out" >"$work/second" && status=0 || status=$?
cat "$work/second"
ok "all are there" test $status -eq 0
ok "one was measured again" grep -q '^1 cells on' "$work/second"
ok "every repeat" test "$(sed 1d "$out/merged/1/cells.csv" | wc -l)" -eq 8
ok "the cells of the plan" diff <(cut -d, -f3 "$out/merged/1/cells.csv" | sed 1d | sort -u) \
    <(cut -d, -f2 "$out/plan.csv" | sed 1d | sort -u)
ok "nothing is left to do" test "$("$sweep" --resume "$out")" = "nothing is missing"
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
