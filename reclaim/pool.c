/* pool.c - the slow paths of pool.h: racks that run full or empty, depots, slabs. */
#include "reclaim/pool_home.h"

#include "reclaim/numa.h"

enum { SLAB_FIRST = 64 << 10, SPARE_MAGAZINES = 1 };

struct qs_slab {
    struct qs_depot *depot;
    struct qs_slab *next;
};

struct qs_depot {
    struct qs_depot *first; /* the domain's, of node 0 */
    qs_word *others;        /* of the first: depots by node, from 1 on; or NULL */
    unsigned node;
    unsigned nodes;                       /* how many there may be */
    _Alignas(QS_CACHE_LINE) qs_word busy; /* 1 while a thread takes */
    _Alignas(
        QS_CACHE_LINE) qs_word shelves[QS_POOL_SIZES + 1]; /* magazines, by units */
    struct qs_slab *slabs; /* this and below: for the thread that takes */
    char *uncut, *end;     /* the rest of the latest slab */
    size_t next_slab;      /* size of the next one */
};

/* Of the process. */
static qs_word remote_frees;

/* A list for each size, all of one node's blocks. */
struct away {
    struct {
        struct qs_block *first;
        size_t blocks;
    } lists[QS_POOL_SIZES + 1];
};

static struct qs_depot *new_depot(struct qs_depot *first, unsigned node, unsigned nodes)
{
    struct qs_depot *d = qs_memory_alloc_lines(sizeof *d);

    if (d) {
        d->first = first ? first : d;
        d->node = node;
        d->nodes = nodes;
        d->next_slab = SLAB_FIRST;
    }
    return d;
}

struct qs_depot *qs_depot_new(void)
{
    struct qs_depot *d = new_depot(NULL, 0, qs_numa_nodes());

    if (!d)
        return NULL;
    if (d->nodes > 1 &&
        !(d->others = qs_memory_alloc_zeroed(d->nodes * sizeof *d->others))) {
        qs_memory_free(d);
        return NULL;
    }
    return d;
}

/* The depot of the calling thread's node; without memory for it, the first one. */
static struct qs_depot *depot_here(struct qs_depot *first)
{
    unsigned node = first->nodes > 1 ? qs_numa_node() : 0;
    uintptr_t there = 0;

    if (!node)
        return first;
    if ((there = qs_load(&first->others[node], acquire)))
        return (struct qs_depot *)there;
    struct qs_depot *d = new_depot(first, node, first->nodes);
    if (!d)
        return first;
    if (qs_cas(&first->others[node], &there, d))
        return d;
    qs_memory_free(d);
    return (struct qs_depot *)there;
}

static void free_one(struct qs_depot *d)
{
    for (struct qs_slab *s = d->slabs, *next; s; s = next) {
        next = s->next;
        qs_memory_free(s);
    }
    qs_memory_free(d);
}

void qs_depot_free(struct qs_depot *d)
{
    for (unsigned node = 1; node < d->nodes; node++) {
        uintptr_t other = qs_load(&d->others[node], relaxed);
        if (other)
            free_one((struct qs_depot *)other);
    }
    qs_memory_free(d->others);
    free_one(d);
}

bool qs_depot_is_divided(const struct qs_depot *d)
{
    return d->nodes > 1;
}

uint64_t qs_pool_remote_frees(void)
{
    return qs_tally_read(&remote_frees);
}

static struct qs_slab *slab_of(const void *block)
{
    return (struct qs_slab *)((uintptr_t)block & ~(uintptr_t)(QS_SLAB - 1));
}

bool qs_depot_owns(const struct qs_depot *d, const void *block)
{
    return slab_of(block)->depot->first == d;
}

static void give_magazine(struct qs_depot *d, size_t units, struct qs_block *magazine)
{
    qs_word *shelf = &d->shelves[units];
    uintptr_t first = qs_load(shelf, relaxed);

    do
        magazine->next_magazine = (struct qs_block *)first;
    while (!qs_cas(shelf, &first, magazine)); /* (1) */
}

void qs_depot_give(void *block, size_t size)
{
    struct qs_block *b = block;

    *b = (struct qs_block){ .blocks = 1 };
    give_magazine(slab_of(b)->depot, qs_pool_units(size), b);
}

static struct qs_block *take_magazine(struct qs_depot *d, size_t units)
{
    qs_word *shelf = &d->shelves[units];
    uintptr_t first = qs_load(shelf, seq_cst); /* (2) */

    while (first) {
        struct qs_block *b = (struct qs_block *)first;
        if (qs_cas(shelf, &first, b->next_magazine)) /* (2) */
            return b;
    }
    return NULL;
}

static bool add_slab(struct qs_depot *d)
{
    struct qs_slab *s = qs_memory_alloc_slab(d->next_slab);
    if (!s)
        return false;
    *s = (struct qs_slab){ .depot = d, .next = d->slabs };
    d->slabs = s;
    d->uncut = (char *)s + QS_CACHE_LINE;
    d->end = (char *)s + d->next_slab;
    if (d->next_slab < QS_SLAB)
        d->next_slab *= 2;
    return true;
}

/* Where the next line begins. */
static char *after_lines(char *end)
{
    return end + -(uintptr_t)end % QS_CACHE_LINE;
}

