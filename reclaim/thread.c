/* thread.c - what all schemes share: domains, records of threads, orphans. */
#include <errno.h>

#include "reclaim/pool_home.h"
#include "reclaim/reclaim.h"
#include "reclaim/system.h"

/* What a domain does that was told nothing. */
#ifndef QS_AMORTISE
#define QS_AMORTISE false
#endif
#ifndef QS_POOL
#define QS_POOL false
#endif

/* One system thread may hold registrations with many domains.  They form a list in the
 * thread's slot, touched only when registering, so that a thread which ends without a
 * word is unregistered on its way out. */
void qs_slot_at_thread_end(void *first)
{
    struct qs_thread *t;

    for (t = first; t; t = t->next_mine) /* what it was cancelled in has ended */
        if (t->on_interrupt)
            t->on_interrupt(t, QS_AT_THREAD_END);
    qs_slot_set(first); /* it was cleared before the call; release looks for it there */
    while ((t = qs_slot_get()))
        t->at_exit(t);
}

/* Runs on the interrupted thread, between any two of its instructions. */
void qs_thread_interrupted(void *context)
{
    for (struct qs_thread *t = qs_slot_get(); t; t = t->next_mine)
        if (t->on_interrupt)
            t->on_interrupt(t, context);
}

void qs_slot_in_child(void *first)
{
    for (struct qs_thread *t = first; t; t = t->next_mine)
        qs_store(&t->system_thread, qs_interrupt_self(), relaxed);
}

static struct qs_thread *reuse_record(struct qs_domain *d)
{
    for (struct qs_thread *t = qs_domain_first(d); t; t = t->next) {
        uintptr_t unused = 0;
        if (!qs_load(&t->in_use, relaxed) && qs_cas(&t->in_use, &unused, 1))
            return t;
    }
    return NULL;
}

static struct qs_thread *new_record(struct qs_domain *d, size_t record_size)
{
    struct qs_thread *t = qs_memory_alloc_lines(record_size);
    if (!t)
        return NULL;
    t->domain = d;
    t->index = (unsigned)qs_fetch_add(&d->records, 1, relaxed);
    t->random = 0x9e3779b97f4a7c15u * (t->index + 1);
    t->until_sample = QS_SAMPLE_EVERY;
    qs_init(&t->in_use, 1);

    uintptr_t first = qs_load(&d->threads, relaxed);
    do
        t->next = (struct qs_thread *)first;
    while (!qs_cas(&d->threads, &first, t));
    return t;
}

/* Returns a record for the calling thread, fresh (zeroed) or left by another thread,
 * or NULL.  at_exit is called if the thread ends while it still holds the record. */
struct qs_thread *qs_thread_claim(struct qs_domain *d, size_t record_size,
                                  void (*at_exit)(struct qs_thread *))
{
    if (qs_slot_prepare())
        return NULL;
    struct qs_thread *t = reuse_record(d);
    if (!t)
        t = new_record(d, record_size);
    if (!t)
        return NULL;
    t->next_mine = qs_slot_get(); /* before an interrupt can find t in the list */
    t->at_exit = at_exit;
    if (qs_slot_set(t)) {
        qs_store(&t->in_use, 0, release);
        return NULL;
    }
    t->counters = (struct qs_counters){ 0 };
    t->is_inside = false;
    if (d->depot && !t->pool)
        t->pool = qs_pool_new(d->depot);
    else if (t->pool)
        qs_pool_settle(t->pool);
    qs_fetch_add(&d->registered, 1, relaxed);
    return t;
}

/* Whether the calling thread made this registration. */
bool qs_thread_is_mine(const struct qs_thread *t)
{
    const struct qs_thread *mine = qs_slot_get();
    while (mine && mine != t)
        mine = mine->next_mine;
    return mine == t;
}

/* The calling thread's latest registration with a scheme, or NULL. */
struct qs_thread *qs_thread_mine(void (*at_exit)(struct qs_thread *))
{
    struct qs_thread *t = qs_slot_prepare() ? NULL : qs_slot_get();

    while (t && t->at_exit != at_exit)
        t = t->next_mine;
    return t;
}

/* Gives the record back; -EPERM if the calling thread does not hold it. */
int qs_thread_release(struct qs_thread *t)
{
    if (!qs_thread_is_mine(t))
        return -EPERM;
    struct qs_thread *mine = qs_slot_get();
    if (mine == t) {
        qs_slot_set(t->next_mine);
    } else {
        while (mine->next_mine != t)
            mine = mine->next_mine;
        mine->next_mine = t->next_mine;
    }
    struct qs_domain *d = t->domain;
    qs_orphans_leave(&d->ready, &t->ready);
    qs_tally_set(&t->ready_since, 0);
    if (t->pool)
        qs_pool_empty(t->pool);
    qs_store(&t->in_use, 0, release); /* the next holder acquires by its CAS */
    qs_fetch_add(&d->registered, -(uintptr_t)1, release); /* then d may be destroyed */
    return 0;
}

static bool is_chosen(enum qs_choice choice, bool is_default)
{
    return choice == QS_DEFAULT ? is_default : choice == QS_ON;
}

void qs_domain_setup(struct qs_domain *d, const struct qs_config *config)
{
    *d = (struct qs_domain){ 0 };
    if (config)
        d->config = *config;
    d->amortises = is_chosen(d->config.amortise, QS_AMORTISE);
    if (is_chosen(d->config.pool, QS_POOL))
        d->depot = qs_depot_new(); /* without memory for it malloc serves */
}

/* Frees the records and the depot; no thread may be registered. */
void qs_domain_free_records(struct qs_domain *d)
{
    qs_domain_free_ready(d);
    struct qs_thread *t = qs_domain_first(d);
    while (t) {
        struct qs_thread *next = t->next;
        qs_pool_free(t->pool);
        qs_memory_free(t);
        t = next;
    }
    qs_store(&d->threads, 0, relaxed);
    if (d->depot)
        qs_depot_free(d->depot);
}

/* Leaves a chain to whoever takes the list. */
void qs_orphans_leave(qs_word *list, struct qs_chain *chain)
{
    if (!chain->first)
        return;
    uintptr_t first = qs_load(list, relaxed);
    do
        qs_header_set_next(chain->last, (struct qs_header *)first);
    while (!qs_cas(list, &first, chain->first));
    *chain = (struct qs_chain){ 0 };
}

/* Appends the list to the chain.  The exchange acquires what the retirers did. */
void qs_orphans_take(qs_word *list, struct qs_chain *chain)
{
    if (!qs_load(list, relaxed))
        return;
    struct qs_header *h = (struct qs_header *)qs_exchange(list, 0, acq_rel);
    while (h) {
        struct qs_header *next = qs_header_next(h);
        qs_chain_push(chain, h);
        h = next;
    }
}

void qs_domain_orphan(struct qs_domain *d, struct qs_chain *chain)
{
    qs_orphans_leave(&d->orphans, chain);
}

void qs_domain_adopt(struct qs_domain *d, struct qs_chain *chain)
{
    qs_orphans_take(&d->orphans, chain);
}

/* Frees the orphans of a domain that no thread uses any more. */
void qs_domain_free_orphans(struct qs_domain *d)
{
    struct qs_chain chain = { 0 };
    qs_domain_adopt(d, &chain);
    qs_domain_free_chain(d, &chain);
}
