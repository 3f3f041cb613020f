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

static void dispose_of(struct qs_header *h, const struct qs_class *class)
{
    if (class->dispose)
        class->dispose(qs_node_of(h));
}

static void give_back(struct qs_pool *pool, void *memory, size_t size)
{
    if (pool && !pool->is_divided)
        qs_pool_give(pool, memory, size);
    else if (pool)
        qs_pool_give_home(pool, memory, size);
    else
        qs_depot_give(memory, size);
}

static void release(struct qs_pool *pool, struct qs_header *h,
                    const struct qs_class *class)
{
    void *memory = qs_header_memory(h);

    if (class->give)
        class->give(class, memory);
    else if (!(qs_header_bits(h) & QS_HEADER_POOLED))
        qs_memory_free(memory);
    else
        give_back(pool, memory,
                  qs_node_bytes(class, qs_header_number(h), qs_header_prefix(h)));
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

    QS_DEMAND(!(qs_header_bits(h) & QS_HEADER_RETIRED),
              "a retired node is freed; its scheme does that");
    const struct qs_class *class = qs_header_class(h);
    dispose_of(h, class);
    release(t ? t->pool : NULL, h, class);
}

/* Marks a node so that its free tells how long it was garbage.  One at a time: the
 * thread's record keeps which one, and when it was retired.  Whoever frees it, maybe
 * another thread, clears that by a release store, which the next sampling acquires. */
void qs_thread_sample(struct qs_thread *t, struct qs_header *h)
{
    t->until_sample = QS_SAMPLE_EVERY - 1;
    if (qs_load(&t->sampled, acquire))
        return;
    qs_tally_set(&t->sampled_at, qs_now());
    qs_store(&t->sampled, h, relaxed);
    qs_header_add(h, QS_HEADER_SAMPLED);
}

/* Just one record names the node: one that did in an earlier life of its memory was
 * cleared before that ended. */
static void note_delay(struct qs_domain *d, const struct qs_header *h)
{
    struct qs_thread *t = qs_domain_first(d);

    while (qs_load(&t->sampled, relaxed) != (uintptr_t)h)
        t = t->next;
    uint64_t ns = (qs_now() - qs_tally_read(&t->sampled_at)) | 1;
    unsigned log2 = 63 - (unsigned)__builtin_clzll(ns);
    qs_tally_shared(&d->delays[log2 < QS_DELAYS ? log2 : QS_DELAYS - 1], 1);
    qs_store(&t->sampled, 0, release);
}

static void end_garbage(struct qs_domain *d, struct qs_header *h,
                        const struct qs_class *class)
{
    QS_TRACE(free, qs_node_of(h), class->size);
    if (qs_header_bits(h) & QS_HEADER_SAMPLED)
        note_delay(d, h);
    dispose_of(h, class);
}

static void free_nodes(struct qs_domain *d, struct qs_pool *pool,
                       struct qs_chain *chain)
{
    struct qs_header *h = chain->first;

    *chain = (struct qs_chain){ 0 };
    while (h) {
        struct qs_header *next = qs_header_next(h);
        const struct qs_class *class = qs_header_class(h);
        end_garbage(d, h, class);
        release(pool, h, class);
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
    t->ready.first = qs_header_next(h);
    if (!t->ready.first)
        qs_tally_set(&t->ready_since, 0);
    return h;
}

void qs_thread_dispose_now(struct qs_thread *t, void *node)
{
    struct qs_header *h = qs_header_of(node);
    const struct qs_class *class = qs_header_class(h);

    end_garbage(t->domain, h, class);
    count_freed(t, 1, class->size);
}

void qs_thread_free_now(struct qs_thread *t, void *node)
{
    struct qs_header *h = qs_header_of(node);
    const struct qs_class *class = qs_header_class(h);

    end_garbage(t->domain, h, class);
    release(t->pool, h, class);
    count_freed(t, 1, class->size);
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
    unsigned number = qs_header_number(h);
    uintptr_t pooled = qs_header_bits(h) & QS_HEADER_POOLED;
    pop_ready(t);
    t->is_freeing = true;
    end_garbage(t->domain, h, class);
    t->is_freeing = false;
    count_freed(t, 1, class->size);
    void *node = qs_node_place(qs_header_memory(h), class, number, prefix);
    qs_header_add(qs_header_of(node), pooled);
    return node;
}
