/* search.h - from a pair to a finding, and from a finding to a small one. */
#ifndef QS_TESTS_EXPLORE_SEARCH_H
#define QS_TESTS_EXPLORE_SEARCH_H

#include "tests/explore/program.h"

/* A failing execution: everything that repeats it. */
struct qx_failure {
    struct qx_program program;
    uint64_t number;
    struct qx_settings settings;
    struct qx_finding finding;
    uint64_t executions; /* until it was found */
    uint64_t switches;   /* of threads in it */
};

enum { QX_MODELS = 3 };
extern const char *const qx_model_names[QX_MODELS];
extern const char *const qx_strategy_names[QX_DFS + 1];

/* Runs random programs, `executions` of them: model, memory reuse, failing memory, rare
 * branches and stalls vary from one to the next unless `only` names one model.  True
 * if something was found. */
bool qx_search_random(const struct qs_map_ops *ops, uint64_t executions, int only,
                      struct qx_failure *failure);

/* Exhausts all schedules with at most qx_settings.preemptions preemptions of every
 * program of two calls against one, under sc and c11 or only one.  (What TSO
 * shows c11 shows too, and its buffers would multiply the schedules.) */
bool qx_search_all(const struct qs_map_ops *ops, int only, struct qx_failure *failure);

/* Looks for the same kind of finding in smaller programs and with fewer switches. */
void qx_shrink(const struct qs_map_ops *ops, struct qx_failure *failure);

/* Runs it once more and prints program, operations, steps and the command that repeats
 * it. */
void qx_explain(const struct qs_map_ops *ops, const struct qx_failure *failure);

#endif
