/* ck_memory.h - memory for the tables of Concurrency Kit, which outlives their readers.
 *
 * The library asks for memory and gives it back through functions that know of no
 * thread.  So each piece has a node of ours that is retired in its stead and whose end
 * frees it.  Who calls the library retires the map that it has replaced: growing is
 * done in a call of its own, and while others might grow as well, they are refused
 * memory.
 */
#ifndef QS_STRUCTURES_CK_MEMORY_H
#define QS_STRUCTURES_CK_MEMORY_H

#include <ck_malloc.h>

#include "reclaim/reclaim.h"

struct qs_ck_piece {
    void *memory;
};

/* The piece of what the library was given, which lies behind the piece's address. */
static inline struct qs_ck_piece *qs_ck_piece_of(void *given)
{
    return *(struct qs_ck_piece **)((char *)given - QS_NODE_ALIGNMENT);
}

static inline void qs_ck_piece_end(void *node)
{
    qs_memory_free(((struct qs_ck_piece *)node)->memory);
}

static const struct qs_class qs_ck_piece_class = { .name = "table",
                                                   .size = sizeof(struct qs_ck_piece),
                                                   .dispose = qs_ck_piece_end };

static inline void *qs_ck_malloc(size_t size)
{
    struct qs_ck_piece *piece = qs_node_alloc(&qs_ck_piece_class, 0);

    if (!piece)
        return NULL;
    piece->memory = qs_memory_alloc(size + QS_NODE_ALIGNMENT);
    if (!piece->memory) {
        qs_node_free(piece);
        return NULL;
    }
    *(struct qs_ck_piece **)piece->memory = piece;
    return (char *)piece->memory + QS_NODE_ALIGNMENT;
}

/* What others may still read is left to the caller of the library. */
static inline void qs_ck_free(void *given, size_t size, bool readers_may_be_left)
{
    (void)size;
    if (!readers_may_be_left)
        qs_node_free(qs_ck_piece_of(given));
}

static inline void *qs_ck_refuse(size_t size)
{
    (void)size;
    return NULL;
}

static struct ck_malloc qs_ck_allows = { .malloc = qs_ck_malloc, .free = qs_ck_free };
static struct ck_malloc qs_ck_refuses = { .malloc = qs_ck_refuse, .free = qs_ck_free };

/* 1 for the scheme of the same library, 0 for others. */
#define QS_CK_IS_ck_epoch        ~, 1
#define QS_CK_IS(scheme)         QS_CK_SECOND(QS_NAME(QS_CK_IS, scheme), 0)
#define QS_CK_SECOND(...)        QS_CK_SECOND_(__VA_ARGS__, ~)
#define QS_CK_SECOND_(a, b, ...) b

#endif
