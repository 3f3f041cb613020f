/* main.c - quiesce-check: explores schedules of the pairs it was built with. */
#include <argp.h>
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/explore/search.h"

enum {
    OPTION_REPLAY = 256,
    OPTION_PROGRAM,
    OPTION_REUSE,
    OPTION_EXHAUST,
    OPTION_NO_SHRINK,
    OPTION_ALL,
    OPTION_QUICK,
    OPTION_MUTANTS,
    OPTION_MUTANT
};

static struct {
    const char *structure, *reclaim;
    uint64_t schedules;
    struct qx_schedule replay;
    const char *svg;
    int model; /* -1: all */
    bool replays, has_program, exhausts, as_found, quick, mutants;
    const char *mutant;
    struct qx_program program;
    struct qx_settings settings;
} arguments = { .schedules = 30000, .model = -1 };

static const struct argp_option options[] = {
    { "all", OPTION_ALL, 0, 0, "every pair, which is the default", 0 },
    { "structure", 's', "NAME", 0, "only this structure", 0 },
    { "reclaim", 'r', "NAME", 0, "only this scheme", 0 },
    { "schedules", 'n', "N", 0, "random executions per pair (30000)", 0 },
    { "exhaust", OPTION_EXHAUST, 0, 0,
      "also every schedule of all programs of two calls against one, up to the bound of preemptions",
      0 },
    { "preemptions", 'p', "N", 0, "bound for --exhaust (2)", 0 },
    { "no-shrink", OPTION_NO_SHRINK, 0, 0, "show a finding as it was found", 0 },
    { "quick", OPTION_QUICK, 0, 0,
      "100000 random executions per pair, and --exhaust with one preemption under the "
      "oracles",
      0 },
    { "strategy", 't', "NAME", 0,
      "random, burst, pct or mix (mix); dfs is --exhaust alone", 0 },
    { "model", 'm', "NAME", 0, "only sc, tso or c11 (all three in turn)", 0 },
    { "seed", 'S', "N", 0, "of the random decisions (1)", 0 },
    { 0, 0, 0, 0, "To see what it finds:", 2 },
    { "mutants", OPTION_MUTANTS, 0, 0, "every seeded bug of tests/explore/mutants.txt",
      2 },
    { "mutant", OPTION_MUTANT, "NAME", 0, "one of them", 2 },
    { 0, 0, 0, 0, "To repeat a finding, as printed with it:", 1 },
    { "program", OPTION_PROGRAM, "TEXT", 0, "the calls, e.g. '0: r0 i0f|g0'", 1 },
    { "replay", OPTION_REPLAY, "SCHEDULE", 0, "how it went, e.g. '14>1 25~2'", 1 },
    { "reuse", OPTION_REUSE, 0, 0, "freed memory is handed out at once", 1 },
    { 0 }
};

static int index_of(const char *name, const char *const *names, int n,
                    struct argp_state *state, const char *what)
{
    for (int i = 0; i < n; i++)
        if (!strcmp(name, names[i]))
            return i;
    char known[128] = "";
    for (int i = 0; i < n; i++) {
        strcat(known, " ");
        strcat(known, names[i]);
    }
    argp_error(state, "no %s '%s'; there are:%s", what, name, known);
    return 0;
}

