/* epoch.h - epochs and limbo lists, shared by ebr.h, ebr_asym.h, qsbr.h and
 * debra.h.
 *
 * K. Fraser, "Practical Lock-Freedom", PhD thesis, Cambridge, 2004, sec. 5.2.3.  It
 * differs in that garbage carries the epoch its retirer had announced, not the global
 * one, and waits one epoch longer for it: no shared word is read to retire.
 *
 * Algorithm.  The domain counts epochs.  A thread announces the epoch it works in, or
 * 0 when it holds no nodes.  The epoch g moves on to g + 1 once every thread announces
 * g or 0.  A thread files what it retires under the epoch it has announced, in one of
 * three limbo lists, and frees a list when the epoch has reached that number plus 3.
 *
 * Invariant A.  While a thread announces a, the global epoch is a or a + 1.  To enter,
 * it stores a (1) and then reads the global epoch again (2).  If that still is a, then
 * an advance that overlooked the store read the announcement (4) before (1), hence
 * comes from an epoch <= a, and every later advance sees a and stops at a + 1.
 *
 * Why plus 3.  Thread R announces a, unlinks node n and retires it.
 *   - A reader that announced a + 1 or less blocks the step from a + 2 to
 *     a + 3 until it leaves (invariant A for the reader).
 *   - A reader that announces a + 2 or more read that epoch from an advance (5) which
 *     had seen R announce a + 1 or 0.  R stores those with release (1, 3) after the
 *     unlink, the advancer acquires them (4) and publishes by (5), the reader acquires
 *     by (2): the unlink happens before the reader's first load, so it never meets n.
 * Hence at a + 3 nobody holds n.  With a + 2 the first kind of reader may still be in.
 *
 * Orphans.  A leaver files its limbo in the domain's list of the same epoch, modulo 8,
 * so that it does not become younger from hand to hand.  Who finds the epoch g takes
 * the lists of g - 6 to g - 3 and reads the epoch again (7).  If it still is g, then no
 * garbage of g + 2 or later was in them, so all of it is three epochs old; otherwise it
 * is filed again under the epoch read.
 *
 * Memory order.
 *   (1) announce  seq_cst store: ordered before (2) and read by (4); also releases
 *   (2) recheck   seq_cst load: after (1) in the total order, acquires (5)
 *   (3) leave     release store: what the operation read is read before it shows
 *   (4) inspect   seq_cst load of each announcement, acquires (1) and (3)
 *   (5) advance   seq_cst CAS of the global epoch
 *   (6) quiesce   release store of a newer epoch, while still online: the old
 *                 announcement only protects more, so it need not be ordered before
 *                 what follows; its epoch comes from an acquire load
 *   (7) confirm   seq_cst load after the exchange that takes a list, hence not before
 *                 any leaving that the exchange acquires
 * If light, (1) is a release store and a light fence, and an advance calls
 * qs_membarrier() between reading the epoch and (4).  That is a full fence at some
 * point of each thread.  One that has stored by then is seen by (4); one that has not
 * reads the epoch (2) behind it, finds no older one than the advance came from, and
 * invariant A holds as before.  Were membarrier refused after it worked when the domain
 * was made, the epoch would stand still.
 *
 * Bound: none.  One thread that stays in an operation holds back everything retired
 * since.
 */
#ifndef QS_RECLAIM_EPOCH_H
#define QS_RECLAIM_EPOCH_H

#include "reclaim/reclaim.h"

#ifndef QS_EPOCH_BATCH
#define QS_EPOCH_BATCH 128 /* retirements of a thread between attempts to advance */
#endif

enum { QS_EPOCH_IDLE = 0, QS_EPOCH_FIRST = 8, QS_EPOCH_GRACE = 3, QS_EPOCH_LISTS = 8 };

struct qs_epoch_domain {
    struct qs_domain base;
    bool light; /* threads announce by a light fence */
    _Alignas(QS_CACHE_LINE) qs_word epoch;
    _Alignas(QS_CACHE_LINE) qs_word orphans[QS_EPOCH_LISTS]; /* of epoch % LISTS */
};

struct qs_limbo {
    uintptr_t epoch;
    uint64_t since; /* qs_now() when its first node was retired */
    struct qs_chain chain;
};

struct qs_epoch_thread {
    struct qs_thread base;
    _Alignas(QS_CACHE_LINE) qs_word announced;
    uintptr_t current; /* what announced holds or held last; the owner's copy */
    bool light;        /* the owner's copy */
    unsigned batch, until_advance;
    struct qs_limbo limbo[QS_EPOCH_GRACE];
};

void qs_epoch_domain_init(struct qs_epoch_domain *d, const struct qs_config *config);
int qs_epoch_domain_destroy(struct qs_epoch_domain *d);
struct qs_epoch_thread *qs_epoch_thread_register(struct qs_epoch_domain *d,
                                                 size_t record_size,
                                                 void (*at_exit)(struct qs_thread *));
int qs_epoch_thread_unregister(struct qs_epoch_thread *t);
void qs_epoch_collect(struct qs_epoch_thread *t);
void qs_epoch_expire(struct qs_epoch_thread *t, uintptr_t epoch);
void qs_epoch_reuse_limbo(struct qs_epoch_thread *t, struct qs_limbo *limbo);
void qs_epoch_barrier(struct qs_epoch_domain *d);

static inline struct qs_epoch_domain *qs_epoch_domain_of(struct qs_epoch_thread *t)
{
    return (struct qs_epoch_domain *)t->base.domain;
}

/* Announces the current epoch; afterwards invariant A holds. */
static inline void qs_epoch_announce_by(struct qs_epoch_thread *t, bool light)
{
    struct qs_epoch_domain *d = qs_epoch_domain_of(t);
    uintptr_t epoch = qs_load(&d->epoch, relaxed);

    for (;;) {
        if (light) {
            qs_store(&t->announced, epoch, release); /* (1) */
            qs_light_fence();
        } else {
            qs_store(&t->announced, epoch, seq_cst); /* (1) */
        }
        uintptr_t again = qs_load(&d->epoch, seq_cst); /* (2) */
        if (again == epoch)
            break;
        epoch = again;
    }
    t->current = epoch;
}

static inline void qs_epoch_announce(struct qs_epoch_thread *t)
{
    qs_epoch_announce_by(t, false);
}

static inline void qs_epoch_idle(struct qs_epoch_thread *t)
{
    qs_store(&t->announced, QS_EPOCH_IDLE, release); /* (3) */
}

/* Announces a newer epoch without ever being idle. */
static inline void qs_epoch_renew(struct qs_epoch_thread *t)
{
    uintptr_t epoch = qs_load(&qs_epoch_domain_of(t)->epoch, acquire); /* (2) */
    if (epoch != t->current) {
        t->current = epoch;
        qs_store(&t->announced, epoch, release); /* (6) */
    }
}

/* Files a retired node; true if a batch has been filed since the last attempt. */
static inline bool qs_epoch_file(struct qs_epoch_thread *t,
                                 const struct qs_class *class, void *node)
{
    struct qs_limbo *limbo = &t->limbo[t->current % QS_EPOCH_GRACE];

    qs_thread_note_retired(&t->base, class, node);
    if (limbo->epoch != t->current)
        qs_epoch_reuse_limbo(t, limbo);
    qs_chain_add(&limbo->chain, class, qs_header_of(node));
    return !--t->until_advance;
}

static inline void qs_epoch_retire(struct qs_epoch_thread *t,
                                   const struct qs_class *class, void *node)
{
    if (qs_epoch_file(t, class, node) || QS_BUGGIFY(100))
        qs_epoch_collect(t);
}

#endif
