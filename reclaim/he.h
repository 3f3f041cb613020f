/* he.h - hazard eras: a slot names an era instead of a node, so that most accesses find
 * it published already.
 *
 * P. Ramalhete and A. Correia, "Brief Announcement: Hazard Eras - Non-Blocking Memory
 * Reclamation", SPAA 2017.  It differs in that eras move on after a batch of
 * retirements instead of each one, and in that slots are left published between
 * operations.  The algorithm and its memory order are in era_part.h, what a scan does
 * in reserve.h.
 *
 * Memory order, beyond that.
 *   (1) copy  seq_cst store to a higher slot while the lower one still names the era;
 *             scans read upwards, so one of the two is seen
 *   (2) drop  release store of 0: what was read is read before
 *
 * Cost: two loads and a comparison per node visited, a full fence after each move of
 * the era.
 * Garbage: a reserved era holds back the nodes that were alive in it: those it retired,
 * at most threads * batch, and those that were not retired when it ended, at most as
 * many as there are at any time, `live`.  Hence no more than
 *     threads * (slots * threads + max(batch, slots * threads))
 *         + 2 * slots * threads * (live + threads * batch)
 * whoever stalls, inside or between operations, where threads are the records ever
 * made.
 */
#ifndef QS_RECLAIM_HE_H
#define QS_RECLAIM_HE_H

#define QS_PART_SCHEME    he
#define QS_ERA_SLOT(slot) (slot)
#include "reclaim/era_part.h"

#define qs_he_checkpoint(t) ((void)(t))

static inline void qs_he_enter(struct qs_he_thread *t)
{
    QS_ENTERING(t);
    t->reserve.inside = true;
}

static inline void qs_he_leave(struct qs_he_thread *t)
{
    QS_LEAVING(t);
    t->reserve.inside = false;
}

static inline void qs_he_copy(struct qs_he_thread *t, unsigned dst, unsigned src)
{
    qs_store(&t->reserve.slot[dst], qs_load(&t->reserve.slot[src], relaxed),
             seq_cst); /* (1) */
}

static inline void qs_he_drop(struct qs_he_thread *t, unsigned slot)
{
    qs_store(&t->reserve.slot[slot], 0, release); /* (2) */
}

/* The most garbage there can be, see above. */
static inline size_t qs_he_bound(size_t threads, size_t batch, size_t live)
{
    return qs_reserve_bound(threads, batch,
                            QS_SLOTS * threads * (live + threads * batch));
}

enum {
    qs_he_guards_regions = 0,
    qs_he_robust = 1,
    qs_he_restarts = 0,
    qs_he_frees_at_once = 0,
    qs_he_max_slots = QS_SLOTS,
    qs_he_prefix = sizeof(struct qs_life)
};
QS_RECLAIM_SCHEME(he);

#endif
