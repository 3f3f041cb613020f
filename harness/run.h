/* run.h - what the files of the verb run share. */
#ifndef QS_HARNESS_RUN_H
#define QS_HARNESS_RUN_H

#include <limits.h>
#include <stdio.h>

#include "harness/claims.h"
#include "harness/order.h"
#include "harness/selection.h"
#include "harness/topology.h"

enum { QS_RUN_ERROR = QS_EXPERIMENT_ERROR + 128 };

struct qs_run {
    /* As asked. */
    struct qs_selection selection;
    const char *out, *resume; /* --out DIR, --resume=DIR */
    bool is_resume, force, no_plot, verbose, one_look;
    char *const *argv;
    char *saved; /* the options of a resumed run; the selection points into it */

    /* What follows from it. */
    struct qs_topology *topology;
    struct qs_limits limits;
    struct qs_figures figures;
    struct qs_plan *plans; /* one per figure */
    struct qs_step *steps;
    size_t n_steps;

    /* The folder. */
    char path[PATH_MAX], name[64]; /* name: its last part, column run of cells.csv */
    int cells;                     /* cells.csv, for appending */
    FILE *log;

    /* How far it is. */
    size_t n_done; /* steps that are ok already; they stand first */
    unsigned long seq;
    size_t bad; /* repeats that failed or were invalid */
    char first_bad[256];
};

/* Each returns 0, or an exit status after one line on stderr. */

/* run_files.c: makes the folder with all that is known before measuring. */
int qs_run_create(struct qs_run *run);
/* Opens cells.csv and log.txt of a folder that exists. */
int qs_run_open_files(struct qs_run *run);
void qs_run_log(const struct qs_run *run, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Prints "quiesce: PATH/NAME: why" and returns QS_EXIT_FAILED. */
int qs_run_file_failed(const struct qs_run *run, const char *name, int error);

/* run_saved.c: what was asked, for --resume. */
int qs_run_save(struct qs_run *run);
int qs_run_save_options(const struct qs_run *run);
int qs_run_load(struct qs_run *run);

/* run_resume.c: finds the folder, checks that it is the same machine and build, and
 * moves the steps that are done to the front. */
int qs_run_find(struct qs_run *run);
int qs_run_check_machine(struct qs_run *run);
int qs_run_skip_done(struct qs_run *run);

/* run_measure.c: from here on SIGINT and SIGTERM end the run between two repeats, a
 * second one at once; or they are the system's business again. */
void qs_run_watch_signals(bool on);
/* Measures the steps that are left. */
int qs_run_measure(struct qs_run *run);

/* run_decide.c: measures more of what required claims that are undecided speak of. */
int qs_run_decide(struct qs_run *run);

/* run_finish.c: verdicts, figures, report. */
int qs_run_finish(struct qs_run *run);
/* All of cells.csv, malloc'd. */
int qs_run_read_rows(const struct qs_run *run, struct qs_row **rows, size_t *n);

#endif
