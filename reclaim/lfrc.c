/* lfrc.c - the slow paths of lfrc.h: purging, the lists of free nodes, registration. */
#include "reclaim/lfrc.h"

#include <errno.h>

int qs_lfrc_domain_init(struct qs_lfrc_domain *d, const struct qs_config *config)
{
    qs_domain_setup(&d->base, config);
    for (unsigned i = 0; i < QS_LFRC_LISTS; i++)
        qs_init(&d->free[i], 0);
    return 0;
}

/* Returns what a list holds to the system. */
static void release_list(struct qs_header *h)
{
    while (h) {
        struct qs_header *next = qs_header_next(h);
        qs_memory_allow(qs_node_of(h), qs_header_class(h)->size);
        qs_memory_free(qs_header_memory(h));
        h = next;
    }
}

int qs_lfrc_domain_destroy(struct qs_lfrc_domain *d)
{
    if (qs_load(&d->base.registered, acquire))
        return -EBUSY;
    for (unsigned i = 0; i < QS_LFRC_LISTS; i++)
        release_list((struct qs_header *)qs_load(&d->free[i], acquire)); /* (7) */
    qs_domain_free_records(&d->base);
    return 0;
}

static struct qs_lfrc_domain *domain_of(struct qs_lfrc_thread *t)
{
    return (struct qs_lfrc_domain *)t->base.domain;
}

/* The list of free nodes for a size, at least QS_LFRC_LISTS if there is none. */
static unsigned list_of(size_t size)
{
    if (size <= 16 * QS_LFRC_STEPS)
        return size ? (unsigned)(size + 15) / 16 : 1;
    unsigned bits = 64 - (unsigned)__builtin_clzl(size - 1);
    return QS_LFRC_STEPS + bits - 9; /* 1024 is 2^10 and comes next */
}

/* How large the nodes of a list are. */
static size_t size_in(unsigned list)
{
    if (list <= QS_LFRC_STEPS)
        return 16 * (size_t)list;
    return (size_t)1 << (list - QS_LFRC_STEPS + 9);
}

/* Leaves free nodes to whoever needs some. */
static void give_up(qs_word *list, struct qs_header *first, struct qs_header *last)
{
    uintptr_t before = qs_load(list, relaxed);

    do
        qs_header_set_next(last, (struct qs_header *)before);
    while (!qs_cas(list, &before, first)); /* (7) */
}

static void give_up_own(struct qs_lfrc_thread *t, unsigned list)
{
    struct qs_chain *own = &t->free[list].own;

    if (own->first)
        give_up(&domain_of(t)->free[list], own->first, own->last);
    *own = (struct qs_chain){ 0 };
}

static void give_up_taken(struct qs_lfrc_thread *t, unsigned list)
{
    struct qs_header *first = t->free[list].taken, *last = first;

    if (!first)
        return;
    for (struct qs_header *next; (next = qs_header_next(last));)
        last = next;
    give_up(&domain_of(t)->free[list], first, last);
    t->free[list].taken = NULL;
}

/* Takes a free node that no other thread can take; NULL if there is none. */
static struct qs_header *take(struct qs_lfrc_thread *t, unsigned list)
{
    struct qs_lfrc_free *f = &t->free[list];
    qs_word *shared = &domain_of(t)->free[list];
    struct qs_header *h = f->own.first;

    if (h) {
        f->own.first = qs_header_next(h);
        f->own.nodes--;
        return h;
    }
    if (!f->taken && qs_load(shared, relaxed))
        f->taken = (struct qs_header *)qs_exchange(shared, 0, acq_rel); /* (7) */
    h = f->taken;
    if (h)
        f->taken = qs_header_next(h);
    return h;
}

/* Puts a node into its list.  Only its word may be touched from now on.  A class with
 * memory of its own gets it back; it stays nodes there, too. */
static void put(struct qs_lfrc_thread *t, void *node)
{
    struct qs_header *h = qs_header_of(node);
    unsigned list = (unsigned)qs_lfrc_prefix_of(node)->list;

    if (qs_header_class(h)->give) {
        qs_header_class(h)->give(qs_header_class(h), qs_header_memory(h));
        return;
    }
    qs_memory_forbid(node, qs_header_class(h)->size);
    qs_chain_push(&t->free[list].own, h);
    if (t->free[list].own.nodes >= QS_LFRC_KEEP)
        give_up_own(t, list);
}

/* Called by whoever has just brought the count of a tombstone to zero. */
void qs_lfrc_purge(struct qs_lfrc_thread *t, void *node)
{
    uintptr_t nobody = QS_LFRC_TOMBSTONE;

    if (!qs_cas(&qs_lfrc_prefix_of(node)->word, &nobody, QS_LFRC_PURGED)) /* (5) */
        return;
    qs_thread_dispose_now(&t->base, node);
    put(t, node);
}

