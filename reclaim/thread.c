/* thread.c - what all schemes share: records of threads, orphans, statistics. */
#include <errno.h>

#include "reclaim/reclaim.h"
#include "reclaim/system.h"

/* One system thread may hold registrations with many domains.  They form a list in the
 * thread's slot, touched only when registering, so that a thread which ends without a
 * word is unregistered on its way out. */
void qs_slot_at_thread_end(void *first)
{
    struct qs_thread *t = first;
    qs_slot_set(t); /* it was cleared before the call; release looks for it there */
    while ((t = qs_slot_get()))
        t->at_exit(t);
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
    struct qs_thread *mine = qs_slot_get();
    if (qs_slot_set(t)) {
        qs_store(&t->in_use, 0, release);
        return NULL;
    }
    t->next_mine = mine;
    t->at_exit = at_exit;
    t->counters = (struct qs_counters){ 0 };
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
    qs_store(&t->in_use, 0, release); /* the next holder acquires by its CAS */
    qs_fetch_add(&d->registered, -(uintptr_t)1, release); /* then d may be destroyed */
    return 0;
}

void qs_domain_setup(struct qs_domain *d, const struct qs_config *config)
{
    *d = (struct qs_domain){ 0 };
    if (config)
        d->config = *config;
}

/* Frees the records; no thread may be registered. */
void qs_domain_free_records(struct qs_domain *d)
{
    struct qs_thread *t = qs_domain_first(d);
    while (t) {
        struct qs_thread *next = t->next;
        qs_memory_free(t);
        t = next;
    }
    qs_store(&d->threads, 0, relaxed);
}

void qs_node_free(void *node)
{
    struct qs_header *h = qs_header_of(node);
    const struct qs_class *class = qs_header_class(h);

    if (class->dispose)
        class->dispose(node);
    qs_memory_free((char *)h - qs_header_prefix(h));
}

/* Empties the chain first: a node's dispose may retire others. */
static void free_nodes(struct qs_chain *chain)
{
    struct qs_header *h = chain->first;

    *chain = (struct qs_chain){ 0 };
    while (h) {
        struct qs_header *next = h->next;
        qs_node_free(qs_node_of(h));
        h = next;
    }
}

void qs_thread_free_chain(struct qs_thread *t, struct qs_chain *chain)
{
    size_t nodes = chain->nodes, bytes = chain->bytes;

    free_nodes(chain);
    qs_tally_own(&t->freed_nodes, nodes);
    qs_tally_own(&t->freed_bytes, bytes);
}

void qs_domain_free_chain(struct qs_domain *d, struct qs_chain *chain)
{
    size_t nodes = chain->nodes, bytes = chain->bytes;

    free_nodes(chain);
    qs_tally_shared(&d->freed_nodes, nodes);
    qs_tally_shared(&d->freed_bytes, bytes);
}

/* Leaves a chain to whoever takes the list. */
void qs_orphans_leave(qs_word *list, struct qs_chain *chain)
{
    if (!chain->first)
        return;
    uintptr_t first = qs_load(list, relaxed);
    do
        chain->last->next = (struct qs_header *)first;
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
        struct qs_header *next = h->next;
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

/* Sums the records.  Freed is read before retired, so that garbage is never negative: a
 * node counted as freed has been counted as retired. */
static void sum_up(struct qs_domain *d, struct qs_stats *stats)
{
    uint64_t oldest = 0;

    *stats = (struct qs_stats){ .freed_nodes = qs_tally_read(&d->freed_nodes),
                                .freed_bytes = qs_tally_read(&d->freed_bytes),
                                .threads = (unsigned)qs_tally_read(&d->registered) };
    for (struct qs_thread *t = qs_domain_first(d); t; t = t->next) {
        stats->freed_nodes += qs_tally_read(&t->freed_nodes);
        stats->freed_bytes += qs_tally_read(&t->freed_bytes);
    }
    for (struct qs_thread *t = qs_domain_first(d); t; t = t->next) {
        stats->retired_nodes += qs_tally_read(&t->retired_nodes);
        stats->retired_bytes += qs_tally_read(&t->retired_bytes);
        stats->scans += qs_tally_read(&t->scans);
        uint64_t since = qs_tally_read(&t->oldest);
        if (since && (!oldest || since < oldest))
            oldest = since;
    }
    stats->garbage_nodes = stats->retired_nodes - stats->freed_nodes;
    stats->garbage_bytes = stats->retired_bytes - stats->freed_bytes;
    if (oldest)
        stats->oldest_ns = qs_now() - oldest;
}

/* What is retired and freed between the two halves of a reading shows as garbage, and a
 * reader that loses its processor there sees far too much: the least of a few readings
 * is the nearest. */
void qs_domain_stats(struct qs_domain *d, struct qs_stats *stats)
{
    enum { READINGS = 4 };
    struct qs_stats again;

    sum_up(d, stats);
    for (unsigned i = 1; i < READINGS && stats->garbage_nodes; i++) {
        sum_up(d, &again);
        if (again.garbage_nodes < stats->garbage_nodes)
            *stats = again;
    }
    qs_tally_raise(&d->peak_nodes, stats->garbage_nodes);
    qs_tally_raise(&d->peak_bytes, stats->garbage_bytes);
    stats->peak_nodes = qs_tally_read(&d->peak_nodes);
    stats->peak_bytes = qs_tally_read(&d->peak_bytes);
}

/* Called by scans: calls the watermark back on each crossing.  Without one it costs
 * nothing: summing up the records touches a line of every thread. */
void qs_domain_note_garbage(struct qs_domain *d)
{
    const struct qs_config *c = &d->config;
    struct qs_stats stats;

    if (!c->on_watermark)
        return;
    qs_domain_stats(d, &stats);
    bool above = (c->watermark_nodes && stats.garbage_nodes > c->watermark_nodes) ||
                 (c->watermark_bytes && stats.garbage_bytes > c->watermark_bytes);
    if (qs_exchange(&d->above_watermark, above, relaxed) != above && above)
        c->on_watermark(&stats, c->argument);
}
