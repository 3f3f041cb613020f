/* ck_epoch.c - the slow paths of ck_epoch.h: envelopes, registration, barriers. */
#include "reclaim/ck_epoch.h"

#include <errno.h>

/* Polls after which all that may go has gone: an envelope waits for two steps of the
 * epoch, and one more for what the first of them adopts. */
enum { STEPS = 4 };

int qs_ck_epoch_domain_init(struct qs_ck_epoch_domain *d,
                            const struct qs_config *config)
{
    qs_domain_setup(&d->base, config);
    ck_epoch_init(&d->epochs);
    return 0;
}

int qs_ck_epoch_domain_destroy(struct qs_ck_epoch_domain *d)
{
    if (qs_load(&d->base.registered, acquire))
        return -EBUSY;
    qs_domain_free_orphans(&d->base);
    qs_domain_free_records(&d->base);
    return 0;
}

/* Takes the nodes out of the envelopes, which forget that they are under way. */
static void take_back(struct qs_ck_epoch_thread *t)
{
    for (unsigned i = 0; i < CK_EPOCH_LENGTH; i++)
        ck_stack_init(&t->record.pending[i]);
    t->record.n_pending = 0;
    for (unsigned i = 0; i < QS_CK_EPOCH_ENVELOPES; i++)
        qs_chain_move(&t->retired, &t->envelopes[i].chain);
}

static int unregister(struct qs_ck_epoch_thread *t)
{
    while (t->record.active)
        qs_ck_epoch_leave(t);
    qs_ck_epoch_flush(t);
    take_back(t);
    qs_domain_orphan(t->base.domain, &t->retired);
    qs_tally_set(&t->base.oldest, 0);
    return qs_thread_release(&t->base);
}

static void at_exit(struct qs_thread *t)
{
    unregister((struct qs_ck_epoch_thread *)t);
}

struct qs_ck_epoch_thread *qs_ck_epoch_thread_register(struct qs_ck_epoch_domain *d)
{
    struct qs_ck_epoch_thread *t = (struct qs_ck_epoch_thread *)qs_thread_claim(
        &d->base, sizeof(struct qs_ck_epoch_thread), at_exit);
    if (!t)
        return NULL;
    t->batch = d->base.config.batch ? d->base.config.batch : QS_CK_EPOCH_BATCH;
    t->until_poll = t->batch;
    if (!t->record.global)
        ck_epoch_register(&d->epochs, &t->record, NULL);
    return t;
}

int qs_ck_epoch_thread_unregister(struct qs_ck_epoch_thread *t)
{
    if (!qs_thread_is_mine(&t->base))
        return -EPERM;
    if (t->record.active)
        return -EBUSY;
    return unregister(t);
}

/* Called by the library, on the thread that sent the envelope. */
static void open_envelope(ck_epoch_entry_t *entry)
{
    struct qs_ck_envelope *e = (struct qs_ck_envelope *)entry;
    struct qs_chain chain = e->chain;

    e->chain = (struct qs_chain){ 0 };
    qs_thread_free_chain(&e->owner->base, &chain);
}

static struct qs_ck_envelope *find_envelope(struct qs_ck_epoch_thread *t)
{
    for (unsigned i = 0; i < QS_CK_EPOCH_ENVELOPES; i++)
        if (!t->envelopes[i].chain.first)
            return &t->envelopes[i];
    return NULL;
}

/* Sends the chain off, if there is an envelope. */
static void send(struct qs_ck_epoch_thread *t)
{
    struct qs_ck_envelope *e = find_envelope(t);

    if (!e)
        return;
    e->owner = t;
    e->since = t->since;
    e->chain = t->retired;
    t->retired = (struct qs_chain){ 0 };
    qs_fence(seq_cst); /* (2) */
    ck_epoch_call(&t->record, &e->entry, open_envelope);
}

static void note_oldest(struct qs_ck_epoch_thread *t)
{
    uint64_t oldest = t->retired.first ? t->since : 0;

    for (unsigned i = 0; i < QS_CK_EPOCH_ENVELOPES; i++) {
        const struct qs_ck_envelope *e = &t->envelopes[i];
        if (e->chain.first && (!oldest || e->since < oldest))
            oldest = e->since;
    }
    qs_tally_set(&t->base.oldest, oldest);
}

/* Sends what there is and moves the epoch on by one step, if it goes. */
void qs_ck_epoch_collect(struct qs_ck_epoch_thread *t)
{
    qs_thread_begin_scan(&t->base);
    if (!t->retired.first)
        t->since = qs_now(); /* of the orphans nobody knows when */
    qs_domain_adopt(t->base.domain, &t->retired);
    if (t->retired.first)
        send(t);
    ck_epoch_poll(&t->record);
    t->until_poll = t->batch;
    note_oldest(t);
    qs_thread_end_scan(&t->base);
}

void qs_ck_epoch_flush(struct qs_ck_epoch_thread *t)
{
    for (unsigned i = 0; i < STEPS; i++)
        qs_ck_epoch_collect(t);
    qs_thread_free_ready(&t->base);
}

/* Called by the library while somebody keeps it waiting. */
static void wait_a_little(ck_epoch_t *epochs, ck_epoch_record_t *record, void *argument)
{
    (void)epochs;
    (void)record;
    (void)argument;
    qs_yield();
}

void qs_ck_epoch_barrier(struct qs_ck_epoch_domain *d)
{
    struct qs_chain orphans = { 0 };

    qs_domain_adopt(&d->base, &orphans);
    if (orphans.first)
        ck_epoch_synchronize_wait(&d->epochs, wait_a_little, NULL);
    qs_domain_free_chain(&d->base, &orphans);
    qs_domain_free_ready(&d->base);
}

void qs_ck_epoch_stats(struct qs_ck_epoch_domain *d, struct qs_stats *stats)
{
    qs_domain_stats(&d->base, stats);
}
