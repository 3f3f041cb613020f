# lib.sh - what the tests of the command line share: sourced with TOOL and ROOT given.
# usage in a test: . "$(dirname "$0")/lib.sh"

tool=$1
root=$2
[ -x "$tool" ] || { echo "usage: $0 TOOL ROOT"; exit 2; }
export LC_ALL=C TERM=dumb
work=$(mktemp -d "${TMPDIR:-/tmp}/quiesce-cli-XXXXXX") || exit 2
trap 'cd / && rm -rf "$work"' EXIT
cd "$work" || exit 2
passed=0 failed=0

# ok CLAIM COMMAND... - the command succeeds.
ok() {
    ok_claim=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED $ok_claim: $*"
    fi
}

# run ARGUMENT... - runs the tool; leaves out, err and status behind.
run() {
    "$tool" "$@" >"$work/out" 2>"$work/err" </dev/null
    status=$?
}

# says STATUS TEXT ARGUMENT... - the tool ends with the status and one line on stderr
# that contains the text.
says() {
    says_status=$1 says_text=$2
    shift 2
    run "$@"
    if [ "$status" -ne "$says_status" ] || ! grep -qF -e "$says_text" "$work/err" ||
        [ "$(grep -vc '^Try \|^warning:' "$work/err")" -ne 1 ] || [ -s "$work/out" ]; then
        failed=$((failed + 1))
        echo "FAILED quiesce $*: status $status (not $says_status), wanted one line with: $says_text"
        sed 's/^/    out: /' "$work/out" | head -3
        sed 's/^/    err: /' "$work/err" | head -5
    else
        passed=$((passed + 1))
    fi
}

# column NAME FILE - the values of a column of a CSV file, one a line.
column() {
    awk -F, -v name="$1" '
        NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) c = i
                  if (!c) { print "no column " name; exit 1 } next }
        { print $c }' "$2"
}

# violations CONDITION FILE - how many rows do not fulfil an awk condition on columns
# written as v("name").
violations() {
    condition=$1 file=$2
    awk -F, "
        NR == 1 { for (i = 1; i <= NF; i++) at[\$i] = i; next }
        function v(name) { if (!(name in at)) { print \"no column \" name; exit }
                           return \$at[name] }
        !($condition) { n++ }
        END { print n + 0 }" "$file"
}

# all CONDITION FILE - there are rows, and every one fulfils the condition on v("column").
all() {
    ok "every row: $1" test "$(violations "$1" "$2")" = 0 -a "$(wc -l <"$2")" -gt 1
}

# long_enough CONDITION FILE COMMAND... - the command, which is `run` or calls it and leaves
# FILE behind, with --duration and more and more of it, until every row fulfils the
# condition: where others are at work, a moment may end before a thread had a turn.
long_enough() {
    enough=$1 enough_file=$2
    shift 2
    for duration in 30ms 300ms 3s 15s 30s; do
        rm -f "$enough_file"
        "$@" --duration "$duration"
        # What fails, or lacks rows, is for the test to say.
        if [ $status -ne 0 ] || [ "$(violations "$enough" "$enough_file")" = 0 ]; then
            return
        fi
    done
}

# is_well_formed FILE - as XML, which reports are as well: xmllint's parser for HTML
# complained of 3 in 160 copies of a right report that differed in white space alone,
# where its buffer ended within a tag.
is_well_formed() {
    xmllint --noout "$1"
}

# Every line of a CSV file has as many fields as its header, and the last one is whole.
is_whole() {
    awk -F, 'NR == 1 { n = NF } NF != n { bad = 1 } END { exit bad || NR < 1 }' "$1" &&
        [ -z "$(tail -c 1 "$1")" ]
}

# A figure of 4 cells and 24 repeats that takes about a second; $1 is the duration.
write_figure() {
    cp "$root/experiments/style.gp" .
    cat >tiny.exp <<TEXT
[figure]
title    = A tiny figure
question = Does all of it work?
[fixed]
structure = split_ordered
keys      = 1k
update    = 20%
oversubscribe = yes
[axes]
reclaim = leak, hp
threads = 1, 2
[run]
repeats  = 6
warmup   = 5ms
duration = $1
seed     = 7
[plot throughput]
x = threads
y = mops
series = reclaim
[plot casfail]
x = threads
y = cas_fail_per_op
series = reclaim
[claim alone-never-fails]
say   = A thread alone loses no CAS
where = threads == 1
test  = zero(cas_fails)
TEXT
}

finish() {
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
    exit
}
