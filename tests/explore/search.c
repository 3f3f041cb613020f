/* search.c - see search.h. */
#include "tests/explore/search.h"

#include <stdio.h>

enum { SHRINK_EXECUTIONS = 20000 };

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

static void record(struct qx_failure *f, uint64_t number, uint64_t executions,
                   uint64_t switches)
{
    *f = (struct qx_failure){ .program = *qx_program_last(),
                              .number = number,
                              .settings = qx_settings,
                              .finding = qx_finding,
                              .executions = executions,
                              .switches = switches };
}

/* Runs one execution; true, with *f set, if it fails. */
static bool fails(const struct qs_map_ops *ops, const struct qx_program *p,
                  uint64_t number, uint64_t executions, struct qx_failure *f)
{
    uint64_t switches = qx_totals.switches;

    if (qx_program_run(ops, p, number))
        return false;
    record(f, number, executions, qx_totals.switches - switches);
    return true;
}

bool qx_search_random(const struct qs_map_ops *ops, uint64_t executions, int only,
                      struct qx_failure *failure)
{
    for (uint64_t i = 0; i < executions; i++) {
        vary(i, only);
        if (fails(ops, NULL, i, i + 1, failure))
            return true;
    }
    return false;
}

static bool exhaust(const struct qs_map_ops *ops, const struct qx_program *p,
                    struct qx_failure *failure)
{
    uint64_t n = 0;

    qx_dfs_restart();
    do {
        if (fails(ops, p, n, n + 1, failure))
            return true;
        n++;
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

/* The failing execution of p with the fewest switches among many; false if none fails.
 */
static bool fewest_switches(const struct qs_map_ops *ops, const struct qx_program *p,
                            const struct qx_failure *old, struct qx_failure *best)
{
    struct qx_failure found;
    bool any = false;

    qx_settings = old->settings;
    for (uint64_t i = 0; i < SHRINK_EXECUTIONS; i++)
        if (fails(ops, p, i, old->executions, &found) &&
            found.finding.kind == old->finding.kind &&
            (!any || found.switches < best->switches)) {
            *best = found;
            any = true;
        }
    return any;
}

static bool drop_one_call(const struct qs_map_ops *ops, struct qx_failure *failure)
{
    for (unsigned i = 0; i < failure->program.threads; i++)
        for (unsigned j = 0; j < failure->program.calls[i]; j++) {
            struct qx_program smaller = failure->program;
            struct qx_failure found;
            qx_program_drop(&smaller, i, j);
            if (smaller.threads && fewest_switches(ops, &smaller, failure, &found)) {
                *failure = found;
                return true;
            }
        }
    return false;
}

void qx_shrink(const struct qs_map_ops *ops, struct qx_failure *failure)
{
    struct qx_failure found;

    if (failure->settings.strategy == QX_DFS)
        return;
    while (drop_one_call(ops, failure))
        ;
    if (fewest_switches(ops, &failure->program, failure, &found) &&
        found.switches < failure->switches)
        *failure = found;
}

void qx_explain(const struct qs_map_ops *ops, const struct qx_failure *f)
{
    const struct qx_settings *s = &f->settings;
    char text[QX_PROGRAM_TEXT];

    qx_program_format(&f->program, text);
    qx_settings = *s;
    qx_settings.trace = true;
    qx_program_run(ops, &f->program, f->number);
    qx_settings.trace = false;
    printf("%s:%s: %s\n  %s\n", ops->structure, ops->reclaim,
           qx_kind_name(f->finding.kind), f->finding.text);
    printf("  found after %lu executions; smallest: %s, model %s, %lu switches\n",
           (unsigned long)f->executions, text, qx_model_names[s->model],
           (unsigned long)f->switches);
    printf("operations, with the steps from call to answer:\n");
    qx_history_print();
    printf("steps:\n");
    qx_trace_print();
    printf(
        "repeat: quiesce-check --structure %s --reclaim %s --program '%s' --model %s "
        "--strategy %s --seed %lu --replay %lu%s%s%s%s\n",
        ops->structure, ops->reclaim, text, qx_model_names[s->model],
        qx_strategy_names[s->strategy], (unsigned long)s->seed,
        (unsigned long)f->number, s->reuse ? " --reuse" : "",
        s->rarely ? " --rarely" : "", s->stall ? " --stall" : "",
        s->fail_memory ? " --fail-memory" : "");
}
