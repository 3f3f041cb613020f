/* flat_resize.h - the bucket of flat_table.h that an update goes to, and how the table
 * doubles and halves.
 *
 * The mask alone is changed (1); where it is raised, once there is memory for the new
 * buckets.  Then updates split the buckets that they come through, and every insertion
 * and removal brings a few more to the mask's level, by splitting or by merging them,
 * until all are.  Buckets of other levels are legal at any time, and cost who looks for
 * their keys a step or two more.  So the table may grow before it has shrunk.
 *
 * It doubles when it holds more than `load` keys per bucket, and halves when it holds
 * less than an eighth of that and all buckets are of its level; not below what it was
 * made with, nor below a page of buckets.
 *
 * A bucket whose keys do not fit, or with which others interfered, keeps its level until
 * the table is halved again.
 *
 * Memory order.
 *   (1) mask, seq_cst CAS: behind the memory of the buckets, which stays
 *   (2) mask load, acquire: see flat_table.h (1)
 *   (3) header load, seq_cst: see flat_table.h (2)
 *   (4) sweep, seq_cst CAS and relaxed additions: publishes nothing
 */
#ifndef QS_STRUCTURES_FLAT_RESIZE_H
#define QS_STRUCTURES_FLAT_RESIZE_H

#include "structures/flat_merge.h"

#ifndef QS_FLAT_SPARSE
#define QS_FLAT_SPARSE 16 /* buckets per key at most, however full one of them is */
#endif

enum { QS_FLAT_SWEEP_STEP = 4, QS_FLAT_SWEEP_LEVEL = 56, QS_FLAT_SHRINK = 8 };

/* Whether the keys of bucket i, which has this header and is not live, are its parent's.
 * If not, it is live now, or somebody has interfered. */
QS_FLAT_APART bool qs_flat_is_above(struct qs_flat *f, struct qs_thread *t, size_t i,
                                    uint64_t header)
{
    if (qs_flat_state(header) == QS_FLAT_SPLIT)
        qs_flat_help(f, t, i, header);
    else if (qs_flat_state(header) == QS_FLAT_MERGE)
        return qs_flat_end_merge(f, t, i, header);
    return qs_flat_state(header) == QS_FLAT_UNINIT;
}

/* The bucket that updates of the hash go to, split as far as the table, if there is
 * memory: p->bucket, p->index and p->header. */
static inline void qs_flat_settle(struct qs_flat *f, struct qs_thread *t, uint64_t hash,
                                  struct qs_flat_place *p)
{
    for (;;) {
        uint64_t mask = qs_load(&f->mask, acquire); /* (2) */
        size_t i = hash & mask;
        bool may_split = true;
        for (;;) {
            p->bucket = qs_flat_bucket(f, i);
            p->header = qs_load(&p->bucket->header, seq_cst); /* (3) */
            p->index = i;
            unsigned level = qs_flat_level(p->header);
            if (__builtin_expect(qs_flat_state(p->header) != QS_FLAT_LIVE, 0)) {
                if (!qs_flat_is_above(f, t, i, p->header))
                    break;
                i = qs_flat_parent(i);
                continue;
            }
            if (__builtin_expect(!(mask >> level), 1) || !may_split) {
                size_t home = hash & qs_flat_mask(level);
                if (__builtin_expect(home == i, 1))
                    return;
                i = home;
                continue;
            }
            may_split = qs_flat_split(f, t, i, qs_flat_level_of_mask(mask));
            if (may_split)
                break;
        }
    }
}

/* A sweep begins when the mask has been changed, and cannot be over before. */
static inline void qs_flat_begin_sweep(struct qs_flat *f, uint64_t mask)
{
    qs_store(&f->sweep, (uint64_t)qs_flat_level_of_mask(mask) << QS_FLAT_SWEEP_LEVEL,
             relaxed);
}

/* Doubles the table unless it has another mask by now.  False if it cannot. */
QS_FLAT_APART bool qs_flat_grow(struct qs_flat *f, struct qs_thread *t, uint64_t mask)
{
    uint64_t next = 2 * mask + 1;

    if (next >> QS_FLAT_LEVELS || qs_flat_lines_reach(&f->buckets, next + 1))
        return false;
    qs_store(&f->swept, 0, relaxed);
    if (qs_counted_cas(QS_COUNTERS(t), QS_SITE_TABLE, &f->mask, &mask,
                       next)) { /* (1) */
        qs_flat_begin_sweep(f, next);
        QS_TRACE(resize, mask + 1, next + 1);
    }
    return true;
}

