/* ck_hp.h - Concurrency Kit's hazard pointers as a scheme; a peer to compare with.
 *
 * S. Al Bahra, Concurrency Kit, ck_hp, after M. Michael, "Hazard Pointers: Safe Memory
 * Reclamation for Lock-Free Objects", IEEE TPDS 15(6), 2004.  Hazards and scans are the
 * library's; registrations and what becomes of a leaver are this layer's.
 *
 * Algorithm.  As hp.h.  The library keeps a ck_hp_hazard for every retired node: it
 * lies in front of the node, so retiring needs no memory.  A scan (ck_hp_reclaim) calls
 * back for each node that no slot names; the callback collects them in the chain of the
 * thread that scans, which frees it afterwards.
 *
 * A leaver's nodes are taken off the library's list and become orphans; whoever adopts
 * them puts them on its own list, which is all that retiring is.  Records stay with the
 * library for good, with empty slots: its own unregister would drop what is pending.
 *
 * Limit: the scan of version 0.7.1 writes behind its array, and overlooks hazards, when
 * there are more than CK_HP_CACHE (512) of them (concurrencykit/ck #212).  So no more
 * than CK_HP_CACHE / slots threads, 128, are registered at a time: the next one gets
 * NULL.
 *
 * Memory order, beyond the library's, which orders a scan's loads and a slot's reuse on
 * x86 alone:
 *   (1) reuse     release fence before a slot is set or cleared: what was read of the
 *                 node that it named is read before
 *   (2) reload    seq_cst load after the library's fenced store of the hazard
 *   (3) scan      seq_cst fence: the nodes are unlinked before the slots are read
 *
 * Cost: a locked exchange per node visited.
 * Garbage: at most threads * max(batch, 2 * slots * threads), whoever stalls, where
 * threads are the records ever made.
 */
#ifndef QS_RECLAIM_CK_HP_H
#define QS_RECLAIM_CK_HP_H

#include <ck_hp.h>

#include "reclaim/reclaim.h"

#ifndef QS_CK_HP_BATCH
#define QS_CK_HP_BATCH 128 /* least number of retirements between scans of a thread */
#endif

enum {
    QS_CK_HP_SLOTS = 4, /* links an operation can protect at a time */
    QS_CK_HP_THREADS_MAX = CK_HP_CACHE / QS_CK_HP_SLOTS
};

struct qs_ck_hp_domain {
    struct qs_domain base;
    ck_hp_t hazards;
};

struct qs_ck_hp_thread {
    struct qs_thread base;
    _Alignas(QS_CACHE_LINE) void *slots[QS_CK_HP_SLOTS];
    _Alignas(QS_CACHE_LINE) ck_hp_record_t record;
    struct qs_chain gone; /* what a scan is about to free */
    size_t threshold;     /* pending nodes that start the next scan */
};

/* In front of each node's header. */
struct qs_ck_hp_prefix {
    ck_hp_hazard_t hazard;
    struct qs_chain *gone; /* where it goes from the list that it is on */
};

int qs_ck_hp_domain_init(struct qs_ck_hp_domain *d, const struct qs_config *config);
int qs_ck_hp_domain_destroy(struct qs_ck_hp_domain *d);
struct qs_ck_hp_thread *qs_ck_hp_thread_register(struct qs_ck_hp_domain *d);
int qs_ck_hp_thread_unregister(struct qs_ck_hp_thread *t);
void qs_ck_hp_scan(struct qs_ck_hp_thread *t);
void qs_ck_hp_flush(struct qs_ck_hp_thread *t);
void qs_ck_hp_barrier(struct qs_ck_hp_domain *d);
void qs_ck_hp_stats(struct qs_ck_hp_domain *d, struct qs_stats *stats);

#define qs_ck_hp_checkpoint(t) ((void)(t))

static inline void qs_ck_hp_enter(struct qs_ck_hp_thread *t)
{
    QS_ENTERING(t);
}

