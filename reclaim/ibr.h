/* ibr.h - interval-based reclamation: an operation reserves the eras from its beginning
 * to its latest access, whatever number of nodes it holds.
 *
 * H. Wen, J. Izraelevitz, W. Cai, H. Beadle and M. Scott, "Interval-Based Memory
 * Reclamation", PPoPP 2018, the variant with two global epochs (2GE-IBR).  It differs
 * in that eras move on with retirements unless qs_config.era is set, and in that the
 * interval is left published between operations.  Access to a node and its memory order
 * are in era_part.h, what a scan does in reserve.h.
 *
 * Algorithm.  Slot 0 is the lower end of the interval, slot 1 the upper one.  Entering
 * raises the upper end to the era (1), then the lower one (2).  An access raises the
 * upper end alone; so all that the operation has protected lived in the interval.
 *
 * Regions are not guarded: a node that an unlinked one still points to may have been
 * born and retired after the upper end.
 *
 * Memory order.
 *   (1) upper end  seq_cst store, as the publishing of era_part.h
 *   (2) lower end  release store, behind (1): scans read the lower end first, and one
 *                  that finds it raised finds the upper end raised, too.  One that does
 *                  not takes the interval for longer than it is.  What the last
 *                  operation read is read before.
 *
 * Cost: two loads and a comparison per node visited, a full fence and another store
 * after each move of the era.
 * Garbage: a reserved interval holds back the nodes that were alive in it: those
 * retired in its eras, at most threads * batch each, and those that were not retired
 * when it ended, at most as many as there are at any time, `live`.  Hence no more than
 *     threads * (slots * threads + max(batch, slots * threads))
 *         + 2 * threads * (live + eras * threads * batch)
 * whoever stalls, inside or between operations, where threads are the records ever
 * made, and eras those that an operation reads in, one more than moves during it.
 */
#ifndef QS_RECLAIM_IBR_H
#define QS_RECLAIM_IBR_H

#define QS_PART_SCHEME    ibr
#define QS_ERA_SLOT(slot) 1
#include "reclaim/era_part.h"

#define qs_ibr_checkpoint(t) ((void)(t))

static inline void qs_ibr_enter(struct qs_ibr_thread *t)
{
    QS_ENTERING(t);
    qs_word *slot = t->reserve.slot;
    uintptr_t era = qs_load(qs_ibr_era(t), seq_cst);

    t->reserve.inside = true;
    if (qs_load(&slot[1], relaxed) != era)
        qs_store(&slot[1], era, seq_cst); /* (1) */
    if (qs_load(&slot[0], relaxed) != era)
        qs_store(&slot[0], era, release); /* (2) */
}

static inline void qs_ibr_leave(struct qs_ibr_thread *t)
{
    QS_LEAVING(t);
    t->reserve.inside = false;
}

/* The interval protects whatever slot was asked for. */
static inline void qs_ibr_copy(struct qs_ibr_thread *t, unsigned dst, unsigned src)
{
    (void)t;
    (void)dst;
    (void)src;
}

static inline void qs_ibr_drop(struct qs_ibr_thread *t, unsigned slot)
{
    (void)t;
    (void)slot;
}

/* The most garbage there can be, see above, where eras are two. */
static inline size_t qs_ibr_bound(size_t threads, size_t batch, size_t live)
{
    return qs_reserve_bound(threads, batch, threads * (live + 2 * threads * batch));
}

enum {
    qs_ibr_guards_regions = 0,
    qs_ibr_robust = 1,
    qs_ibr_restarts = 0,
    qs_ibr_frees_at_once = 0,
    qs_ibr_max_slots = 64,
    qs_ibr_prefix = sizeof(struct qs_life)
};
QS_RECLAIM_SCHEME(ibr);

#endif
