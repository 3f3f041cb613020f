/* flat_table.h - lock-free table of words by 64-bit hashes, one cache line per bucket;
 * flat_hash.h makes maps of it, and tells how it works.
 *
 * Here is what it consists of, and how to find a hash in it.
 *
 * Memory order.
 *   (1) mask load, acquire: pairs with flat_split.h (5), so that its buckets may be
 *       touched; a stale mask is only a bucket that has been split meanwhile
 *   (2) header load, seq_cst, and so are the CASes on headers: in their total order, a
 *       call that begins after another one has ended finds what that has left, on other
 *       keys too; as an acquire it sees the words of the slots that are valid in it
 *   (3) header of a child under construction, or of a merged bucket's parent, as (2)
 *   (4) word of a slot, acquire: pairs with flat_update.h (1) and flat_split.h (2); if
 *       it shows what was written under a later header, that header is visible, too,
 *       and the second look at the header, relaxed, which follows, does not find the
 *       one that the words were read under
 *   (5) link load, acquire: pairs with (6), sees the line
 *   (6) link CAS, seq_cst: attaches zeroed lines
 *   (7) number of lines in use, seq_cst CAS: picks one thread; publishes nothing
 *   (8) spare lines, acq_rel exchange and seq_cst CAS: who takes them has their links
 *       behind it; they were never attached, so they hold zeros
 */
#ifndef QS_STRUCTURES_FLAT_TABLE_H
#define QS_STRUCTURES_FLAT_TABLE_H

#include "reclaim/reclaim.h"
#include "structures/flat_header.h"
#include "structures/flat_lines.h"
#include "structures/striped_count.h"

#ifndef QS_FLAT_LEVELS
#define QS_FLAT_LEVELS 30 /* log2 of the buckets at most */
#endif
#ifndef QS_FLAT_LINE_LEVELS
#define QS_FLAT_LINE_LEVELS 29 /* log2 of the lines of overflow at most */
#endif
#ifndef QS_FLAT_FIRST_LEVEL
#define QS_FLAT_FIRST_LEVEL 3 /* log2 of the buckets at first, at least 1 */
#endif
#ifndef QS_FLAT_LEAST_LEVEL
#define QS_FLAT_LEAST_LEVEL 6 /* log2 of the buckets that it does not shrink below */
#endif

struct qs_flat_slot {
    qs_word key, word;
};

struct qs_flat_bucket {
    qs_word header;
    qs_word link; /* lower half: number of the first line of overflow, upper half: of
                     the second, which the third one follows; 0: none */
    struct qs_flat_slot slot[3];
};
_Static_assert(sizeof(struct qs_flat_bucket) == QS_CACHE_LINE, "a bucket is a line");

struct qs_flat {
    _Alignas(QS_CACHE_LINE) qs_word mask; /* buckets - 1 */
    qs_word swept; /* the mask that all buckets have been brought to */
    size_t least;  /* mask */
    unsigned load; /* keys per bucket that make it double */
    struct qs_flat_lines buckets, spill;
    _Alignas(QS_CACHE_LINE) qs_word sweep; /* level << 56 | next bucket to be split */
    _Alignas(QS_CACHE_LINE) qs_word spill_used; /* lines */
    qs_word spare[2]; /* a line, and two in a row, that nobody has got */
    struct qs_striped_count count;
};

/* A key in a bucket: its hash, whose lowest bit, which all keys of a bucket share since
 * there are two buckets at least, is set, so that the word is never 0. */
static inline uint64_t qs_flat_key(uint64_t hash)
{
    return hash | 1;
}

static inline uint64_t qs_flat_hash_of_key(uint64_t key, size_t bucket)
{
    return (key & ~UINT64_C(1)) | (bucket & 1);
}

/* What is known of a hash in its bucket, under one header. */
struct qs_flat_place {
    struct qs_flat_bucket *bucket;
    size_t index; /* of the bucket */
    uint64_t header;
    uint64_t word;
    int found;    /* the slot that holds the hash, or -1 */
    int mine;     /* the slot that the caller has reserved, or -1 */
    int patience; /* how often it will still wait for others */
};

static inline struct qs_flat_bucket *qs_flat_bucket(const struct qs_flat *f, size_t i)
{
    return qs_flat_line(&f->buckets, i);
}

/* Half of the link that leads to slot i of the overflow: its lowest bit. */
static inline unsigned qs_flat_link_shift(unsigned i)
{
    return i < QS_FLAT_SPILL ? 0 : 32;
}