/* All nodes are wide: memory is one of a node for ever, of whichever class. */
enum { WIDE, FRONT = sizeof(struct qs_lfrc_prefix) + QS_WIDE_FRONT };

/* A node of fresh memory. */
static void *make(unsigned list, const struct qs_class *class)
{
    void *memory = qs_memory_alloc(FRONT + size_in(list));

    if (!memory)
        return NULL;
    void *node = qs_node_place(memory, class, WIDE, qs_lfrc_prefix);
    qs_lfrc_prefix_of(node)->list = list;
    return node;
}

/* The node lives again; counts that came from an earlier life stay. */
static void revive(void *node, const struct qs_class *class)
{
    struct qs_header *h = qs_header_of(node);

    qs_header_set(h, qs_lfrc_prefix / QS_NODE_ALIGNMENT);
    *qs_header_wide(h) = (uintptr_t) class;
    qs_fetch_add(&qs_lfrc_prefix_of(node)->word, -(uintptr_t)QS_LFRC_PURGED, /* (6) */
                 relaxed);
}

/* A node in memory that the class keeps; it was one before, or is all zero. */
static void *take_from_class(const struct qs_class *class)
{
    char *memory = qs_class_take(class, FRONT + class->size);

    if (!memory)
        return NULL;
    void *node = memory + FRONT;
    if (!qs_header_bits(qs_header_of(node)))
        return qs_node_place(memory, class, WIDE, qs_lfrc_prefix);
    revive(node, class);
    return node;
}

void *qs_lfrc_alloc(struct qs_lfrc_thread *t, const struct qs_class *class)
{
    unsigned list = list_of(class->size);

    if (class->take)
        return take_from_class(class);
    if (list >= QS_LFRC_LISTS)
        return NULL;
    struct qs_header *h = take(t, list);
    void *node = h ? qs_node_of(h) : make(list, class);
    if (!node)
        return NULL;
    qs_memory_allow(node, class->size);
    if (h)
        revive(node, class);
    return node;
}

/* The word goes from live to purged; counts that came from an earlier life stay. */
void qs_lfrc_free_private(struct qs_lfrc_thread *t, const struct qs_class *class,
                          void *node)
{
    QS_DEMAND(!(qs_header_bits(qs_header_of(node)) & QS_HEADER_RETIRED),
              "a retired node is freed; its scheme does that");
    if (class->dispose)
        class->dispose(node);
    qs_fetch_add(&qs_lfrc_prefix_of(node)->word, QS_LFRC_PURGED, relaxed); /* (6) */
    put(t, node);
}

static bool is_inside(struct qs_lfrc_thread *t)
{
    return qs_load(&t->operations, relaxed) % 2;
}

static int unregister(struct qs_lfrc_thread *t)
{
    if (is_inside(t))
        qs_lfrc_leave(t);
    for (unsigned list = 0; list < QS_LFRC_LISTS; list++) {
        give_up_own(t, list);
        give_up_taken(t, list);
    }
    return qs_thread_release(&t->base);
}

static void at_exit(struct qs_thread *t)
{
    unregister((struct qs_lfrc_thread *)t);
}

struct qs_lfrc_thread *qs_lfrc_thread_register(struct qs_lfrc_domain *d)
{
    struct qs_lfrc_thread *t = (struct qs_lfrc_thread *)qs_thread_claim(
        &d->base, sizeof(struct qs_lfrc_thread), at_exit);
    if (!t)
        return NULL;
    t->batch = d->base.config.batch ? d->base.config.batch : QS_LFRC_BATCH;
    t->until_look = t->batch;
    return t;
}

int qs_lfrc_thread_unregister(struct qs_lfrc_thread *t)
{
    if (!qs_thread_is_mine(&t->base))
        return -EPERM;
    if (is_inside(t))
        return -EBUSY;
    return unregister(t);
}

/* Nothing is found by looking for it; what a scan is for here is the watermark. */
void qs_lfrc_look(struct qs_lfrc_thread *t)
{
    t->until_look = t->batch;
    qs_thread_begin_scan(&t->base);
    qs_thread_end_scan(&t->base);
}

void qs_lfrc_flush(struct qs_lfrc_thread *t)
{
    qs_lfrc_look(t);
}

/* Whoever counts a node that was retired before the call has been inside since then. */
void qs_lfrc_barrier(struct qs_lfrc_domain *d)
{
    for (struct qs_thread *t = qs_domain_first(&d->base); t; t = t->next) {
        const qs_word *operations = &((struct qs_lfrc_thread *)t)->operations;
        uintptr_t now = qs_load(operations, seq_cst);          /* (8) */
        while (now % 2 && qs_load(operations, acquire) == now) /* (8) */
            qs_yield();
    }
}

void qs_lfrc_stats(struct qs_lfrc_domain *d, struct qs_stats *stats)
{
    qs_domain_stats(&d->base, stats);
}
