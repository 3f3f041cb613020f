/* leaf_pool.h - memory of leaves, which stays leaves of one map until the map is gone,
 * and goes back to the system meanwhile, by pages.
 *
 * What is read without protection must stay readable, and must not turn into a part of
 * another map, whose leaves would look just as good.  So each map has a pool of its
 * own: a qs_class with memory of its own (reclaim.h) at the head of it.  A leaf that
 * its scheme frees comes back here, and only from here leaves are made.
 *
 * Algorithm.  A chunk is cut into spans of QS_LEAF_SPAN blocks each.  What is known of
 * a span stands at the chunk's beginning: a word with a bit for each block that is
 * free, and the floor, see below.  Giving a block is setting its bit (1), taking one is
 * clearing it (2).  A span whose bits are all set is idle, and nobody else can hold one
 * of its blocks: threads keep none at hand.  By turning that word from all to none (4)
 * one thread makes the span its own, gives its pages back, and says that they are gone
 * (6).  Whoever takes this back (6) owns the span in turn, keeps one block and lets
 * others have the rest (7).  A page that was never used is gone, too: it is the same.
 *
 * Chunks are QS_LEAF_CHUNK bytes long and twice as long each time, up to 2 MiB, in rows
 * of 64.  Of which spans some block is free, and which are gone, say words of the chunk,
 * and of which chunks these say so, words of the row.  Blocks are taken from the first
 * span with a free one, so leaves draw together in front as a map shrinks; pages that
 * are gone come after all that are not, and new chunks after those.
 *
 * All of these words but a chunk's `gone` may be wrong.  Who finds nothing where a bit
 * promised something clears it, looks once more, and sets it again if there is something
 * now (3).  Should he be stopped in between, the next one that gives there sets it.
 *
 * Pages go back when a span has become idle, more than a QS_LEAF_SLACKth of the spans
 * in memory are, and more than QS_LEAF_KEEP: then those of idle spans of the same chunk
 * do, the last first, and of another chunk of the row, in turn, until it is so no more.
 * As what is in memory is used first, a map has to grow by that much before a page comes
 * back.  A chunk's first span, which holds what is known of the others, stays.  From
 * when pages of a chunk of 2 MiB have gone, the system is asked not to make a huge page
 * of it, which would fill the gaps; of one that was made before, it may take what is
 * not used only when it needs memory.
 *
 * Floor.  A late reader of a leaf may still look at it when its page is gone, and takes
 * a header that has not changed for the same life (leaf_list.h).  Pages that are gone
 * read as zero: a free leaf of version 0.  Were that where its next life goes on from,
 * it would have every header that the reader may have seen once more.  So before its
 * pages go, the greatest version in a span becomes its floor, outside of them, and a
 * block with a lower one gets the floor when it is taken.  Hence no header but that of
 * a free leaf is ever twice in a block: versions only grow in a life; lfl_fill() goes on
 * from what it finds; nobody but (4) changes the header of a block that is not out, since
 * all others expect it in a state that no such leaf is in; and (4) has acquired every
 * (1), so what it finds are the last ones.  A reader that finds the header again that it
 * has read before thus knows that there was no other in between, unless it is a free
 * leaf's, which nobody believes.  So neither the zero fools it, nor the floor, nor what
 * follows, which is above all that it may have seen.
 *
 * Of a leaf that is frozen the link is believed, too, if it does not lead to what has
 * replaced it (leaf_search_part.h), and zero does not.  So the headers of a span become
 * those of free leaves before its pages go (5).
 *
 * A late write, of a hint (25) or by a failing CAS, may bring a page of a span that is
 * gone back, unused and unnoticed, until the span is used and goes once more.
 *
 * Under schemes that write to free leaves (qs_S_writes_prefix, reclaim.h), pages stay.
 *
 * The pool outlives the map as long as the scheme holds back leaves: it counts those
 * that are out, and one for the map; who brings that to zero frees all chunks.
 *
 * Memory order
 *   (1) give     seq_cst fetch_or: releases what was done with the block
 *   (2) take     CAS: acquires the (1) that gave the block, and (7), so the floor
 *   (3) again    seq_cst load of a word behind the seq_cst CAS that cleared its bit in
 *                another, where (1), or (6), comes before a seq_cst load of that bit: one
 *                of the two sees what the other did
 *   (4) own      CAS: acquires every (1) since the span came back
 *   (5) zero     release fence between the headers of free leaves and the zeros: a late
 *                reader that sees one by an acquire load, or in front of its fence (2)
 *                of leaf_header_part.h, sees such a header, or a later one, behind it.
 *                The system changes a page for all threads at once, and interrupts those
 *                that may still see the old one; the fence is what of that is needed
 *   (6) gone     seq_cst fetch_or: releases the floor and the zeros; CAS that claims the
 *                span acquires them.  Other bits are set and cleared so for (3)
 *   (7) back     release store of the free blocks: releases the floor
 *   (8) chunk    CAS releases what is in it, or in a row of them; acquire load
 *   (9) bits     acquire load: sees the chunk that the bit is of
 *  (10) count    acq_rel: whoever frees the pool has seen all that others did with it
 *
 * Progress: lock-free: every retry is another thread's taking or giving.  A thread that
 * is stopped while a span is its own holds that one back.
 */
