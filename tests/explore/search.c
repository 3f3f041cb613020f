/* search.c - see search.h. */
#include "tests/explore/search.h"

#include <string.h>

const char *const qx_model_names[QX_MODELS] = { "sc", "tso", "c11" };
const char *const qx_strategy_names[QX_DFS + 1] = { "random", "burst", "pct", "mix",
                                                    "dfs" };

/* What varies from one execution to the next: the model in turn, the rest in cycles
 * that share no factor with it. */
static void vary(uint64_t number, int only)
{
    uint64_t cycle = number / QX_MODELS;

    qx_settings.model = (enum qx_model)(only < 0 ? (int)(number % QX_MODELS) : only);
    qx_settings.reuse = cycle % 2;
    qx_settings.rarely = cycle / 2 % 4 == 1;
    qx_settings.stall = cycle / 2 % 8 == 5;
    qx_settings.fail_memory = cycle / 2 % 8 == 7;
}

bool qx_fails(const struct qs_map_ops *ops, const struct qx_program *p,
              const struct qx_schedule *schedule, uint64_t number, struct qx_failure *f)
{
    qx_follow(schedule);
    bool fine = qx_program_run(ops, p, number);
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

bool qx_search_random(const struct qs_map_ops *ops, uint64_t executions, int only,
                      struct qx_failure *failure)
{
    for (uint64_t i = 0; i < executions; i++) {
        vary(i, only);
        if (qx_fails(ops, NULL, NULL, i, failure)) {
            failure->executions = i + 1;
            return true;
        }
    }
    return false;
}

static bool exhaust(const struct qs_map_ops *ops, const struct qx_program *p,
                    struct qx_failure *failure)
{
    uint64_t n = 0;

    qx_dfs_restart();
    do {
        n++;
        if (qx_fails(ops, p, NULL, 0, failure)) {
            failure->executions = n;
            return true;
        }
    } while (qx_dfs_next());
    return false;
}

/* The i-th program of two calls against one: all operations, the second thread's key
 * the same or another, everything present before or nothing.  False past the last. */
static bool make_small_program(unsigned i, struct qx_program *p)
{
    enum { OPERATIONS = QX_REMOVE + 1 };

    *p = (struct qx_program){ .threads = 2, .calls = { 2, 1 } };
    p->call[0][0].operation = (enum qx_operation)(i % OPERATIONS);
    p->call[0][1].operation = (enum qx_operation)(i / OPERATIONS % OPERATIONS);
    i /= OPERATIONS * OPERATIONS;
    p->call[1][0].operation = (enum qx_operation)(i % OPERATIONS);
    i /= OPERATIONS;
    p->call[1][0].key = i % 2;
    p->prefilled[0] = p->prefilled[1] = i / 2 % 2;
    return i < 4;
}

bool qx_search_all(const struct qs_map_ops *ops, int only, struct qx_failure *failure)
{
    struct qx_program p;

    qx_settings.strategy = QX_DFS;
    qx_settings.reuse = qx_settings.rarely = qx_settings.stall = false;
    qx_settings.fail_memory = false;
    for (int model = QX_SC; model < QX_MODELS; model++) {
        if ((only >= 0 && model != only) || model == QX_TSO)
            continue;
        qx_settings.model = (enum qx_model)model;
        for (unsigned i = 0; make_small_program(i, &p); i++)
            if (exhaust(ops, &p, failure))
                return true;
    }
    return false;
}
