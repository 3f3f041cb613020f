#!/bin/sh
# atomics.sh - only reclaim/atomic.h touches atomics; structures/ and reclaim/ have no
# thread-local variables and spin with qs_pause only.  examples/ are programs of others,
# who have C11's own.
# usage: atomics.sh ROOT
rules=$(cd "$(dirname "$0")" && pwd)
cd "$1" || exit 2

# A back end that replaces atomic.h is another door of the same kind.
sources() {
    find "$@" -name '*.[ch]' ! -path reclaim/atomic.h ! -path 'tests/explore/backend*' \
        ! -path 'tests/rules/bad/*' 2>/dev/null
}

wrong=$(
    sources reclaim structures harness tests |
        xargs awk -f "$rules/uncomment.awk" |
        grep -E '_Atomic|(^|[^a-z_])atomic_[a-z]|__atomic_|__sync_|[^_a-z]volatile[^_a-z]|stdatomic' |
        grep -v 'volatile sig_atomic_t' | sed 's|$|   <- atomics belong in reclaim/atomic.h|'
    sources reclaim structures | xargs awk -f "$rules/uncomment.awk" |
        grep -E '_Thread_local|__thread|thread_local' |
        sed 's|$|   <- no thread-local variables here|'
)
[ -z "$wrong" ] && exit 0
printf '%s\n' "$wrong"
exit 1
