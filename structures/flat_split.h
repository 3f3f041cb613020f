/* flat_split.h - how a bucket of flat_table.h becomes two, and how the table doubles.
 *
 * Split.  Whoever splits bucket b counts the keys that will move and attaches as many
 * slots to the child; if the header is still the same then, its CAS freezes the bucket
 * (1).  From here on anybody helps: the keys that move are put into the child's slots,
 * in order, by CASes from 0 (2), so that all helpers write the same and late ones
 * nothing; the child's header goes from nothing to live (3); the parent's drops what
 * has moved (4).  The child is first, or a reader would find the key in neither.  Slots
 * reserved in the parent stay so: only who reserved one may give it up, since he may
 * still write to it.  A late helper's CAS fails on a word that was ever used, since
 * words never become 0 again, and in other slots whoever reserves them writes behind
 * it.
 *
 * A split is asked for up to a level and never goes past it: a bucket whose level is
 * above the table's would never be split by the table's growth, and fill up for ever.
 *
 * Overflow.  Keys that stay in overflow slots after a split move into free slots of the
 * bucket's own line, as an update does it: reserve, copy, one CAS.
 *
 * Growth.  The mask alone is raised (5), once there is memory for the new buckets.
 * Updates split the buckets they come through, and each insertion a few more.
 *
 * Memory order.
 *   (1) freezing CAS, seq_cst: a reader that loads the header behind it in the total
 *       order does not miss what was put into the child afterwards
 *   (2) CASes from 0, seq_cst, and stores, release, of words: pair with (4) of
 *       flat_table.h
 *   (3) child's header, seq_cst CAS: publishes its words
 *   (4) parent's header, seq_cst CAS; the other CASes on headers likewise
 *   (5) mask, seq_cst CAS: behind the memory of the buckets
 *   (6) header load, seq_cst: see flat_table.h (2)
 *   (7) word of a slot, acquire: see flat_table.h (4)
 *   (8) mask load, acquire: see flat_table.h (1)
 *   (9) sweep, seq_cst CAS and relaxed additions: publishes nothing
 */
#ifndef QS_STRUCTURES_FLAT_SPLIT_H
#define QS_STRUCTURES_FLAT_SPLIT_H

#include "structures/flat_table.h"

#ifndef QS_FLAT_SPARSE
#define QS_FLAT_SPARSE 16 /* buckets per key at most, however full one of them is */
#endif

enum { QS_FLAT_SWEEP_STEP = 4, QS_FLAT_SWEEP_LEVEL = 56 };

#define QS_FLAT_APART static __attribute__((noinline, unused))

static void qs_flat_help(struct qs_flat *f, struct qs_thread *t, size_t i,
                         uint64_t header);

/* Gives up a slot reserved in bucket i, whose header was seen last. */
QS_FLAT_APART void qs_flat_release(struct qs_flat *f, struct qs_thread *t, size_t i,
                                   unsigned slot, uint64_t header)
{
    struct qs_flat_bucket *b = qs_flat_bucket(f, i);

    for (;;) {
        if (qs_flat_state(header) == QS_FLAT_SPLIT) {
            qs_flat_help(f, t, i, header);
            header = qs_load(&b->header, seq_cst);                           /* (6) */
        } else if (qs_counted_cas(QS_COUNTERS(t), QS_SITE_OTHER, &b->header, /* (4) */
                                  &header, qs_flat_freed(header, slot))) {
            return;
        }
    }
}

/* Writes to a slot that the caller has reserved.  No word becomes 0. */
static inline void qs_flat_write(struct qs_flat_slot *s, uint64_t key, uint64_t word)
{
    qs_store(&s->key, key, release);              /* (2) */
    qs_store(&s->word, word ? word : 1, release); /* (2) */
}

/* Moves keys from the overflow into the bucket's own line, until somebody interferes.
 */