/* Halves the table if it holds too few keys for its buckets, all of which are of its
 * level, and they are not the least; unless it has another mask by now.  The total of
 * the stripes does not tell alone, but when it is not worth adding them up. */
QS_FLAT_APART void qs_flat_shrink(struct qs_flat *f, struct qs_thread *t, uint64_t mask,
                                  size_t total)
{
    size_t few = f->load * (mask + 1) / QS_FLAT_SHRINK, next = mask / 2;

    if (mask <= f->least || ((qs_load(&f->swept, relaxed) != mask || total >= few ||
                              qs_striped_count_sum(&f->count) >= few) &&
                             !QS_BUGGIFY(500)))
        return;
    qs_store(&f->swept, 0, relaxed);
    if (qs_counted_cas(QS_COUNTERS(t), QS_SITE_TABLE, &f->mask, &mask,
                       next)) { /* (1) */
        qs_flat_begin_sweep(f, next);
        QS_TRACE(resize, mask + 1, next + 1);
    }
}

/* Brings a few buckets to the level of the mask, with what split off from them. */
QS_FLAT_APART void qs_flat_sweep(struct qs_flat *f, struct qs_thread *t)
{
    uint64_t mask = qs_load(&f->mask, acquire); /* (2) */
    uintptr_t level = qs_flat_level_of_mask(mask), half = mask / 2 + 1;
    uintptr_t at = qs_load(&f->sweep, relaxed);
    struct qs_flat_place p;

    if (at >> QS_FLAT_SWEEP_LEVEL != level &&
        !qs_cas(&f->sweep, &at, level << QS_FLAT_SWEEP_LEVEL)) /* (4) */
        return;
    at = qs_fetch_add(&f->sweep, QS_FLAT_SWEEP_STEP, relaxed);
    if (at >> QS_FLAT_SWEEP_LEVEL != level)
        return;
    at -= level << QS_FLAT_SWEEP_LEVEL;
    if (mask > f->least && QS_BUGGIFY(200))
        level--; /* legal, too */
    for (unsigned j = 0; j < QS_FLAT_SWEEP_STEP && at + j < half; j++) {
        qs_flat_settle(f, t, at + j, &p);
        qs_flat_lower(f, t, at + j, (unsigned)level);
        qs_flat_lower(f, t, at + j + half, (unsigned)level);
    }
    if (at + QS_FLAT_SWEEP_STEP < half)
        return;
    qs_store(&f->swept, mask, relaxed);
    qs_flat_shrink(f, t, mask, qs_striped_count_total(&f->count));
}

/* After an insertion: counts it, and grows the table if there are too many keys for it,
 * which the total of the stripes alone does not tell. */
static inline void qs_flat_note_added(struct qs_flat *f, struct qs_thread *t)
{
    uint64_t mask = qs_load(&f->mask, acquire); /* (2) */
    size_t total = qs_striped_count_add(&f->count, t, 1);

    if ((total > f->load * (mask + 1) &&
         qs_striped_count_sum(&f->count) > f->load * (mask + 1)) ||
        QS_BUGGIFY(20))
        qs_flat_grow(f, t, mask);
    if (__builtin_expect(qs_load(&f->swept, relaxed) != mask, 0))
        qs_flat_sweep(f, t);
}

/* After a removal: counts it, and looks whether there are too few keys for the table
 * when the count is brought up to date. */
static inline void qs_flat_note_removed(struct qs_flat *f, struct qs_thread *t)
{
    uint64_t mask = qs_load(&f->mask, acquire); /* (2) */

    if (qs_striped_count_change(&f->count, t, -1) <= -QS_STRIPE_FOLD)
        qs_flat_shrink(f, t, mask, qs_striped_count_fold(&f->count, t));
    if (__builtin_expect(qs_load(&f->swept, relaxed) != mask, 0))
        qs_flat_sweep(f, t);
}

/* Whether a full bucket may double the table: not one of the few that keys were chosen
 * for. */
static inline bool qs_flat_may_be_sparser(const struct qs_flat *f, uint64_t mask)
{
    return mask / QS_FLAT_SPARSE < qs_striped_count_sum(&f->count);
}

#endif
