#!/bin/bash
# prometheus.sh - a real Prometheus scrapes a soak: it accepts the format, sees the target up
# and computes rates.
set -euo pipefail

case ${1-} in
'' | -h | --help)
    echo "usage: tests/full/prometheus.sh TOOL"
    echo "Needs prometheus, with promtool; scripts/install-deps --full installs it."
    exit $((${#} == 0 ? 2 : 0)) ;;
esac
tool=$(realpath "$1")
for command in prometheus promtool; do
    command -v $command >/dev/null || { echo "prometheus.sh: no $command; scripts/install-deps --full" >&2; exit 4; }
done
work=$(mktemp -d "${TMPDIR:-/tmp}/quiesce-prometheus.XXXXXX")
pids=()
stop_all()
{
    kill "${pids[@]}" 2>/dev/null || true
    wait "${pids[@]}" 2>/dev/null || true
    rm -rf "$work"
}
trap stop_all EXIT
cd "$work"
passed=0 failed=0
ok()
{
    local claim=$1
    shift
    if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED $claim: $*"; fi
}

# get HOST:PORT PATH - the body of a page.
get()
{
    exec 3<>"/dev/tcp/${1%:*}/${1##*:}" || return 1
    printf 'GET %s HTTP/1.0\r\n\r\n' "$2" >&3
    sed '1,/^\r*$/d' <&3
    exec 3>&-
}

"$tool" soak --structure michael_hash --reclaim ebr --minutes 5 --listen 127.0.0.1:0 >soak.out 2>soak.err &
pids+=($!)
for _ in $(seq 100); do grep -q ^metrics soak.err && break; sleep 0.1; done
address=$(sed -n 's,^metrics *http://\(.*\)/metrics,\1,p' soak.err)
ok "the soak says where it listens" test -n "$address"
get "$address" /metrics >page
ok "promtool accepts the page" promtool check metrics <page
sed 's/^# TYPE quiesce_operations_total counter/# TYPE quiesce_operations_total gauge/; s/quiesce_garbage_nodes/quiesce_garbage_nodes_total/' \
    page >wrong
ok "and would not accept any" eval '! promtool check metrics <wrong >/dev/null 2>&1'

# A port that was free a moment ago.
for port in $(seq 19090 19190); do
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
done
cat >prometheus.yml <<YML
global: { scrape_interval: 500ms, scrape_timeout: 500ms }
scrape_configs: [ { job_name: quiesce, static_configs: [ { targets: [ "$address" ] } ] } ]
YML
ok "promtool accepts the configuration" promtool check config prometheus.yml
prometheus --config.file=prometheus.yml --storage.tsdb.path=data --web.listen-address="127.0.0.1:$port" \
    >prometheus.log 2>&1 &
pids+=($!)

# query EXPRESSION - its value, or nothing.
query()
{
    get "127.0.0.1:$port" "/api/v1/query?query=$(sed 's/\[/%5B/g; s/\]/%5D/g; s/ /%20/g; s/{/%7B/g; s/}/%7D/g; s/"/%22/g' <<<"$1")" |
        sed -n 's/.*"value":\[[^,]*,"\([^"]*\)"\].*/\1/p'
}

# above EXPRESSION NUMBER - it becomes larger than that within a minute.
above()
{
    local value
    for _ in $(seq 120); do
        value=$(query "$1" 2>/dev/null) || value=''
        [ -n "$value" ] && [ "$value" != NaN ] && awk -v a="$value" -v b="$2" 'BEGIN { exit !(a > b) }' && return
        sleep 0.5
    done
    echo "last value of $1: '$value'"
    return 1
}
ok "the target is up" above 'up{job="quiesce"}' 0
for expression in 'rate(quiesce_operations_total[5s])' 'rate(quiesce_nodes_retired_total[5s])' \
    'rate(quiesce_nodes_freed_total[5s])' 'sum(quiesce_cas_tries_total)' 'quiesce_threads' 'quiesce_resident_bytes' \
    'histogram_quantile(0.99, rate(quiesce_operation_seconds_bucket[5s]))' \
    'rate(quiesce_gets_total{result="miss"}[5s])' 'quiesce_soak_rounds_total'; do
    ok "$expression" above "$expression" 0
done
ok "nothing was found" eval '! grep -q FOUND soak.out'
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