QS_FLAT_APART void qs_flat_compact(struct qs_flat *f, struct qs_thread *t, size_t i)
{
    struct qs_flat_bucket *b = qs_flat_bucket(f, i);
    uint64_t header = qs_load(&b->header, seq_cst); /* (6) */

    for (;;) {
        uint64_t spilt = header & QS_FLAT_VALID_SPILL;
        unsigned to = qs_flat_free_slot(header);
        if (qs_flat_state(header) != QS_FLAT_LIVE || !spilt || to >= QS_FLAT_PRIMARY)
            return;
        uint64_t mine = qs_flat_reserved(header, to);
        if (!qs_counted_cas(QS_COUNTERS(t), QS_SITE_TABLE, &b->header, /* (4) */
                            &header, mine))
            return;
        unsigned from = qs_flat_first(spilt);
        struct qs_flat_slot *s = qs_flat_slot(f, b, from);
        uint64_t key = qs_load(&s->key, acquire); /* (7) */
        qs_flat_write(&b->slot[to], key, qs_flat_word(f, b, mine, from));
        header = qs_flat_valued(mine, to, qs_flat_is_zero(mine, from));
        header = qs_flat_freed(header, from);
        uint64_t seen = mine;
        if (!qs_counted_cas(QS_COUNTERS(t), QS_SITE_TABLE, &b->header, /* (4) */
                            &seen, header)) {
            qs_flat_release(f, t, i, to, seen);
            return;
        }
    }
}

/* What a split does to a bucket. */
struct qs_flat_move {
    uint64_t stays, child; /* headers afterwards */
    unsigned n;            /* keys that move */
    uint64_t key[QS_FLAT_SLOTS], word[QS_FLAT_SLOTS];
};

/* Finds out what splitting the bucket under this header moves; false if it changed. */
static inline bool qs_flat_plan(const struct qs_flat *f, struct qs_flat_bucket *b,
                                uint64_t header, struct qs_flat_move *move)
{
    unsigned level = qs_flat_level(header);

    move->n = 0;
    move->child = qs_flat_live(level + 1);
    move->stays =
        qs_flat_with_state(qs_flat_with_level(header, level + 1), QS_FLAT_LIVE);
    for (uint64_t rest = header & QS_FLAT_VALID; rest; rest &= rest - 1) {
        unsigned i = qs_flat_first(rest);
        uint64_t key = qs_load(&qs_flat_slot(f, b, i)->key, acquire); /* (7) */
        if (!(key >> level & 1))
            continue;
        bool zero = qs_flat_is_zero(header, i);
        move->key[move->n] = key;
        move->word[move->n] = zero ? 1 : qs_flat_word(f, b, header, i);
        move->child = qs_flat_valued(move->child, move->n++, zero);
        move->stays = qs_flat_freed(move->stays, i);
    }
    return qs_load(&b->header, relaxed) == header; /* behind (7) */
}

static inline void qs_flat_set_once(qs_word *word, uint64_t value)
{
    if (!qs_load(word, relaxed))
        qs_cas(word, &(uintptr_t){ 0 }, value); /* (2) */
}

/* Finishes the split that froze bucket i with this header, unless others have. */
static __attribute__((noinline, unused)) void qs_flat_help(struct qs_flat *f,
                                                           struct qs_thread *t,
                                                           size_t i, uint64_t header)
{
    struct qs_flat_bucket *b = qs_flat_bucket(f, i);
    size_t other = i | (size_t)1 << qs_flat_level(header);
    struct qs_flat_bucket *child = qs_flat_bucket(f, other);
    uint64_t nothing = 0;
    struct qs_flat_move move;

    bool is_ready = qs_load(&child->header, seq_cst); /* (6) */
    if (!qs_flat_plan(f, b, header, &move))
        return;
    for (unsigned j = 0; j < move.n && !is_ready; j++) {
        struct qs_flat_slot *s = qs_flat_slot(f, child, j);
        qs_flat_set_once(&s->key, move.key[j]);
        qs_flat_set_once(&s->word, move.word[j]);
    }
    if (!is_ready)
        qs_counted_cas(QS_COUNTERS(t), QS_SITE_TABLE, &child->header, /* (3) */
                       &nothing, move.child);
    if (qs_counted_cas(QS_COUNTERS(t), QS_SITE_TABLE, &b->header, /* (4) */
                       &header, move.stays))
        qs_flat_compact(f, t, i);
}

/* Splits bucket i once unless it has come to the level, or finishes a split under way;
 * false without memory. */
