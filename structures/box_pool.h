/* box_pool.h - memory of boxes, which stays boxes of one map until the map is gone, and
 * is used again at once.
 *
 * Memory of box_memory.h.  Each thread keeps free blocks to itself, in two stacks of its
 * own: it takes from them and gives to them without a CAS.  A stack that is full goes to all
 * threads; whoever has no block left takes everything that was given so.
 *
 * Nobody takes single blocks from where others give and take, so no compare-and-swap is
 * fooled by a block that comes back, however often that happens: boxes come and go with
 * every update, leaves do not.  What one thread has taken the others do without: of a
 * map whose threads free in turns there may be as many boxes as each of them freed.
 *
 * Memory order
 *   (1) given    seq_cst CAS releases the links, seq_cst exchange acquires them
 *   (2) link     release store: a late reader of the box that sees it sees, after an
 *                acquire fence, that the box is free; relaxed load by its owner
 *   (3) shelves  seq_cst CAS releases what is in them, acquire load
 *
 * Shelves are by the index of a thread's registration, which one thread at a time has.
 *
 * Progress: lock-free.
 */
#ifndef QS_STRUCTURES_BOX_POOL_H
#define QS_STRUCTURES_BOX_POOL_H

#include "structures/box_memory.h"

#ifndef QS_BOX_STACK
#define QS_BOX_STACK 64 /* blocks that are given to all at a time */
#endif

enum { QS_BOX_SHELVES = 16 };

/* What one thread has: a stack that grows, up to QS_BOX_STACK, and one of any size. */
struct qs_box_shelf {
    _Alignas(QS_CACHE_LINE) void *first;
    void *last;
    unsigned blocks;
    void *more;
};

/* Those of the threads with QS_BOX_SHELVES indices in a row. */
struct qs_box_shelves {
    struct qs_box_shelf shelf[QS_BOX_SHELVES];
    qs_word next; /* struct qs_box_shelves * */
};

struct qs_box_pool {
    struct qs_box_memory *memory;
    qs_word shelves; /* struct qs_box_shelves * */
    _Alignas(QS_CACHE_LINE) qs_word given;
};

/* The shelf of the thread with this index; NULL without memory. */
static inline struct qs_box_shelf *qs_box_shelf(struct qs_box_pool *p, unsigned index)
{
    qs_word *link = &p->shelves;

    for (;; index -= QS_BOX_SHELVES) {
        uintptr_t there = qs_load(link, acquire); /* (3) */
        if (!there) {
            struct qs_box_shelves *s = qs_memory_alloc_lines(sizeof *s);
            if (!s)
                return NULL;
            if (qs_cas(link, &there, (uintptr_t)s)) /* (3) */
                there = (uintptr_t)s;
            else
                qs_memory_free(s);
        }
        struct qs_box_shelves *s = (struct qs_box_shelves *)there;
        if (index < QS_BOX_SHELVES)
            return &s->shelf[index];
        link = &s->next;
    }
}

static inline void *qs_box_behind(const struct qs_box_pool *p, void *block)
{
    return (void *)qs_load(qs_box_link(p->memory, block), relaxed); /* (2) */
}

/* A block for the thread with this index, one that was used before or zeroed; NULL
 * without memory. */
static inline void *qs_box_take(struct qs_box_pool *p, unsigned index)
{
    struct qs_box_shelf *s = qs_box_shelf(p, index);

    if (!s)
        return NULL;
    if (!s->first && !s->more && qs_load(&p->given, relaxed))
        s->more = (void *)qs_exchange(&p->given, 0, seq_cst); /* (1) */
    void **stack = s->first ? &s->first : &s->more, *block = *stack;
    if (!block)
        return qs_box_cut(p->memory);
    s->blocks -= s->first && s->blocks;
    *stack = qs_box_behind(p, block);
    return block;
}

/* Gives a full stack to all threads. */
static inline void qs_box_share(struct qs_box_pool *p, struct qs_box_shelf *s)
{
    uintptr_t before = qs_load(&p->given, relaxed);

    do
        qs_store(qs_box_link(p->memory, s->last), before, release); /* (2) */
    while (!qs_cas(&p->given, &before, (uintptr_t)s->first));       /* (1) */
}

/* The other way. */
static inline void qs_box_give(struct qs_box_pool *p, unsigned index, void *block)
{
    struct qs_box_shelf *s = qs_box_shelf(p, index);

    if (!s)
        return; /* without memory for its shelf: the pool keeps the block to the end */
    if (s->first && s->blocks >= QS_BOX_STACK) {
        if (s->more)
            qs_box_share(p, s);
        else
            s->more = s->first;
        s->first = NULL;
    }
    if (!s->first) {
        s->last = block;
        s->blocks = 0;
    }
    qs_store(qs_box_link(p->memory, block), s->first, release); /* (2) */
    s->first = block;
    s->blocks++;
}

/* Frees all blocks, for nobody uses any. */
static inline void qs_box_pool_end(struct qs_box_pool *p)
{
    struct qs_box_shelves *s = (struct qs_box_shelves *)qs_load(&p->shelves, relaxed);

    while (s) {
        struct qs_box_shelves *next =
            (struct qs_box_shelves *)qs_load(&s->next, relaxed);
        qs_memory_free(s);
        s = next;
    }
    if (p->memory)
        qs_box_memory_free(p->memory);
}

/* As qs_box_memory_new(): 0 or -1, no memory. */
static inline int qs_box_pool_init(struct qs_box_pool *p, size_t bytes, size_t link)
{
    qs_init(&p->shelves, 0);
    qs_init(&p->given, 0);
    p->memory = qs_box_memory_new(bytes, link);
    return p->memory ? 0 : -1;
}

#endif