/* Slot i of a bucket; its line is there. */
static inline struct qs_flat_slot *qs_flat_slot(const struct qs_flat *f,
                                                struct qs_flat_bucket *b, unsigned i)
{
    if (i < QS_FLAT_PRIMARY)
        return &b->slot[i];
    i -= QS_FLAT_PRIMARY;
    uint64_t link = qs_load(&b->link, acquire); /* (5) */
    size_t line = link >> qs_flat_link_shift(i) & UINT32_MAX;
    line += i >= 2 * QS_FLAT_SPILL;
    return (struct qs_flat_slot *)qs_flat_line(&f->spill, line) + i % QS_FLAT_SPILL;
}

/* The number of a fresh line, or of the first of two in a row; 0 without memory. */
static __attribute__((noinline, unused)) size_t qs_flat_take_lines(struct qs_flat *f,
                                                                   unsigned n)
{
    uintptr_t line = qs_exchange(&f->spare[n - 1], 0, acq_rel); /* (8) */
    size_t limit = QS_FLAT_FIRST_LINES;

    if (line)
        return line;
    uintptr_t used = qs_load(&f->spill_used, relaxed);
    do {
        line =
            (used + n - 1) & ~(uintptr_t)(n - 1); /* two do not lie in two segments */
        while (limit < line + n)
            limit *= 2;
        if (qs_flat_lines_reach(&f->spill, limit))
            return 0;
    } while (!qs_cas(&f->spill_used, &used, line + n)); /* (7) */
    return line;
}

/* Gives lines back that were not attached.  If others did before, they stay unused. */
static inline void qs_flat_spare_lines(struct qs_flat *f, unsigned n, size_t line)
{
    qs_cas(&f->spare[n - 1], &(uintptr_t){ 0 }, line); /* (8) */
}

/* Makes sure that slot i of the bucket has a line; false without memory. */
static inline bool qs_flat_attach(struct qs_flat *f, struct qs_flat_bucket *b,
                                  unsigned i)
{
    if (i < QS_FLAT_PRIMARY)
        return true;
    unsigned shift = qs_flat_link_shift(i - QS_FLAT_PRIMARY), lines = shift ? 2 : 1;
    uintptr_t link = qs_load(&b->link, acquire); /* (5) */
    if (link >> shift & UINT32_MAX)
        return true;
    size_t line = qs_flat_take_lines(f, lines);
    if (!line)
        return false;
    while (!qs_cas(&b->link, &link, link | line << shift)) /* (6) */
        if (link >> shift & UINT32_MAX) {
            qs_flat_spare_lines(f, lines, line);
            break;
        }
    return true;
}

/* The valid slot of the overflow that holds the key under this header, or -1. */
static __attribute__((noinline, unused)) int qs_flat_scan_spill(
    const struct qs_flat *f, struct qs_flat_bucket *b, uint64_t header, uint64_t key)
{
    for (uint64_t rest = header & QS_FLAT_VALID_SPILL; rest; rest &= rest - 1) {
        unsigned i = qs_flat_first(rest);
        if (qs_load(&qs_flat_slot(f, b, i)->key, acquire) == key) /* (4) */
            return (int)i;
    }
    return -1;
}

/* The valid slot that holds the key under this header, or -1. */
static inline int qs_flat_scan(const struct qs_flat *f, struct qs_flat_bucket *b,
                               uint64_t header, uint64_t key)
{
#pragma GCC unroll 3
    for (unsigned i = 0; i < QS_FLAT_PRIMARY; i++)
        if (qs_load(&b->slot[i].key, acquire) == key && /* (4) */
            qs_flat_is_valid(header, i))
            return (int)i;
    if (__builtin_expect(!(header & QS_FLAT_VALID_SPILL), 1))
        return -1;
    return qs_flat_scan_spill(f, b, header, key);
}

/* The word of a valid slot under this header. */
static inline uint64_t qs_flat_word(const struct qs_flat *f, struct qs_flat_bucket *b,
                                    uint64_t header, unsigned i)
{
    uint64_t word = qs_load(&qs_flat_slot(f, b, i)->word, acquire); /* (4) */
    return qs_flat_is_zero(header, i) ? 0 : word;
}

/* Looks for the hash in p->bucket under p->header.  False if that has changed. */
static inline bool qs_flat_look(const struct qs_flat *f, uint64_t hash,
                                struct qs_flat_place *p)
{
    p->found = qs_flat_scan(f, p->bucket, p->header, qs_flat_key(hash));
    p->word =
        p->found < 0 ? 0 : qs_flat_word(f, p->bucket, p->header, (unsigned)p->found);
    return qs_load(&p->bucket->header, relaxed) == p->header; /* behind (4) */
}

/* Whether the keys of bucket i, which is frozen for it or was, are with its parent. */
static inline bool qs_flat_has_merged(const struct qs_flat *f, size_t i,
                                      uint64_t header)
{
    struct qs_flat_bucket *parent = qs_flat_bucket(f, qs_flat_parent(i));
    uint64_t its = qs_load(&parent->header, seq_cst); /* (3) */

    return qs_flat_level(its) < qs_flat_level(header);
}

