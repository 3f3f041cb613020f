/* search.h - from a pair to a finding, and from a finding to a small one. */
#ifndef QS_TESTS_EXPLORE_SEARCH_H
#define QS_TESTS_EXPLORE_SEARCH_H

#include "tests/explore/choice.h"
#include "tests/explore/program.h"

/* A failing execution: everything that repeats it. */
struct qx_failure {
    struct qx_program program;
    struct qx_settings settings;
    struct qx_schedule schedule;
    struct qx_finding finding;
    uint64_t executions;       /* until it was found */
    enum qx_strategy strategy; /* which found it */
};

enum { QX_MODELS = 3 };
extern const char *const qx_model_names[QX_MODELS];
extern const char *const qx_strategy_names[QX_DFS + 1];

/* Runs random programs, or p if it is not NULL, `executions` times: model, memory
 * reuse, failing memory, rare branches and stalls vary from one to the next unless
 * `only` names one model.  True if something was found. */
bool qx_search_random(const struct qx_subject *subject, const struct qx_program *p,
                      uint64_t executions, int only, struct qx_failure *failure);

/* Exhausts all schedules with at most qx_settings.preemptions preemptions of every
 * program of two calls against one, or of p if it is not NULL, under sc and c11 or only
 * one.  (What TSO shows c11 shows too, and its buffers would multiply the schedules.)
 */
bool qx_search_all(const struct qx_subject *subject, const struct qx_program *p,
                   int only, struct qx_failure *failure);

/* Runs a random program, if p is NULL, or this one; follows the schedule unless it is
 * NULL.  True, with *f set, if it fails. */
bool qx_fails(const struct qx_subject *subject, const struct qx_program *p,
              const struct qx_schedule *schedule, uint64_t number,
              struct qx_failure *f);

/* shrink.c: looks for the same kind of finding in smaller programs, weaker settings and
 * shorter schedules. */
void qx_shrink(const struct qx_subject *subject, struct qx_failure *failure);

/* report.c: runs it once more and prints program, operations, steps and the command
 * that repeats it; draws it, if there is a path. */
void qx_explain(const struct qx_subject *subject, const struct qx_failure *failure,
                const char *svg_path);

#endif
