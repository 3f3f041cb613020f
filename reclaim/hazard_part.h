/* hazard_part.h - hazard pointers (template; hp.h and hp_asym.h).
 *
 * M. Michael, "Hazard Pointers: Safe Memory Reclamation for Lock-Free Objects", IEEE
 * TPDS 15(6), 2004.  It differs in that a scan without memory for the hazards it finds
 * goes a slower way, and in that a leaver's garbage is adopted by the next scan of
 * anybody.
 *
 * Parameters, undefined again at the end:
 *   QS_PART_SCHEME         the scheme's name, e.g. hp
 *   QS_HAZARD_IS_LIGHT(t)  whether t leaves its fences to those who scan
 *
 * Algorithm.  A thread has a few slots.  To follow a link it stores the target in a
 * slot (1) and reads the link again (2); equal means protected.  Retired nodes wait for
 * a scan (reserve.h) that finds them in no slot.
 *
 * Memory order.  The store (1), the load (2), the loads of the scan and the structure's
 * CAS that unlinks a node are all seq_cst.  If (2) still reads the node through an
 * unmarked link, it precedes the unlink in their total order; so (1), (2), the unlink
 * and the scan stand in this order, and the scan sees the slot.  A weaker (1) or (2)
 * would let the reload overtake the store.  No fences, so ThreadSanitizer follows the
 * argument.
 *   (1) publish  seq_cst store; as a release it also keeps the reads of the node that
 *                the slot named before in front of it.  If light: a release store and a
 *                light fence.  The scan's qs_membarrier() then is a full fence at some
 *                point of this thread: behind (1), and the scan sees the slot; or
 *                before (1), and (2) sees the unlink, which precedes the scan.
 *   (2) reload   seq_cst load; acquires the node's content
 *   (3) drop     release store of 0, acquired by the scan: reads of the node precede
 *                its free
 *   (4) copy     release store to a higher slot while the lower one still names the
 *                node; scans read upwards, and one that finds the lower slot changed
 *                has acquired (4)
 */
#include "reclaim/no_duty_part.h"
#include "reclaim/reserve_part.h"

#define hzp(name)  QS_SCHEME(QS_PART_SCHEME, name)
#define hzp_thread hzp(thread)

static inline void hzp(enter)(struct hzp_thread *t)
{
    QS_ENTERING(t);
}

static inline void hzp(drop)(struct hzp_thread *t, unsigned slot)
{
    qs_store(&t->reserve.slot[slot], 0, release); /* (3) */
}

static inline void hzp(leave)(struct hzp_thread *t)
{
    QS_LEAVING(t);
    QS_UNROLLED
    for (unsigned slot = 0; slot < QS_SLOTS; slot++)
        hzp(drop)(t, slot);
}

static inline void hzp(publish)(struct hzp_thread *t, unsigned slot, uintptr_t seen)
{
    qs_word *hazard = &t->reserve.slot[slot];

    if (QS_HAZARD_IS_LIGHT(t)) {
        qs_store(hazard, seen & ~QS_TAG_MASK, release); /* (1) */
        qs_light_fence();
    } else {
        qs_store(hazard, seen & ~QS_TAG_MASK, seq_cst); /* (1) */
    }
}

static inline uintptr_t hzp(protect)(struct hzp_thread *t, unsigned slot,
                                     const qs_word *loc)
{
    uintptr_t seen = qs_load(loc, relaxed);

    for (;;) {
        hzp(publish)(t, slot, seen);
        uintptr_t again = qs_load(loc, seq_cst); /* (2) */
        if (again == seen)
            return seen;
        seen = again;
    }
}

static inline bool hzp(protect_seen)(struct hzp_thread *t, unsigned slot,
                                     const qs_word *loc, uintptr_t seen)
{
    hzp(publish)(t, slot, seen);
    return qs_load(loc, seq_cst) == seen; /* (2) */
}

/* What was read is still there, so its target was reachable when it was protected. */
static inline bool hzp(validate)(struct hzp_thread *t, const qs_word *safe_loc,
                                 uintptr_t seen)
{
    (void)t;
    return qs_load(safe_loc, seq_cst) == seen; /* (2) */
}

static inline void hzp(copy)(struct hzp_thread *t, unsigned dst, unsigned src)
{
    uintptr_t node = qs_load(&t->reserve.slot[src], relaxed);
    qs_store(&t->reserve.slot[dst], node, release); /* (4) */
}

static inline void hzp(retire)(struct hzp_thread *t, const struct qs_class *class,
                               void *node)
{
    qs_reserve_retire(&t->reserve, class, node);
}

/* The most garbage there can be: a slot holds back one node, and scans wait for more.
 */
static inline size_t hzp(bound)(size_t threads, size_t batch, size_t live)
{
    (void)live;
    return qs_reserve_bound(threads, batch, 0);
}

#undef hzp
#undef hzp_thread
#undef QS_HAZARD_IS_LIGHT

#include "reclaim/node_part.h"