static inline void qs_ck_hp_drop(struct qs_ck_hp_thread *t, unsigned slot)
{
    qs_fence(release); /* (1) */
    ck_hp_set(&t->record, slot, NULL);
}

static inline void qs_ck_hp_leave(struct qs_ck_hp_thread *t)
{
    QS_LEAVING(t);
    qs_fence(release); /* (1) */
    ck_hp_clear(&t->record);
}

static inline uintptr_t qs_ck_hp_protect(struct qs_ck_hp_thread *t, unsigned slot,
                                         const qs_word *loc)
{
    uintptr_t seen = qs_load(loc, relaxed);

    for (;;) {
        qs_fence(release); /* (1) */
        ck_hp_set_fence(&t->record, slot, (void *)(seen & ~QS_TAG_MASK));
        uintptr_t again = qs_load(loc, seq_cst); /* (2) */
        if (again == seen)
            return seen;
        seen = again;
    }
}

/* What was read is still there, so its target was reachable when it was protected. */
static inline bool qs_ck_hp_validate(struct qs_ck_hp_thread *t, const qs_word *safe_loc,
                                     uintptr_t seen)
{
    (void)t;
    return qs_load(safe_loc, seq_cst) == seen; /* (2) */
}

/* The library reads the slots upwards, as copies between them demand. */
static inline void qs_ck_hp_copy(struct qs_ck_hp_thread *t, unsigned dst, unsigned src)
{
    qs_fence(release); /* (1) */
    ck_hp_set_fence(&t->record, dst, t->slots[src]);
}

/* The slots say what to keep already. */
static inline void qs_ck_hp_commit(struct qs_ck_hp_thread *t, unsigned n,
                                   void *const keep[])
{
    (void)t;
    (void)n;
    (void)keep;
}

static inline void *qs_ck_hp_alloc(struct qs_ck_hp_thread *t,
                                   const struct qs_class *class)
{
    return qs_thread_alloc(&t->base, class, sizeof(struct qs_ck_hp_prefix));
}

static inline void qs_ck_hp_free_private(struct qs_ck_hp_thread *t,
                                         const struct qs_class *class, void *node)
{
    (void)class;
    qs_thread_free_node(&t->base, node);
}

/* Puts a retired node on the record's list, from which a scan moves it to gone. */
static inline void qs_ck_hp_hold(ck_hp_record_t *record, struct qs_chain *gone,
                                 struct qs_header *h)
{
    struct qs_ck_hp_prefix *prefix = (struct qs_ck_hp_prefix *)h - 1;
    void *node = qs_node_of(h);

    prefix->gone = gone;
    ck_hp_retire(record, &prefix->hazard, node, node);
}

static inline void qs_ck_hp_retire(struct qs_ck_hp_thread *t,
                                   const struct qs_class *class, void *node)
{
    qs_thread_note_retired(&t->base, class, node);
    if (!t->record.n_pending)
        qs_tally_set(&t->base.oldest, qs_now());
    qs_ck_hp_hold(&t->record, &t->gone, qs_header_of(node));
    if (t->record.n_pending >= t->threshold)
        qs_ck_hp_scan(t);
}

#define QS_PART_SCHEME ck_hp
#include "reclaim/no_duty_part.h"
#undef QS_PART_SCHEME

/* The most garbage there can be, see above. */
static inline size_t qs_ck_hp_bound(size_t threads, size_t batch, size_t live)
{
    size_t slots = 2 * QS_CK_HP_SLOTS * threads;

    (void)live;
    return threads * (slots > batch ? slots : batch);
}

enum {
    qs_ck_hp_guards_regions = 0,
    qs_ck_hp_robust = 1,
    qs_ck_hp_restarts = 0,
    qs_ck_hp_frees_at_once = 0,
    qs_ck_hp_max_slots = QS_CK_HP_SLOTS,
    qs_ck_hp_prefix = sizeof(struct qs_ck_hp_prefix)
};
_Static_assert(qs_ck_hp_prefix % QS_NODE_ALIGNMENT == 0, "nodes stay aligned");
QS_RECLAIM_SCHEME(ck_hp);

#endif
