/* flat_visit.h - walking through flat_table.h while others change it.
 *
 * A class is all hashes that end in the same bits.  At any moment one bucket holds a
 * class, or the class has to be halved, since its bucket has been split.  A walk goes
 * through the classes of the table's size at its beginning, halving where it must, and
 * reads each at one moment.  So whatever stays in the table throughout is met exactly
 * once, although buckets split and merge and slots change under way.
 *
 * Memory order.
 *   (1) mask load, acquire: see flat_table.h (1)
 *   (2) header load, seq_cst: see flat_table.h (2)
 *   (3) child's header, seq_cst: not there yet means that its keys are in the parent
 *   (4) word of a slot, acquire: see flat_table.h (4)
 */
#ifndef QS_STRUCTURES_FLAT_VISIT_H
#define QS_STRUCTURES_FLAT_VISIT_H

#include "structures/flat_table.h"

/* All hashes that end in the lower `bits` of `end`; a walk begins with zeros. */
struct qs_flat_class {
    size_t end, first, mask; /* the last two: the walk's own, of the table at first */
    unsigned bits, least;
};

struct qs_flat_pair {
    uint64_t hash, word;
    unsigned slot;
};

/* Goes on to the next class, at first to the first; false after the last. */
static inline bool qs_flat_next_class(const struct qs_flat *f, struct qs_flat_class *c)
{
    if (!c->mask) {
        c->mask = qs_load(&f->mask, acquire); /* (1) */
        c->least = c->bits = qs_flat_level_of_mask(c->mask);
        return true;
    }
    while (c->bits > c->least && c->end >> (c->bits - 1) & 1)
        c->end &= qs_flat_mask(--c->bits);
    if (c->bits > c->least)
        c->end |= (size_t)1 << (c->bits - 1);
    else
        c->end = ++c->first;
    return c->first <= c->mask;
}

/* The bucket that holds the class, and its header.  False if two do: then the class is
 * halved, and asked for again. */
static inline bool qs_flat_find_class(const struct qs_flat *f,
                                      const struct qs_flat_class *c,
                                      struct qs_flat_place *p)
{
    p->index = c->end;
    for (;;) {
        p->bucket = qs_flat_bucket(f, p->index);
        p->header = qs_load(&p->bucket->header, seq_cst); /* (2) */
        unsigned level = qs_flat_level(p->header);
        bool may_be_merged = qs_flat_state(p->header) == QS_FLAT_MERGE;
        if (qs_flat_state(p->header) == QS_FLAT_UNINIT ||
            (may_be_merged && qs_flat_has_merged(f, p->index, p->header))) {
            p->index = qs_flat_parent(p->index);
            continue;
        }
        if (level > c->bits)
            return false;
        size_t home = c->end & qs_flat_mask(level);
        if (home != p->index) {
            p->index = home;
            continue;
        }
        if (qs_flat_state(p->header) != QS_FLAT_SPLIT)
            return true;
        size_t child = p->index | (size_t)1 << level;
        uint64_t its = qs_load(&qs_flat_bucket(f, child)->header, seq_cst); /* (3) */
        if (qs_flat_state(its) == QS_FLAT_UNINIT)
            return true;
        if (level == c->bits)
            return false;
        if (!(c->end >> level & 1))
            return true;
        p->index = child;
    }
}

/* The pairs of the class in the bucket of p, as they were at one moment; -1 if others
 * have changed it meanwhile. */
static inline int qs_flat_read_class(const struct qs_flat *f,
                                     const struct qs_flat_class *c,
                                     const struct qs_flat_place *p,
                                     struct qs_flat_pair pairs[QS_FLAT_SLOTS])
{
    int n = 0;

    for (uint64_t rest = p->header & QS_FLAT_VALID; rest; rest &= rest - 1) {
        unsigned i = qs_flat_first(rest);
        uint64_t key = qs_load(&qs_flat_slot(f, p->bucket, i)->key, acquire); /* (4) */
        uint64_t hash = qs_flat_hash_of_key(key, p->index);
        if ((hash & qs_flat_mask(c->bits)) == c->end)
            pairs[n++] =
                (struct qs_flat_pair){ hash, qs_flat_word(f, p->bucket, p->header, i),
                                       i };
    }
    return qs_load(&p->bucket->header, relaxed) == p->header ? n : -1; /* behind (4) */
}

/* The pairs of the next class that is not empty, at one moment; 0 after the last. */
static inline __attribute__((unused)) int qs_flat_walk(
    const struct qs_flat *f, struct qs_flat_class *c,
    struct qs_flat_pair pairs[QS_FLAT_SLOTS])
{
    struct qs_flat_place p;
    int n;

    while (qs_flat_next_class(f, c)) {
        do
            while (!qs_flat_find_class(f, c, &p))
                c->bits++;
        while ((n = qs_flat_read_class(f, c, &p, pairs)) < 0);
        if (n)
            return n;
    }
    return 0;
}

#endif
