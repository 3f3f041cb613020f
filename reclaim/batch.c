/* batch.c - the slow paths of batch.h: handing out, counting down, freeing. */
#include "reclaim/batch.h"

#include <errno.h>

/* What makes up for nodes that an incomplete batch lacks. */
static const struct qs_class padding = { .name = "padding", .size = 0 };

void qs_batch_domain_init(struct qs_batch_domain *d, const struct qs_config *config)
{
    qs_domain_setup(&d->base, config);
    qs_init(&d->era, 1);
    qs_init(&d->barrier, 0);
    d->waiting.first = NULL;
}

static struct qs_batch_thread *first_record(struct qs_domain *d)
{
    return (struct qs_batch_thread *)qs_domain_first(d);
}

static struct qs_batch_thread *next_record(struct qs_batch_thread *t)
{
    return (struct qs_batch_thread *)t->base.next;
}

/* Takes the padding out, which nobody has retired. */
static void remove_padding(struct qs_chain *chain)
{
    struct qs_chain nodes = { 0 };

    for (struct qs_header *h = chain->first, *next; h; h = next) {
        next = qs_header_next(h);
        if (qs_header_class(h) == &padding)
            qs_node_free(qs_node_of(h));
        else
            qs_chain_push(&nodes, h);
    }
    *chain = nodes;
}

int qs_batch_domain_destroy(struct qs_batch_domain *d)
{
    struct qs_chain orphans = { 0 };

    if (qs_load(&d->base.registered, acquire))
        return -EBUSY;
    qs_domain_adopt(&d->base, &orphans);
    remove_padding(&orphans);
    qs_domain_free_chain(&d->base, &orphans);
    qs_domain_free_records(&d->base);
    return 0;
}

/* A batch has one node for each record, and its first one besides. */
static void set_threshold(struct qs_batch_thread *t)
{
    const struct qs_domain *d = t->base.domain;
    size_t batch = d->config.batch ? d->config.batch : QS_BATCH_NODES;
    size_t least = qs_load(&d->records, relaxed) + 1;
    t->threshold = least > batch ? least : batch;
}

/* Moves the nodes of a batch, which nobody holds any more, to gone. */
static void collect(struct qs_batch_link *first, struct qs_chain *gone)
{
    struct qs_header *h = (struct qs_header *)(first + 1);

    while (h) {
        struct qs_header *next = qs_header_next(h);
        qs_chain_push(gone, h);
        h = next;
    }
}

static void free_gone(struct qs_batch_thread *t, struct qs_chain *gone)
{
    remove_padding(gone);
    qs_thread_free_chain(&t->base, gone);
}

/* Adds to the count of a batch; collects it if the count becomes zero. */
static void count(struct qs_batch_link *first, uintptr_t change, struct qs_chain *gone)
{
    bool is_batch = first->first;

    if (qs_fetch_add(&first->word, change, acq_rel) + change == 0 && is_batch) /* (7) */
        collect(first, gone);
}

/* From the record, where a thread that is cancelled on its way finds what is left. */
static void take_leave(struct qs_batch_thread *t)
{
    while (t->leaving) {
        struct qs_batch_link *link = t->leaving;
        t->leaving = (struct qs_batch_link *)qs_load(&link->word, relaxed);
        count(link->first, -(uintptr_t)1, &t->gone);
    }
    free_gone(t, &t->gone);
}

static int unregister(struct qs_batch_thread *t)
{
    if (qs_load(&t->head, relaxed))
        qs_batch_leave(t);
    take_leave(t);                      /* if it was cancelled while it did */
    qs_store(&t->settling, 0, release); /* (8) */
    qs_batch_flush(t);
    qs_domain_orphan(t->base.domain, &t->retired);
    qs_tally_set(&t->base.oldest, 0);
    return qs_thread_release(&t->base);
}

static void at_exit(struct qs_thread *t)
{
    unregister((struct qs_batch_thread *)t);
}

struct qs_batch_thread *qs_batch_thread_register(struct qs_batch_domain *d,
                                                 size_t record_size)
{
    struct qs_batch_thread *t =
        (struct qs_batch_thread *)qs_thread_claim(&d->base, record_size, at_exit);
    if (t)
        set_threshold(t);
    return t;
}

int qs_batch_thread_unregister(struct qs_batch_thread *t)
{
    if (!qs_thread_is_mine(&t->base))
        return -EPERM;
    if (qs_load(&t->head, relaxed))
        return -EBUSY;
    return unregister(t);
}

/* Leaves while the list is not empty: one thread less holds each batch in it. */
void qs_batch_settle(struct qs_batch_thread *t)
{
    qs_store(&t->settling, 1, relaxed); /* shows no later than the next */
    uintptr_t list = qs_exchange(&t->head, 0, acq_rel); /* (3) */
    t->leaving = (struct qs_batch_link *)(list & ~QS_BATCH_INSIDE);
    take_leave(t);
    if (qs_load(&((struct qs_batch_domain *)t->base.domain)->barrier,
                acquire)) /* (9) */
        qs_thread_free_ready(&t->base);
    qs_store(&t->settling, 0, release); /* (8) */
}

/* Pushes a link onto the peer's list if the peer may hold a node of the batch: it is
 * inside, and has met the era in which the oldest node was born. */
