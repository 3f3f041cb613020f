/* epoch.c - the slow paths of epoch.h: registration, advance, freeing. */
#include "reclaim/epoch.h"

#include <errno.h>

void qs_epoch_domain_init(struct qs_epoch_domain *d, const struct qs_config *config)
{
    qs_domain_setup(&d->base, config);
    d->light = false;
    qs_init(&d->epoch, QS_EPOCH_FIRST);
    for (unsigned i = 0; i < QS_EPOCH_LISTS; i++)
        qs_init(&d->orphans[i], 0);
}

static struct qs_epoch_thread *next_record(struct qs_epoch_thread *t)
{
    return (struct qs_epoch_thread *)t->base.next;
}

static struct qs_epoch_thread *first_record(struct qs_epoch_domain *d)
{
    return (struct qs_epoch_thread *)qs_domain_first(&d->base);
}

static void take_all_orphans(struct qs_epoch_domain *d, struct qs_chain *orphans)
{
    for (unsigned i = 0; i < QS_EPOCH_LISTS; i++)
        qs_orphans_take(&d->orphans[i], orphans);
}

int qs_epoch_domain_destroy(struct qs_epoch_domain *d)
{
    struct qs_chain orphans = { 0 };

    if (qs_load(&d->base.registered, acquire))
        return -EBUSY;
    take_all_orphans(d, &orphans);
    qs_domain_free_chain(&d->base, &orphans);
    qs_domain_free_records(&d->base);
    return 0;
}

struct qs_epoch_thread *qs_epoch_thread_register(struct qs_epoch_domain *d,
                                                 size_t record_size,
                                                 void (*at_exit)(struct qs_thread *))
{
    struct qs_epoch_thread *t =
        (struct qs_epoch_thread *)qs_thread_claim(&d->base, record_size, at_exit);
    if (!t)
        return NULL;
    t->light = d->light;
    t->batch = d->base.config.batch ? d->base.config.batch
               : d->light           ? QS_MEMBARRIER_BATCH
                                    : QS_EPOCH_BATCH;
    t->until_advance = t->batch;
    return t;
}

static void leave_limbo(struct qs_epoch_thread *t, struct qs_limbo *limbo)
{
    struct qs_epoch_domain *d = qs_epoch_domain_of(t);

    qs_orphans_leave(&d->orphans[limbo->epoch % QS_EPOCH_LISTS], &limbo->chain);
}

int qs_epoch_thread_unregister(struct qs_epoch_thread *t)
{
    if (!qs_thread_is_mine(&t->base))
        return -EPERM;
    qs_epoch_idle(t);
    qs_epoch_collect(t);
    for (unsigned i = 0; i < QS_EPOCH_GRACE; i++)
        leave_limbo(t, &t->limbo[i]);
    qs_tally_set(&t->base.oldest, 0);
    return qs_thread_release(&t->base);
}

static bool everyone_announces(struct qs_epoch_domain *d, uintptr_t epoch)
{
    for (struct qs_epoch_thread *t = first_record(d); t; t = next_record(t)) {
        uintptr_t announced = qs_load(&t->announced, seq_cst); /* (4) */
        if (announced != QS_EPOCH_IDLE && announced != epoch)
            return false;
    }
    return true;
}

/* Moves the epoch on if every thread has announced it; returns the epoch then.  A look
 * without membarrier may overlook threads, but saves one that would be in vain. */
static uintptr_t try_advance(struct qs_epoch_domain *d)
{
    uintptr_t epoch = qs_load(&d->epoch, seq_cst);

    if (!everyone_announces(d, epoch))
        return epoch;
    if (d->light && (qs_membarrier() || !everyone_announces(d, epoch)))
        return epoch;
    uintptr_t expected = epoch;
    if (!qs_cas(&d->epoch, &expected, epoch + 1)) /* (5) */
        return expected;
    QS_TRACE(epoch, d, epoch + 1);
    return epoch + 1;
}

static void free_limbo(struct qs_epoch_thread *t, struct qs_limbo *limbo)
{
    qs_thread_free_chain(&t->base, &limbo->chain);
}

/* The list's old content is at least three epochs older than the current epoch. */
void qs_epoch_reuse_limbo(struct qs_epoch_thread *t, struct qs_limbo *limbo)
{
    free_limbo(t, limbo);
    limbo->epoch = t->current;
    limbo->since = qs_now();
    if (!qs_tally_read(&t->base.oldest))
        qs_tally_set(&t->base.oldest, limbo->since);
}

/* Frees every limbo list that is old enough. */
static void free_expired(struct qs_epoch_thread *t, uintptr_t epoch)
{
    uint64_t oldest = 0;

    for (unsigned i = 0; i < QS_EPOCH_GRACE; i++) {
        struct qs_limbo *limbo = &t->limbo[i];
        if (limbo->chain.first && limbo->epoch + QS_EPOCH_GRACE <= epoch)
            free_limbo(t, limbo);
        if (limbo->chain.first && (!oldest || limbo->since < oldest))
            oldest = limbo->since;
    }
    qs_tally_set(&t->base.oldest, oldest);
}

/* Frees the orphans of a list, if their epoch is the one it was taken for. */
static void free_orphans(struct qs_epoch_thread *t, uintptr_t epoch, uintptr_t theirs)
{
    struct qs_epoch_domain *d = qs_epoch_domain_of(t);
    struct qs_chain orphans = { 0 };

    qs_orphans_take(&d->orphans[theirs % QS_EPOCH_LISTS], &orphans);
    if (!orphans.first)
        return;
    uintptr_t now = qs_load(&d->epoch, seq_cst); /* (7) */
    if (now == epoch)
        qs_thread_free_chain(&t->base, &orphans);
    else
        qs_orphans_leave(&d->orphans[now % QS_EPOCH_LISTS], &orphans);
}

static void free_expired_orphans(struct qs_epoch_thread *t, uintptr_t epoch)
{
    for (unsigned age = QS_EPOCH_GRACE; age < QS_EPOCH_LISTS - 1; age++)
        free_orphans(t, epoch, epoch - age);
}

/* Frees what the epoch allows, and takes over what leavers left. */
void qs_epoch_expire(struct qs_epoch_thread *t, uintptr_t epoch)
{
    free_expired(t, epoch);
    free_expired_orphans(t, epoch);
}

/* One attempt to advance, then frees what the epoch allows. */
void qs_epoch_collect(struct qs_epoch_thread *t)
{
    qs_thread_begin_scan(&t->base);
    t->until_advance = t->batch;
    qs_epoch_expire(t, try_advance(qs_epoch_domain_of(t)));
    qs_thread_end_scan(&t->base);
}

/* Frees the orphans after three epochs; what others keep in limbo is theirs. */
void qs_epoch_barrier(struct qs_epoch_domain *d)
{
    struct qs_chain orphans = { 0 };

    take_all_orphans(d, &orphans);
    uintptr_t target = qs_load(&d->epoch, seq_cst) + QS_EPOCH_GRACE;
    while (orphans.first && try_advance(d) < target)
        qs_yield();
    qs_domain_free_chain(&d->base, &orphans);
    qs_domain_free_ready(&d->base);
}
