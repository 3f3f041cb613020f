/* selection.c - options that run and plan share. */
#include "harness/selection.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "harness/allocate.h"
#include "harness/machine.h"
#include "harness/runner.h"

enum { QUICK = 256, FULL, ONLY, SET, REPEATS, SEED, EXPERIMENTS };

static const struct argp_option options[] = {
    { "quick", QUICK, NULL, 0, "the small preset: minutes (default)", 1 },
    { "full", FULL, NULL, 0, "the paper's size: hours", 1 },
    { "only", ONLY, "EXPR", 0,
      "only cells that match, e.g. 'reclaim == hp && threads <= 4'", 1 },
    { "set", SET, "KEY=VALUE", 0, "overrides a setting of every figure; may repeat",
      1 },
    { "repeats", REPEATS, "N", 0, "the same as --set repeats=N", 1 },
    { "seed", SEED, "N", 0, "the same as --set seed=N", 1 },
    { "experiments", EXPERIMENTS, "DIR", 0, "where FIGUREs are looked up", 1 },
    { 0 }
};

static error_t refuse(const char *option, const char *message)
{
    fprintf(stderr, "quiesce: %s: %s\n", option, message);
    return EINVAL;
}

static error_t take_set(struct qs_selection *s, const char *option, const char *format,
                        const char *value)
{
    char text[512], error[QS_EXPERIMENT_ERROR];

    snprintf(text, sizeof text, format, value);
    return qs_selection_set(s, text, error, sizeof error) ? refuse(option, error) : 0;
}

static error_t take_only(struct qs_selection *s, char *text)
{
    char error[QS_EXPERIMENT_ERROR];
    struct qs_filter *filter = qs_filter_parse(text, error, sizeof error);

    if (!filter)
        return refuse("--only", error);
    qs_filter_free(filter);
    s->choices.only = text;
    return 0;
}

static error_t take_name(struct qs_selection *s, char *name)
{
    if (s->n_names == QS_SELECTED)
        return refuse(name, "too many figures at once");
    s->names[s->n_names++] = name;
    return 0;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct qs_selection *s = state->input;

    switch (key) {
    case QUICK:
    case FULL:
        s->choices.preset = key == FULL ? QS_FULL : QS_QUICK;
        return 0;
    case ONLY:
        return take_only(s, text);
    case SET:
        return take_set(s, "--set", "%s", text);
    case REPEATS:
        return take_set(s, "--repeats", "repeats=%s", text);
    case SEED:
        return take_set(s, "--seed", "seed=%s", text);
    case EXPERIMENTS:
        s->experiments = text;
        return 0;
    case ARGP_KEY_ARG:
        return take_name(s, text);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp qs_selection_argp = { options, parse, NULL, NULL, NULL, NULL, NULL };

void qs_selection_init(struct qs_selection *s)
{
    memset(s, 0, sizeof *s);
    s->choices.preset = QS_QUICK;
    s->choices.set = s->set;
}

void qs_selection_clear(struct qs_selection *s)
{
    for (size_t i = 0; i < s->choices.n_set; i++)
        free(s->set[i]);
    s->choices.n_set = 0;
}

int qs_selection_set(struct qs_selection *s, const char *text, char *error,
                     size_t error_size)
{
    if (qs_setting_check_pair(text, error, error_size))
        return -1;
    if (s->choices.n_set == QS_SELECTED) {
        snprintf(error, error_size, "too many settings at once");
        return -1;
    }
    s->set[s->choices.n_set++] = qs_copied(text);
    return 0;
}

static bool all_are_paths(const struct qs_selection *s)
{
    for (size_t i = 0; i < s->n_names; i++)
        if (!strchr(s->names[i], '/') && !strstr(s->names[i], ".exp"))
            return false;
    return s->n_names > 0;
}

int qs_selection_read(const struct qs_selection *s, struct qs_figures *figures,
                      char *error, size_t error_size)
{
    static char *const by_default[] = { QS_DEFAULT_GROUP };
    char folder[4096];
    bool needed = s->experiments || !all_are_paths(s);
    bool defaults = !s->n_names && s->choices.preset == QS_QUICK;

    if (needed && !qs_experiments_folder(s->experiments, folder, sizeof folder, error,
                                         error_size))
        return -1;
    return qs_figures_read(needed ? folder : NULL, defaults ? by_default : s->names,
                           defaults ? 1 : s->n_names, figures, error, error_size);
}

struct qs_limits qs_limits_of(const struct qs_topology *topology)
{
    return (struct qs_limits){ .pus = qs_topology_pus(topology),
                               .cores = qs_topology_cores(topology),
                               .numa_nodes = qs_topology_numa_nodes(topology),
                               .emulated = qs_machine_is_emulated() };
}

static int check_cells(const struct qs_plan *plan, const struct qs_topology *topology,
                       char *error, size_t error_size)
{
    char message[QS_EXPERIMENT_ERROR];

    for (size_t i = 0; i < plan->n; i++) {
        if (!qs_cell_check(&plan->cells[i], topology, message, sizeof message))
            continue;
        snprintf(error, error_size, "%s: %s", plan->figure->path, message);
        return -1;
    }
    return 0;
}

/* Names the file if it is one. */
static int say_empty(const struct qs_figures *figures, const struct qs_choices *choices,
                     size_t too_wide, char *error, size_t error_size)
{
    bool one = figures->n == 1;
    int used = snprintf(error, error_size, "%s%sno cell is left",
                        one ? figures->figure[0]->path : "", one ? ": " : "");

    if (used < 0 || (size_t)used >= error_size)
        return -1;
    if (too_wide)
        snprintf(error + used, error_size - (size_t)used,
                 ": all have more threads than processors; --set oversubscribe=yes");
    else if (choices->only)
        snprintf(error + used, error_size - (size_t)used, " by --only '%s'",
                 choices->only);
    return -1;
}

void qs_plans_free(struct qs_plan *plans, size_t n)
{
    for (size_t i = 0; plans && i < n; i++)
        qs_plan_free(&plans[i]);
    free(plans);
}

struct qs_plan *qs_plans_make(const struct qs_figures *figures,
                              const struct qs_choices *choices,
                              const struct qs_topology *topology, char *error,
                              size_t error_size)
{
    struct qs_limits limits = qs_limits_of(topology);
    struct qs_plan *plans = qs_needed(calloc(figures->n + 1, sizeof *plans));
    int result = 0;
    size_t cells = 0, unmet = 0, too_wide = 0;

    for (size_t i = 0; i < figures->n && result == 0; i++) {
        result = qs_plan_make(figures->figure[i], choices, &limits, &plans[i], error,
                              error_size);
        if (result == 0)
            result = check_cells(&plans[i], topology, error, error_size);
        cells += plans[i].n;
        too_wide += plans[i].too_wide;
        unmet += *plans[i].unmet != 0;
    }
    if (result == 0 && cells == 0 && unmet < figures->n)
        result = say_empty(figures, choices, too_wide, error, error_size);
    if (result == 0)
        return plans;
    qs_plans_free(plans, figures->n);
    return NULL;
}
