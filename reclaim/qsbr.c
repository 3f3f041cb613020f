/* qsbr.c - the slow paths of qsbr.h, which are those of epoch.h. */
#include "reclaim/qsbr.h"

int qs_qsbr_domain_init(struct qs_qsbr_domain *d, const struct qs_config *config)
{
    qs_epoch_domain_init(&d->epochs, config);
    return 0;
}

int qs_qsbr_domain_destroy(struct qs_qsbr_domain *d)
{
    return qs_epoch_domain_destroy(&d->epochs);
}

static void at_exit(struct qs_thread *t)
{
    qs_epoch_thread_unregister((struct qs_epoch_thread *)t);
}

struct qs_qsbr_thread *qs_qsbr_thread_register(struct qs_qsbr_domain *d)
{
    struct qs_epoch_thread *t =
        qs_epoch_thread_register(&d->epochs, sizeof(struct qs_qsbr_thread), at_exit);
    if (t)
        qs_epoch_announce(t);
    return (struct qs_qsbr_thread *)t;
}

int qs_qsbr_thread_unregister(struct qs_qsbr_thread *t)
{
    return qs_epoch_thread_unregister(&t->epochs);
}

/* Steps through the epochs that its own garbage waits for. */
void qs_qsbr_flush(struct qs_qsbr_thread *t)
{
    for (unsigned i = 0; i <= QS_EPOCH_GRACE; i++) {
        if (qs_load(&t->epochs.announced, relaxed) != QS_EPOCH_IDLE)
            qs_epoch_renew(&t->epochs);
        qs_epoch_collect(&t->epochs);
    }
    qs_thread_free_ready(&t->epochs.base);
}

void qs_qsbr_barrier(struct qs_qsbr_domain *d)
{
    qs_epoch_barrier(&d->epochs);
}

void qs_qsbr_stats(struct qs_qsbr_domain *d, struct qs_stats *stats)
{
    qs_domain_stats(&d->epochs.base, stats);
}
