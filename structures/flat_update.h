/* flat_update.h - changing what flat_table.h holds for a hash.
 *
 * An update finds the bucket of its hash and what that holds for it, under one header,
 * and decides.  To store, it reserves a free slot by a CAS, writes to it, and makes it
 * valid, giving the old one free, by another CAS; to remove, it gives the slot free.  A
 * CAS that fails brings the header that it met, and the update decides anew under that.
 *
 * Full buckets.  A bucket without room makes the table grow if its keys are to
 * blame.  If most slots are only reserved, by threads that were interrupted there, it
 * waits for them, and where it waited in vain says that there is no memory; so it does
 * if the table would become too sparse, for keys that were chosen to fall together.
 *
 * Memory order.
 *   (1) words of a slot: flat_split.h, qs_flat_write()
 *   (2) reserving CAS, seq_cst: what is written next is visible only with it
 *   (3) deciding CAS, seq_cst: publishes the words; in one total order with the header
 *       loads
 *   (4) header load, seq_cst: see flat_table.h (2)
 *   (5) mask load, acquire: see flat_table.h (1)
 */
#ifndef QS_STRUCTURES_FLAT_UPDATE_H
#define QS_STRUCTURES_FLAT_UPDATE_H

#include "structures/flat_resize.h"
#include "structures/verdict.h"

#ifndef QS_FLAT_PATIENCE
#define QS_FLAT_PATIENCE 2000 /* times that a thread lets others go first */
#endif

/* Starts an update: where the hash is and what is there. */
static inline void qs_flat_locate(struct qs_flat *f, struct qs_thread *t, uint64_t hash,
                                  struct qs_flat_place *p)
{
    p->mine = -1;
    do
        qs_flat_settle(f, t, hash, p);
    while (!qs_flat_look(f, hash, p));
}

/* There is no room.  0 if looking again may help, or -ENOMEM. */
QS_FLAT_APART int qs_flat_make_room(struct qs_flat *f, struct qs_thread *t,
                                    struct qs_flat_place *p)
{
    uint64_t mask = qs_load(&f->mask, acquire); /* (5) */

    if (!p->patience)
        return -ENOMEM;
    p->patience--;
    if (mask >> qs_flat_level(p->header) == 0 &&
        qs_flat_valid_count(p->header) > QS_FLAT_SLOTS / 2)
        return qs_flat_may_be_sparser(f, mask) && qs_flat_grow(f, t, mask) ? 0
                                                                           : -ENOMEM;
    qs_yield();
    return 0;
}

/* Reserves a slot; the last free one only in the place of another one, so that a full
 * bucket hinders no change of what is there.  1; 0 if it has to be looked at again; or
 * -ENOMEM. */
static inline int qs_flat_reserve(struct qs_flat *f, struct qs_thread *t,
                                  struct qs_flat_place *p)
{
    unsigned i = qs_flat_free_slot(p->header);

    uint64_t others = qs_flat_free_slots(p->header) & ~(UINT64_C(1) << 2 * i);

    if (__builtin_expect(i >= QS_FLAT_SLOTS || (!others && p->found < 0), 0))
        return qs_flat_make_room(f, t, p);
    if (i >= QS_FLAT_PRIMARY && !qs_flat_attach(f, p->bucket, i))
        return -ENOMEM;
    uint64_t mine = qs_flat_reserved(p->header, i);
    if (!qs_counted_cas(QS_COUNTERS(t), QS_SITE_OTHER, &p->bucket->header, /* (2) */
                        &p->header, mine))
        return 0;
    p->header = mine;
    p->mine = (int)i;
    return 1;
}

/* Lets the verdict take effect; false, with the new header in p, if it has changed. */
static inline bool qs_flat_conclude(struct qs_thread *t, struct qs_flat_place *p,
                                    enum qs_verdict verdict, bool zero)
{
    uint64_t next = p->header;

    if (p->mine >= 0)
        next = verdict == QS_STORE ? qs_flat_valued(next, (unsigned)p->mine, zero)
                                   : qs_flat_freed(next, (unsigned)p->mine);
    if (verdict != QS_KEEP && p->found >= 0)
        next = qs_flat_freed(next, (unsigned)p->found);
    if (next == p->header)
        return true; /* nothing to be done, and it was so when it was looked at */
    return qs_counted_cas(QS_COUNTERS(t),
                          verdict == QS_REMOVE ? QS_SITE_MARK : QS_SITE_LINK,
                          &p->bucket->header, &p->header, next); /* (3) */
}

/* After a CAS that failed with a slot reserved: what is there for the hash now.  False
 * if it has moved to another bucket, or is about to; then the slot is given up. */
QS_FLAT_APART bool qs_flat_review(struct qs_flat *f, struct qs_thread *t, uint64_t hash,
                                  struct qs_flat_place *p)
{
    for (;;) {
        if (qs_flat_state(p->header) == QS_FLAT_SPLIT) {
            qs_flat_help(f, t, p->index, p->header);
        } else if (qs_flat_state(p->header) == QS_FLAT_MERGE ||
                   (hash & qs_flat_mask(qs_flat_level(p->header))) != p->index) {
            qs_flat_release(f, t, p->index, UINT64_C(1) << 2 * p->mine, p->header);
            return false;
        } else if (qs_flat_look(f, hash, p)) {
            return true;
        }
        p->header = qs_load(&p->bucket->header, seq_cst); /* (4) */
    }
}

/* Tries to let the verdict on p take effect, with this word if it is to store.  1; 0 if
 * something changed, then p says what is there now; or -ENOMEM. */
static inline int qs_flat_apply(struct qs_flat *f, struct qs_thread *t, uint64_t hash,
                                struct qs_flat_place *p, enum qs_verdict verdict,
                                uint64_t word)
{
    if (verdict == QS_STORE && p->mine < 0) {
        int reserved = qs_flat_reserve(f, t, p);
        if (__builtin_expect(reserved < 0, 0))
            return reserved;
        if (__builtin_expect(!reserved, 0)) {
            QS_COUNT_RESTART(QS_COUNTERS(t));
            qs_flat_locate(f, t, hash, p);
            return 0;
        }
    }
    if (verdict == QS_STORE)
        qs_flat_write(qs_flat_slot(f, p->bucket, (unsigned)p->mine), /* (1) */
                      qs_flat_key(hash), word);
    if (__builtin_expect(qs_flat_conclude(t, p, verdict, !word), 1))
        return 1;
    QS_COUNT_RESTART(QS_COUNTERS(t));
    if (p->mine < 0 || !qs_flat_review(f, t, hash, p))
        qs_flat_locate(f, t, hash, p);
    return 0;
}

/* Counts what a verdict that took effect has done to the number of keys. */
static inline void qs_flat_note(struct qs_flat *f, struct qs_thread *t,
                                enum qs_verdict verdict, bool was_present)
{
    if (verdict == QS_STORE && !was_present)
        qs_flat_note_added(f, t);
    else if (verdict == QS_REMOVE && was_present)
        qs_flat_note_removed(f, t);
}

#endif
