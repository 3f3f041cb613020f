/* model.h - sequential objects: what a lone caller would be told.
 *
 * A state is state_size() bytes, a multiple of 8, all zero for the empty object; equal
 * states have equal bytes.  Models know no time, threads or order, so that any checker
 * can use them: linear.h for recorded histories, orders.h for small ones.
 */
#ifndef QS_HARNESS_LINEAR_MODEL_H
#define QS_HARNESS_LINEAR_MODEL_H

#include "harness/linear/history.h"

struct qs_model {
    const char *name;
    bool by_key; /* each key is an object of its own */

    /* Enough for every state that the history's calls can reach. */
    size_t (*state_size)(const struct qs_history *h);

    /* Whether an object in this state could have answered the call so; then *state
     * becomes the state after it, else it is lost.  A call that never returned may have
     * had any answer.  A read, see qs_call_is_read(), leaves the state alone in any
     * case.
     */
    bool (*step)(const struct qs_history *h, const struct qs_call *c, void *state);

    /* The state in words. */
    void (*describe)(const void *state, char *text, size_t size);
};

extern const struct qs_model qs_model_map;            /* key to value */
extern const struct qs_model qs_model_set;            /* keys; answers bring no value */
extern const struct qs_model qs_model_counter;        /* add, get */
extern const struct qs_model qs_model_queue;          /* first in, first out */
extern const struct qs_model qs_model_priority_queue; /* the least goes first */
/* A map whose calls look at several keys at once: one object, for small histories. */
extern const struct qs_model qs_model_ordered_map;

/* The model of that name, or of number i; NULL if there is none. */
const struct qs_model *qs_model_find(const char *name);
const struct qs_model *qs_model_at(unsigned i);

/* Whether an answer is this one, or was never given. */
static inline bool qs_call_answers(const struct qs_call *c, bool ok, uint64_t output)
{
    return c->answer == QS_NEVER || (c->ok == ok && c->output == output);
}

/* The model of one key of a map, of which the ordered map is made. */
struct qs_model_cell {
    uint64_t present, value; /* value is 0 if absent */
};

bool qs_model_cell_step(const struct qs_call *c, struct qs_model_cell *cell);

#endif
