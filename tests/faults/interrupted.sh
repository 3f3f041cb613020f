#!/bin/sh
# interrupted.sh - a run is interrupted, or killed, at random moments: what was measured is
# kept whole, and resuming ends with every repeat once.
# usage: interrupted.sh TOOL ROOT BUILD
. "$(dirname "$0")/../cli/lib.sh"
write_figure 10ms
times=3
[ -z "$QUIESCE_FULL" ] || times=50
seed=${QS_TEST_SEED:-$(date +%s)}
moments=$(awk -v seed="$seed" -v n=$((2 * times)) 'BEGIN {
    srand(seed); for (i = 0; i < n; i++) printf "%.3f ", rand() * 0.7 }')

# break_off SIGNAL MOMENT - a run that ends too early, and its resumption.
break_off() {
    rm -rf part
    "$tool" run tiny.exp --out part >out 2>err </dev/null &
    pid=$!
    sleep "$2"
    kill "-$1" $pid 2>/dev/null
    wait $pid 2>/dev/null
    status=$?
    case $1,$status in
    INT,0 | INT,130 | KILL,137 | KILL,0) passed=$((passed + 1)) ;;
    *) ok "$1 at $2 s ends with status $status (seed $seed)" false ;;
    esac
    if [ ! -s part/cells.csv ]; then # it had not begun
        rm -rf part
        run run tiny.exp --out part
    else
        [ "$1" = KILL ] || ok "rows are whole after $1" is_whole part/cells.csv
        run run --resume=part
    fi
    ok "it goes on after $1 at $2 s (seed $seed)" test $status -eq 0
    [ $status -eq 0 ] || head -3 err
    ok "every repeat is there once" test "$(sed 1d part/cells.csv | wc -l)" -eq 24 -a \
        -z "$(sed 1d part/cells.csv | cut -d, -f3,4 | sort | uniq -d)"
    ok "all rows are whole" is_whole part/cells.csv
    ok "the report is there" test -s part/report.html
}

signal=INT
for moment in $moments; do
    break_off $signal "$moment"
    case $signal in INT) signal=KILL ;; *) signal=INT ;; esac
done
finish
