/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rcu_part.c.h - the slow paths of rcu_part.h (template, included by one .c per
 * flavour, with the same parameters). */
#include <errno.h>

#define rcp_domain QS_SCHEME(QS_PART_SCHEME, domain)
#define rcp_thread QS_SCHEME(QS_PART_SCHEME, thread)
#define rcp_flush  QS_SCHEME(QS_PART_SCHEME, flush)

/* The process that uses the flavour: qs_forks() + 1, or 0 as long as none does. */
static qs_word user;

/* Whether this is the child of the process that uses the flavour.  liburcu's worker is
 * not in it and its list of readers names threads that are gone, so nothing of it is
 * called here but the ends of read sections. */
static bool is_forked(void)
{
    uintptr_t process = qs_load(&user, relaxed);
    return process && process != qs_forks() + 1;
}

int QS_SCHEME(QS_PART_SCHEME, domain_init)(struct rcp_domain *d,
                                           const struct qs_config *config)
{
    uintptr_t nobody = 0;
    int error = qs_slot_prepare();

    if (error)
        return error;
    qs_cas(&user, &nobody, qs_forks() + 1);
    if (is_forked())
        return -EPERM;
    qs_domain_setup(&d->base, config);
    return 0;
}

static void open_envelope(struct rcu_head *rcu)
{
    struct qs_rcu_envelope *e = (struct qs_rcu_envelope *)rcu; /* first member */
    struct qs_domain *d = e->domain;

    qs_domain_free_chain(d, &e->chain);
    qs_memory_free(e);
}

/* Sends a chain off.  False, keeping the chain, without memory for an envelope. */
static bool send(struct qs_domain *d, struct qs_chain *chain, struct qs_rcu_envelope *e)
{
    if (!e && !(e = qs_memory_alloc(sizeof *e)))
        return false;
    e->domain = d;
    e->chain = *chain;
    *chain = (struct qs_chain){ 0 };
    QS_RCU(call_rcu)(&e->rcu, open_envelope);
    return true;
}

void rcp_flush(struct rcp_thread *t)
{
    struct qs_domain *d = t->base.domain;

    if (is_forked())
        return;
    qs_thread_begin_scan(&t->base);
    qs_domain_adopt(d, &t->retired);
    if (t->retired.first && send(d, &t->retired, t->envelope)) {
        t->envelope = qs_memory_alloc(sizeof *t->envelope);
        qs_tally_set(&t->base.oldest, 0);
    }
    qs_thread_end_scan(&t->base);
}

static void leave_liburcu(void)
{
    while (rcp_is_inside())
        QS_RCU(read_unlock)();
    QS_RCU(unregister_thread)();
}

static void at_exit(struct qs_thread *thread)
{
    struct rcp_thread *t = (struct rcp_thread *)thread;

    rcp_flush(t);
    qs_domain_orphan(t->base.domain,
                     &t->retired); /* if there was no memory to send it */
    qs_memory_free(t->envelope);
    t->envelope = NULL;
    bool ours = t->registered_liburcu;
    qs_thread_release(&t->base);
    struct rcp_thread *other = (struct rcp_thread *)qs_thread_mine(at_exit);
    if (other)
        other->registered_liburcu |= ours;
    else if (ours && !is_forked())
        leave_liburcu();
}

struct rcp_thread *QS_SCHEME(QS_PART_SCHEME, thread_register)(struct rcp_domain *d)
{
    if (is_forked())
        return NULL;
    struct rcp_thread *t =
        (struct rcp_thread *)qs_thread_claim(&d->base, sizeof *t, at_exit);
    if (!t)
        return NULL;
    t->envelope = qs_memory_alloc(sizeof *t->envelope);
    t->batch = d->base.config.batch ? d->base.config.batch : QS_RCU_BATCH;
    t->registered_liburcu = !rcp_is_registered();
    if (t->registered_liburcu)
        QS_RCU(register_thread)();
    rcp_go_online();
    return t;
}

int QS_SCHEME(QS_PART_SCHEME, thread_unregister)(struct rcp_thread *t)
{
    if (!qs_thread_is_mine(&t->base))
        return -EPERM;
    if (rcp_is_inside())
        return -EBUSY;
    at_exit(&t->base);
    return 0;
}

void QS_SCHEME(QS_PART_SCHEME, barrier)(struct rcp_domain *d)
{
    struct qs_chain orphans = { 0 };

    if (is_forked())
        return;
    qs_domain_adopt(&d->base, &orphans);
    if (orphans.first && !send(&d->base, &orphans, NULL))
        qs_domain_orphan(&d->base, &orphans);
    QS_RCU(barrier)();
}

int QS_SCHEME(QS_PART_SCHEME, domain_destroy)(struct rcp_domain *d)
{
    if (qs_load(&d->base.registered, acquire))
        return -EBUSY;
    if (!is_forked())
        QS_RCU(barrier)();
    qs_domain_free_orphans(&d->base);
    qs_domain_free_records(&d->base);
    return 0;
}

void QS_SCHEME(QS_PART_SCHEME, stats)(struct rcp_domain *d, struct qs_stats *stats)
{
    qs_domain_stats(&d->base, stats);
}

#undef rcp_domain
#undef rcp_thread
#undef rcp_flush