#ifndef QS_STRUCTURES_LEAF_POOL_H
#define QS_STRUCTURES_LEAF_POOL_H

#include <string.h>

#include "reclaim/reclaim.h"
#include "structures/leaf_chunk.h"

#ifndef QS_LEAF_SLACK
#define QS_LEAF_SLACK 4 /* of so many spans in memory one may be idle */
#endif

#ifndef QS_LEAF_KEEP
#define QS_LEAF_KEEP 8 /* and so many in any case */
#endif

/* Where in a block is what the pool needs of a leaf. */
struct qs_leaf_layout {
    size_t version;    /* offset of the word with the version, in its upper bits */
    size_t home;       /* of a word for the pool while the block is out */
    uintptr_t mask;    /* of the version */
    bool pages_return; /* to the system, before the map is destroyed */
};

struct qs_leaf_pool {
    struct qs_class class;
    struct qs_leaf_layout layout;
    unsigned block; /* bytes of one, with all that lies in front of the leaf */
    qs_word ends;   /* pages stay for what little time is left */
    struct qs_leaf_row row;
    _Alignas(QS_CACHE_LINE) qs_word out;
    qs_word idle, resident; /* spans: all free; not gone.  Without those that stay */
};

static inline qs_word *qs_leaf_word(void *block, size_t offset)
{
    return (qs_word *)((char *)block + offset);
}

static inline void *qs_leaf_block(const struct qs_leaf_pool *p, struct qs_leaf_chunk *c,
                                  unsigned number)
{
    return (char *)c + (size_t)number * p->block;
}

/* A block that is this thread's now; its version is not below the floor. */
static inline void *qs_leaf_out(const struct qs_leaf_pool *p, struct qs_leaf_chunk *c,
                                unsigned k, uintptr_t bits)
{
    unsigned number = k * QS_LEAF_SPAN + (unsigned)__builtin_ctzll(bits);
    void *block = qs_leaf_block(p, c, number);
    qs_word *version = qs_leaf_word(block, p->layout.version);
    uintptr_t floor = qs_load(&c->span[k].floor, relaxed);

    if (qs_load(version, relaxed) < floor)
        qs_store(version, floor, relaxed);
    qs_store(qs_leaf_word(block, p->layout.home), c, relaxed);
    return block;
}

/* A free block of a span in memory; NULL without one. */
static inline void *qs_leaf_pick(struct qs_leaf_pool *p, struct qs_leaf_chunk *c,
                                 unsigned k)
{
    uintptr_t seen = qs_load(&c->span[k].free, relaxed);

    while (seen)
        if (qs_cas(&c->span[k].free, &seen, seen & (seen - 1))) { /* (2) */
            if (seen == qs_leaf_all(c, k) && qs_leaf_may_go(c, k))
                qs_fetch_add(&p->idle, -(uintptr_t)1, relaxed);
            return qs_leaf_out(p, c, k, seen);
        }
    return NULL;
}

