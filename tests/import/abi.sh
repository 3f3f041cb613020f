#!/bin/sh
# abi.sh - the shared libraries have the interface of abi/*.abi, or more: what
# was linked against them once goes on working.
# usage: abi.sh TOOL ROOT BUILD [--update]      --update: writes those anew, for a
#        change that was meant; then say so in CHANGELOG.md
. "$(dirname "$0")/../cli/lib.sh"
here=$root/tests/import
build=${3:?build folder}
command -v abidiff >/dev/null || { echo "abidiff is missing: scripts/install-deps --tests"; exit 1; }

# describe LIBRARY FILE - its public interface, without paths and lines.
describe() {
    abidw --no-corpus-path --no-comp-dir-path --no-show-locs --out-file described "$1"
    sed "s|path='$root/|path='|" described >"$2"
}

# The libraries once more, with all that their debug information can tell.  Maps by name
# are one file over hundreds of objects; that file has the interface.
compile="cc -shared -fPIC -g -std=c11 -D_GNU_SOURCE -DQS_VERSION=\"0\" -I $root"
$compile "$root/harness/quiesce.c" -Wl,-soname,libquiesce-maps.so.0.1 -o libquiesce-maps.so
# shellcheck disable=SC2046  # words
$compile $(ls "$root"/reclaim/*.c | grep -v /rcu_) -Wl,-soname,libquiesce.so.0.1 \
    -Wl,--version-script="$root/scripts/packaging/libquiesce.map" -lck -o libquiesce.so
if [ "${4-}" = --update ]; then
    for name in libquiesce libquiesce-maps; do
        describe $name.so "$here/abi/$name.abi"
    done
    exit
fi

for name in libquiesce libquiesce-maps; do
    describe $name.so now.abi
    abidiff --no-added-syms "$here/abi/$name.abi" now.abi >log
    ok "$name has the interface of $name.abi" test $? -eq 0
    head -30 log
done
functions() { nm -D --defined-only "$1" | awk '$2 == "T" { sub(/@.*/, "", $3); print $3 }' | sort; }
for name in libquiesce libquiesce-maps; do
    ok "the real $name has the same functions" \
        test "$(functions "$build/lib/$name.so")" = "$(functions $name.so)"
done

# Controls: a parameter that changes, a function that goes.
sed 's/qs_map_get(struct qs_map \*m, struct qs_thread \*t, uint64_t key/qs_map_get(struct qs_map *m, struct qs_thread *t, uint32_t key/' \
    "$root/harness/quiesce.h" >quiesce.h
sed 's/qs_map_get(struct qs_map \*m, struct qs_thread \*t, uint64_t key/qs_map_get(struct qs_map *m, struct qs_thread *t, uint32_t key/
     s/qs_version/qs_other_version/; s|harness/quiesce.h|quiesce.h|' "$root/harness/quiesce.c" >quiesce.c
$compile -I . quiesce.c -o other.so
describe other.so other.abi
abidiff --no-added-syms "$here/abi/libquiesce-maps.abi" other.abi >log
ok "another interface is noticed" test $? -ne 0
ok "... the parameter" grep -q "uint32_t\|unsigned int" log
ok "... the function" grep -q qs_version log
finish
