/* ebr_clock.h - epochs that a clock moves on, whoever announces what.
 *
 * H. Wen, J. Izraelevitz, W. Cai, H. Beadle and M. Scott, "Interval-Based Memory
 * Reclamation", PPoPP 2018, section 2.1, the epochs that its harness compares with.  It
 * differs from ebr.h in that nobody waits for an epoch to be announced: garbage carries
 * the epoch of its retirement, and what is older than every announcement may go.
 *
 * Algorithm.  The domain counts eras; allocations or retirements move the era on, as in
 * era_part.h.  Entering an operation announces the era (1), leaving it clears the
 * announcement (4).  Retiring stamps a node with the era (3).  A scan (reserve.h) frees
 * the nodes stamped before the oldest announcement.
 *
 * Memory order.  (1), (2), (3), (5) and the scan's loads are all seq_cst, and the
 * unlink comes before (5) in its thread, whatever order it has itself: rcu_hash unlinks
 * by release stores.  A reader that announced e loaded e before (1).  If it meets a
 * node by (2), that load precedes (5) in their total order, hence (3), which reads e or
 * a later era; and (1) precedes (2), (5) and the scan, which sees the announcement.
 * That holds along unlinked nodes, too: whatever they lead to was retired after them,
 * or was linked when the reader came. (1) announce  seq_cst store (2) protect   seq_cst
 * load; on x86-64 a plain one (3) stamp     seq_cst load of the era behind the unlink
 *   (4) leave     release store of 0: what was read is read before
 *   (5) unlinked  seq_cst fence between the unlink and the stamp
 *
 * Cost: one seq_cst store per operation, a fence per retirement.  A node carries 16
 * bytes. Garbage: unbounded behind a thread that stalls inside an operation.
 */
#ifndef QS_RECLAIM_EBR_CLOCK_H
#define QS_RECLAIM_EBR_CLOCK_H

#define QS_PART_SCHEME ebr_clock
#include "reclaim/reserve_part.h"

#define qs_ebr_clock_checkpoint(t) ((void)(t))

static inline qs_word *qs_ebr_clock_era(struct qs_ebr_clock_thread *t)
{
    return &qs_reserve_domain_of(&t->reserve)->era;
}

static inline void qs_ebr_clock_enter(struct qs_ebr_clock_thread *t)
{
    QS_ENTERING(t);
    uintptr_t era = qs_load(qs_ebr_clock_era(t), seq_cst);

    t->reserve.inside = true;
    qs_store(&t->reserve.slot[0], era, seq_cst); /* (1) */
}

static inline void qs_ebr_clock_leave(struct qs_ebr_clock_thread *t)
{
    QS_LEAVING(t);
    t->reserve.inside = false;
    qs_store(&t->reserve.slot[0], 0, release); /* (4) */
}

static inline uintptr_t qs_ebr_clock_protect(struct qs_ebr_clock_thread *t,
                                             unsigned slot, const qs_word *loc)
{
    (void)t;
    (void)slot;
    return qs_load(loc, seq_cst); /* (2) */
}

static inline void *qs_ebr_clock_alloc(struct qs_ebr_clock_thread *t,
                                       const struct qs_class *class)
{
    if (t->reserve.births)
        qs_reserve_count_to_era(&t->reserve);
    return qs_thread_alloc(&t->reserve.base, class, sizeof(struct qs_life));
}

static inline void qs_ebr_clock_retire(struct qs_ebr_clock_thread *t,
                                       const struct qs_class *class, void *node)
{
    qs_fence(seq_cst);                                     /* (5) */
    uintptr_t era = qs_load(qs_ebr_clock_era(t), seq_cst); /* (3) */
    qs_life_of(qs_header_of(node))->retired = era;
    if (!t->reserve.births)
        qs_reserve_count_to_era(&t->reserve);
    qs_reserve_retire(&t->reserve, class, node);
}

static inline void qs_ebr_clock_free_private(struct qs_ebr_clock_thread *t,
                                             const struct qs_class *class, void *node)
{
    (void)class;
    qs_thread_free_node(&t->reserve.base, node);
}

/* An announcement protects everything: there is nothing to validate, copy or drop. */
static inline bool qs_ebr_clock_validate(struct qs_ebr_clock_thread *t,
                                         const qs_word *safe_loc, uintptr_t seen)
{
    (void)t, (void)safe_loc, (void)seen;
    return true;
}

static inline void qs_ebr_clock_copy(struct qs_ebr_clock_thread *t, unsigned dst,
                                     unsigned src)
{
    (void)t, (void)dst, (void)src;
}

static inline void qs_ebr_clock_drop(struct qs_ebr_clock_thread *t, unsigned slot)
{
    (void)t, (void)slot;
}

#include "reclaim/no_duty_part.h"
#undef QS_PART_SCHEME

enum {
    qs_ebr_clock_guards_regions = 1,
    qs_ebr_clock_robust = 0,
    qs_ebr_clock_restarts = 0,
    qs_ebr_clock_frees_at_once = 0,
    qs_ebr_clock_max_slots = 64,
    qs_ebr_clock_prefix = sizeof(struct qs_life)
};
QS_RECLAIM_SCHEME(ebr_clock);

#endif
