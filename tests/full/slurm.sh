#!/bin/bash
# slurm.sh - a sweep on a cluster of three nodes, which are three daemons of this machine:
# one node and the controller are killed on the way, and every cell is there in the end.
set -euo pipefail

case ${1-} in
'' | -h | --help)
    echo "usage: tests/full/slurm.sh TOOL"
    echo "Needs slurmctld, slurmd, slurm-client, munge, and root; scripts/install-deps --full."
    exit $((${#} == 0 ? 2 : 0)) ;;
esac
tool=$(realpath "$1")
tree=$(cd "$(dirname "$0")/../.." && pwd)
PATH=$PATH:/usr/sbin
for command in slurmctld slurmd sbatch munged; do
    command -v $command >/dev/null || { echo "slurm.sh: no $command; scripts/install-deps --full" >&2; exit 4; }
done
[ "$(id -u)" -eq 0 ] || { echo "slurm.sh: only root can start jobs as Slurm does" >&2; exit 4; }

work=$(mktemp -d "${TMPDIR:-/tmp}/quiesce-slurm.XXXXXX")
chmod 755 "$work"
export SLURM_CONF=$work/slurm.conf
stop_all()
{
    scancel --user=root 2>/dev/null || true
    sleep 1
    for file in "$work"/slurmd-*.pid "$work"/slurmctld.pid "$work"/munge/pid; do
        [ ! -f "$file" ] || kill "$(cat "$file")" 2>/dev/null || true
    done
    sleep 1
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

# until_true SECONDS COMMAND... - waits for it.
until_true()
{
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.3
    done
}

write_conf()
{
    local host node
    host=$(hostname -s)
    cat <<CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=16817
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$work/munge/socket
CredType=cred/munge
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool/%n
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd-%n.pid
SlurmctldLogFile=$work/log/slurmctld
SlurmdLogFile=$work/log/slurmd-%n
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,sched_min_interval=0,bf_interval=1,batch_sched_delay=0
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
KillWait=2
SlurmdTimeout=8
CONF
    for node in 1 2 3; do
        echo "NodeName=n$node NodeHostname=$host NodeAddr=127.0.0.1 Port=$((17000 + node)) CPUs=$(nproc)" \
            "RealMemory=512 Feature=kind$((node % 2)) State=UNKNOWN"
    done
    echo "PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP OverSubscribe=EXCLUSIVE"
}

start_cluster()
{
    local node
    mkdir -p "$work"/{munge,state,spool/n1,spool/n2,spool/n3,log}
    (umask 077 && head -c 1024 /dev/urandom >"$work/munge/key")
    munged --force --key-file="$work/munge/key" --socket="$work/munge/socket" --pid-file="$work/munge/pid" \
        --log-file="$work/munge/log" --seed-file="$work/munge/seed" --num-threads=2
    write_conf >"$SLURM_CONF"
    slurmctld
    for node in n1 n2 n3; do slurmd -N $node; done
    until_true 30 all_idle
}
all_idle() { [ "$(sinfo -h -N -o %t 2>/dev/null | grep -c idle)" -eq 3 ]; }

# kill_tree PID - a process and all below it, at once.
kill_tree()
{
    local child
    for child in $(ps -o pid= --ppid "$1"); do kill_tree "$child"; done
    kill -9 "$1" 2>/dev/null || true
}

# kill_node NODE - its daemon and what it runs, as when power fails.
kill_node()
{
    local step
    kill -9 "$(cat "$work/slurmd-$1.pid")"
    for step in $(pgrep -x slurmstepd); do
        if tr '\0' '\n' <"/proc/$step/environ" 2>/dev/null | grep -qx "SLURMD_NODENAME=$1" ||
            ls -l "/proc/$step/fd" 2>/dev/null | grep -q "spool/$1/\|slurmd-$1\$"; then
            kill_tree "$step"
        fi
    done
    rm -f "$work/slurmd-$1.pid"
}

cat >"$work/sweep.exp" <<'EXP'
[figure]
title = Nine cells
question = Do they come back from a cluster?
[fixed]
threads = 1
keys = 64
mix = 80/10/10
placement = none
[axes]
structure = hm_list, skip_list, michael_hash
reclaim = hp, ebr, qsbr
[run]
repeats = 2
warmup = 0ms
duration = 1s
EXP

start_cluster || { echo "the cluster does not come up"; tail -5 "$work"/log/*; exit 3; }
sweep=$tree/scripts/sweep-slurm
out=$work/out
"$sweep" --out "$out" --tool "$tool" --max-parallel 3 "$work/sweep.exp"
job=$(head -1 "$out/jobs")
ok "a plan of nine" test "$(wc -l <"$out/lists/"*.000)" -eq 9
ok "three at once" until_true 20 eval '[ "$(squeue -h -t R -o %N | sort -u | wc -l)" -eq 3 ]'

kill_node n2
ok "its task is queued again" until_true 60 eval \
    '[ "$(squeue -h -r -j "$job" -o "%t %r" | grep -c "BeginTime\|PD")" -ge 1 ] && sinfo -h -n n2 -o %t | grep -q down'
kill -9 "$(cat "$work/slurmctld.pid")"
slurmctld
ok "the queue outlives its controller" until_true 30 eval 'squeue -h -j "$job" | grep -q .'
ok "the others go on" until_true 60 eval '[ "$(ls -d "$out"/parts/sweep-* | grep -vc new-)" -ge 7 ]'
until_true 60 eval '[ "$(squeue -h -t R -j "$job" | wc -l)" -eq 0 ]'

# Slurm holds a queued task back for two minutes; the test does not wait for that.
scancel "$job" 2>/dev/null || true
until_true 30 eval '! squeue -h -t R | grep -q .'
there=$(ls -d "$out"/parts/sweep-* | grep -vc new-)
"$sweep" --merge "$out" >"$work/merge" && merged=0 || merged=$?
cat "$work/merge"
ok "missing cells are missed" test $merged -eq 1
ok "as many as a killed node left" test "$there" -lt 9
ok "each by name, with the command that measures it" test "$(grep -c '^missing: sweep .*--only' "$work/merge")" -eq $((9 - there))
command=$(sed -n 's/^missing: [^ ]* [^ ]* *//p' "$work/merge" | head -1)
ok "which does so" eval "${command/parts\//elsewhere-} --set duration=20ms >/dev/null"
"$sweep" --resume "$out"
job=$(tail -1 "$out/jobs")
ok "they are measured elsewhere" until_true 120 eval '[ "$(squeue -h -r -j "$job" 2>/dev/null | wc -l)" -eq 0 ]'
until_true 30 eval '! squeue -h | grep -q .' || true
"$sweep" --merge "$out" >"$work/merge" && merged=0 || merged=$?
cat "$work/merge"
ok "all are there" test $merged -eq 0
ok "every cell once" test "$(awk -F, 'NR > 1 { print $3, $4 }' "$out/merged/1/cells.csv" | sort | uniq -d | wc -l)" -eq 0
ok "every repeat" test "$(sed 1d "$out/merged/1/cells.csv" | wc -l)" -eq 18
ok "the cells of the plan" diff <(cut -d, -f3 "$out/merged/1/cells.csv" | sed 1d | sort -u) \
    <(cut -d, -f2 "$out/plan.csv" | sed 1d | sort -u)
ok "all well" test "$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "status") c = i; next } $c != "ok"' \
    "$out/merged/1/cells.csv" | wc -l)" -eq 0
ok "more than one node measured" test "$(grep -ho ' on n[0-9]' "$out"/log/*.log | sort -u | wc -l)" -ge 2
slurmd -N n2
ok "a node comes back" until_true 30 all_idle
"$sweep" --out "$work/other" --tool "$tool" --constraint kind0 --set repeats=1 --set duration=50ms \
    --only 'structure == hm_list' "$work/sweep.exp" >/dev/null
ok "a part of them" until_true 60 eval '[ "$(ls "$work"/other/parts | grep -vc new-)" -eq 3 ]'
ok "on the nodes with a feature" test "$(grep -ho ' on n[0-9]' "$work"/other/log/*_*.log | sort -u)" = " on n2"
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
