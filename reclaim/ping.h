/* ping.h - reservations that threads publish when they are interrupted; shared by nbr.h
 * and pop.h.
 *
 * A. Singh, T. Brown, A. Mashtizadeh, "NBR: Neutralization Based Reclamation", PPoPP
 * 2021, with the sharing of rounds that the paper calls NBR+.
 *
 * Algorithm.  A thread has a few slots that name the nodes it reserves.  A round is
 * what the scheme does (its settle) so that afterwards each thread either names in its
 * slots all that it may still touch of the nodes unlinked before the round, or will
 * never touch them.  Then the nodes that no slot names are freed.
 *   Rounds are expensive, so one serves all.  The domain counts rounds as they begin,
 * and remembers the latest that is complete.  A thread's garbage comes in two halves.
 * When the younger one is full, the thread frees what the older one holds, if a round
 * has come and gone since that was full (1, 2), or else by a round of its own, which
 * serves both halves.
 *
 * Memory order.
 *   (1) begun      seq_cst counter: a round with a number above the one read began
 *                  after that, hence after the nodes of the older half were unlinked
 *   (2) completed  seq_cst CAS, read by an acquire: passes on what the round saw
 *   (3) inspect    acquire load of a slot, pairs with the release stores of the
 *                  schemes: reads of what a slot named before precede its free.  Slots
 *                  are read upwards and published downwards, so that a node which moves
 *                  to a higher one is seen
 *   (4) clear      release store of 0
 *
 * Bound: threads * (max(batch, 2 * slots * threads) + slots * threads) nodes, where
 * threads are the records ever made, as long as rounds succeed: see the schemes.
 */
#ifndef QS_RECLAIM_PING_H
#define QS_RECLAIM_PING_H

#include "reclaim/reclaim.h"

#ifndef QS_PING_BATCH
#define QS_PING_BATCH 1024 /* least retirements of a thread between rounds */
#endif

#ifndef QS_PING_PATIENCE
#define QS_PING_PATIENCE \
    1000000000 /* ns that a round waits for one thread, if it does */
#endif

enum { QS_PING_SLOTS = 4 };

struct qs_ping_thread;

struct qs_ping_domain {
    struct qs_domain base;
    int (*settle)(struct qs_ping_domain *d, struct qs_ping_thread *self); /* or NULL */
    bool light; /* fences are left to qs_membarrier() */
    _Alignas(QS_CACHE_LINE) qs_word begun, completed; /* numbers of rounds */
};

struct qs_ping_thread {
    struct qs_thread base;
    bool light;                            /* the owner's copy */
    _Alignas(QS_CACHE_LINE) qs_word phase; /* odd: as the scheme says */
    qs_word slot[QS_PING_SLOTS];
    _Alignas(QS_CACHE_LINE) struct qs_chain retired; /* the younger half */
    struct qs_chain older;
    uintptr_t older_since; /* rounds begun when the older half was full */
    size_t half;
    uintptr_t *snapshot; /* room for the slots that a scan finds, or NULL */
    size_t snapshot_size;
};

int qs_ping_domain_init(struct qs_ping_domain *d, const struct qs_config *config,
                        int (*settle)(struct qs_ping_domain *,
                                      struct qs_ping_thread *));
int qs_ping_domain_destroy(struct qs_ping_domain *d);
void *qs_ping_thread_register(struct qs_ping_domain *d, size_t record_size,
                              void (*on_interrupt)(struct qs_thread *, void *context));
int qs_ping_thread_unregister(struct qs_ping_thread *t);
int qs_ping_wait(bool (*has_answered)(const void *), const void *asked);
void qs_ping_collect(struct qs_ping_thread *t);
void qs_ping_flush(struct qs_ping_thread *t);
void qs_ping_barrier(struct qs_ping_domain *d);

static inline struct qs_ping_domain *qs_ping_domain_of(struct qs_ping_thread *t)
{
    return (struct qs_ping_domain *)t->base.domain;
}

static inline struct qs_ping_thread *qs_ping_first(struct qs_ping_domain *d)
{
    return (struct qs_ping_thread *)qs_domain_first(&d->base);
}

static inline struct qs_ping_thread *qs_ping_next(struct qs_ping_thread *t)
{
    return (struct qs_ping_thread *)t->base.next;
}

static inline int qs_ping_interrupt(const struct qs_ping_thread *t)
{
    return qs_interrupt((int)qs_load(&t->base.system_thread, relaxed));
}

static inline void qs_ping_clear(struct qs_ping_thread *t)
{
    for (unsigned slot = 0; slot < QS_PING_SLOTS; slot++)
        qs_store(&t->slot[slot], 0, release); /* (4) */
}

static inline void qs_ping_retire(struct qs_ping_thread *t,
                                  const struct qs_class *class, void *node)
{
    qs_thread_note_retired(&t->base, class, node);
    if (!t->retired.first && !t->older.first)
        qs_tally_set(&t->base.oldest, qs_now());
    qs_chain_add(&t->retired, class, qs_header_of(node));
    if (t->retired.nodes >= t->half || QS_BUGGIFY(300))
        qs_ping_collect(t);
}

static inline size_t qs_ping_bound(size_t threads, size_t batch)
{
    size_t slots = QS_PING_SLOTS * threads;
    return threads * ((2 * slots > batch ? 2 * slots : batch) + slots);
}

#endif
