/* free.c - how nodes are freed: at once or, retired ones, by and by.
 *
 * J. Kim, T. Brown and A. Singh, "Are Your Epochs Too Epic? Batch Free Can Be Harmful",
 * PPoPP 2024: allocators keep few freed blocks per thread, so the free of a whole batch
 * overflows their caches and meets other threads' in their central lists.  As proposed
 * there, a domain that amortises puts what may be freed on the thread's ready list;
 * each retirement frees two nodes of it, and an allocation takes its first if that
 * fits.
 *
 * A node's dispose may retire others, and these may free again: chains are emptied
 * before their nodes go, and a thread that frees two does not begin two more inside.
 */
#include "reclaim/pool_home.h"
#include "reclaim/reclaim.h"

static void dispose_of(struct qs_header *h)
{
    const struct qs_class *class = qs_header_class(h);

    if (class->dispose)
        class->dispose(qs_node_of(h));
}

static void release(struct qs_pool *pool, struct qs_header *h)
{
    size_t prefix = qs_header_prefix(h),
           size = qs_node_bytes(qs_header_class(h), prefix);
    void *memory = (char *)h - prefix;

    if (qs_header_class(h)->give)
        qs_header_class(h)->give(qs_header_class(h), memory);
    else if (!(h->class & QS_HEADER_POOLED))
        qs_memory_free(memory);
    else if (pool)
        qs_pool_give_home(pool, memory, size);
    else
        qs_depot_give(memory, size);
}

void *qs_class_take(const struct qs_class *class, size_t bytes)
{
    return class->take(class, bytes);
}

void qs_node_free(void *node)
{
    qs_thread_free_node(NULL, node);
}

void qs_thread_free_node(struct qs_thread *t, void *node)
{
    struct qs_header *h = qs_header_of(node);

    QS_DEMAND(!(h->class & QS_HEADER_RETIRED),
              "a retired node is freed; its scheme does that");
    dispose_of(h);
    release(t ? t->pool : NULL, h);
}

/* Marks a node so that its free tells how long it was garbage.  One at a time: the
 * thread's record keeps when it was retired. */
void qs_thread_sample(struct qs_thread *t, struct qs_header *h)
{
    t->until_sample = QS_SAMPLE_EVERY - 1;
    if (qs_tally_read(&t->sampled_at) || t->index >= QS_HEADER_SAMPLE)
        return;
    qs_tally_set(&t->sampled_at, qs_now());
    h->class |= (uintptr_t)(t->index + 1) << QS_HEADER_SAMPLE_SHIFT;
}

static void note_delay(struct qs_domain *d, const struct qs_header *h)
{
    uintptr_t index = (h->class >> QS_HEADER_SAMPLE_SHIFT & QS_HEADER_SAMPLE) - 1;
    struct qs_thread *t = qs_domain_first(d);

    while (t->index != index)
        t = t->next;
    uint64_t ns = (qs_now() - qs_tally_read(&t->sampled_at)) | 1;
    unsigned log2 = 63 - (unsigned)__builtin_clzll(ns);
    qs_tally_shared(&d->delays[log2 < QS_DELAYS ? log2 : QS_DELAYS - 1], 1);
    qs_tally_set(&t->sampled_at, 0);
}

static void end_garbage(struct qs_domain *d, struct qs_header *h)
{
    QS_TRACE(free, qs_node_of(h), qs_header_class(h)->size);
    if (h->class >> QS_HEADER_SAMPLE_SHIFT & QS_HEADER_SAMPLE)
        note_delay(d, h);
    dispose_of(h);
}

static void free_nodes(struct qs_domain *d, struct qs_pool *pool,
                       struct qs_chain *chain)
{
    struct qs_header *h = chain->first;

    *chain = (struct qs_chain){ 0 };
    while (h) {
        struct qs_header *next = h->next;
        end_garbage(d, h);
        release(pool, h);
        h = next;
    }
}

static void count_freed(struct qs_thread *t, size_t nodes, size_t bytes)
{
    qs_tally_own(&t->freed_nodes, nodes);
    qs_tally_own(&t->freed_bytes, bytes);
}

