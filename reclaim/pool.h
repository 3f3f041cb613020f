/* pool.h - memory for nodes, kept by the threads that use it.
 *
 * After the slab allocator's magazines: J. Bonwick and J. Adams, "Magazines and Vmem",
 * USENIX ATC 2001.  It differs in that a magazine is a list through the free blocks
 * themselves, and in that the depot is entered by compare-and-swap only.
 *
 * Algorithm.  Blocks come in sizes of 32, 48, ... 512 bytes.  A thread keeps free
 * blocks of each size on a rack: a list of up to 64 to take from and give to, and full
 * lists, the magazines, beside it.  With two magazines beside it, it gives one to the
 * depot of its domain; with none left it takes one there.  An empty depot cuts a new
 * magazine off a slab: 64 KiB at first, each the double of the one before, up to 2 MiB,
 * which is a huge page where the system has them.  Slabs go back when the domain is
 * destroyed.
 *
 * Anybody gives to the depot, one thread at a time takes.  Who finds another one taking
 * does without, and the caller asks malloc: so no thread waits for one that is stopped
 * or, after a fork, gone.
 *
 * Each slab begins at a multiple of its largest size, so a block's address leads to its
 * depot: a thread that is not registered can free a node, too.
 *
 * Memory order.
 *   (1) give     seq_cst CAS of a shelf's head: releases the magazine's links, and what
 *                was done with its blocks
 *   (2) take     seq_cst load and CAS of the head, acquire (1).  Only the holder of (3)
 *                takes, so between the two nobody removes the head and puts it back.
 *   (3) enter    seq_cst CAS from 0 to 1, acquires (4)
 *   (4) leave    release store of 0: passes the slab being cut on
 *
 * Progress: lock-free.
 */
#ifndef QS_RECLAIM_POOL_H
#define QS_RECLAIM_POOL_H

#include <stdbool.h>

#include "reclaim/atomic.h"
#include "reclaim/memory.h"

enum {
    QS_POOL_UNIT = 16,    /* sizes differ by this many bytes */
    QS_POOL_SIZES = 32,   /* of them, so the largest block has 512 bytes */
    QS_POOL_MAGAZINE = 64 /* blocks */
};

/* A free block. */
struct qs_block {
    struct qs_block *next;
    struct qs_block *next_magazine; /* of a magazine's first block */
    size_t blocks;                  /* the same: how many it has */
};
_Static_assert(sizeof(struct qs_block) <= 2 * QS_POOL_UNIT, "the smallest block");

struct qs_rack {
    struct qs_block *first;
    size_t blocks;
    struct qs_block *magazines;
    size_t n_magazines;
};

struct qs_depot;

/* What one thread keeps. */
struct qs_pool {
    struct qs_depot *depot;
    bool is_divided; /* the depot is one of several, of a machine of several nodes */
    struct qs_rack racks[QS_POOL_SIZES + 1]; /* by size in units */
};

/* NULL without memory. */
struct qs_depot *qs_depot_new(void);
void qs_depot_free(struct qs_depot *d);

/* Gives back one block of size bytes to the depot that it came from. */
void qs_depot_give(void *block, size_t size);
bool qs_depot_owns(const struct qs_depot *d, const void *block);

/* NULL without memory. */
struct qs_pool *qs_pool_new(struct qs_depot *depot);
/* Gives all that the pool holds to its depot. */
void qs_pool_empty(struct qs_pool *p);
void *qs_pool_take_from_depot(struct qs_pool *p, size_t units);
void qs_pool_put_aside(struct qs_pool *p, size_t units);

/* The size of a block, in units. */
static inline size_t qs_pool_units(size_t size)
{
    size_t units = (size + QS_POOL_UNIT - 1) / QS_POOL_UNIT;
    return units < 2 ? 2 : units;
}

/* A block of at least size bytes, aligned to 16, or NULL: then ask malloc. */
static inline void *qs_pool_take(struct qs_pool *p, size_t size)
{
    size_t units = qs_pool_units(size);
    if (units > QS_POOL_SIZES)
        return NULL;
    struct qs_rack *r = &p->racks[units];
    struct qs_block *b = r->first;
    if (!b)
        return qs_pool_take_from_depot(p, units);
    r->first = b->next;
    __builtin_prefetch(b->next, 1); /* it is taken next, and may be another core's */
    r->blocks--;
    return b;
}

/* Takes back a block of size bytes, whichever thread of the domain had taken it. */
static inline void qs_pool_give(struct qs_pool *p, void *block, size_t size)
{
    size_t units = qs_pool_units(size);
    struct qs_rack *r = &p->racks[units];
    struct qs_block *b = block;

    if (r->blocks == QS_POOL_MAGAZINE)
        qs_pool_put_aside(p, units);
    b->next = r->first;
    r->first = b;
    r->blocks++;
}

#endif
