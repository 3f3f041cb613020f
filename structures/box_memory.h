/* box_memory.h - what boxes of a map are cut from (box_pool.h), and a stack of free ones.
 *
 * Algorithm.  Blocks are cut off chunks by a fetch_add; each chunk is twice as large as
 * the one before, up to 2 MiB.  Free blocks that all threads take from stand in a stack
 * (R. K. Treiber, "Systems Programming: Coping with Parallelism", IBM RJ 5118, 1986),
 * linked by a word of the block that means nothing while it is free.  The stack's head
 * carries a number that every change increments, beside the block's address without its
 * six zero bits: a CAS that was held up errs only after 2^22 changes to the very number
 * and block.
 *
 * All of it goes back to the system with the map, not before, unlike that of leaves
 * (leaf_pool.h): a box comes and goes with each update, so to know that all boxes of a
 * page are free would cost every update a read-modify-write, and each box a word.
 *
 * Memory order
 *   (1) push     seq_cst CAS of the head: releases the link, and what was done with the
 *                block
 *   (2) pop      seq_cst load and CAS of the head, acquires (1)
 *   (3) link     release store: a late reader of the box that sees it sees, after an
 *                acquire fence, what became of the box before; acquire load
 *   (4) chunk    seq_cst CAS releases what is in it, acquire load
 *
 * Progress: lock-free.
 */
#ifndef QS_STRUCTURES_BOX_MEMORY_H
#define QS_STRUCTURES_BOX_MEMORY_H

#include <string.h>

#include "reclaim/reclaim.h"

#ifndef QS_BOX_CHUNK
#define QS_BOX_CHUNK 4096 /* bytes of the first one */
#endif

/* The beginning of a chunk, as long as a block; blocks follow. */
struct qs_box_chunk {
    struct qs_box_chunk *before;
    size_t blocks;
    bool is_zero;
    qs_word used; /* so many were cut off, or more */
};

struct qs_box_memory {
    size_t block;  /* bytes of one */
    size_t link;   /* offset in a block of the word that links free ones */
    qs_word chunk; /* struct qs_box_chunk *, the newest */
    _Alignas(QS_CACHE_LINE) qs_word free;
};

enum { QS_BOX_ADDRESS_BITS = 42 };

static inline void *qs_box_at(uintptr_t head)
{
    return (void *)((head & (((uintptr_t)1 << QS_BOX_ADDRESS_BITS) - 1)) *
                    QS_CACHE_LINE);
}

/* The head that follows `before`, with block on top. */
static inline uintptr_t qs_box_head(uintptr_t before, const void *block)
{
    uintptr_t number = (before >> QS_BOX_ADDRESS_BITS) + 1;
    return number << QS_BOX_ADDRESS_BITS | (uintptr_t)block / QS_CACHE_LINE;
}

static inline qs_word *qs_box_link(const struct qs_box_memory *p, void *block)
{
    return (qs_word *)((char *)block + p->link);
}

static inline void qs_box_push(struct qs_box_memory *p, void *block)
{
    uintptr_t head = qs_load(&p->free, relaxed);

    do
        qs_store(qs_box_link(p, block), qs_box_at(head), release); /* (3) */
    while (!qs_cas(&p->free, &head, qs_box_head(head, block)));    /* (1) */
}

static inline void *qs_box_pop(struct qs_box_memory *p)
{
    uintptr_t head = qs_load(&p->free, seq_cst); /* (2) */
    void *block, *next;

    do {
        block = qs_box_at(head);
        if (!block)
            return NULL;
        next = (void *)qs_load(qs_box_link(p, block), acquire);  /* (3) */
    } while (!qs_cas(&p->free, &head, qs_box_head(head, next))); /* (2) */
    return block;
}

/* A chunk in front of `before`; NULL without memory. */
static inline struct qs_box_chunk *qs_box_chunk_new(const struct qs_box_memory *p,
                                                    struct qs_box_chunk *before)
{
    size_t size = before ? 2 * (before->blocks + 1) * p->block : QS_BOX_CHUNK;

    if (size < 2 * p->block)
        size = 2 * p->block;
    if (size > QS_SLAB)
        size = QS_SLAB;
    bool huge = size == QS_SLAB;
    struct qs_box_chunk *c =
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
static inline bool qs_box_grow(struct qs_box_memory *p, struct qs_box_chunk *old)
{
    struct qs_box_chunk *c = qs_box_chunk_new(p, old);
    uintptr_t expected = (uintptr_t)old;

    if (!c)
        return false;
    if (!qs_cas(&p->chunk, &expected, (uintptr_t)c)) /* (4) */
        qs_memory_free(c);
    return true;
}

static inline void *qs_box_fresh(const struct qs_box_memory *p, struct qs_box_chunk *c,
                                 size_t i)
{
    void *block = (char *)c + (i + 1) * p->block;
    return c->is_zero ? block : memset(block, 0, p->block);
}

/* A block that was never used, zeroed; NULL without memory. */
static inline void *qs_box_cut(struct qs_box_memory *p)
{
    for (;;) {
        struct qs_box_chunk *c =
            (struct qs_box_chunk *)qs_load(&p->chunk, acquire); /* (4) */
        if (c && qs_load(&c->used, relaxed) < c->blocks) {
            size_t i = qs_fetch_add(&c->used, 1, relaxed);
            if (i < c->blocks)
                return qs_box_fresh(p, c, i);
        }
        if (!qs_box_grow(p, c))
            return NULL;
    }
}

/* A block that is free, or new. */
static inline void *qs_box_pop_or_cut(struct qs_box_memory *p)
{
    void *block = qs_box_pop(p);
    return block ? block : qs_box_cut(p);
}

/* Frees all blocks, for nobody uses any. */
static inline void qs_box_memory_free(struct qs_box_memory *p)
{
    struct qs_box_chunk *c = (struct qs_box_chunk *)qs_load(&p->chunk, relaxed);

    while (c) {
        struct qs_box_chunk *before = c->before;
        qs_memory_free(c);
        c = before;
    }
    qs_memory_free(p);
}

/* Blocks of so many bytes, with a word at `link` that may link free ones; NULL without
 * memory. */
static inline struct qs_box_memory *qs_box_memory_new(size_t bytes, size_t link)
{
    struct qs_box_memory *p = qs_memory_alloc_lines(sizeof *p);

    if (!p)
        return NULL;
    p->block = (bytes + QS_CACHE_LINE - 1) & ~((size_t)QS_CACHE_LINE - 1);
    p->link = link;
    qs_init(&p->chunk, 0);
    qs_init(&p->free, 0);
    return p;
}

#endif