/* Where a reader looks on for the hash, if bucket i has this header and is not live: in
 * i itself, if its keys are still there. */
static inline size_t qs_flat_detour(const struct qs_flat *f, uint64_t hash, size_t i,
                                    uint64_t header)
{
    unsigned level = qs_flat_level(header);

    if (qs_flat_state(header) == QS_FLAT_UNINIT)
        return qs_flat_parent(i);
    if (qs_flat_state(header) == QS_FLAT_MERGE)
        return qs_flat_has_merged(f, i, header) ? qs_flat_parent(i) : i;
    if (!(hash >> level & 1) || (hash & qs_flat_mask(level)) != i)
        return i;
    size_t child = i | (size_t)1 << level;
    uint64_t its = qs_load(&qs_flat_bucket(f, child)->header, seq_cst); /* (3) */
    return qs_flat_state(its) == QS_FLAT_UNINIT ? i : child;
}

/* Looks for the hash: p->found, p->word, and where that was so at one moment. */
static inline void qs_flat_find(const struct qs_flat *f, uint64_t hash,
                                struct qs_flat_place *p)
{
    size_t i = hash & qs_load(&f->mask, acquire); /* (1) */

    for (;;) {
        p->bucket = qs_flat_bucket(f, i);
        p->header = qs_load(&p->bucket->header, seq_cst); /* (2) */
        if (__builtin_expect(qs_flat_state(p->header) != QS_FLAT_LIVE, 0)) {
            size_t other = qs_flat_detour(f, hash, i, p->header);
            if (other != i) {
                i = other;
                continue;
            }
        }
        bool same = qs_flat_look(f, hash, p);
        size_t home = hash & qs_flat_mask(qs_flat_level(p->header));
        if (p->found < 0 && __builtin_expect(home != i, 0))
            i = home; /* it has been split since */
        else if (__builtin_expect(same, 1))
            break;
    }
    p->index = i;
}

/* Whether what was found there still stands, at this moment: for who protects what a word
 * points to.  Not the header alone says so while the bucket is frozen, since others may
 * have changed the keys where they are by now. */
static inline bool qs_flat_stands(const struct qs_flat *f, uint64_t hash,
                                  const struct qs_flat_place *p)
{
    if (qs_load(&p->bucket->header, seq_cst) != p->header) /* (2) */
        return false;
    return __builtin_expect(qs_flat_state(p->header) == QS_FLAT_LIVE, 1) ||
           qs_flat_detour(f, hash, p->index, p->header) == p->index;
}

/* Fetches the line where the hash is likely to be. */
static inline void qs_flat_prefetch(const struct qs_flat *f, uint64_t hash)
{
    __builtin_prefetch(qs_flat_bucket(f, hash & qs_load(&f->mask, acquire))); /* (1) */
}

/* 0; -EINVAL if capacity is beyond the address space; or -ENOMEM. */
static inline __attribute__((unused)) int qs_flat_init(struct qs_flat *f,
                                                       size_t capacity, unsigned load)
{
    unsigned level = QS_FLAT_FIRST_LEVEL;

    while (level < QS_FLAT_LEVELS && (capacity - !!capacity) / load >> level)
        level++;
    if ((capacity - !!capacity) / load >> level)
        return -EINVAL;
    f->load = load;
    qs_flat_lines_init(&f->buckets, (size_t)1 << QS_FLAT_LEVELS);
    qs_flat_lines_init(&f->spill, (size_t)1 << QS_FLAT_LINE_LEVELS);
    qs_init(&f->mask, qs_flat_mask(level));
    qs_init(&f->swept, qs_flat_mask(level));
    f->least = qs_flat_mask(level < QS_FLAT_LEAST_LEVEL ? QS_FLAT_LEAST_LEVEL : level);
    qs_init(&f->sweep, 0);
    qs_init(&f->spill_used, 1);
    qs_init(&f->spare[0], 0);
    qs_init(&f->spare[1], 0);
    qs_striped_count_init(&f->count);
    if (qs_flat_lines_reach(&f->buckets, (size_t)1 << level)) {
        qs_flat_lines_destroy(&f->buckets);
        qs_flat_lines_destroy(&f->spill);
        return -ENOMEM;
    }
    for (size_t i = 0; i <= qs_flat_mask(level); i++)
        qs_init(&qs_flat_bucket(f, i)->header, qs_flat_live(level));
    return 0;
}

/* No other thread may use it. */
static inline __attribute__((unused)) void qs_flat_destroy(struct qs_flat *f)
{
    qs_flat_lines_destroy(&f->buckets);
    qs_flat_lines_destroy(&f->spill);
}

#endif
