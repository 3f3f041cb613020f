/* run_measure.c - the loop of a run. */
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/allocate.h"
#include "harness/latency_file.h"
#include "harness/locality_file.h"
#include "harness/progress.h"
#include "harness/run.h"
#include "harness/runner.h"
#include "harness/timeline.h"
#include "reclaim/atomic.h"

static qs_word signals, last_signal;

/* The first signal ends the run after the repeat at hand, the second ends that too. */
static void take_signal(int number)
{
    static const char message[] =
        "\nquiesce: finishing this repeat; once more to drop it\n";
    int before = errno;

    qs_store(&last_signal, number, relaxed);
    if (qs_fetch_add(&signals, 1, seq_cst) > 0)
        qs_run_interrupt();
    else if (write(STDERR_FILENO, message, sizeof message - 1) < 0)
        errno = before;
    errno = before;
}

void qs_run_watch_signals(bool on)
{
    struct sigaction action;

    memset(&action, 0, sizeof action);
    action.sa_handler = on ? take_signal : SIG_DFL;
    action.sa_flags = SA_RESTART;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

static bool is_stopping(void)
{
    return qs_load(&signals, seq_cst) > 0;
}

static void name_cell(const struct qs_run *run, const struct qs_step *step, char *text,
                      size_t size)
{
    const struct qs_plan *plan = &run->plans[step->plan];
    const struct qs_cell *c = &plan->cells[step->cell];

    snprintf(text, size, "%s %s:%s t=%u keys=%llu", plan->figure->id, c->structure,
             c->reclaim, c->threads, (unsigned long long)c->keys);
}

static void note_bad(struct qs_run *run, const struct qs_step *step,
                     const struct qs_row *row)
{
    char label[160];

    name_cell(run, step, label, sizeof label);
    if (run->bad++ == 0)
        snprintf(run->first_bad, sizeof run->first_bad, "%.120s: %.120s", label,
                 row->sample.error);
    qs_run_log(run, "%s: %s rep=%u: %s", row->status, label, row->rep,
               row->sample.error);
    qs_progress_line(" %s  %s  %s", row->status, label, row->sample.error);
}

/* Measures one repeat and fills the row.  False if a signal cut it short. */
static bool measure(struct qs_run *run, const struct qs_step *step, struct qs_row *row)
{
    const struct qs_plan *plan = &run->plans[step->plan];

    memset(row, 0, sizeof *row);
    snprintf(row->run, sizeof row->run, "%s", run->name);
    snprintf(row->figure, sizeof row->figure, "%.63s", plan->figure->id);
    row->cell = plan->cells[step->cell];
    row->id = qs_cell_id(&row->cell);
    row->rep = step->rep;
    row->look = step->rep > plan->repeats ? 2 : 1;
    row->seq = run->seq;
    row->seed = qs_step_seed(plan, step->rep);
    int failed = qs_run_cell(&row->cell, run->topology, row->seed, &row->sample);
    if (failed && qs_load(&signals, seq_cst) > 1) {
        qs_sample_free(&row->sample);
        return false;
    }
    strcpy(row->status, failed ? "failed" : row->sample.valid ? "ok" : "invalid");
    run->seq++;
    return true;
}

static void show(const struct qs_run *run, const char *label, const struct qs_row *row)
{
    bool known;
    double fails = qs_results_number(row, "cas_fail_per_op", &known);

    if (!run->verbose || strcmp(row->status, "ok") != 0)
        return;
    if (isnan(fails))
        qs_progress_line(" ok  %-56s rep %u %9.3f Mop/s %9.1f cpu ns/op", label,
                         row->rep, row->sample.mops, row->sample.cpu_ns_per_op);
    else
        qs_progress_line(
            " ok  %-56s rep %u %9.3f Mop/s %9.1f cpu ns/op %9.2g CAS fail/op", label,
            row->rep, row->sample.mops, row->sample.cpu_ns_per_op, fails);
}

/* 0, or an exit status. */
static int save(struct qs_run *run, struct qs_row *row)
{
    const char *file = "cells.csv";
    int error = qs_results_append(run->cells, row);

    if (!error) {
        file = "timeline.csv";
        error = qs_timeline_append(run->path, row);
    }
    if (!error) {
        file = "latency.csv";
        error = qs_latency_append(run->path, row);
    }
    if (!error) {
        file = qs_locality_file.name;
        error = qs_side_append(&qs_locality_file, run->path, row);
    }
    qs_sample_free(&row->sample);
    if (!error)
        return 0;
    qs_progress_end();
    return qs_run_file_failed(run, file, -error);
}

/* One step: 0, or an exit status. */
static int take_step(struct qs_run *run, const struct qs_step *step)
{
    const struct qs_cell *cell = &run->plans[step->plan].cells[step->cell];
    struct qs_row row;
    char label[160];

    name_cell(run, step, label, sizeof label);
    qs_progress_now(label);
    if (!measure(run, step, &row))
        return 0;
    int status = save(run, &row);
    if (status)
        return status;
    if (strcmp(row.status, "ok") != 0)
        note_bad(run, step, &row);
    else
        run->n_done++;
    show(run, label, &row);
    qs_progress_step(qs_cell_seconds(cell));
    return 0;
}

static double seconds_left(const struct qs_run *run)
{
    double seconds = 0;

    for (size_t i = run->n_done; i < run->n_steps; i++)
        seconds +=
            qs_cell_seconds(&run->plans[run->steps[i].plan].cells[run->steps[i].cell]);
    return seconds;
}

/* What an interrupted run leaves the user with. */
static int say_stopped(struct qs_run *run, int status)
{
    fprintf(
        stderr,
        "stopped after %zu of %zu repeats; nothing lost. Continue with: quiesce run "
        "--resume=%s\n",
        run->n_done, run->n_steps, run->path);
    qs_run_log(run, "stopped after %zu of %zu repeats", run->n_done, run->n_steps);
    if (status)
        return status;
    return qs_load(&last_signal, relaxed) == SIGTERM ? 128 + SIGTERM
                                                     : QS_EXIT_INTERRUPTED;
}

int qs_run_measure(struct qs_run *run)
{
    size_t first = run->n_done;
    int status = 0;

    qs_run_log(run, "%zu of %zu repeats are to be measured", run->n_steps - first,
               run->n_steps);
    qs_progress_begin(seconds_left(run), (unsigned)(run->n_steps - first));
    for (size_t i = first; i < run->n_steps && !status && !is_stopping(); i++)
        status = take_step(run, &run->steps[i]);
    qs_progress_end();
    if (status || (is_stopping() && run->n_done + run->bad < run->n_steps))
        return say_stopped(run, status);
    qs_run_log(run, "all measured, %zu failed or invalid", run->bad);
    return 0;
}
