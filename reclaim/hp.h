/* hp.h - hazard pointers: each node is published before it is followed.
 *
 * M. Michael, "Hazard Pointers: Safe Memory Reclamation for Lock-Free Objects", IEEE
 * TPDS 15(6), 2004.  It differs in that the hazards of a scan are sorted in an array;
 * when there is no memory for it the scan asks every slot for every node; and in that a
 * leaver's garbage is adopted by the next scan of anybody.
 *
 * Algorithm.  A thread has a few slots.  To follow a link it stores the target in a
 * slot (1) and reads the link again (2); equal means protected.  Retired nodes collect
 * in the thread's chain; when there are enough, a scan reads all slots of all threads
 * (3) and frees the nodes that none of them names.
 *
 * Memory order.  The store (1), the load (2), the loads (3) and the structure's CAS
 * that unlinks a node are all seq_cst.  If (2) still reads the node through an unmarked
 * link, it precedes the unlink in their total order; so (1), (2), the unlink and (3)
 * stand in this order, and the scan sees the slot.  A weaker (1) or (2) would let the
 * reload overtake the store.  No fences, so ThreadSanitizer follows the argument.
 *   (1) publish  seq_cst store; as a release it also keeps the reads of the node that
 *                the slot named before in front of it
 *   (2) reload   seq_cst load; acquires the node's content
 *   (3) inspect  seq_cst load, acquires (1) and (4): reads of a node dropped before
 *                precede its free
 *   (4) drop     release store of 0
 *   (5) copy     seq_cst store to a higher slot while the lower one still names the
 *                node; scans read upwards, so one of the two is seen
 *
 * Cost: a full fence per node visited.
 * Garbage: at most threads * max(batch, 2 * slots * threads), whoever stalls, where
 * threads are the records ever made.
 */
#ifndef QS_RECLAIM_HP_H
#define QS_RECLAIM_HP_H

#include "reclaim/reclaim.h"

/* How many links an operation can protect at a time. */
#ifndef QS_HP_SLOTS
#define QS_HP_SLOTS 4
#endif

#ifndef QS_HP_BATCH
#define QS_HP_BATCH 128 /* least number of retirements between scans of a thread */
#endif

/* The number of slots is part of the thread record, so it is part of a symbol, too: a
 * program that sets another one than the library was built with does not link. */
#define QS_HP_REGISTER(slots)  QS_HP_REGISTER_(slots)
#define QS_HP_REGISTER_(slots) qs_hp_thread_register_with_##slots##_slots
#define qs_hp_thread_register  QS_HP_REGISTER(QS_HP_SLOTS)

struct qs_hp_domain {
    struct qs_domain base;
};

struct qs_hp_thread {
    struct qs_thread base;
    _Alignas(QS_CACHE_LINE) qs_word hazard[QS_HP_SLOTS];
    _Alignas(QS_CACHE_LINE) struct qs_chain retired;
    size_t threshold;     /* length of retired that starts the next scan */
    uintptr_t *snapshot;  /* room for the hazards that a scan finds, or NULL */
    size_t snapshot_size; /* in slots */
};

int qs_hp_domain_init(struct qs_hp_domain *d, const struct qs_config *config);
int qs_hp_domain_destroy(struct qs_hp_domain *d);
struct qs_hp_thread *qs_hp_thread_register(struct qs_hp_domain *d);
int qs_hp_thread_unregister(struct qs_hp_thread *t);
void qs_hp_flush(struct qs_hp_thread *t);
void qs_hp_barrier(struct qs_hp_domain *d);
void qs_hp_stats(struct qs_hp_domain *d, struct qs_stats *stats);

#define qs_hp_checkpoint(t) ((void)(t))

static inline void qs_hp_enter(struct qs_hp_thread *t)
{
    (void)t;
}

static inline void qs_hp_drop(struct qs_hp_thread *t, unsigned slot)
{
    qs_store(&t->hazard[slot], 0, release); /* (4) */
}

static inline void qs_hp_leave(struct qs_hp_thread *t)
{
    for (unsigned slot = 0; slot < QS_HP_SLOTS; slot++)
        qs_hp_drop(t, slot);
}

static inline uintptr_t qs_hp_protect(struct qs_hp_thread *t, unsigned slot,
                                      const qs_word *loc)
{
    uintptr_t seen = qs_load(loc, relaxed);

    for (;;) {
        qs_store(&t->hazard[slot], seen & ~QS_TAG_MASK, seq_cst); /* (1) */
        uintptr_t again = qs_load(loc, seq_cst);                  /* (2) */
        if (again == seen)
            return seen;
        seen = again;
    }
}

/* What was read is still there, so its target was reachable when it was protected. */
static inline bool qs_hp_validate(struct qs_hp_thread *t, const qs_word *safe_loc,
                                  uintptr_t seen)
{
    (void)t;
    return qs_load(safe_loc, seq_cst) == seen; /* (2) */
}

static inline void qs_hp_copy(struct qs_hp_thread *t, unsigned dst, unsigned src)
{
    qs_store(&t->hazard[dst], qs_load(&t->hazard[src], relaxed), seq_cst); /* (5) */
}

/* The slots say what to keep already. */
static inline void qs_hp_commit(struct qs_hp_thread *t, unsigned n, void *const keep[])
{
    (void)t;
    (void)n;
    (void)keep;
}

static inline void qs_hp_retire(struct qs_hp_thread *t, const struct qs_class *class,
                                void *node)
{
    qs_thread_count_retired(&t->base, class->size);
    if (!t->retired.first)
        qs_tally_set(&t->base.oldest, qs_now());
    qs_chain_push(&t->retired, qs_header_of(node));
    if (t->retired.nodes >= t->threshold || QS_BUGGIFY(100))
        qs_hp_flush(t);
}

#define QS_PART_SCHEME hp
#include "reclaim/no_duty_part.h"
#include "reclaim/node_part.h"

enum {
    qs_hp_guards_regions = 0,
    qs_hp_robust = 1,
    qs_hp_restarts = 0,
    qs_hp_frees_at_once = 0,
    qs_hp_max_slots = QS_HP_SLOTS,
    qs_hp_prefix = 0
};
QS_RECLAIM_SCHEME(hp);

#endif
