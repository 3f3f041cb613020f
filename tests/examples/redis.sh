#!/bin/bash
# redis.sh - examples/redis under the real redis-cli and redis-benchmark: answers, errors,
# load, kill -9 and a restart.  QUIESCE_FULL=1: a million requests of each kind.
# usage: redis.sh PROGRAM ROOT
. "$(dirname "$0")/../cli/lib.sh"
requests=5000
[ -z "${QUIESCE_FULL-}" ] || requests=1000000
command -v redis-cli >/dev/null || { echo "redis-cli is missing: scripts/install-deps --tests"; exit 1; }

# start PORT - runs a server; port becomes what it listens at.  Between two of them another
# program may have the port for a while.
start() {
    local ends=$((SECONDS + 120))
    while [ $SECONDS -lt $ends ]; do
        rm -f log # the child empties it some time, and the last one's port is in it
        "$tool" "$1" 3 >log 2>&1 &
        server=$!
        while [ $SECONDS -lt $ends ] && ! grep -q 'in use' log 2>/dev/null; do
            port=$(sed -n 's/^listening on 127.0.0.1:\([0-9]*\)$/\1/p' log 2>/dev/null)
            [ -z "$port" ] || return 0
            sleep 0.05
        done
        sleep 0.5
    done
    echo "the server does not start"
    cat log
    exit 1
}
trap 'kill -9 "$server" 2>/dev/null; cd / && rm -rf "$work"' EXIT

cli() { redis-cli -p "$port" "$@" 2>&1; }
answers() { # TEXT COMMAND...
    expected=$1
    shift
    ok "$* answers $expected" test "$(cli "$@")" = "$expected"
}
load() { # OPTION... - what redis-benchmark says against the server is in the file load
    redis-benchmark -p "$port" -q "$@" >load 2>&1
    ok "redis-benchmark $*" test $? -eq 0
    ok "... without an error" test "$(grep -ci 'err' load)" -eq 0
}

start 0
answers PONG ping
answers hello ping hello
answers OK set greeting 'good morning'
answers 'good morning' get greeting
answers OK set greeting hello
answers hello GET greeting
answers '' get nobody
answers 1 exists greeting nobody
answers OK set farewell bye
answers 2 dbsize
answers $'0\nfarewell' scan 0 match 'f*' count 100
answers 2 del greeting farewell nobody
answers 0 dbsize
answers "ERR unknown command 'frobnicate'" frobnicate
answers "ERR wrong number of arguments for 'get' command" get
answers "ERR wrong number of arguments for 'set' command" set a b c
answers 'ERR keys have up to 62 bytes here' get "$(printf '%063d' 0)"
answers 'ERR invalid cursor' scan 7
answers 'ERR syntax error' scan 0 match
ok "redis-cli -e fails on an error" test "$(cli -e get >/dev/null; echo $?)" -ne 0

# Values of any bytes and any length.
head -c 700000 /dev/urandom >value
ok "a long value is taken" test "$(cli -x set long <value)" = OK
ok "... and given back" test "$(cli --raw get long | head -c 700000 | cksum)" = "$(cksum <value)"
# What is no request, as raw bytes.
exec 3<>"/dev/tcp/127.0.0.1/$port"
printf '*1\r\n!4\r\nping\r\n' >&3
IFS= read -r -t 120 reply <&3
ok "no request is an error" test "$reply" = $'-ERR Protocol error: expected \'$\'\r'
ok "... and the end" test -z "$(timeout 120 cat <&3)"
exec 3>&-
exec 3<>"/dev/tcp/127.0.0.1/$port"
printf 'set a b\r\nget a\r\n*1\r\n$4\r\nquit\r\n' >&3
ok "typed commands, in one go" test "$(timeout 120 cat <&3)" = $'+OK\r\n$1\r\nb\r\n+OK\r'
exec 3>&-

answers OK flushall
redis-benchmark -p "$port" -q -n 100 frobnicate >load 2>&1
ok "redis-benchmark fails on an error" test $? -ne 0
load -t get,set -P 16 -n $requests
load -t get,set -P 16 -n $requests -r 1000 -d 100
answers OK flushall
redis-benchmark -p "$port" -q -n $requests -P 16 -r 50 del key:__rand_int__ >/dev/null 2>&1 &
beside=$!
load -t get,set -P 16 -n $requests -r 50 -d 40
wait $beside
ok "deleting beside it" test $? -eq 0
ok "fifty keys at most" test "$(cli dbsize)" -le 51
ok "what scan lists is what there is" test "$(cli --scan | wc -l)" -eq "$(cli dbsize)"

# kill -9 in the middle, and a restart at the same port.
redis-benchmark -p "$port" -q -t set -P 16 -n 100000000 >/dev/null 2>&1 &
beside=$!
sleep 0.3
kill -9 $server
wait $server $beside 2>/dev/null
start "$port"
answers PONG ping
answers 0 dbsize
load -t get,set -P 16 -n $requests
cli set a b >/dev/null
kill $server
wait $server
ok "SIGTERM ends it well" test $? -eq 0
ok "... with all freed" test "$(awk '/retired/ { print $3 == $6 }' log)" = 1
ok "a wrong port is a usage error" test "$("$tool" 70000 2>/dev/null; echo $?)" -eq 2
finish
