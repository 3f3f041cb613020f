#!/bin/sh
# sources.sh - every row of the articles is listed, what a row names is there, what is Go's
# says what stands for it, and as many rows are not built as are known of.
# usage: sources.sh ROOT TOOL BUILD [SOURCES.csv, in place of what TOOL lists]
root=$1 tool=$2 build=$3
not_built=0 # the rows that are known not to be built: fewer is a reason to change this
wrong=0

complain() {
    echo "$1"
    wrong=1
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$tool" list sources --csv >"$work/listed" || exit 2
cp "${4:-$work/listed}" "$work/sources" || exit 2

# Rows as the articles count them: S0.1 to S0.11, and so on.
for article in 0:11 1:8 2:11 3:9 4:9; do
    for number in $(seq 1 "${article#*:}"); do
        row=S${article%:*}.$number
        [ "$(grep -c "^$row," "$work/sources")" = 1 ] || complain "$row: not listed once"
    done
done

# row|status|system|counterpart|runs|command
sed 1d "$work/sources" | sed 's/","/|/g; s/,"/|/; s/,/|/; s/"$//; s/""/"/g' >"$work/rows"
"$tool" list --csv >"$work/pairs"
"$tool" --help >"$work/verbs"
ctest --test-dir "$build" -N | sed -n 's/^ *Test *#[0-9]*: //p' >"$work/tests"

is_there() { # kind, name
    case $1 in
    structure) grep -q "^$2,[a-z_]*,ok," "$work/pairs" ;;
    scheme) grep -q "^[a-z_]*,$2,ok," "$work/pairs" ;;
    experiment) [ -f "$root/experiments/$2.exp" ] ;;
    gallery) grep -q "^FAILURE($2," "$root/experiments/gallery/gallery.def" ;;
    test) grep -qx "$2" "$work/tests" ;;
    verb) grep -q "^  $2 " "$work/verbs" ;;
    *) return 1 ;;
    esac
}

while IFS='|' read -r row status system counterpart runs command; do
    if printf '%s' "$system" | grep -qE \
        'sync\.|atomic\.|time\.|Mutex|WaitGroup|goroutine|garbage collector|context|defer|init functions|benchstat|channel'; then
        [ -n "$counterpart" ] || complain "$row: is Go's; what stands for it here?"
    fi
    for word in $runs; do
        is_there "${word%%:*}" "${word#*:}" || complain "$row: there is no $word"
    done
    [ "$status" = 'not built' ] || [ -n "$command" ] || complain "$row: has no command"
done <"$work/rows"

n=$(grep -c '^[^|]*|not built|' "$work/rows")
[ "$n" = "$not_built" ] || complain "$n rows are not built; $not_built are known of in $0"
exit $wrong
