/* bucket_walk.h - the keys of a table that may grow and shrink meanwhile, each once.
 *
 * A walk passes the keys in the order of their reversed hashes, bucket by bucket: 0,
 * half, a quarter, and so on.  In this order a bucket is an interval in tables of every
 * size, which splits in two or joins its neighbour; so a walk that knows how far it has
 * come goes on in any table.  After P. Noordhuis, SCAN of Redis 2.8, 2013, which may
 * pass keys again when the table shrinks: here its place is finer than a bucket.
 */
#ifndef QS_STRUCTURES_BUCKET_WALK_H
#define QS_STRUCTURES_BUCKET_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline uint64_t qs_walk_place(uint64_t hash)
{
    hash = (hash >> 1 & 0x5555555555555555) | (hash & 0x5555555555555555) << 1;
    hash = (hash >> 2 & 0x3333333333333333) | (hash & 0x3333333333333333) << 2;
    hash = (hash >> 4 & 0x0f0f0f0f0f0f0f0f) | (hash & 0x0f0f0f0f0f0f0f0f) << 4;
    return __builtin_bswap64(hash);
}

/* The bucket that the walk stands at, in a table of mask + 1 buckets. */
static inline size_t qs_walk_bucket(uint64_t place, size_t mask)
{
    return qs_walk_place(place) & mask; /* reversing twice changes nothing */
}

/* Whether a key of that hash, met in this bucket, belongs to it and is yet to come. */
static inline bool qs_walk_takes(uint64_t place, size_t mask, uint64_t hash)
{
    return (hash & mask) == qs_walk_bucket(place, mask) && qs_walk_place(hash) >= place;
}

/* The place behind the bucket; 0 after the last. */
static inline uint64_t qs_walk_after(uint64_t place, size_t mask)
{
    uint64_t inside = mask ? UINT64_MAX >> __builtin_popcountll(mask) : UINT64_MAX;

    return (place | inside) + 1;
}

#endif
