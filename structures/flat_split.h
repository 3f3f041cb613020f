/* flat_split.h - how a bucket of flat_table.h becomes two.
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
 * Again.  A child that was merged (flat_merge.h) has words in it, so helpers could not
 * fill it.  It is filled by one thread at a time, and its parent is never frozen, so
 * that nobody waits for it.  The thread raises the parent's version (5), which ends
 * whatever others are at with this parent.  Only if the parent still is as it left it
 * does it touch the child: it reserves slots there, giving those free that count no more
 * (6), copies the keys, lets them count (7), and gives the parent its new level, without
 * them (8), from that very header: that is the moment at which the child has got them.
 * Then the child is as before it was merged, frozen, and whoever comes first makes it
 * live (9).  Slots that others reserved in the child before it was merged stay so.
 *
 * Memory order.
 *   (1) freezing CAS, seq_cst: a reader that loads the header behind it in the total
 *       order does not miss what was put into the child afterwards
 *   (2) CASes from 0, seq_cst, and stores, release, of words: pair with (4) of
 *       flat_table.h
 *   (3) child's header, seq_cst CAS: publishes its words
 *   (4) parent's header, seq_cst CAS; the other CASes on headers likewise
 *   (5) parent's version, seq_cst CAS: who sees it there afterwards, by (10), knows that
 *       no other thread has begun to fill the child since, or the child's header, which
 *       it loaded before, is not the present one
 *   (6) child's slots reserved, seq_cst CAS from the header that was checked so
 *   (7) child's slots valid, seq_cst CAS: publishes their words
 *   (8) parent's level raised, seq_cst CAS
 *   (9) child thawed, seq_cst CAS
 *   (10) header load, seq_cst: see flat_table.h (2)
 *   (11) word of a slot, acquire: see flat_table.h (4)
 */
#ifndef QS_STRUCTURES_FLAT_SPLIT_H
#define QS_STRUCTURES_FLAT_SPLIT_H

#include "structures/flat_table.h"

#define QS_FLAT_APART static __attribute__((noinline, unused))

static void qs_flat_help(struct qs_flat *f, struct qs_thread *t, size_t i,
                         uint64_t header);

/* Gives up slots reserved in bucket i, each one bit, whose header was seen last. */
QS_FLAT_APART void qs_flat_release(struct qs_flat *f, struct qs_thread *t, size_t i,
                                   uint64_t slots, uint64_t header)
{
    struct qs_flat_bucket *b = qs_flat_bucket(f, i);

    while (slots) {
        if (qs_flat_state(header) == QS_FLAT_SPLIT) {
            qs_flat_help(f, t, i, header);
            header = qs_load(&b->header, seq_cst);                           /* (10) */
        } else if (qs_counted_cas(QS_COUNTERS(t), QS_SITE_OTHER, &b->header, /* (4) */
                                  &header, header & ~slots)) {
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
    uint64_t header = qs_load(&b->header, seq_cst); /* (10) */

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
        uint64_t key = qs_load(&s->key, acquire); /* (11) */
        qs_flat_write(&b->slot[to], key, qs_flat_word(f, b, mine, from));
        header = qs_flat_valued(mine, to, qs_flat_is_zero(mine, from));
        header = qs_flat_freed(header, from);
        uint64_t seen = mine;
        if (!qs_counted_cas(QS_COUNTERS(t), QS_SITE_TABLE, &b->header, /* (4) */
                            &seen, header)) {
            qs_flat_release(f, t, i, UINT64_C(1) << 2 * to, seen);
            return;
        }
    }
}

/* What moves from a bucket to another one. */
struct qs_flat_move {
    uint64_t stays,
        child;  /* headers after a split, that of a child that held nothing */
    unsigned n; /* keys that move */
    uint64_t key[QS_FLAT_SLOTS], word[QS_FLAT_SLOTS];
};

/* Adds the key in slot i of the bucket under this header. */
static inline void qs_flat_add(const struct qs_flat *f, struct qs_flat_bucket *b,
                               uint64_t header, unsigned i, struct qs_flat_move *move)
{
    bool zero = qs_flat_is_zero(header, i);

    move->key[move->n] = qs_load(&qs_flat_slot(f, b, i)->key, acquire); /* (11) */
    move->word[move->n] = zero ? 1 : qs_flat_word(f, b, header, i);
    move->child = qs_flat_valued(move->child, move->n++, zero);
    move->stays = qs_flat_freed(move->stays, i);
}

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
        if (qs_load(&qs_flat_slot(f, b, i)->key, acquire) >> level & 1) /* (11) */
            qs_flat_add(f, b, header, i, move);
    }
    return qs_load(&b->header, relaxed) == header; /* behind (11) */
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

    bool is_ready = qs_load(&child->header, seq_cst); /* (10) */
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

/* Makes sure that these slots of the bucket, each one bit, have lines. */
static inline bool qs_flat_attach_all(struct qs_flat *f, struct qs_flat_bucket *b,
                                      uint64_t slots)
{
    for (; slots; slots &= slots - 1)
        if (!qs_flat_attach(f, b, (unsigned)__builtin_ctzll(slots) / 2))
            return false;
    return true;
}

