#!/bin/sh
# misuse.sh - what gcc and clang say first of the usual mistakes of who takes a template:
# a line that names the mistake.
# usage: misuse.sh TOOL ROOT INCLUDE-FOLDER
. "$(dirname "$0")/../cli/lib.sh"
include=${3:?folder of the headers}

# A program over a hash map, and one over an ordered map, to be spoilt.
cat >hash.c <<'TEXT'
#include <quiesce/reclaim/ebr.h>
struct host { char name[8]; };
static uint64_t host_hash(const struct host *h) { return (uint64_t)h->name[0]; }
#define QS_MAP_NAME        dns
#define QS_MAP_RECLAIM     ebr
#define QS_MAP_KEY         struct host
#define QS_MAP_VALUE       char *
#define QS_MAP_HASH(k)     host_hash(k)
#define QS_MAP_EQUAL(a, b) ((a)->name[0] == (b)->name[0])
#include <quiesce/structures/split_ordered.h>
TEXT
cat >ordered.c <<'TEXT'
#include <quiesce/reclaim/hp.h>
#define QS_MAP_NAME          ages
#define QS_MAP_RECLAIM       hp
#define QS_MAP_KEY           int
#define QS_MAP_VALUE         double
#define QS_MAP_COMPARE(a, b) ((*(a) > *(b)) - (*(a) < *(b)))
#include <quiesce/structures/skip_list.h>
TEXT

cat >objects.c <<'TEXT'
#include <quiesce/reclaim/ebr.h>
#include <quiesce/reclaim/hyaline.h>
#include <quiesce/structures/entry.h>
struct user { int id; QS_ENTRY(ebr) entry; };
void user_end(struct user *u);
#define QS_MAP_NAME        users
#define QS_MAP_RECLAIM     ebr
#define QS_MAP_OBJECT      struct user
#define QS_MAP_ENTRY       entry
#define QS_MAP_RELEASE(u)  user_end(u)
#define QS_MAP_KEY         int
#define QS_MAP_KEY_OF(u)   (&(u)->id)
#define QS_MAP_HASH(k)     ((uint64_t)*(k))
#define QS_MAP_EQUAL(a, b) (*(a) == *(b))
#include <quiesce/structures/rcu_objects.h>
TEXT

# first COMPILER FILE - the first warning or error; quotes as in ASCII.
first() {
    "$1" -std=c11 -Wall -Wextra -Wpedantic -I "$include" -fsyntax-only "$2" 2>&1 |
        grep -m1 -E '(error|warning):'
}

# mistake WHAT FILE CHANGE TEXT - with the change, both say TEXT in their first line.
mistake() {
    sed "$3" "$2" >changed.c
    ok "$1: the change does something" test "$(cmp -s "$2" changed.c; echo $?)" -eq 1
    for compiler in gcc clang; do
        command -v $compiler >/dev/null || continue
        first $compiler changed.c >line
        if ! grep -qF -- "$4" line; then
            ok "$1: $compiler says '$4'" false
            sed 's/^/    /' line
        fi
        ok "$1: $compiler" test -s line
    done
}

for file in hash.c ordered.c objects.c; do
    for compiler in gcc clang; do
        command -v $compiler >/dev/null || continue
        ok "$file as it is: $compiler is silent" test -z "$(first $compiler $file)"
    done
done
mistake "a misspelt scheme" hash.c 's/RECLAIM     ebr/RECLAIM     ebbr/' \
    "qs_ebbr_is_a_reclaim_scheme"
mistake "... with the right one" hash.c 's/RECLAIM     ebr/RECLAIM     ebbr/' \
    "did you mean"
mistake "a scheme that is not included" ordered.c 's/RECLAIM       hp/RECLAIM       ibr/' \
    "qs_ibr_is_a_reclaim_scheme"
