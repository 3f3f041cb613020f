/* turnstile.h - a scheme of one's own, as short as one can be: a turnstile counts who
 * is inside an operation, and when nobody is, whatever was retired before may go.
 *
 * Algorithm.  enter adds one to a word that all threads share, leave takes it off. What
 * a thread retires collects in its chain.  Once a batch of it is there, the thread
 * looks at the turnstile between its operations: if it finds nobody inside, it frees
 * the chain.  For a thread that could hold one of the nodes entered before the node was
 * unlinked, and has not left since; and one that enters afterwards does not find it.
 *
 * Memory order.  All three are read-modify-writes of one word, so each reads from the
 * one before, and a release is acquired by all that follow. (1) enter, acquire: pairs
 * with the (3) of whoever found nobody before, so its reads see the unlink that came
 * before that (3), and do not find the node (2) leave, release: what was read inside is
 * read before (3) look, acq_rel: acquires the (2) of all who have left, and releases
 * the unlink.  A load would not do, for nothing would order what enters after it
 *
 * Cost: two atomic additions per operation to one word, which all threads fight for: an
 * example, and not something to use.
 * Garbage: unbounded, if somebody is always inside.
 */
#ifndef TURNSTILE_H
#define TURNSTILE_H

#include <errno.h>

#include <quiesce/reclaim/reclaim.h>

enum { TURNSTILE_BATCH = 64 };

struct qs_turnstile_domain {
    struct qs_domain base;
    _Alignas(QS_CACHE_LINE) qs_word inside;
};

struct qs_turnstile_thread {
    struct qs_thread base;
    struct qs_chain retired;
    unsigned batch;
    bool inside;
};

static inline qs_word *qs_turnstile_of(struct qs_domain *d)
{
    return &((struct qs_turnstile_domain *)d)->inside;
}

static inline bool qs_turnstile_is_empty(struct qs_domain *d)
{
    return qs_fetch_add(qs_turnstile_of(d), 0, acq_rel) == 0; /* (3) */
}

static inline int qs_turnstile_domain_init(struct qs_turnstile_domain *d,
                                           const struct qs_config *config)
{
    qs_domain_setup(&d->base, config);
    qs_init(&d->inside, 0);
    return 0;
}

static inline int qs_turnstile_domain_destroy(struct qs_turnstile_domain *d)
{
    if (qs_load(&d->base.registered, acquire))
        return -EBUSY;
    qs_domain_free_orphans(&d->base);
    qs_domain_free_records(&d->base);
    return 0;
}

/* Frees what this thread has retired, and what leavers have left, if nobody is inside.
 */
static inline void qs_turnstile_flush(struct qs_turnstile_thread *t)
{
    qs_thread_begin_scan(&t->base);
    qs_domain_adopt(t->base.domain, &t->retired);
    if (t->retired.first && qs_turnstile_is_empty(t->base.domain)) {
        qs_tally_set(&t->base.oldest, 0);
        qs_thread_free_chain(&t->base, &t->retired);
    }
    qs_thread_end_scan(&t->base);
    qs_thread_free_ready(&t->base);
}

#define qs_turnstile_checkpoint(t) ((void)(t))

static inline void qs_turnstile_enter(struct qs_turnstile_thread *t)
{
    QS_ENTERING(t);
    t->inside = true;
    qs_fetch_add(qs_turnstile_of(t->base.domain), 1, acquire); /* (1) */
}

static inline void qs_turnstile_leave(struct qs_turnstile_thread *t)
{
    QS_LEAVING(t);
    qs_fetch_add(qs_turnstile_of(t->base.domain), -(uintptr_t)1, release); /* (2) */
    t->inside = false;
    if (t->retired.nodes >= t->batch)
        qs_turnstile_flush(t);
}

static inline void qs_turnstile_retire(struct qs_turnstile_thread *t,
                                       const struct qs_class *class, void *node)
{
    qs_thread_note_retired(&t->base, class, node);
    if (!t->retired.first)
        qs_tally_set(&t->base.oldest, qs_now());
    qs_chain_push(&t->retired, qs_header_of(node));
}

/* A leaver's garbage stays behind for the others. */
static inline int qs_turnstile_thread_unregister(struct qs_turnstile_thread *t)
{
    if (!qs_thread_is_mine(&t->base))
        return -EPERM;
    if (t->inside)
        return -EBUSY;
    qs_domain_orphan(t->base.domain, &t->retired);
    qs_tally_set(&t->base.oldest, 0);
    return qs_thread_release(&t->base);
}

/* Of a thread that ends without a word. */
static inline void qs_turnstile_at_exit(struct qs_thread *thread)
{
    struct qs_turnstile_thread *t = (struct qs_turnstile_thread *)thread;

    if (t->inside)
        qs_turnstile_leave(t);
    qs_turnstile_thread_unregister(t);
}

static inline struct qs_turnstile_thread *qs_turnstile_thread_register(
    struct qs_turnstile_domain *d)
{
    struct qs_turnstile_thread *t = (struct qs_turnstile_thread *)qs_thread_claim(
        &d->base, sizeof *t, qs_turnstile_at_exit);

    if (t) {
        t->batch = d->base.config.batch ? d->base.config.batch : TURNSTILE_BATCH;
        t->inside = false;
    }
    return t;
}

/* Waits for a moment when nobody is inside, for what leavers have left. */
static inline void qs_turnstile_barrier(struct qs_turnstile_domain *d)
{
    struct qs_chain chain = { 0 };

    qs_domain_adopt(&d->base, &chain);
    while (chain.first && !qs_turnstile_is_empty(&d->base))
        qs_yield();
    qs_domain_free_chain(&d->base, &chain);
    qs_domain_free_ready(&d->base);
}

static inline void qs_turnstile_stats(struct qs_turnstile_domain *d,
                                      struct qs_stats *stats)
{
    qs_domain_stats(&d->base, stats);
}

#define QS_PART_SCHEME turnstile
#include <quiesce/reclaim/no_duty_part.h>
#include <quiesce/reclaim/region_part.h>

enum {
    qs_turnstile_guards_regions = 1,
    qs_turnstile_robust = 0,
    qs_turnstile_restarts = 0,
    qs_turnstile_frees_at_once = 0,
    qs_turnstile_max_slots = 64,
    qs_turnstile_prefix = 0
};
QS_RECLAIM_SCHEME(turnstile);

#endif
