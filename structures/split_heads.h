/* split_heads.h - the links of split_ordered.h, and where its heads lie.
 *
 * A link is a word.  It leads to a node, whose address it is, or to a head, which it
 * names by index and version; index 0 is the end of the list, since nothing stands in
 * front of head 0.  The low bits tell:
 *   SPO_HEAD     it leads to a head
 *   SPO_MARK     what holds this link is removed, and the link final
 *   SPO_PENDING  of a head: its link is set, but the head may not be in the list yet
 *
 * What a head may hold:
 *   0                                nothing yet; it was never set up
 *   SPO_PENDING                      a thread has claimed it
 *   a link and SPO_PENDING           it goes into the list, or is there
 *   a link                           it is in the list
 *   a link and SPO_MARK              it is removed, and goes from the list, or is gone
 *   a version, SPO_MARK, SPO_PENDING it is gone, and may be claimed again
 * A head that comes back has the next version, and links to it say which they mean; so
 * a CAS that has a link to it in mind cannot take one for the other.  One that has had
 * all versions stays away: 2^29 times it was there.
 *
 * A head is nothing but its link, eight bytes; the place tells the index, and the index
 * the head's order in the list.  Heads lie in one range of address space, of which as
 * much is committed as the table has buckets.  Where the system refuses the range, they
 * lie in segments instead: segment 0 holds head 0, segment s those from 2^(s-1) to 2^s
 * - 1.  Either way a head never moves, and its memory stays a head until the end, so
 * that any thread may read it at any time.
 *
 * Memory order.
 *   (1) segment load, acquire: pairs with (2), sees zeroed heads
 *   (2) segment CAS, seq_cst: publishes them; the loser frees its own
 */
#ifndef QS_STRUCTURES_SPLIT_HEADS_H
#define QS_STRUCTURES_SPLIT_HEADS_H

#include "reclaim/reclaim.h"

enum { SPO_REACH = 30, SPO_SEGMENTS = SPO_REACH + 1 }; /* at most 2^30 heads */

#define SPO_HEAD    ((uintptr_t)1)
#define SPO_MARK    ((uintptr_t)2)
#define SPO_PENDING ((uintptr_t)4)
#define SPO_FLAGS   ((uintptr_t)7)
#define SPO_END     SPO_HEAD

#define SPO_VERSIONS ((uintptr_t)1 << 29)

struct spo_heads {
    qs_word *range;                 /* NULL: they are in segments */
    qs_word segments[SPO_SEGMENTS]; /* qs_word *, or 0 */
};

static inline uint64_t spo_reverse_bits(uint64_t x)
{
    x = (x >> 1 & 0x5555555555555555) | (x & 0x5555555555555555) << 1;
    x = (x >> 2 & 0x3333333333333333) | (x & 0x3333333333333333) << 2;
    x = (x >> 4 & 0x0f0f0f0f0f0f0f0f) | (x & 0x0f0f0f0f0f0f0f0f) << 4;
    return __builtin_bswap64(x);
}

/* Whether a, reversed, is more than b: where they first differ, it has the 1. */
static inline bool spo_is_behind(uint64_t a, uint64_t b)
{
    uint64_t differ = a ^ b;

    return a & differ & -differ;
}

/* The bucket that a bucket other than 0 splits off from. */
static inline size_t spo_parent_of(size_t bucket)
{
    return bucket & ~((size_t)1 << (63 - __builtin_clzll(bucket)));
}

static inline uintptr_t spo_link_to(size_t index, uintptr_t version)
{
    return index << 32 | version << 3 | SPO_HEAD;
}

/* What a head holds that is gone from the list, where this link led to it. */
static inline uintptr_t spo_gone(uintptr_t link)
{
    return (link & UINT32_MAX & ~SPO_FLAGS) | SPO_MARK | SPO_PENDING;
}

/* The version of a head that may be set up now, or SPO_VERSIONS if it may not. */
static inline uintptr_t spo_next_version(uintptr_t held)
{
    if (!held)
        return 0;
    if ((held & SPO_FLAGS) != (SPO_MARK | SPO_PENDING))
        return SPO_VERSIONS;
    return (held >> 3) + 1;
}

static inline size_t spo_index_of(uintptr_t link)
{
    return link >> 32;
}

static inline unsigned spo_segment_of(size_t index)
{
    return index ? 64u - (unsigned)__builtin_clzll(index) : 0;
}

static inline size_t spo_segment_size(unsigned segment)
{
    return segment ? (size_t)1 << (segment - 1) : 1;
}

/* The head of that index, for which there is room. */
static inline qs_word *spo_head_at(const struct spo_heads *h, size_t index)
{
    if (__builtin_expect(h->range != NULL, 1))
        return &h->range[index];
    unsigned s = spo_segment_of(index);
    qs_word *segment = (qs_word *)qs_load(&h->segments[s], acquire); /* (1) */
    return &segment[index ? index - spo_segment_size(s) : 0];
}

/* Whether this link of a head says that it is in the list, and known to be. */
static inline bool spo_is_usable(uintptr_t link)
{
    return link && !(link & (SPO_MARK | SPO_PENDING));
}

/* Whether this link of a head leads to what comes behind, or did when it was removed.
 */
static inline bool spo_leads_on(uintptr_t link)
{
    return (link & ~SPO_PENDING) && (~link & (SPO_MARK | SPO_PENDING));
}

/* Whether a link that leads to no node, or is marked, says that the key is absent: 0.
 * -1 if that takes the slow way. */
static inline int spo_ends(uintptr_t link, size_t mask)
{
    return (link & SPO_FLAGS) == SPO_HEAD && spo_index_of(link) <= mask ? 0 : -1;
}

static inline bool spo_has_head(const qs_word *head)
{
    return spo_is_usable(qs_load(head, relaxed));
}

static inline bool spo_add_segment(struct spo_heads *h, unsigned s)
{
    uintptr_t segment = qs_load(&h->segments[s], acquire); /* (1) */

    if (segment)
        return true;
    qs_word *fresh = qs_memory_alloc_zeroed(spo_segment_size(s) * sizeof *fresh);
    if (!fresh)
        return false;
    if (!qs_cas(&h->segments[s], &segment, fresh)) /* (2) */
        qs_memory_free(fresh);
    return true;
}

/* Makes room for so many heads, a power of two, where there is room for half of them;
 * false without memory. */
static inline bool spo_heads_extend(struct spo_heads *h, size_t heads)
{
    if (h->range)
        return !qs_memory_commit(h->range, heads * sizeof *h->range);
    return spo_add_segment(h, spo_segment_of(heads - 1));
}

static inline void spo_heads_destroy(struct spo_heads *h)
{
    if (h->range)
        qs_memory_release(h->range, sizeof *h->range << SPO_REACH);
    for (unsigned s = 0; s < SPO_SEGMENTS; s++)
        qs_memory_free((void *)qs_load(&h->segments[s], relaxed));
}

/* Room for so many heads, a power of two; false without memory. */
static inline bool spo_heads_init(struct spo_heads *h, size_t heads)
{
    h->range = qs_memory_reserve(sizeof *h->range << SPO_REACH);
    for (unsigned s = 0; s < SPO_SEGMENTS; s++)
        qs_init(&h->segments[s], 0);
    for (size_t n = h->range ? heads : 1; n <= heads; n *= 2)
        if (!spo_heads_extend(h, n)) {
            spo_heads_destroy(h);
            return false;
        }
    return true;
}

#endif
