/* debra.c - the slow paths of debra.h: rounds, and freeing when a new epoch is met. */
#include "reclaim/debra.h"

#include <errno.h>

int qs_debra_domain_init(struct qs_debra_domain *d, const struct qs_config *config)
{
    qs_epoch_domain_init(&d->epochs, config);
    return 0;
}

int qs_debra_domain_destroy(struct qs_debra_domain *d)
{
    return qs_epoch_domain_destroy(&d->epochs);
}

static void at_exit(struct qs_thread *t)
{
    qs_epoch_thread_unregister((struct qs_epoch_thread *)t);
}

struct qs_debra_thread *qs_debra_thread_register(struct qs_debra_domain *d)
{
    struct qs_debra_thread *t = (struct qs_debra_thread *)qs_epoch_thread_register(
        &d->epochs, sizeof *t, at_exit);
    if (!t)
        return NULL;
    t->met = QS_EPOCH_IDLE;
    t->peer = NULL;
    return t;
}

int qs_debra_thread_unregister(struct qs_debra_thread *t)
{
    if (!qs_thread_is_mine(&t->epochs.base))
        return -EPERM;
    if (qs_load(&t->epochs.announced, relaxed) != QS_EPOCH_IDLE)
        return -EBUSY;
    return qs_epoch_thread_unregister(&t->epochs);
}

static void try_advance(struct qs_debra_thread *t, uintptr_t epoch)
{
    struct qs_epoch_domain *d = qs_epoch_domain_of(&t->epochs);

    if (qs_cas(&d->epoch, &epoch, epoch + 1)) /* (5) */
        QS_TRACE(epoch, d, epoch + 1);
}

/* The thread announces the epoch of the round. */
static void look_at_peer(struct qs_debra_thread *t)
{
    uintptr_t announced = qs_load(&t->peer->announced, seq_cst); /* (4) */
    uintptr_t epoch = t->epochs.current;

    if (announced != QS_EPOCH_IDLE && announced != epoch)
        return;
    t->peer = (struct qs_epoch_thread *)t->peer->base.next;
    if (!t->peer)
        try_advance(t, epoch);
}

void qs_debra_go_on(struct qs_debra_thread *t)
{
    for (unsigned i = 0; i < QS_DEBRA_PEERS && t->peer && !QS_BUGGIFY(300); i++)
        look_at_peer(t);
}

/* A batch has been retired.  A round that still waits for a peer goes on. */
void qs_debra_begin_round(struct qs_debra_thread *t)
{
    t->epochs.until_advance = t->epochs.batch;
    if (t->peer)
        return;
    qs_thread_begin_scan(&t->epochs.base);
    t->peer = (struct qs_epoch_thread *)qs_domain_first(t->epochs.base.domain);
    qs_debra_go_on(t);
    qs_thread_end_scan(&t->epochs.base);
}

/* Another epoch than that of the last operation. */
void qs_debra_meet_epoch(struct qs_debra_thread *t)
{
    t->met = t->epochs.current;
    t->peer = NULL; /* the round served the old one */
    qs_epoch_expire(&t->epochs, t->met);
    qs_domain_note_garbage(t->epochs.base.domain);
    if (QS_BUGGIFY(500))
        qs_debra_begin_round(t);
}

/* Attempts to advance that ask everybody at once, as under ebr. */
void qs_debra_flush(struct qs_debra_thread *t)
{
    t->peer = NULL;
    for (unsigned i = 0; i <= QS_EPOCH_GRACE; i++)
        qs_epoch_collect(&t->epochs);
    qs_thread_free_ready(&t->epochs.base);
}

void qs_debra_barrier(struct qs_debra_domain *d)
{
    qs_epoch_barrier(&d->epochs);
}

void qs_debra_stats(struct qs_debra_domain *d, struct qs_stats *stats)
{
    qs_domain_stats(&d->epochs.base, stats);
}
