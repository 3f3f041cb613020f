/* ebr.c - the slow paths of ebr.h, which are those of epoch.h. */
#include "reclaim/ebr.h"

#include <errno.h>

int qs_ebr_domain_init(struct qs_ebr_domain *d, const struct qs_config *config)
{
    qs_epoch_domain_init(&d->epochs, config);
    return 0;
}

int qs_ebr_domain_destroy(struct qs_ebr_domain *d)
{
    return qs_epoch_domain_destroy(&d->epochs);
}

static void at_exit(struct qs_thread *t)
{
    qs_epoch_thread_unregister((struct qs_epoch_thread *)t);
}

struct qs_ebr_thread *qs_ebr_thread_register(struct qs_ebr_domain *d)
{
    return (struct qs_ebr_thread *)qs_epoch_thread_register(
        &d->epochs, sizeof(struct qs_ebr_thread), at_exit);
}

int qs_ebr_thread_unregister(struct qs_ebr_thread *t)
{
    if (!qs_thread_is_mine(&t->epochs.base))
        return -EPERM;
    if (qs_load(&t->epochs.announced, relaxed) != QS_EPOCH_IDLE)
        return -EBUSY;
    return qs_epoch_thread_unregister(&t->epochs);
}

void qs_ebr_flush(struct qs_ebr_thread *t)
{
    for (unsigned i = 0; i < QS_EPOCH_GRACE; i++)
        qs_epoch_collect(&t->epochs);
    qs_thread_free_ready(&t->epochs.base);
}

void qs_ebr_barrier(struct qs_ebr_domain *d)
{
    qs_epoch_barrier(&d->epochs);
}

void qs_ebr_stats(struct qs_ebr_domain *d, struct qs_stats *stats)
{
    qs_domain_stats(&d->epochs.base, stats);
}