/* Brings a span back that was gone and is this thread's now; one of its blocks. */
static inline void *qs_leaf_revive(struct qs_leaf_pool *p, struct qs_leaf_chunk *c,
                                   unsigned k)
{
    uintptr_t all = qs_leaf_all(c, k);
    unsigned first = k * QS_LEAF_SPAN + (unsigned)__builtin_ctzll(all);

    if (c->is_slab && !qs_load(&c->span[k].floor, relaxed)) /* nobody has seen any */
        memset(qs_leaf_block(p, c, first), 0,
               (size_t)__builtin_popcountll(all) * p->block);
    if (qs_leaf_may_go(c, k))
        qs_fetch_add(&p->resident, 1, relaxed);
    qs_store(&c->span[k].free, all & (all - 1), release); /* (7) */
    qs_leaf_note_free(c, k);
    return qs_leaf_out(p, c, k, all);
}

/* A block of the chunk; NULL without one. */
static inline void *qs_leaf_pick_in(struct qs_leaf_pool *p, struct qs_leaf_chunk *c)
{
    for (unsigned w = 0; w < QS_LEAF_WORDS; w++)
        for (uintptr_t bits = qs_load(&c->some[w], acquire); bits; /* (9) */
             bits &= bits - 1) {
            unsigned bit = (unsigned)__builtin_ctzll(bits), k = 64 * w + bit;
            void *block = qs_leaf_pick(p, c, k);
            if (block)
                return block;
            if (qs_leaf_claim(&c->some[w], bit) &&
                qs_load(&c->span[k].free, seq_cst)) /* (3) */
                qs_leaf_note_free(c, k);
        }
    return NULL;
}

/* The same from pages that are gone. */
static inline void *qs_leaf_revive_in(struct qs_leaf_pool *p, struct qs_leaf_chunk *c)
{
    for (unsigned w = 0; w < QS_LEAF_WORDS; w++)
        for (uintptr_t bits = qs_load(&c->gone[w], acquire); bits; /* (9) */
             bits &= bits - 1) {
            unsigned bit = (unsigned)__builtin_ctzll(bits);
            if (qs_leaf_claim(&c->gone[w], bit))
                return qs_leaf_revive(p, c, 64 * w + bit);
        }
    return NULL;
}

/* A block of a row, in memory or gone; NULL without one. */
static inline void *qs_leaf_search_row(struct qs_leaf_pool *p, struct qs_leaf_row *row,
                                       bool gone)
{
    qs_word *chunks = gone ? &row->gone : &row->some;
    uintptr_t bits = qs_load(chunks, acquire); /* (9) */

    for (; bits; bits &= bits - 1) {
        unsigned bit = (unsigned)__builtin_ctzll(bits);
        struct qs_leaf_chunk *c = qs_leaf_chunk_at(&row->chunk[bit]);
        void *block = gone ? qs_leaf_revive_in(p, c) : qs_leaf_pick_in(p, c);
        if (block)
            return block;
        if (qs_leaf_claim(chunks, bit) && qs_leaf_any(gone ? c->gone : c->some))
            qs_leaf_note(chunks, bit);
    }
    return NULL;
}

static inline void *qs_leaf_search(struct qs_leaf_pool *p, bool gone)
{
    struct qs_leaf_row *row = &p->row;

    for (; row; row = (struct qs_leaf_row *)qs_load(&row->next, acquire)) { /* (8) */
        void *block = qs_leaf_search_row(p, row, gone);
        if (block)
            return block;
    }
    return NULL;
}

