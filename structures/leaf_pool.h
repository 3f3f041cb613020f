/* leaf_pool.h - memory of leaves, which stays leaves of one map until the map is gone.
 *
 * What is read without protection must stay readable, and must not turn into a part of
 * another map, whose leaves would look just as good.  So each map has a pool of its
 * own: a qs_class with memory of its own (reclaim.h) at the head of it.  A leaf that
 * its scheme frees comes back here, and only from here leaves are made.
 *
 * Algorithm.  Blocks are cut off chunks by a fetch_add; each chunk is twice as large as
 * the one before, up to 2 MiB.  Free blocks stand in a stack (R. K. Treiber, "Systems
 * Programming: Coping with Parallelism", IBM RJ 5118, 1986), linked by a word of the
 * leaf that means nothing while it is free.  The stack's head carries a number that
 * every change increments, beside the block's address without its six zero bits: a CAS
 * that was held up errs only after 2^22 changes to the very number and block.
 *
 * The pool outlives the map as long as the scheme holds back leaves: it counts those
 * that are out, and one for the map; who brings that to zero frees all chunks.
 *
 * Memory order
 *   (1) push     seq_cst CAS of the head: releases the link, and what was done with the
 *                block
 *   (2) pop      seq_cst load and CAS of the head, acquires (1)
 *   (3) link     release store: a late reader of the leaf that sees it sees, after an
 *                acquire fence, what became of the leaf before; acquire load
 *   (4) chunk    seq_cst CAS releases what is in it, acquire load
 *   (5) count    acq_rel: whoever frees the pool has seen all that others did with it
 *
 * Progress: lock-free.
 */
#ifndef QS_STRUCTURES_LEAF_POOL_H
#define QS_STRUCTURES_LEAF_POOL_H

#include <string.h>

#include "reclaim/reclaim.h"

#ifndef QS_LEAF_CHUNK
#define QS_LEAF_CHUNK 4096 /* bytes of the first one */
#endif

/* The beginning of a chunk, as long as a block; blocks follow. */
struct qs_leaf_chunk {
    struct qs_leaf_chunk *before;
    size_t blocks;
    bool is_zero;
    qs_word used; /* so many were cut off, or more */
};

struct qs_leaf_pool {
    struct qs_class class;
    size_t block;  /* bytes of one, with all that lies in front of the leaf */
    size_t link;   /* offset in a block of the word that links free ones */
    qs_word chunk; /* struct qs_leaf_chunk *, the newest */
    _Alignas(QS_CACHE_LINE) qs_word free;
    qs_word out;
};

enum { QS_LEAF_ADDRESS_BITS = 42 };

static inline void *qs_leaf_block_at(uintptr_t head)
{
    return (void *)((head & (((uintptr_t)1 << QS_LEAF_ADDRESS_BITS) - 1)) *
                    QS_CACHE_LINE);
}

/* The head that follows `before`, with block on top. */
static inline uintptr_t qs_leaf_head(uintptr_t before, const void *block)
{
    uintptr_t number = (before >> QS_LEAF_ADDRESS_BITS) + 1;
    return number << QS_LEAF_ADDRESS_BITS | (uintptr_t)block / QS_CACHE_LINE;
}

static inline qs_word *qs_leaf_link(const struct qs_leaf_pool *p, void *block)
{
    return (qs_word *)((char *)block + p->link);
}

static inline void qs_leaf_push(struct qs_leaf_pool *p, void *block)
{
    uintptr_t head = qs_load(&p->free, relaxed);

    do
        qs_store(qs_leaf_link(p, block), qs_leaf_block_at(head), release); /* (3) */
    while (!qs_cas(&p->free, &head, qs_leaf_head(head, block)));           /* (1) */
}

static inline void *qs_leaf_pop(struct qs_leaf_pool *p)
{
    uintptr_t head = qs_load(&p->free, seq_cst); /* (2) */
    void *block, *next;

    do {
        block = qs_leaf_block_at(head);
        if (!block)
            return NULL;
        next = (void *)qs_load(qs_leaf_link(p, block), acquire);  /* (3) */
    } while (!qs_cas(&p->free, &head, qs_leaf_head(head, next))); /* (2) */
    return block;
}

/* A chunk in front of `before`; NULL without memory. */
static inline struct qs_leaf_chunk *qs_leaf_chunk_new(const struct qs_leaf_pool *p,
                                                      struct qs_leaf_chunk *before)
{
    size_t size = before ? 2 * (before->blocks + 1) * p->block : QS_LEAF_CHUNK;

