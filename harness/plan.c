/* plan.c - the verb plan: what run would do. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/allocate.h"
#include "harness/plan_file.h"
#include "harness/progress.h"
#include "harness/selection.h"
#include "harness/verbs.h"

enum { CSV = 512 };

static const struct argp_option options[] = {
    { "csv", CSV, NULL, 0, "every cell, one a line, as run writes it to plan.csv", 0 },
    { 0 }
};

struct arguments {
    struct qs_selection selection;
    bool csv;
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct arguments *a = state->input;

    (void)text;
    if (key == ARGP_KEY_INIT)
        state->child_inputs[0] = &a->selection;
    else if (key == CSV)
        a->csv = true;
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

static const struct argp_child children[] = { { &qs_selection_argp, 0, NULL, 0 },
                                              { 0 } };
static const struct argp argp = {
    options,
    parse,
    "[FIGURE|GROUP|FILE...]",
    "Says what `quiesce run` would measure, and how long that would take.",
    children,
    NULL,
    NULL
};

void qs_plan_print(FILE *out, const struct qs_plan *plans, size_t n)
{
    char text[QS_DURATION_TEXT];
    double seconds = 0;
    size_t cells = 0, repeats = 0;

    fprintf(out, "%-24s %7s %8s %14s\n", "figure", "cells", "repeats", "time");
    for (size_t i = 0; i < n; i++) {
        const struct qs_plan *p = &plans[i];
        fprintf(out, "%-24s %7zu %8u %14s%s%s", p->figure->id, p->n, p->repeats,
                qs_duration_text(qs_plan_seconds(p), text), *p->unmet ? "   " : "",
                p->unmet);
        if (p->too_wide)
            fprintf(out, "   %zu left out: more threads than processors", p->too_wide);
        if (p->absent)
            fprintf(out, "   %zu left out: peers that are not built", p->absent);
        putc('\n', out);
        seconds += qs_plan_seconds(p);
        cells += p->n;
        repeats += p->n * p->repeats;
    }
    fprintf(out, "%-24s %7zu %8zu %14s\n", "together", cells, repeats,
            qs_duration_text(seconds, text));
}

static int show(const struct arguments *a, const struct qs_topology *topology)
{
    struct qs_figures figures;
    char error[QS_EXPERIMENT_ERROR];
    struct qs_plan *plans = NULL;

    if (!qs_selection_read(&a->selection, &figures, error, sizeof error)) {
        plans = qs_plans_make(&figures, &a->selection.choices, topology, error,
                              sizeof error);
        if (plans && a->csv)
            qs_plan_write(stdout, plans, figures.n);
        else if (plans)
            qs_plan_print(stdout, plans, figures.n);
        qs_plans_free(plans, figures.n);
        qs_figures_free(&figures);
    }
    if (plans)
        return QS_EXIT_DONE;
    fprintf(stderr, "%s%s\n", strstr(error, ": error: ") ? "" : "quiesce: ", error);
    return QS_EXIT_USAGE;
}

int qs_verb_plan(int argc, char **argv)
{
    struct arguments a = { .csv = false };
    char error[256];
    int status = QS_EXIT_USAGE;

    qs_selection_init(&a.selection);
    if (!argp_parse(&argp, argc, argv, 0, NULL, &a)) {
        struct qs_topology *topology = qs_topology_open(NULL, error, sizeof error);
        if (topology) {
            status = show(&a, topology);
        } else {
            fprintf(stderr, "quiesce: %s\n", error);
            status = QS_EXIT_MACHINE;
        }
        qs_topology_close(topology);
    }
    qs_selection_clear(&a.selection);
    return status;
}