/* Links up to a magazine's number of new blocks.  It begins with a line, so blocks of
 * half a line or one are within it. */
static struct qs_block *cut_magazine(struct qs_depot *d, size_t size)
{
    if ((size_t)(d->end - d->uncut) < size && !add_slab(d))
        return NULL;
    struct qs_block *first = (struct qs_block *)d->uncut, *b = first;
    size_t n = 1;
    for (; n < QS_POOL_MAGAZINE && (size_t)(d->end - (char *)b) >= 2 * size; n++) {
        b->next = (struct qs_block *)((char *)b + size);
        b = b->next;
    }
    b->next = NULL;
    first->blocks = n;
    d->uncut = after_lines((char *)b + size);
    return first;
}

static struct qs_block *take_or_cut(struct qs_depot *d, size_t units)
{
    uintptr_t idle = 0;

    if (qs_load(&d->busy, relaxed) || !qs_cas(&d->busy, &idle, 1)) /* (3) */
        return NULL;
    struct qs_block *magazine = take_magazine(d, units);
    if (!magazine)
        magazine = cut_magazine(d, units * QS_POOL_UNIT);
    qs_store(&d->busy, 0, release); /* (4) */
    return magazine;
}

/* What pool.h knows of a pool, and what it need not. */
struct own_pool {
    struct qs_pool pool;
    struct away away[]; /* by nodes, where there are several */
};

static struct away *away_of(struct qs_pool *p)
{
    return ((struct own_pool *)p)->away;
}

struct qs_pool *qs_pool_new(struct qs_depot *depot)
{
    size_t others = qs_depot_is_divided(depot) ? depot->nodes : 0;
    struct own_pool *own =
        qs_memory_alloc_lines(sizeof *own + others * sizeof own->away[0]);

    if (!own)
        return NULL;
    own->pool.is_divided = qs_depot_is_divided(depot);
    own->pool.depot = depot_here(depot);
    return &own->pool;
}

void qs_pool_settle(struct qs_pool *p)
{
    p->depot = depot_here(p->depot->first);
}

void qs_pool_free(struct qs_pool *p)
{
    qs_memory_free(p);
}

static struct qs_block *take_own_magazine(struct qs_rack *r)
{
    struct qs_block *magazine = r->magazines;

    if (magazine) {
        r->magazines = magazine->next_magazine;
        r->n_magazines--;
    }
    return magazine;
}

/* The rack is empty: takes a block of a magazine, which becomes the rack's list. */
void *qs_pool_take_from_depot(struct qs_pool *p, size_t units)
{
    struct qs_rack *r = &p->racks[units];
    struct qs_block *magazine = take_own_magazine(r);

    if (!magazine)
        magazine = take_or_cut(p->depot, units);
    if (!magazine)
        return NULL;
    r->first = magazine->next;
    r->blocks = magazine->blocks - 1;
    return magazine;
}

/* The rack is full: its list becomes a magazine. */
void qs_pool_put_aside(struct qs_pool *p, size_t units)
{
    struct qs_rack *r = &p->racks[units];

    r->first->blocks = r->blocks;
    if (r->n_magazines == SPARE_MAGAZINES) {
        give_magazine(p->depot, units, r->first);
    } else {
        r->first->next_magazine = r->magazines;
        r->magazines = r->first;
        r->n_magazines++;
    }
    r->first = NULL;
    r->blocks = 0;
}

/* A list of another node's blocks becomes a magazine of its depot. */
static void send(struct away *away, size_t units)
{
    struct qs_block *first = away->lists[units].first;

    if (!first)
        return;
    first->blocks = away->lists[units].blocks;
    qs_tally_shared(&remote_frees, first->blocks);
    give_magazine(slab_of(first)->depot, units, first);
    away->lists[units].first = NULL;
    away->lists[units].blocks = 0;
}

static void send_away(struct away *away, struct qs_block *b, size_t units)
{
    if (away->lists[units].blocks == QS_POOL_MAGAZINE)
        send(away, units);
    b->next = away->lists[units].first;
    away->lists[units].first = b;
    away->lists[units].blocks++;
}

void qs_pool_give_home(struct qs_pool *p, void *block, size_t size)
{
    const struct qs_depot *home = slab_of(block)->depot;

    if (home == p->depot)
        qs_pool_give(p, block, size);
    else
        send_away(&away_of(p)[home->node], block, qs_pool_units(size));
}

static void empty_away(struct qs_pool *p)
{
    unsigned nodes = p->is_divided ? p->depot->nodes : 0;

    for (unsigned node = 0; node < nodes; node++)
        for (size_t units = 1; units <= QS_POOL_SIZES; units++)
            send(&away_of(p)[node], units);
}

void qs_pool_empty(struct qs_pool *p)
{
    empty_away(p);
    for (size_t units = 1; units <= QS_POOL_SIZES; units++) {
        struct qs_rack *r = &p->racks[units];
        struct qs_block *magazine;
        while ((magazine = take_own_magazine(r)))
            give_magazine(p->depot, units, magazine);
        if (!r->first)
            continue;
        r->first->blocks = r->blocks;
        give_magazine(p->depot, units, r->first);
        r->first = NULL;
        r->blocks = 0;
    }
}