    if (size < 2 * p->block)
        size = 2 * p->block;
    if (size > QS_SLAB)
        size = QS_SLAB;
    bool huge = size == QS_SLAB;
    struct qs_leaf_chunk *c =
        huge ? qs_memory_alloc_slab(size) : qs_memory_alloc_lines(size);
    if (!c)
        return NULL;
    c->before = before;
    c->blocks = size / p->block - 1;
    c->is_zero = !huge;
    qs_init(&c->used, 0);
    return c;
}

/* Makes sure that there is a newer chunk than `old`; false without memory. */
static inline bool qs_leaf_grow(struct qs_leaf_pool *p, struct qs_leaf_chunk *old)
{
    struct qs_leaf_chunk *c = qs_leaf_chunk_new(p, old);
    uintptr_t expected = (uintptr_t)old;

    if (!c)
        return false;
    if (!qs_cas(&p->chunk, &expected, (uintptr_t)c)) /* (4) */
        qs_memory_free(c);
    return true;
}

static inline void *qs_leaf_fresh(const struct qs_leaf_pool *p, struct qs_leaf_chunk *c,
                                  size_t i)
{
    void *block = (char *)c + (i + 1) * p->block;
    return c->is_zero ? block : memset(block, 0, p->block);
}

/* A block that was never used, zeroed; NULL without memory. */
static inline void *qs_leaf_cut(struct qs_leaf_pool *p)
{
    for (;;) {
        struct qs_leaf_chunk *c =
            (struct qs_leaf_chunk *)qs_load(&p->chunk, acquire); /* (4) */
        if (c && qs_load(&c->used, relaxed) < c->blocks) {
            size_t i = qs_fetch_add(&c->used, 1, relaxed);
            if (i < c->blocks)
                return qs_leaf_fresh(p, c, i);
        }
        if (!qs_leaf_grow(p, c))
            return NULL;
    }
}

/* A block that is free, or new. */
static inline void *qs_leaf_block(struct qs_leaf_pool *p)
{
    void *block = qs_leaf_pop(p);
    return block ? block : qs_leaf_cut(p);
}

/* As qs_class asks for them. */
static inline void *qs_leaf_take(const struct qs_class *class, size_t bytes)
{
    struct qs_leaf_pool *p = (struct qs_leaf_pool *)class;
    void *block = qs_leaf_block(p);

    (void)bytes;
    if (block)
        qs_fetch_add(&p->out, 1, relaxed);
    return block;
}

/* The map, or a leaf, needs the pool no longer. */
static inline void qs_leaf_pool_leave(struct qs_leaf_pool *p)
{
    if (qs_fetch_add(&p->out, -(uintptr_t)1, acq_rel) != 1) /* (5) */
        return;
    struct qs_leaf_chunk *c = (struct qs_leaf_chunk *)qs_load(&p->chunk, relaxed);
    while (c) {
        struct qs_leaf_chunk *before = c->before;
        qs_memory_free(c);
        c = before;
    }
    qs_memory_free(p);
}

static inline void qs_leaf_give(const struct qs_class *class, void *memory)
{
    struct qs_leaf_pool *p = (struct qs_leaf_pool *)class;

    qs_leaf_push(p, memory);
    qs_leaf_pool_leave(p);
}

/* A pool of blocks of so many bytes, with a word at `link` that may link free ones; NULL
 * without memory. */
static inline struct qs_leaf_pool *qs_leaf_pool_plain(size_t bytes, size_t link)
{
    struct qs_leaf_pool *p = qs_memory_alloc_lines(sizeof *p);

    if (!p)
        return NULL;
    p->class = (struct qs_class){ .name = NULL };
    p->block = (bytes + QS_CACHE_LINE - 1) & ~((size_t)QS_CACHE_LINE - 1);
    p->link = link;
    qs_init(&p->chunk, 0);
    qs_init(&p->free, 0);
    qs_init(&p->out, 1);
    return p;
}

/* A pool of leaves, nodes of a scheme with its prefix in front; link is an offset in the
 * leaf. */
static inline struct qs_leaf_pool *qs_leaf_pool_new(const char *name, size_t size,
                                                    size_t prefix, size_t link)
{
    struct qs_class class = {
        .name = name, .size = size, .take = qs_leaf_take, .give = qs_leaf_give
    };
    size_t bytes = qs_node_bytes(&class, qs_class_number(&class), prefix);
    struct qs_leaf_pool *p = qs_leaf_pool_plain(bytes, bytes - size + link);

    if (p)
        p->class = class;
    return p;
}

#endif
