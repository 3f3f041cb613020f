/* grace.h - when all readers of a moment are gone, without waiting for it.
 *
 * Schemes that guard regions free a node when every operation that had begun before it
 * was retired has ended.  So a node that nothing leads to is a token: its end says that
 * the readers of that moment are gone.  What would wait for them looks now and then.
 *
 * Memory order.
 *   (1) over, release by the CAS, acquire: who sees that a step is over comes after the
 *       end of those readers, which came before their scheme freed the token
 *   (2) references, acq_rel: the last one frees
 */
#ifndef QS_STRUCTURES_GRACE_H
#define QS_STRUCTURES_GRACE_H

#include "reclaim/reclaim.h"

/* Lives as long as its owner and its tokens. */
struct qs_grace {
    qs_word references;
    qs_word over; /* the greatest step of which a token has gone */
};

struct qs_grace_token {
    struct qs_grace *grace;
    uintptr_t step;
};

/* NULL without memory. */
static inline struct qs_grace *qs_grace_new(void)
{
    struct qs_grace *g = qs_memory_alloc(sizeof *g);

    if (g) {
        qs_init(&g->references, 1);
        qs_init(&g->over, 0);
    }
    return g;
}

static inline void qs_grace_drop(struct qs_grace *g)
{
    if (qs_fetch_add(&g->references, -(uintptr_t)1, acq_rel) == 1) /* (2) */
        qs_memory_free(g);
}

/* Whether the readers of that step are gone. */
static inline bool qs_grace_is_over(const struct qs_grace *g, uintptr_t step)
{
    return qs_load(&g->over, acquire) >= step; /* (1) */
}

/* The end of a token. */
static inline void qs_grace_end(void *node)
{
    struct qs_grace_token *token = node;
    struct qs_grace *g = token->grace;
    uintptr_t over = qs_load(&g->over, relaxed);

    while (over < token->step && !qs_cas(&g->over, &over, token->step)) /* (1) */
        ;
    qs_grace_drop(g);
}

static const struct qs_class qs_grace_class = { .name = "token of a grace period",
                                                .size = sizeof(struct qs_grace_token),
                                                .dispose = qs_grace_end };

/* Makes of a node of that class the token of a step, to be retired. */
static inline void qs_grace_prepare(struct qs_grace *g, struct qs_grace_token *token,
                                    uintptr_t step)
{
    qs_fetch_add(&g->references, 1, relaxed);
    token->grace = g;
    token->step = step;
}

#endif
