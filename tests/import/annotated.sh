#!/bin/sh
# annotated.sh - clang -Wthread-safety reports misuse of reclaim/annotate.h in the lines
# that are wrong and in no others, under every scheme; gcc and clang without it say
# nothing.
# usage: annotated.sh ROOT CC
root=$1 cc=$2
command -v clang >/dev/null || exit 77
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0 passed=0

expect() { # what, wanted, got
    if [ "$2" = "$3" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAILED %s\n  wanted: %s\n  got:    %s\n' "$1" "$2" "$3"
    fi
}

compile() { # compiler, file, options...
    compiler=$1 file=$2
    shift 2
    "$compiler" -std=c11 -D_GNU_SOURCE -Wall -Wextra -I"$root" -fsyntax-only "$@" "$file" 2>&1
}

# The lines of a file that its compiler complains about, once each.
lines() {
    compile clang "$1" -Wthread-safety | sed -n 's/^[^:]*:\([0-9]*\):[0-9]*: \(warning\|error\): .*/\1/p' |
        sort -nu | tr '\n' ' '
}

marked() {
    grep -n '/\* wrong \*/' "$1" | cut -d: -f1 | tr '\n' ' '
}

schemes=$(sed -n 's/^SCHEME(\([a-z0-9_]*\),.*/\1/p' "$root/harness/matrix.def")
for scheme in $schemes; do
    files=wrong
    case $scheme in hp | ebr | rcu_memb) files="right wrong" ;; esac
    for file in $files; do
        copy=$work/${file}_$scheme.c
        sed "s/qs_hp_/qs_${scheme}_/g; s#reclaim/hp\.h#reclaim/$scheme.h#
            s/QS_ANNOTATE(hp)/QS_ANNOTATE($scheme)/" "$root/tests/import/annotated/$file.c" >"$copy"
        expect "$file.c under $scheme" "$(marked "$copy")" "$(lines "$copy")"
    done
done
for file in right wrong; do
    path=$root/tests/import/annotated/$file.c
    expect "$file.c is C for $cc" '' "$(compile "$cc" "$path" -Werror)"
    expect "$file.c is C for clang" '' "$(compile clang "$path" -Werror)"
done
expect "there is misuse" 9 "$(grep -c '/\* wrong \*/' "$root/tests/import/annotated/wrong.c")"
compile clang "$root/tests/import/annotated/wrong.c" -Wthread-safety -Werror >/dev/null
expect "with -Werror, misuse does not compile" 1 $?
# One word less, and it is reported: the test can fail.
sed 's/ QS_INSIDE(t);/;/' "$root/tests/import/annotated/right.c" >"$work/control.c"
expect "control" 2 "$(lines "$work/control.c" | wc -w)"

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
