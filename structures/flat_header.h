/* flat_header.h - the word that governs a bucket of flat_table.h.
 *
 *     bits 0..29   two for each of up to 15 slots: free, reserved, valid, or valid with
 *                  the word 0
 *     bits 30..31  state
 *     bits 32..37  level: the bucket holds the hashes that agree with its number in so
 *                  many low bits
 *     bits 38..63  version, raised whenever slots are reserved, and by every step of
 *                  flat_merge.h that others must not take for nothing
 *
 * Functions of such a word, without any access.
 *
 * What the valid slots contain is a function of the header: a slot is written only
 * while it is reserved, and reserving it makes a header that has not been there before.
 * That holds until the version comes round, so somebody who holds on to a header for
 * exactly 2^26 reservations of one bucket, and then finds all slots as they were, is
 * deceived.
 */
#ifndef QS_STRUCTURES_FLAT_HEADER_H
#define QS_STRUCTURES_FLAT_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef QS_FLAT_PRIMARY
#define QS_FLAT_PRIMARY 3 /* slots in the bucket's own line, at most 3 */
#endif
#ifndef QS_FLAT_SPILL
#define QS_FLAT_SPILL 4 /* slots in a line of overflow, at most 4 */
#endif
#ifndef QS_FLAT_SLOTS
#define QS_FLAT_SLOTS 15 /* at most QS_FLAT_PRIMARY + 3 * QS_FLAT_SPILL */
#endif
#ifndef QS_FLAT_VERSION_BITS
#define QS_FLAT_VERSION_BITS 26
#endif

_Static_assert(QS_FLAT_PRIMARY >= 1 && QS_FLAT_PRIMARY <= 3 && QS_FLAT_SPILL >= 1 &&
                   QS_FLAT_SPILL <= 4 && QS_FLAT_SLOTS <= 15 &&
                   QS_FLAT_SLOTS <= QS_FLAT_PRIMARY + 3 * QS_FLAT_SPILL,
               "a bucket has a line of 3 slots and three lines of 4");

/* A bucket is nobody's at first, its parent holds its keys: the bucket without its
 * number's top bit. */
enum qs_flat_state {
    QS_FLAT_UNINIT,
    QS_FLAT_LIVE,
    QS_FLAT_SPLIT, /* frozen until the keys of its child are moved there */
    QS_FLAT_MERGE /* frozen; its parent's, once that is of a lower level (flat_merge.h) */
};

#define QS_FLAT_STATE_SHIFT   30
#define QS_FLAT_LEVEL_SHIFT   32
#define QS_FLAT_VERSION_SHIFT 38
#define QS_FLAT_ALL_SLOTS     ((UINT64_C(1) << 2 * QS_FLAT_SLOTS) - 1)
#define QS_FLAT_VALID         (UINT64_C(0xaaaaaaaaaaaaaaaa) & QS_FLAT_ALL_SLOTS)
#define QS_FLAT_VALID_SPILL \
    (QS_FLAT_VALID >> 2 * QS_FLAT_PRIMARY << 2 * QS_FLAT_PRIMARY)
#define QS_FLAT_VERSION_CARRY \
    (~UINT64_C(0) << (QS_FLAT_VERSION_SHIFT + QS_FLAT_VERSION_BITS - 1) << 1)

static inline enum qs_flat_state qs_flat_state(uint64_t header)
{
    return (enum qs_flat_state)(header >> QS_FLAT_STATE_SHIFT & 3);
}

static inline unsigned qs_flat_level(uint64_t header)
{
    return header >> QS_FLAT_LEVEL_SHIFT & 63;
}

static inline uint64_t qs_flat_mask(unsigned level)
{
    return (UINT64_C(1) << level) - 1;
}

static inline unsigned qs_flat_level_of_mask(uint64_t mask)
{
    return 64 - (unsigned)__builtin_clzll(mask);
}

/* The bucket that one other than 0 and 1 splits off from. */
static inline size_t qs_flat_parent(size_t bucket)
{
    return bucket & ~((size_t)1 << (63 - __builtin_clzll(bucket)));
}

static inline bool qs_flat_is_valid(uint64_t header, unsigned slot)
{
    return header >> 2 * slot & 2;
}

static inline bool qs_flat_is_zero(uint64_t header, unsigned slot)
{
    return header >> 2 * slot & 1;
}

static inline unsigned qs_flat_valid_count(uint64_t header)
{
    return (unsigned)__builtin_popcountll(header & QS_FLAT_VALID);
}

/* The lowest valid slot of these bits, which are QS_FLAT_VALID's. */
static inline unsigned qs_flat_first(uint64_t valid)
{
    return (unsigned)__builtin_ctzll(valid) / 2;
}

/* The free slots, as their lower bits. */
static inline uint64_t qs_flat_free_slots(uint64_t header)
{
    return ~(header | header >> 1) & QS_FLAT_VALID >> 1;
}

/* The lowest slot that is free, or QS_FLAT_SLOTS. */
static inline unsigned qs_flat_free_slot(uint64_t header)
{
    uint64_t is_free = qs_flat_free_slots(header);
    return is_free ? (unsigned)__builtin_ctzll(is_free) / 2 : QS_FLAT_SLOTS;
}

/* With the next version. */
static inline uint64_t qs_flat_stepped(uint64_t header)
{
    uint64_t next = header + (UINT64_C(1) << QS_FLAT_VERSION_SHIFT);
    return next & ~QS_FLAT_VERSION_CARRY;
}

static inline uint64_t qs_flat_version(uint64_t header)
{
    return header >> QS_FLAT_VERSION_SHIFT;
}

static inline uint64_t qs_flat_reserved(uint64_t header, unsigned slot)
{
    return qs_flat_stepped(header) | UINT64_C(1) << 2 * slot;
}

/* The n lowest of these slots, each by one bit. */
static inline uint64_t qs_flat_lowest(uint64_t slots, unsigned n)
{
    uint64_t rest = slots;

    while (n--)
        rest &= rest - 1;
    return slots & ~rest;
}

static inline uint64_t qs_flat_freed(uint64_t header, unsigned slot)
{
    return header & ~(UINT64_C(3) << 2 * slot);
}

/* A reserved slot becomes valid. */
static inline uint64_t qs_flat_valued(uint64_t header, unsigned slot, bool zero)
{
    return qs_flat_freed(header, slot) | (zero ? UINT64_C(3) : UINT64_C(2)) << 2 * slot;
}

static inline uint64_t qs_flat_with_state(uint64_t header, enum qs_flat_state state)
{
    return (header & ~(UINT64_C(3) << QS_FLAT_STATE_SHIFT)) |
           (uint64_t)state << QS_FLAT_STATE_SHIFT;
}

static inline uint64_t qs_flat_with_level(uint64_t header, unsigned level)
{
    return (header & ~(UINT64_C(63) << QS_FLAT_LEVEL_SHIFT)) |
           (uint64_t)level << QS_FLAT_LEVEL_SHIFT;
}

static inline uint64_t qs_flat_live(unsigned level)
{
    return qs_flat_with_level(qs_flat_with_state(0, QS_FLAT_LIVE), level);
}

#endif