mistake "a header that is not there" hash.c 's/ebr\.h/ebbr.h/' "quiesce/reclaim/ebbr.h"
mistake "no hash" hash.c /MAP_HASH/d \
    "split_ordered.h: QS_MAP_NAME, _RECLAIM, _KEY, _VALUE, _HASH and _EQUAL must be defined"
mistake "no order" ordered.c /MAP_COMPARE/d \
    "skip_list.h: QS_MAP_NAME, _RECLAIM, _KEY, _VALUE and _COMPARE must be defined"
mistake "a hash of another type" hash.c 's/_hash(const struct host \*h) .*/_hash(const int *h) { return (uint64_t)*h; }/' \
    "incompatible pointer type"
mistake "a pair that cannot work" hash.c 's/ebr/hp/; s/split_ordered/rcu_hash/' \
    "$(sed -n 's/^REFUSED(rcu_hash, hp, "\(.*\)")$/\1/p' "$root/harness/matrix.def")"
mistake "another one" hash.c 's/ebr/direct/' \
    "readers walk this list without a lock: direct would free under them"
mistake "objects that nobody ends" objects.c /MAP_RELEASE/d \
    "rcu_objects.h: QS_MAP_NAME, _RECLAIM, _OBJECT, _ENTRY, _RELEASE, _KEY, _KEY_OF, _HASH and _EQUAL must be defined"
mistake "an entry of another scheme" objects.c 's/QS_ENTRY(ebr)/QS_ENTRY(hyaline)/' \
    "QS_MAP_ENTRY must be a QS_ENTRY() of the scheme of the table"
mistake "an entry of a misspelt scheme" objects.c 's/QS_ENTRY(ebr)/QS_ENTRY(ebbr)/' \
    "qs_ebbr_prefix"
mistake "objects under hazard pointers" objects.c 's/ebr/hp/' \
    "$(sed -n 's/^REFUSED(rcu_objects_map, hp, "\(.*\)")$/\1/p' "$root/harness/matrix.def")"
mistake "keys that are no words" ordered.c '/COMPARE/d; s/skip_list/leaf_list/' \
    "leaf_list compares keys as words: QS_MAP_KEY must be uint64_t"
mistake "locks that C11 alone has not" hash.c 's/ebr/direct/; s/split_ordered/locked_map/' \
    "reader-writer locks are those of POSIX: define _GNU_SOURCE"

# A machine of 32 bits is refused; without its C library, which need not be here.
for compiler in gcc clang; do
    command -v $compiler >/dev/null || continue
    echo '#include <quiesce/reclaim/atomic.h>' | $compiler -m32 -ffreestanding -std=c11 \
        -I "$include" -fsyntax-only -x c - 2>&1 | grep -m1 error: >line
    ok "32 bits: $compiler" grep -qF "written for 64-bit machines" line
done

# Both compilers find nothing in what has no mistake, in strict C11, of every structure.
for structure in $(sed -n 's/^STRUCTURE(\([a-z_]*\),.*/\1/p' "$root/harness/matrix.def"); do
    case $structure in *locked* | sharded_* | nested_* | seq_* | *_uncounted | *_located | *_text | lfht | *_boxed) continue ;; esac
    scheme=$(sed -n "s/^\(MAP\|SAME\|ALONE\)($structure, \([a-z_]*\).*/\2/p" \
        "$root/harness/matrix.def" | tail -1)
    cat >one.c <<TEXT
#include <quiesce/reclaim/$scheme.h>
#define QS_MAP_NAME          one
#define QS_MAP_RECLAIM       $scheme
#define QS_MAP_KEY           const char *
#define QS_MAP_VALUE         struct one_value *
#define QS_MAP_HASH(k)       ((uint64_t)*(k))
#define QS_MAP_EQUAL(a, b)   (*(a) == *(b))
#define QS_MAP_COMPARE(a, b) ((*(a) > *(b)) - (*(a) < *(b)))
#include <quiesce/structures/$structure.h>
TEXT
    ok "$structure under $scheme, strictly" test -z "$(first gcc one.c | tee line)"
    [ ! -s line ] || cat line
done
finish