/* What leavers had ready joins in. */
static void add_ready(struct qs_thread *t, struct qs_chain *chain)
{
    qs_orphans_take(&t->domain->ready, chain);
    if (!t->ready.first && chain->first) {
        uint64_t oldest = qs_tally_read(&t->oldest);
        qs_tally_set(&t->ready_since, oldest ? oldest : qs_now());
    }
    qs_chain_move(&t->ready, chain);
}

void qs_thread_free_chain(struct qs_thread *t, struct qs_chain *chain)
{
    size_t nodes = chain->nodes, bytes = chain->bytes;

    if (t->domain->amortises) {
        add_ready(t, chain);
    } else {
        free_nodes(t->domain, t->pool, chain);
        count_freed(t, nodes, bytes);
    }
}

/* A pool of its own for as long as it takes turns single nodes into magazines. */
static void free_into_depot(struct qs_domain *d, struct qs_chain *chain)
{
    struct qs_pool pool = { .depot = d->depot };

    if (qs_depot_is_divided(d->depot)) { /* one by one, each to its own */
        free_nodes(d, NULL, chain);
        return;
    }
    free_nodes(d, &pool, chain);
    qs_pool_empty(&pool);
}

void qs_domain_free_chain(struct qs_domain *d, struct qs_chain *chain)
{
    size_t nodes = chain->nodes, bytes = chain->bytes;

    if (!nodes)
        return;
    if (d->depot)
        free_into_depot(d, chain);
    else
        free_nodes(d, NULL, chain);
    qs_tally_shared(&d->freed_nodes, nodes);
    qs_tally_shared(&d->freed_bytes, bytes);
}

void qs_domain_free_ready(struct qs_domain *d)
{
    struct qs_chain chain = { 0 };

    if (!d->amortises)
        return;
    qs_orphans_take(&d->ready, &chain);
    qs_domain_free_chain(d, &chain);
}

static struct qs_header *pop_ready(struct qs_thread *t)
{
    struct qs_header *h = t->ready.first;

    t->ready.nodes--;
    t->ready.bytes -= qs_header_class(h)->size;
    t->ready.first = h->next;
    if (!t->ready.first)
        qs_tally_set(&t->ready_since, 0);
    return h;
}

void qs_thread_dispose_now(struct qs_thread *t, void *node)
{
    struct qs_header *h = qs_header_of(node);
    size_t bytes = qs_header_class(h)->size;

    end_garbage(t->domain, h);
    count_freed(t, 1, bytes);
}

void qs_thread_free_now(struct qs_thread *t, void *node)
{
    struct qs_header *h = qs_header_of(node);
    size_t bytes = qs_header_class(h)->size;

    end_garbage(t->domain, h);
    release(t->pool, h);
    count_freed(t, 1, bytes);
}

static void free_first_ready(struct qs_thread *t)
{
    qs_thread_free_now(t, qs_node_of(pop_ready(t)));
}

void qs_thread_free_some(struct qs_thread *t)
{
    enum { SOME = 2 };

    if (t->is_freeing)
        return;
    t->is_freeing = true;
    for (unsigned i = 0; i < SOME && t->ready.first; i++)
        free_first_ready(t);
    t->is_freeing = false;
}

void qs_thread_free_ready(struct qs_thread *t)
{
    struct qs_chain none = { 0 };
    bool was_freeing = t->is_freeing;

    if (!t->domain->amortises)
        return;
    add_ready(t, &none);
    t->is_freeing = true;
    while (t->ready.first)
        free_first_ready(t);
    t->is_freeing = was_freeing;
}

/* The first ready node anew, if it is of the class and not in the middle of things. */
void *qs_thread_reuse(struct qs_thread *t, const struct qs_class *class, size_t prefix)
{
    struct qs_header *h = t->ready.first;

    if (t->is_freeing || qs_header_class(h) != class || qs_header_prefix(h) != prefix)
        return NULL;
    uintptr_t pooled = h->class & QS_HEADER_POOLED;
    pop_ready(t);
    t->is_freeing = true;
    end_garbage(t->domain, h);
    t->is_freeing = false;
    count_freed(t, 1, class->size);
    void *node = qs_node_place((char *)h - prefix, class, prefix);
    qs_header_of(node)->class |= pooled;
    return node;
}