/* Adds a chunk, unless another thread does; false without memory. */
static inline bool qs_leaf_grow(struct qs_leaf_pool *p)
{
    struct qs_leaf_row *row = &p->row;
    uintptr_t there = 0;
    unsigned nth = 0;

    for (; qs_load(&row->chunk[nth % QS_LEAF_ROW], acquire); nth++) /* (8) */
        if (nth % QS_LEAF_ROW == QS_LEAF_ROW - 1 && !(row = qs_leaf_row_behind(row)))
            return false;
    struct qs_leaf_chunk *c = qs_leaf_chunk_new(p->block, nth);
    if (!c)
        return false;
    c->row = row;
    c->number = nth % QS_LEAF_ROW;
    if (qs_cas(&row->chunk[c->number], &there, (uintptr_t)c)) /* (8) */
        qs_leaf_note(&row->gone, c->number);
    else
        qs_memory_free(c);
    return true;
}

/* As qs_class asks for them. */
static inline void *qs_leaf_take(const struct qs_class *class, size_t bytes)
{
    struct qs_leaf_pool *p = (struct qs_leaf_pool *)class;
    bool gone = QS_BUGGIFY(500); /* else what is in memory comes first */
    void *block;

    (void)bytes;
    while (!(block = qs_leaf_search(p, gone)) && !(block = qs_leaf_search(p, !gone)))
        if (!qs_leaf_grow(p))
            return NULL;
    qs_fetch_add(&p->out, 1, relaxed);
    return block;
}

/* Lets nobody believe a leaf of a span that is this thread's, as one might one that was
 * replaced, once its link is zero; the greatest version in it. */
static inline uintptr_t qs_leaf_void(const struct qs_leaf_pool *p,
                                     struct qs_leaf_chunk *c, unsigned k)
{
    uintptr_t greatest = qs_load(&c->span[k].floor, relaxed);

    for (uintptr_t bits = qs_leaf_all(c, k); bits; bits &= bits - 1) {
        unsigned number = k * QS_LEAF_SPAN + (unsigned)__builtin_ctzll(bits);
        qs_word *word = qs_leaf_word(qs_leaf_block(p, c, number), p->layout.version);
        uintptr_t version = qs_load(word, relaxed) & p->layout.mask;
        qs_store(word, version, relaxed);
        greatest = version > greatest ? version : greatest;
    }
    return greatest;
}

/* Gives the pages of a span back, if it is idle and they may go: how many bytes. */
static inline size_t qs_leaf_let_go(struct qs_leaf_pool *p, struct qs_leaf_chunk *c,
                                    unsigned k)
{
    struct qs_leaf_span *s = &c->span[k];
    uintptr_t all = qs_leaf_all(c, k), seen = qs_load(&s->free, relaxed);
    size_t bytes = (size_t)__builtin_popcountll(all) * p->block;

    if (!qs_leaf_may_go(c, k) || seen != all || !qs_cas(&s->free, &seen, 0)) /* (4) */
        return 0;
    qs_fetch_add(&p->idle, -(uintptr_t)1, relaxed);
    qs_fetch_add(&p->resident, -(uintptr_t)1, relaxed);
    qs_store(&s->floor, qs_leaf_void(p, c, k), relaxed);
    qs_fence(release); /* (5) */
    if (c->is_slab && !qs_load(&c->is_split, relaxed)) {
        qs_store(&c->is_split, 1, relaxed);
        qs_memory_split_slab(c);
    }
    qs_memory_discard(qs_leaf_block(p, c, k * QS_LEAF_SPAN), bytes);
    qs_fetch_or(&c->gone[k / 64], (uintptr_t)1 << k % 64, seq_cst); /* (6) */
    qs_leaf_note(&c->row->gone, c->number);
    return bytes;
}

/* Whether more is idle than need be. */
static inline bool qs_leaf_is_slack(const struct qs_leaf_pool *p)
{
    intptr_t idle = (intptr_t)qs_load(&p->idle, relaxed);
    intptr_t resident = (intptr_t)qs_load(&p->resident, relaxed);

    return idle > QS_LEAF_KEEP && idle * QS_LEAF_SLACK > resident;
}

/* Lets pages of the chunk go, those behind first, until enough are gone. */
static inline void qs_leaf_tidy(struct qs_leaf_pool *p, struct qs_leaf_chunk *c)
{
    for (unsigned k = c->spans; k-- && qs_leaf_is_slack(p);)
        qs_leaf_let_go(p, c, k);
}

