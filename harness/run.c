/* run.c - the verb run: measures the figures of experiment files. */
#include "harness/run.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "harness/allocate.h"
#include "harness/machine.h"
#include "harness/plan_file.h"
#include "harness/progress.h"
#include "harness/verbs.h"

enum { OUT = 512, RESUME, FORCE, NO_PLOT, ALLOCATOR, ONE_LOOK };

static const struct argp_option options[] = {
    { "out", OUT, "DIR", 0, "folder of the results (default: results/DATE-HOST)", 0 },
    { "resume", RESUME, "DIR", OPTION_ARG_OPTIONAL,
      "goes on with an interrupted run (default: results/latest); figures and settings "
      "are that run's, only --repeats may be raised",
      0 },
    { "force", FORCE, NULL, 0,
      "resumes on another machine or build; the rows are marked in column run", 0 },
    { "allocator", ALLOCATOR, "NAME", 0,
      "where nodes of `alloc = malloc` are from: glibc (default), jemalloc, mimalloc or "
      "tcmalloc, if it is installed; run.json says which",
      0 },
    { "one-look", ONE_LOOK, NULL, 0,
      "no second look: without it, if required claims are undecided, the cells that "
      "they speak of are measured as often again, within a minute, or a tenth of the "
      "plan's time if that is more",
      0 },
    { "no-plot", NO_PLOT, NULL, 0, "measures and judges, draws nothing", 0 },
    { "verbose", 'v', NULL, 0, "a line for every repeat", 0 },
    { 0 }
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct qs_run *run = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &run->selection;
        return 0;
    case OUT:
        run->out = text;
        return 0;
    case RESUME:
        run->is_resume = true;
        run->resume = text;
        return 0;
    case FORCE:
        run->force = true;
        return 0;
    case ALLOCATOR: /* main() has seen to it */
        return 0;
    case ONE_LOOK:
        run->one_look = true;
        return 0;
    case NO_PLOT:
        run->no_plot = true;
        return 0;
    case 'v':
        run->verbose = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = { { &qs_selection_argp, 0, NULL, 0 },
                                              { 0 } };
static const struct argp argp = {
    options,
    parse,
    "[FIGURE|GROUP|FILE...]",
    "Measures figures: those named by id, group or file, or else the group `default`, "
    "with --full all.  The claims' verdicts and the path of the report come last.  An interrupted run "
    "loses nothing."
    "\vExit status: 0 done; 1 a required claim is contradicted; 2 usage or a bad "
    "experiment file; 3 a cell failed or a file could not be written; 130 interrupted.",
    children,
    NULL,
    NULL
};

static int complain(int status, const char *error)
{
    fprintf(stderr, "%s%s\n", strstr(error, ": error: ") ? "" : "quiesce: ", error);
    return status;
}

static int open_topology(struct qs_run *run)
{
    char error[256];

    run->topology = qs_topology_open(NULL, error, sizeof error);
    if (!run->topology)
        return complain(QS_EXIT_MACHINE, error);
    run->limits = qs_limits_of(run->topology);
    return 0;
}

/* Figures, plans and steps. */
static int prepare(struct qs_run *run)
{
    char error[QS_RUN_ERROR];

    if (qs_selection_read(&run->selection, &run->figures, error, sizeof error))
        return complain(QS_EXIT_USAGE, error);
    run->plans = qs_plans_make(&run->figures, &run->selection.choices, run->topology,
                               error, sizeof error);
    if (!run->plans)
        return complain(QS_EXIT_USAGE, error);
    run->n_steps = qs_steps_make(run->plans, run->figures.n, &run->steps);
    return 0;
}

static double seconds_of(const struct qs_plan *plans, size_t n)
{
    double seconds = 0;
    for (size_t i = 0; i < n; i++)
        seconds += qs_plan_seconds(&plans[i]);
    return seconds;
}

/* What the same figures take in full; empty if that cannot be told. */
static void full_text(const struct qs_run *run, char *text, size_t size)
{
    struct qs_choices full = run->selection.choices;
    char error[QS_RUN_ERROR], duration[QS_DURATION_TEXT];

    *text = 0;
    if (full.preset == QS_FULL)
        return;
    full.preset = QS_FULL;
    struct qs_plan *plans =
        qs_plans_make(&run->figures, &full, run->topology, error, sizeof error);
    if (!plans)
        return;
    snprintf(text, size, " (--full: %s)",
             qs_duration_text(seconds_of(plans, run->figures.n), duration));
    qs_plans_free(plans, run->figures.n);
}

static void say_machine(const struct qs_run *run)
{
    struct qs_fact facts[QS_FACTS];
    size_t n = qs_machine_facts(run->topology, facts), warnings = 0;
    char line[512];

    for (size_t i = 0; i < n; i++)
        warnings += facts[i].warn;
    printf("machine  %s\n", qs_machine_summary(run->topology, line, sizeof line));
    if (warnings)
        fprintf(stderr,
                "warning: %zu thing%s here disturb%s measurements; quiesce "
                "doctor names the remed%s\n",
                warnings, warnings == 1 ? "" : "s", warnings == 1 ? "s" : "",
                warnings == 1 ? "y" : "ies");
}

static void say_plan(const struct qs_run *run)
{
    char duration[QS_DURATION_TEXT], full[64];
    size_t cells = 0;

    for (size_t i = 0; i < run->figures.n; i++) {
        cells += run->plans[i].n;
        if (*run->plans[i].unmet)
            printf("skipped  %s: %s\n", run->figures.figure[i]->id,
                   run->plans[i].unmet);
        if (run->plans[i].too_wide)
            printf("skipped  %s: %zu cells with more threads than processors\n",
                   run->figures.figure[i]->id, run->plans[i].too_wide);
        if (run->plans[i].absent)
            printf("skipped  %s: %zu cells of peers that are not built; quiesce list "
                   "peers\n",
                   run->figures.figure[i]->id, run->plans[i].absent);
    }
    full_text(run, full, sizeof full);
    printf("plan     %zu figure%s, %zu cells, %zu repeats, about %s%s\n",
           run->figures.n, run->figures.n == 1 ? "" : "s", cells, run->n_steps,
           qs_duration_text(seconds_of(run->plans, run->figures.n), duration), full);
    if (run->n_done)
        printf("resumed  %zu of %zu repeats are there already\n", run->n_done,
               run->n_steps);
    printf("results  %s\n", run->path);
    fflush(stdout);
}

/* A run of its own folder. */
static int begin(struct qs_run *run)
{
    int status = prepare(run);
    return status ? status : qs_run_create(run);
}

/* Whether only what a resumed run may be given was given. */
static bool asks_for_more(const struct qs_run *run)
{
    const struct qs_selection *s = &run->selection;

    for (size_t i = 0; i < s->choices.n_set; i++)
        if (strncmp(s->set[i], "repeats=", 8) != 0)
            return true;
    return s->n_names || s->experiments || s->choices.only || run->out;
}

/* Goes on with a run.  The options that are saved again hold a raised --repeats. */
static int resume(struct qs_run *run)
{
    bool raised = run->selection.choices.n_set > 0;

    if (asks_for_more(run))
        return complain(QS_EXIT_USAGE,
                        "--resume: figures and settings are those of the "
                        "run; only --repeats may be given");
    int status = qs_run_find(run);
    if (!status)
        status = qs_run_load(run);
    if (!status)
        status = prepare(run);
    if (!status)
        status = qs_run_skip_done(run);
    if (!status)
        status = qs_run_open_files(run);
    if (!status)
        status = qs_run_check_machine(run);
    return !status && raised ? qs_run_save_options(run) : status;
}

static void close_all(struct qs_run *run)
{
    if (run->cells >= 0)
        close(run->cells);
    if (run->log)
        fclose(run->log);
    free(run->steps);
    qs_plans_free(run->plans, run->figures.n);
    qs_figures_free(&run->figures);
    if (run->topology)
        qs_topology_close(run->topology);
    qs_selection_clear(&run->selection);
    free(run->saved);
}

int qs_verb_run(int argc, char **argv)
{
    struct qs_run run;
    int status = QS_EXIT_USAGE;

    memset(&run, 0, sizeof run);
    run.cells = -1;
    run.argv = argv;
    qs_selection_init(&run.selection);
    if (!argp_parse(&argp, argc, argv, 0, NULL, &run))
        status = open_topology(&run);
    qs_run_watch_signals(true);
    if (run.topology)
        status = run.is_resume ? resume(&run) : begin(&run);
    if (run.log && !status) {
        say_machine(&run);
        say_plan(&run);
        status = qs_run_measure(&run);
        if (!status && !run.one_look)
            status = qs_run_decide(&run);
        qs_run_watch_signals(false);
        if (!status)
            status = qs_run_finish(&run);
    }
    close_all(&run);
    return status;
}
