/* play.h - executions of the gallery's programs: see experiments/gallery. */
#ifndef QS_TESTS_EXPLORE_PLAY_H
#define QS_TESTS_EXPLORE_PLAY_H

#include "experiments/gallery/stage.h"
#include "tests/explore/choice.h"
#include "tests/explore/engine.h"

/* A program that failed, and how. */
struct qx_take {
    struct qx_finding finding;
    struct qx_schedule schedule;
    uint64_t executions; /* until it was found */
    uint64_t steps;      /* of the one that is kept */
};

/* Looks for an interleaving in which the wrong program fails in this way, in so many
 * executions, and for a short one: one decision less, and it does not.  True if there
 * is one. */
bool qx_play_find(const struct program *program, enum qx_kind kind, uint64_t executions,
                  struct qx_take *take);

/* Plays it again, and leaves the trace of it behind. */
void qx_play_again(const struct program *program, const struct qx_take *take);

/* Plays the corrected program so many times, under all memory models in turn; true,
 * with take set, if it fails, too. */
bool qx_play_corrected(const struct program *program, uint64_t executions,
                       struct qx_take *take);

#endif