/* One more span of this chunk is idle.  Looks at two chunks at most. */
static inline void qs_leaf_rest(struct qs_leaf_pool *p, struct qs_leaf_chunk *c)
{
    qs_fetch_add(&p->idle, 1, relaxed);
    if (!p->layout.pages_return || qs_load(&p->ends, relaxed))
        return;
    qs_leaf_tidy(p, c);
    if (qs_leaf_is_slack(p))
        qs_leaf_tidy(p, qs_leaf_in_turn(c->row));
}

static inline void qs_leaf_put(struct qs_leaf_pool *p, void *block)
{
    struct qs_leaf_chunk *c =
        (struct qs_leaf_chunk *)qs_load(qs_leaf_word(block, p->layout.home), relaxed);
    unsigned number = (unsigned)((char *)block - (char *)c) / p->block;
    unsigned k = number / QS_LEAF_SPAN;
    uintptr_t bit = (uintptr_t)1 << number % QS_LEAF_SPAN;

    uintptr_t free = qs_fetch_or(&c->span[k].free, bit, seq_cst) | bit; /* (1) */
    qs_leaf_note_free(c, k);
    if (free == qs_leaf_all(c, k) && qs_leaf_may_go(c, k))
        qs_leaf_rest(p, c);
}

/* Gives back all pages that nobody uses: how many bytes. */
static inline size_t qs_leaf_pool_trim(struct qs_leaf_pool *p)
{
    struct qs_leaf_row *row = p->layout.pages_return ? &p->row : NULL;
    size_t bytes = 0;

    for (; row; row = (struct qs_leaf_row *)qs_load(&row->next, acquire)) /* (8) */
        for (unsigned i = 0; i < QS_LEAF_ROW; i++) {
            struct qs_leaf_chunk *c = qs_leaf_chunk_at(&row->chunk[i]);
            for (unsigned k = c ? c->spans : 0; k--;)
                bytes += qs_leaf_let_go(p, c, k);
        }
    return bytes;
}

/* The map, or a leaf, needs the pool no longer. */
static inline void qs_leaf_pool_leave(struct qs_leaf_pool *p)
{
    if (qs_fetch_add(&p->out, -(uintptr_t)1, acq_rel) != 1) /* (10) */
        return;
    qs_leaf_row_free(&p->row);
    struct qs_leaf_row *row = (struct qs_leaf_row *)qs_load(&p->row.next, relaxed);
    while (row) {
        struct qs_leaf_row *next = (struct qs_leaf_row *)qs_load(&row->next, relaxed);
        qs_leaf_row_free(row);
        qs_memory_free(row);
        row = next;
    }
    qs_memory_free(p);
}

static inline void qs_leaf_give(const struct qs_class *class, void *memory)
{
    struct qs_leaf_pool *p = (struct qs_leaf_pool *)class;

    qs_leaf_put(p, memory);
    qs_leaf_pool_leave(p);
}

/* A pool of leaves, nodes of a scheme with its prefix in front; offsets of the layout
 * are those in a leaf.  NULL without memory. */
static inline struct qs_leaf_pool *qs_leaf_pool_new(const char *name, size_t size,
                                                    size_t prefix,
                                                    struct qs_leaf_layout layout)
{
    struct qs_leaf_pool *p = qs_memory_alloc_lines(sizeof *p);

    if (!p)
        return NULL;
    p->class = (struct qs_class){
        .name = name, .size = size, .take = qs_leaf_take, .give = qs_leaf_give
    };
    size_t bytes = qs_node_bytes(&p->class, qs_class_number(&p->class), prefix);
    p->block = (unsigned)((bytes + QS_CACHE_LINE - 1) & ~((size_t)QS_CACHE_LINE - 1));
    layout.version += bytes - size;
    layout.home += bytes - size;
    p->layout = layout;
    qs_init(&p->out, 1);
    return p;
}

#endif