/* Writes what moves to slots that the caller has reserved, each one bit.  The header
 * with them valid. */
static inline uint64_t qs_flat_fill(struct qs_flat *f, struct qs_flat_bucket *b,
                                    uint64_t header, uint64_t slots,
                                    const struct qs_flat_move *move)
{
    for (unsigned j = 0; j < move->n; j++, slots &= slots - 1) {
        unsigned i = (unsigned)__builtin_ctzll(slots) / 2;
        qs_flat_write(qs_flat_slot(f, b, i), move->key[j], move->word[j]);
        header = qs_flat_valued(header, i, qs_flat_is_zero(move->child, j));
    }
    return header;
}

/* Makes a bucket live that is frozen in this version, and holds its keys. */
static inline void qs_flat_thaw(struct qs_thread *t, struct qs_flat_bucket *b,
                                uint64_t header)
{
    uint64_t version = qs_flat_version(header);

    while (qs_flat_state(header) == QS_FLAT_MERGE &&
           qs_flat_version(header) == version &&
           !qs_counted_cas(QS_COUNTERS(t), QS_SITE_TABLE, &b->header, /* (9) */
                           &header, qs_flat_with_state(header, QS_FLAT_LIVE)))
        ;
}

/* Reserves slots in the child, which is merged, for what moves, if its parent still has
 * the header `mine`: *header is the child's then, and what is returned the slots, each
 * one bit.  False if others interfere, or without room. */
static inline bool qs_flat_reopen(struct qs_flat *f, struct qs_thread *t,
                                  struct qs_flat_bucket *parent, uint64_t mine,
                                  struct qs_flat_bucket *child, unsigned n,
                                  uint64_t *header, uint64_t *slots)
{
    uint64_t old = qs_load(&child->header, seq_cst); /* (10) */

    if (qs_load(&parent->header, seq_cst) != mine) /* (10) */
        return false;
    uint64_t valid = old & QS_FLAT_VALID;
    uint64_t rest = old & ~(valid | valid >> 1);
    *slots = qs_flat_lowest(qs_flat_free_slots(rest), n);
    *header = qs_flat_stepped(rest) | *slots;
    return (unsigned)__builtin_popcountll(*slots) == n &&
           qs_flat_attach_all(f, child, *slots) &&
           qs_counted_cas(QS_COUNTERS(t), QS_SITE_TABLE, &child->header, /* (6) */
                          &old, *header);
}

/* Splits bucket i, whose child was merged, under this header, for which `move` says what
 * moves.  False if others interfere, or without room or memory. */
QS_FLAT_APART bool qs_flat_split_again(struct qs_flat *f, struct qs_thread *t, size_t i,
                                       uint64_t header, const struct qs_flat_move *move)
{
    size_t other = i | (size_t)1 << qs_flat_level(header);
    struct qs_flat_bucket *b = qs_flat_bucket(f, i), *child = qs_flat_bucket(f, other);
    uint64_t mine = qs_flat_stepped(header), held, slots;

    if (!qs_counted_cas(QS_COUNTERS(t), QS_SITE_TABLE, &b->header, /* (5) */
                        &header, mine) ||
        !qs_flat_reopen(f, t, b, mine, child, move->n, &held, &slots))
        return false;
    uint64_t full = qs_flat_fill(f, child, held, slots, move);
    if (!qs_counted_cas(QS_COUNTERS(t), QS_SITE_TABLE, &child->header, /* (7) */
                        &held, full)) {
        qs_flat_release(f, t, other, slots, held);
        return false;
    }
    if (!qs_counted_cas(QS_COUNTERS(t), QS_SITE_TABLE, &b->header, /* (8) */
                        &mine, qs_flat_stepped(move->stays)))
        return false;
    qs_flat_thaw(t, child, full);
    qs_flat_compact(f, t, i);
    return true;
}

/* Splits bucket i once unless it has come to the level, or finishes a split under way;
 * false without memory, or if others interfere. */
QS_FLAT_APART bool qs_flat_split(struct qs_flat *f, struct qs_thread *t, size_t i,
                                 unsigned level)
{
    struct qs_flat_bucket *b = qs_flat_bucket(f, i);
    uint64_t header = qs_load(&b->header, seq_cst); /* (10) */
    struct qs_flat_move move;

    if (qs_flat_state(header) == QS_FLAT_LIVE) {
        if (qs_flat_level(header) >= level || !qs_flat_plan(f, b, header, &move))
            return true;
        size_t other = i | (size_t)1 << qs_flat_level(header);
        struct qs_flat_bucket *child = qs_flat_bucket(f, other);
        if (qs_load(&child->header, seq_cst)) /* (10) */
            return qs_flat_split_again(f, t, i, header, &move);
        for (unsigned j = 0; j < move.n; j++)
            if (!qs_flat_attach(f, child, j))
                return false;
        uint64_t frozen = qs_flat_with_state(header, QS_FLAT_SPLIT);
        if (!qs_counted_cas(QS_COUNTERS(t), QS_SITE_TABLE, &b->header, /* (1) */
                            &header, frozen))
            return true;
        header = frozen;
    }
    if (qs_flat_state(header) == QS_FLAT_SPLIT)
        qs_flat_help(f, t, i, header);
    return true;
}

#endif
