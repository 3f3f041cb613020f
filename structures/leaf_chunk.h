/* leaf_chunk.h - what the memory of leaves is cut from, and what is known of it; a part
 * of leaf_pool.h, which tells the algorithm.
 *
 *     chunk   what is known of it | block | block | ...      4 KiB up to 2 MiB
 *     span    QS_LEAF_SPAN blocks of a chunk; the first ones, or a part of them, hold
 *             what is known
 *     row     64 chunks
 *
 * Memory order: (3), (6), (8) and (9) as in leaf_pool.h.
 */
#ifndef QS_STRUCTURES_LEAF_CHUNK_H
#define QS_STRUCTURES_LEAF_CHUNK_H

#include "reclaim/reclaim.h"

#ifndef QS_LEAF_CHUNK
#define QS_LEAF_CHUNK 4096 /* bytes of the first one */
#endif

#ifndef QS_LEAF_SPAN
#define QS_LEAF_SPAN 64 /* blocks whose pages go back together, at most 64 */
#endif

enum { QS_LEAF_ROW = 64, QS_LEAF_WORDS = 4, QS_LEAF_SPANS = 64 * QS_LEAF_WORDS };

/* What is known of a span. */
struct qs_leaf_span {
    qs_word free;  /* a bit for each free block; none while the pages are gone */
    qs_word floor; /* the greatest version in it when they went */
};

/* The beginning of a chunk, in its first blocks. */
struct qs_leaf_chunk {
    struct qs_leaf_row *row;
    unsigned number; /* in the row */
    unsigned spans, blocks;
    unsigned first; /* block behind all this */
    bool is_slab;   /* and not zeroed */
    qs_word is_split;
    qs_word some[QS_LEAF_WORDS]; /* bits of spans: a block is free, perhaps */
    qs_word gone[QS_LEAF_WORDS]; /* pages are gone */
    struct qs_leaf_span span[];
};

/* Chunks, and bits of those that some block is free in, or pages are gone of; perhaps.
 */
struct qs_leaf_row {
    qs_word some, gone;
    qs_word chunk[QS_LEAF_ROW]; /* struct qs_leaf_chunk * */
    qs_word next;               /* struct qs_leaf_row * */
    qs_word turn;               /* number of a chunk, or beyond the last one */
};

static inline struct qs_leaf_chunk *qs_leaf_chunk_at(const qs_word *word)
{
    return (struct qs_leaf_chunk *)qs_load(word, acquire); /* (8) */
}

/* The bits of the first n blocks of a span. */
static inline uintptr_t qs_leaf_bits(unsigned n)
{
    return n < 64 ? ((uintptr_t)1 << n) - 1 : ~(uintptr_t)0;
}

/* The bits of all blocks of a span that can be leaves. */
static inline uintptr_t qs_leaf_all(const struct qs_leaf_chunk *c, unsigned k)
{
    unsigned begin = k * QS_LEAF_SPAN, end = c->blocks - begin;
    uintptr_t all = qs_leaf_bits(end < QS_LEAF_SPAN ? end : QS_LEAF_SPAN);

    return c->first > begin ? all & ~qs_leaf_bits(c->first - begin) : all;
}

/* Whether the pages of a span may go. */
static inline bool qs_leaf_may_go(const struct qs_leaf_chunk *c, unsigned k)
{
    return k * QS_LEAF_SPAN >= c->first;
}

/* Sets a bit, unless it is set. */
static inline void qs_leaf_note(qs_word *word, unsigned bit)
{
    if (!(qs_load(word, seq_cst) >> bit & 1))            /* (3) */
        qs_fetch_or(word, (uintptr_t)1 << bit, seq_cst); /* (6) */
}

/* Clears a bit; false if it is clear. */
static inline bool qs_leaf_claim(qs_word *word, unsigned bit)
{
    uintptr_t seen = qs_load(word, acquire); /* (9) */

    while (seen >> bit & 1)
        if (qs_cas(word, &seen, seen & ~((uintptr_t)1 << bit))) /* (6) */
            return true;
    return false;
}

/* Some block of the span is free. */
static inline void qs_leaf_note_free(struct qs_leaf_chunk *c, unsigned k)
{
    qs_leaf_note(&c->some[k / 64], k % 64);
    qs_leaf_note(&c->row->some, c->number);
}

static inline bool qs_leaf_any(const qs_word *words)
{
    for (unsigned w = 0; w < QS_LEAF_WORDS; w++)
        if (qs_load(&words[w], seq_cst)) /* (3) */
            return true;
    return false;
}

/* The nth chunk, all of which is gone; NULL without memory. */
static inline struct qs_leaf_chunk *qs_leaf_chunk_new(unsigned block, unsigned nth)
{
    size_t size = nth < 16 ? (size_t)QS_LEAF_CHUNK << nth : QS_SLAB;

    if (size < 4 * block)
        size = 4 * block;
    if (size > QS_SLAB)
        size = QS_SLAB;
    bool is_slab = size == QS_SLAB;
    struct qs_leaf_chunk *c =
        is_slab ? qs_memory_alloc_slab(size) : qs_memory_alloc_lines(size);
    if (!c)
        return NULL;
    size_t blocks = size / block, most = QS_LEAF_SPANS * QS_LEAF_SPAN;
    c->is_slab = is_slab;
    qs_init(&c->is_split, 0);
    c->blocks = (unsigned)(blocks < most ? blocks : most);
    c->spans = (c->blocks + QS_LEAF_SPAN - 1) / QS_LEAF_SPAN;
    size_t front = sizeof *c + c->spans * sizeof c->span[0];
    c->first = (unsigned)((front + block - 1) / block);
    for (unsigned w = 0; w < QS_LEAF_WORDS; w++) {
        qs_init(&c->some[w], 0);
        qs_init(&c->gone[w], c->spans > 64 * w ? qs_leaf_bits(c->spans - 64 * w) : 0);
    }
    for (unsigned k = 0; k < c->spans; k++) {
        qs_init(&c->span[k].free, 0);
        qs_init(&c->span[k].floor, 0);
        if (!qs_leaf_all(c, k)) /* has nothing but what is known of others */
            qs_leaf_claim(&c->gone[k / 64], k % 64);
    }
    return c;
}

/* Each chunk of the row in turn; whose that is matters little. */
static inline struct qs_leaf_chunk *qs_leaf_in_turn(struct qs_leaf_row *row)
{
    uintptr_t turn = qs_fetch_add(&row->turn, 1, relaxed) % QS_LEAF_ROW;
    struct qs_leaf_chunk *c = qs_leaf_chunk_at(&row->chunk[turn]);

    if (c)
        return c;
    qs_store(&row->turn, 1, relaxed);
    return qs_leaf_chunk_at(&row->chunk[0]);
}

/* The row behind this one; NULL without memory. */
static inline struct qs_leaf_row *qs_leaf_row_behind(struct qs_leaf_row *row)
{
    uintptr_t next = qs_load(&row->next, acquire); /* (8) */

    if (next)
        return (struct qs_leaf_row *)next;
    struct qs_leaf_row *fresh = qs_memory_alloc_lines(sizeof *fresh);
    if (!fresh || qs_cas(&row->next, &next, (uintptr_t)fresh)) /* (8) */
        return fresh;
    qs_memory_free(fresh);
    return (struct qs_leaf_row *)next;
}

static inline void qs_leaf_row_free(struct qs_leaf_row *row)
{
    for (unsigned i = 0; i < QS_LEAF_ROW; i++)
        qs_memory_free(qs_leaf_chunk_at(&row->chunk[i]));
}

#endif
