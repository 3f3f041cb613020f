/* search.c - see search.h. */
#include "tests/explore/search.h"

#include <string.h>

#include "tests/explore/schedule.h"

const char *const qx_model_names[QX_MODELS] = { "sc", "tso", "c11" };
const char *const qx_strategy_names[QX_DFS + 1] = { "random", "burst", "pct", "mix",
                                                    "dfs" };

/* What varies from one execution to the next: the model in turn, the rest in cycles
 * that share no factor with it.  Where locks keep readers out, others wait for a thread
 * that stops, as they must. */
static void vary(const struct qx_subject *subject, uint64_t number, int only)
{
    uint64_t cycle = number / QX_MODELS;

    qx_settings.model = (enum qx_model)(only < 0 ? (int)(number % QX_MODELS) : only);
    qx_settings.reuse = cycle % 2;
    qx_settings.rarely = cycle / 2 % 4 == 1;
    qx_settings.stall = cycle / 2 % 8 == 5 && !subject->ops->frees_at_once;
    qx_settings.fail_memory = cycle / 2 % 8 == 7;
}

bool qx_fails(const struct qx_subject *subject, const struct qx_program *p,
              const struct qx_schedule *schedule, uint64_t number, struct qx_failure *f)
{
    qx_follow(schedule);
    bool fine = qx_program_run(subject, p, number);
    qx_follow(NULL);
    if (fine)
        return false;
    f->program = *qx_program_last();
    f->settings = qx_settings;
    f->finding = qx_finding;
    f->schedule.n = qx_decided.n;
    memcpy(f->schedule.all, qx_decided.all, qx_decided.n * sizeof *qx_decided.all);
    return true;
}

bool qx_search_random(const struct qx_subject *subject, const struct qx_program *p,
                      uint64_t executions, int only, struct qx_failure *failure)
{
    for (uint64_t i = 0; i < executions; i++) {
        vary(subject, i, only);
        if (qx_fails(subject, p, NULL, i, failure)) {
            failure->executions = i + 1;
            failure->strategy = qx_schedule_strategy();
            return true;
        }
    }
    return false;
}

static bool exhaust(const struct qx_subject *subject, const struct qx_program *p,
                    struct qx_failure *failure)
{
    qx_dfs_restart();
    do
        if (qx_fails(subject, p, NULL, 0, failure)) {
            failure->executions = qx_totals.executions;
            failure->strategy = QX_DFS;
            return true;
        }
    while (qx_dfs_next());
    return false;
}

/* The i-th program of two calls against one: all operations, the second thread's key
 * the same or another, everything present before or nothing.  False past the last. */
static bool make_small_program(const struct qx_sort *sort, unsigned i,
                               struct qx_program *p)
{
    unsigned n = sort->operations;

    *p = (struct qx_program){ .threads = 2, .calls = { 2, 1 } };
    p->call[0][0].operation = i % n;
    p->call[0][1].operation = i / n % n;
    i /= n * n;
    p->call[1][0].operation = i % n;
    i /= n;
    p->prefilled[0] = p->prefilled[1] = i % 2;
    i /= 2;
    p->call[1][0].key = i;
    return i < (sort->has_keys ? 2 : 1);
}

/* The given program, or all small ones. */
static bool exhaust_all(const struct qx_subject *subject,
                        const struct qx_program *given, struct qx_failure *failure)
{
    struct qx_program p;

    if (given)
        return exhaust(subject, given, failure);
    for (unsigned i = 0; make_small_program(subject->sort, i, &p); i++)
        if (exhaust(subject, &p, failure))
            return true;
    return false;
}

bool qx_search_all(const struct qx_subject *subject, const struct qx_program *p,
                   int only, struct qx_failure *failure)
{
    qx_settings.strategy = QX_DFS;
    qx_settings.reuse = qx_settings.rarely = qx_settings.stall = false;
    qx_settings.fail_memory = false;
    for (int model = QX_SC; model < QX_MODELS; model++) {
        if ((only >= 0 && model != only) || model == QX_TSO)
            continue;
        qx_settings.model = (enum qx_model)model;
        if (exhaust_all(subject, p, failure))
            return true;
    }
    return false;
}
