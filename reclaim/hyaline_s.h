/* hyaline_s.h - Hyaline-1S: as hyaline.h, but a thread that stalls is given no batch
 * whose nodes were all born after it did.
 *
 * R. Nikolaev and B. Ravindran, "Snapshot-Free, Transparent, and Robust Memory
 * Reclamation for Lock-Free Data Structures", PLDI 2021 (arXiv 1905.07903).  It
 * differs, beyond what batch.h says, in that eras move on with retirements instead of
 * allocations, unless qs_config.era asks for these.
 *
 * Algorithm.  The domain counts eras, and a node carries the era of its birth.  To
 * follow a link a thread reads it and then the era (1); if that is the one it has
 * published as the newest it met, the node was born by then.  Otherwise it publishes
 * the era (2) and reads the link again.  A batch goes to the threads inside that have
 * met the era in which its oldest node was born.
 *
 * Regions are not guarded: a node that an unlinked one still points to may have been
 * born, and its batch given to others, after the last era that this thread has met.
 *
 * Memory order.  Let P read the link to node n, as in batch.h, and then the era e,
 * which it has published before.  Publishing and the load of the link are seq_cst and
 * stand in this order in front of the retirer's fence, and so of its look at P's era,
 * which finds e or a later one.  The era of n's birth was read before the CAS that
 * linked n, which P's load of the link acquires; so (1) reads that era or a later one,
 * and the batch of n was born by e: P is given a node of it.
 *   (1) check    acquire load of the era, behind the load of the link
 *   (2) publish  seq_cst store, in front of the load of the link
 *   (3) move on  relaxed addition; nothing hangs on when it is seen, but the bound
 *
 * Cost: beside that of hyaline, a load and a comparison per node visited, and a full
 * fence when the era has moved.
 * Garbage: a thread inside holds the batches that were closed in the eras of its
 * operation, at most threads * batch nodes each; those that were collecting when the
 * last of these eras ended, one per thread; and later ones with a node that was not
 * retired by then, at most as many as there are such nodes, `live`.  Hence no more than
 *     threads * (1 + live + threads * (eras + 1)) * max(batch, threads + 1)
 * where threads are the records ever made, and eras those that an operation reads in,
 * one more than moves during it.  A thread that stalls meets no new era.
 */
#ifndef QS_RECLAIM_HYALINE_S_H
#define QS_RECLAIM_HYALINE_S_H

#include "reclaim/batch.h"

struct qs_hyaline_s_domain {
    struct qs_batch_domain batches;
};

struct qs_hyaline_s_thread {
    struct qs_batch_thread batches;
    unsigned births;    /* allocations that move the era on; 0: retirements do */
    unsigned until_era; /* how many of either are left */
};

int qs_hyaline_s_domain_init(struct qs_hyaline_s_domain *d,
                             const struct qs_config *config);
int qs_hyaline_s_domain_destroy(struct qs_hyaline_s_domain *d);
struct qs_hyaline_s_thread *qs_hyaline_s_thread_register(struct qs_hyaline_s_domain *d);
int qs_hyaline_s_thread_unregister(struct qs_hyaline_s_thread *t);
void qs_hyaline_s_flush(struct qs_hyaline_s_thread *t);
void qs_hyaline_s_barrier(struct qs_hyaline_s_domain *d);
void qs_hyaline_s_stats(struct qs_hyaline_s_domain *d, struct qs_stats *stats);
void qs_hyaline_s_move_era(struct qs_hyaline_s_thread *t);

#define qs_hyaline_s_checkpoint(t) ((void)(t))

static inline qs_word *qs_hyaline_s_era(struct qs_hyaline_s_thread *t)
{
    return &((struct qs_batch_domain *)t->batches.base.domain)->era;
}

static inline void qs_hyaline_s_enter(struct qs_hyaline_s_thread *t)
{
    QS_ENTERING(t);
    qs_batch_enter(&t->batches);
}

static inline void qs_hyaline_s_leave(struct qs_hyaline_s_thread *t)
{
    QS_LEAVING(t);
    qs_batch_leave(&t->batches);
}

static inline uintptr_t qs_hyaline_s_protect(struct qs_hyaline_s_thread *t,
                                             unsigned slot, const qs_word *loc)
{
    uintptr_t met = qs_load(&t->batches.era, relaxed);

    (void)slot;
    for (;;) {
        uintptr_t link = qs_batch_load(loc);
        uintptr_t era = qs_load(qs_hyaline_s_era(t), acquire); /* (1) */
        if (era == met)
            return link;
        qs_store(&t->batches.era, era, seq_cst); /* (2) */
        met = era;
    }
}

/* What was read is still there, so its target was reachable when it was protected. */
static inline bool qs_hyaline_s_validate(struct qs_hyaline_s_thread *t,
                                         const qs_word *safe_loc, uintptr_t seen)
{
    (void)t;
    return qs_batch_load(safe_loc) == seen;
}

/* Whatever was protected stays so until the operation ends. */
static inline void qs_hyaline_s_copy(struct qs_hyaline_s_thread *t, unsigned dst,
                                     unsigned src)
{
    (void)t;
    (void)dst;
    (void)src;
}

static inline void qs_hyaline_s_drop(struct qs_hyaline_s_thread *t, unsigned slot)
{
    (void)t;
    (void)slot;
}

static inline void qs_hyaline_s_commit(struct qs_hyaline_s_thread *t, unsigned n,
                                       void *const keep[])
{
    (void)t;
    (void)n;
    (void)keep;
}

static inline void *qs_hyaline_s_alloc(struct qs_hyaline_s_thread *t,
                                       const struct qs_class *class)
{
    void *node = qs_thread_alloc(&t->batches.base, class, QS_BATCH_PREFIX);

    if (!node)
        return NULL;
    qs_store(&qs_batch_link_of(qs_header_of(node))->word,
             qs_load(qs_hyaline_s_era(t), relaxed), relaxed);
    if (t->births && !--t->until_era)
        qs_hyaline_s_move_era(t);
    return node;
}

static inline void qs_hyaline_s_free_private(struct qs_hyaline_s_thread *t,
                                             const struct qs_class *class, void *node)
{
    (void)class;
    qs_thread_free_node(&t->batches.base, node);
}

static inline void qs_hyaline_s_retire(struct qs_hyaline_s_thread *t,
                                       const struct qs_class *class, void *node)
{
    qs_batch_retire(&t->batches, class, node);
    if ((!t->births && !--t->until_era) || QS_BUGGIFY(300))
        qs_hyaline_s_move_era(t);
}

/* The most garbage there can be, see above, if operations read in two eras at most. */
static inline size_t qs_hyaline_s_bound(size_t threads, size_t batch, size_t live)
{
    return threads * (1 + live + 3 * threads) * (batch > threads ? batch : threads + 1);
}

#define QS_PART_SCHEME hyaline_s
#include "reclaim/no_duty_part.h"
#undef QS_PART_SCHEME

enum {
    qs_hyaline_s_guards_regions = 0,
    qs_hyaline_s_robust = 1,
    qs_hyaline_s_restarts = 0,
    qs_hyaline_s_frees_at_once = 0,
    qs_hyaline_s_max_slots = 64,
    qs_hyaline_s_prefix = QS_BATCH_PREFIX
};
QS_RECLAIM_SCHEME(hyaline_s);

#endif
