#!/bin/sh
# when_full.sh - runs a command under QUIESCE_FULL=1, and else says that it did not: 77.
[ -n "$QUIESCE_FULL" ] || { echo "not run: scripts/test --full runs it"; exit 77; }
exec "$@"