static uint64_t number_of(const char *text, struct argp_state *state)
{
    char *end;
    unsigned long long value = strtoull(text, &end, 10);

    if (*end || end == text || *text == '-')
        argp_error(state, "'%s' is not a whole number", text);
    return value;
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct qx_settings *s = &arguments.settings;

    switch (key) {
    case 's':
        arguments.structure = text;
        break;
    case 'r':
        arguments.reclaim = text;
        break;
    case 'n':
        arguments.schedules = number_of(text, state);
        if (!arguments.schedules)
            argp_error(state, "--schedules 0: at least one execution is needed");
        break;
    case 'p':
        s->preemptions = (unsigned)number_of(text, state);
        break;
    case 't':
        s->strategy = (enum qx_strategy)index_of(text, qx_strategy_names, QX_DFS + 1,
                                                 state, "strategy");
        if (s->strategy == QX_DFS) {
            arguments.exhausts = true;
            arguments.schedules = 0;
        }
        break;
    case OPTION_ALL:
        break;
    case OPTION_QUICK:
        arguments.quick = true;
        arguments.schedules = 100000;
        break;
    case OPTION_MUTANT:
        arguments.mutant = text;
        arguments.mutants = true;
        break;
    case OPTION_MUTANTS:
        arguments.mutants = true;
        break;
    case 'm':
        arguments.model = index_of(text, qx_model_names, QX_MODELS, state, "model");
        break;
    case 'S':
        s->seed = number_of(text, state);
        break;
    case OPTION_EXHAUST:
        arguments.exhausts = true;
        break;
    case OPTION_NO_SHRINK:
        arguments.as_found = true;
        break;
    case OPTION_REPLAY:
        arguments.replays = true;
        if (!qx_schedule_parse(text, &arguments.replay))
            argp_error(state, "'%s' is not a schedule; write it like '14>1 25~2'",
                       text);
        break;
    case OPTION_PROGRAM:
        arguments.has_program = true;
        if (!qx_program_parse(text, &arguments.program))
            argp_error(state, "'%s' is not a program; write it like '0: r0 i0f|g0'",
                       text);
        break;
    case OPTION_REUSE:
        s->reuse = true;
        break;
    case ARGP_KEY_ARG:
        argp_error(state, "'%s' is not an option", text);
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

/* Of this process alone, whoever else uses the processor. */
static double cpu_seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static bool replay(const struct qs_map_ops *ops)
{
    static struct qx_failure f;

    qx_settings = arguments.settings;
    qx_settings.model = arguments.model < 0 ? QX_C11 : (enum qx_model)arguments.model;
    qx_settings.stall = true; /* where the schedule says so */
    if (!qx_fails(ops, &arguments.program, &arguments.replay, 0, &f)) {
        printf("%s:%s: nothing found\n", ops->structure, ops->reclaim);
        return true;
    }
    f.executions = 1;
    qx_explain(ops, &f, arguments.svg);
    return false;
}

static bool explore(const struct qs_map_ops *ops)
{
    static struct qx_failure failure;
    double start = cpu_seconds();

    qx_totals = (struct qx_totals){ 0 };
    qx_settings = arguments.settings;
    bool found = qx_search_random(ops, arguments.schedules, arguments.model, &failure);
    bool exhausts = arguments.exhausts;
    if (arguments.quick && !strncmp(ops->reclaim, "oracle_", 7)) {
        arguments.settings.preemptions = 1;
        exhausts = true;
    }
    if (!found && exhausts) {
        qx_settings = arguments.settings;
        found = qx_search_all(ops, arguments.model, &failure);
    }
    if (found) {
        if (!arguments.as_found)
            qx_shrink(ops, &failure);
        qx_explain(ops, &failure, arguments.svg);
        return false;
    }
    double elapsed = cpu_seconds() - start;
    printf("%-14s %-14s nothing found in %8lu executions, %4.0fk per CPU second, "
           "%3.0f steps each, %lu with a stalled thread\n",
           ops->structure, ops->reclaim, (unsigned long)qx_totals.executions,
           (double)qx_totals.executions / elapsed / 1e3,
           (double)qx_totals.steps / (double)qx_totals.executions,
           (unsigned long)qx_totals.stalled);
    fflush(stdout);
    return true;
}

static bool is_wanted(const struct qs_pair *p)
{
    return (!arguments.structure || !strcmp(arguments.structure, p->structure)) &&
           (!arguments.reclaim || !strcmp(arguments.reclaim, p->reclaim));
}

static void list_pairs(FILE *out)
{
    const struct qs_pair *p;

    for (unsigned i = 0; (p = qs_pair_at(i)); i++)
        fprintf(out, " %s:%s", p->structure, p->reclaim);
    fprintf(out, "\n");
}

/* Seeded bugs need a compiler, so a script does it, in this program's folder. */
static int run_mutants(void)
{
    char self[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);

    self[length < 0 ? 0 : length] = '\0';
    execl(MUTANTS, MUTANTS, dirname(self), arguments.mutant, (char *)NULL);
    fprintf(stderr, "quiesce: check: cannot run %s: %s\n", MUTANTS, strerror(errno));
    return 4;
}

int main(int argc, char **argv)
{
    static const struct argp argp = {
        options,
        parse_option,
        NULL,
        "Explores schedules of small programs over the unmodified sources of structures "
        "and schemes, and reports whatever is not linearizable, touches freed memory, "
        "races, leaks or hangs.\vExit status: 0 nothing found, 1 something found, 2 "
        "usage, 4 no compiler for the mutants.",
        NULL,
        NULL,
        NULL
    };
    unsigned tried = 0;
    bool fine = true;
    const struct qs_pair *p;

    argp_err_exit_status = 2;
    argp_program_version = "quiesce check " QUIESCE_VERSION;
    arguments.settings = qx_settings;
    argp_parse(&argp, argc, argv, 0, NULL, NULL);
    if (arguments.mutants)
        return run_mutants();
    qx_setup();
    for (unsigned i = 0; (p = qs_pair_at(i)); i++) {
        if (!is_wanted(p))
            continue;
        tried++;
        fine &= arguments.replays ? replay(p->ops) : explore(p->ops);
    }
    if (!tried) {
        fprintf(stderr, "quiesce: check: no pair %s:%s is explored; there are:",
                arguments.structure ? arguments.structure : "*",
                arguments.reclaim ? arguments.reclaim : "*");
        list_pairs(stderr);
        return 2;
    }
    return fine ? 0 : 1;
}
