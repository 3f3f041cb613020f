/* sharded_map.h - a hash map in shards, each a table behind a reader-writer lock on
 * cache lines of its own (template).
 *
 * As services write it in Go: `[32]struct { sync.RWMutex; m map[K]V }`, and as
 * github.com/orcaman/concurrent-map has it.  It is striped_hash.h, whose text tells the
 * rest, with locks that readers share.
 *
 * Parameters as there, but for
 *   QS_MAP_SHARDS    optional: a power of two (32)
 *   QS_MAP_SHARD(k)  optional: a uint64_t whose low bits choose the shard; by default,
 *                    the top bits of the hash.  qs_fnv1a() of byte_hash.h is what
 *                    those services use, for keys that are equal if their bytes are
 *
 * Progress: blocking, as there; and the lock is the system's: glibc's prefers readers,
 * so that a stream of them keeps a shard's writers waiting.
 */
#if !defined QS_MAP_NAME || !defined QS_MAP_RECLAIM || !defined QS_MAP_KEY || \
    !defined QS_MAP_VALUE || !defined QS_MAP_HASH || !defined QS_MAP_EQUAL
#error \
    "sharded_map.h: QS_MAP_NAME, _RECLAIM, _KEY, _VALUE, _HASH and _EQUAL must be defined"
#endif

#ifndef QS_MAP_SHARDS
#define QS_MAP_SHARDS 32
#endif

#ifndef QS_MAP_STRIPES
#define QS_MAP_STRIPES QS_MAP_SHARDS
#endif
#ifdef QS_MAP_SHARD
#define QS_MAP_STRIPE(k) QS_MAP_SHARD(k)
#endif
#define QS_MAP_LOCK QS_STRIPE_SHARED
#include "structures/striped_hash.h"
#undef QS_MAP_SHARDS
#undef QS_MAP_SHARD