static bool give(struct qs_batch_thread *peer, struct qs_batch_link *link,
                 uintptr_t born)
{
    uintptr_t head = qs_load(&peer->head, seq_cst); /* (5) */

    do {
        if (!(head & QS_BATCH_INSIDE) ||
            (born && born > qs_load(&peer->era, seq_cst))) /* (5) */
            return false;
        qs_store(&link->word, head & ~QS_BATCH_INSIDE, relaxed);
    } while (!qs_cas(&peer->head, &head, (uintptr_t)link | QS_BATCH_INSIDE)); /* (6) */
    return true;
}

/* Makes a batch of the chain; returns when its oldest node was born. */
static uintptr_t close_batch(const struct qs_chain *chain)
{
    struct qs_batch_link *first = qs_batch_link_of(chain->first);
    uintptr_t born = UINTPTR_MAX;

    for (struct qs_header *h = chain->first; h; h = qs_header_next(h)) {
        struct qs_batch_link *link = qs_batch_link_of(h);
        uintptr_t birth = qs_load(&link->word, relaxed);
        if (birth < born && qs_header_class(h) != &padding)
            born = birth;
        link->first = first;
    }
    qs_store(&first->word, 0, relaxed);
    return born;
}

/* Gives the thread's batch to whoever is inside, unless it is too small: then more
 * threads have come than its threshold knew of, and it goes on collecting. */
void qs_batch_hand_out(struct qs_batch_thread *t)
{
    struct qs_domain *d = t->base.domain;
    struct qs_chain batch = t->retired, gone = { 0 };
    uintptr_t given = 0;

    qs_fence(seq_cst);                              /* (4) */
    struct qs_batch_thread *peer = first_record(d); /* later ones are not given to */
    set_threshold(t);
    if (batch.nodes <= qs_load(&d->records, relaxed))
        return;
    t->retired = (struct qs_chain){ 0 };
    qs_tally_set(&t->base.oldest, 0);
    qs_thread_begin_scan(&t->base);

    struct qs_batch_link *first = qs_batch_link_of(batch.first);
    uintptr_t born = close_batch(&batch);
    struct qs_header *next = qs_header_next(batch.first);
    for (; peer; peer = next_record(peer))
        if (give(peer, qs_batch_link_of(next), born)) {
            next = qs_header_next(next);
            given++;
        }
    count(first, given, &gone);
    free_gone(t, &gone);
    qs_thread_end_scan(&t->base);
}

/* Makes the batch large enough; false without memory. */
static bool pad(struct qs_batch_thread *t)
{
    while (t->retired.nodes <= qs_load(&t->base.domain->records, relaxed)) {
        void *node = qs_thread_alloc(&t->base, &padding, QS_BATCH_PREFIX);
        if (!node)
            return false;
        qs_chain_push(&t->retired, qs_header_of(node));
    }
    return true;
}

/* Whether each thread was between operations at some time since the call. */
static bool nobody_is_inside(struct qs_domain *d)
{
    qs_fence(seq_cst); /* (4) */
    for (struct qs_batch_thread *t = first_record(d); t; t = next_record(t))
        if (qs_load(&t->head, seq_cst)) /* (5) */
            return false;
    return true;
}

void qs_batch_flush(struct qs_batch_thread *t)
{
    struct qs_domain *d = t->base.domain;

    qs_domain_adopt(d, &t->retired);
    if (!t->retired.first) {
        qs_domain_note_garbage(d);
    } else if (nobody_is_inside(d)) {
        struct qs_chain gone = t->retired;
        qs_thread_begin_scan(&t->base);
        t->retired = (struct qs_chain){ 0 };
        free_gone(t, &gone);
        qs_tally_set(&t->base.oldest, 0);
        qs_thread_end_scan(&t->base);
    } else if (pad(t)) {
        qs_batch_hand_out(t);
    }
    qs_thread_free_ready(&t->base);
}

/* Gives a token to everybody inside, waits until all of them have left, and then until
 * they and those who had left just before are done with their lists. */
static void wait_for_leavers(struct qs_batch_domain *d)
{
    uintptr_t given = 0;

    qs_store(&d->waiting.word, 0, relaxed);
    qs_fence(seq_cst); /* (4) */
    struct qs_batch_thread *first = first_record(&d->base);
    for (struct qs_batch_thread *t = first; t; t = next_record(t)) {
        t->token.first = &d->waiting;
        given += give(t, &t->token, 0);
    }
    qs_fetch_add(&d->waiting.word, given, acq_rel);
    while (qs_load(&d->waiting.word, acquire)) /* (7) */
        qs_yield();
    for (struct qs_batch_thread *t = first; t; t = next_record(t))
        while (qs_load(&t->settling, acquire)) /* (8) */
            qs_yield();
}

void qs_batch_barrier(struct qs_batch_domain *d)
{
    struct qs_chain orphans = { 0 };

    while (qs_exchange(&d->barrier, 1, acquire)) /* (9) */
        qs_yield();
    qs_domain_adopt(&d->base, &orphans);
    wait_for_leavers(d);
    qs_store(&d->barrier, 0, release); /* (9) */
    remove_padding(&orphans);
    qs_domain_free_chain(&d->base, &orphans);
    qs_domain_free_ready(&d->base);
}