QS_FLAT_APART bool qs_flat_split(struct qs_flat *f, struct qs_thread *t, size_t i,
                                 unsigned level)
{
    struct qs_flat_bucket *b = qs_flat_bucket(f, i);
    uint64_t header = qs_load(&b->header, seq_cst); /* (6) */
    struct qs_flat_move move;

    if (qs_flat_state(header) == QS_FLAT_LIVE) {
        if (qs_flat_level(header) >= level || !qs_flat_plan(f, b, header, &move))
            return true;
        size_t child = i | (size_t)1 << qs_flat_level(header);
        for (unsigned j = 0; j < move.n; j++)
            if (!qs_flat_attach(f, qs_flat_bucket(f, child), j))
                return false;
        uint64_t frozen = qs_flat_with_state(header, QS_FLAT_SPLIT);
        if (!qs_counted_cas(QS_COUNTERS(t), QS_SITE_TABLE, &b->header, /* (1) */
                            &header, frozen))
            return true;
        header = frozen;
    }
    qs_flat_help(f, t, i, header);
    return true;
}

/* The bucket that updates of the hash go to, split as far as the table, if there is
 * memory: p->bucket, p->index and p->header. */
static inline void qs_flat_settle(struct qs_flat *f, struct qs_thread *t, uint64_t hash,
                                  struct qs_flat_place *p)
{
    for (;;) {
        uint64_t mask = qs_load(&f->mask, acquire); /* (8) */
        size_t i = hash & mask;
        bool may_split = true;
        for (;;) {
            p->bucket = qs_flat_bucket(f, i);
            p->header = qs_load(&p->bucket->header, seq_cst); /* (6) */
            p->index = i;
            unsigned level = qs_flat_level(p->header);
            if (qs_flat_state(p->header) == QS_FLAT_UNINIT) {
                i = qs_flat_parent(i);
                continue;
            }
            if (__builtin_expect(qs_flat_state(p->header) == QS_FLAT_SPLIT, 0)) {
                qs_flat_help(f, t, i, p->header);
                break;
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

/* Splits a few buckets that nobody came through since the table has grown. */
QS_FLAT_APART void qs_flat_sweep(struct qs_flat *f, struct qs_thread *t, uint64_t mask)
{
    uintptr_t level = qs_flat_level_of_mask(mask), half = mask / 2 + 1;
    uintptr_t at = qs_load(&f->sweep, relaxed);
    struct qs_flat_place p;

    if (at >> QS_FLAT_SWEEP_LEVEL < level &&
        !qs_cas(&f->sweep, &at, level << QS_FLAT_SWEEP_LEVEL)) /* (9) */
        return;
    at = qs_fetch_add(&f->sweep, QS_FLAT_SWEEP_STEP, relaxed);
    if (at >> QS_FLAT_SWEEP_LEVEL != level)
        return;
    at -= level << QS_FLAT_SWEEP_LEVEL;
    for (unsigned j = 0; j < QS_FLAT_SWEEP_STEP && at + j < half; j++)
        qs_flat_settle(f, t, at + j, &p);
    if (at >= half)
        qs_store(&f->swept, mask, relaxed);
}

/* Doubles the table unless it has another mask by now.  False if it cannot. */
QS_FLAT_APART bool qs_flat_grow(struct qs_flat *f, struct qs_thread *t, uint64_t mask)
{
    uint64_t next = 2 * mask + 1;

    if (next >> QS_FLAT_LEVELS || qs_flat_lines_reach(&f->buckets, next + 1))
        return false;
    if (qs_counted_cas(QS_COUNTERS(t), QS_SITE_TABLE, &f->mask, &mask, next)) /* (5) */
        QS_TRACE(resize, mask + 1, next + 1);
    return true;
}

/* After an insertion: counts it, and grows the table if there are too many keys for it,
 * which the total of the stripes alone does not tell. */
static inline void qs_flat_note_added(struct qs_flat *f, struct qs_thread *t)
{
    uint64_t mask = qs_load(&f->mask, acquire); /* (8) */
    size_t total = qs_striped_count_add(&f->count, t, 1);

    if ((total > f->load * (mask + 1) &&
         qs_striped_count_sum(&f->count) > f->load * (mask + 1)) ||
        QS_BUGGIFY(20))
        qs_flat_grow(f, t, mask);
    if (__builtin_expect(qs_load(&f->swept, relaxed) != mask, 0))
        qs_flat_sweep(f, t, mask);
}

/* Whether a full bucket may double the table: not one of the few that keys were chosen
 * for. */
static inline bool qs_flat_may_be_sparser(const struct qs_flat *f, uint64_t mask)
{
    return mask / QS_FLAT_SPARSE < qs_striped_count_sum(&f->count);
}

#endif
