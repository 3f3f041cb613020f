/* run_finish.c - what follows the last repeat: verdicts, figures, report. */
#include <errno.h>
#include <string.h>

#include "harness/allocate.h"
#include "harness/plot.h"
#include "harness/report.h"
#include "harness/run.h"

int qs_run_read_rows(const struct qs_run *run, struct qs_row **rows, size_t *n)
{
    char path[PATH_MAX + 16], error[QS_RUN_ERROR];
    size_t torn;

    snprintf(path, sizeof path, "%s/cells.csv", run->path);
    int result = qs_results_read(path, rows, n, &torn, error, sizeof error);
    if (result == -EBADMSG)
        fprintf(stderr, "quiesce: %s\n", error);
    else if (result)
        qs_run_file_failed(run, "cells.csv", -result);
    return result ? QS_EXIT_FAILED : 0;
}

/* Writes claims.csv, prints the verdicts and returns what they mean for the exit
 * status. */
static int judge(const struct qs_run *run, const struct qs_row *rows, size_t n)
{
    struct qs_judgement *judgements;
    char path[PATH_MAX + 16];

    qs_claims_judge(&run->figures, rows, n, &run->limits, &judgements);
    snprintf(path, sizeof path, "%s/claims.csv", run->path);
    int error = qs_claims_write(path, &run->figures, judgements);
    int status = error ? qs_run_file_failed(run, "claims.csv", -error)
                       : qs_claims_status(&run->figures, judgements);
    qs_claims_print(stdout, &run->figures, judgements);
    free(judgements);
    return status;
}

/* Draws the figures of what lies in the folder.  Returns an exit status. */
static int draw_figures(const struct qs_run *run)
{
    struct qs_run_dir folder;
    char error[QS_RUN_ERROR];
    int status = QS_EXIT_FAILED, drawn = -1;

    if (!qs_run_dir_open(run->path, NULL, &folder, error, sizeof error)) {
        drawn = qs_plot_run(&folder, false, &status, error, sizeof error);
        qs_run_dir_close(&folder);
    }
    if (drawn >= 0)
        return 0;
    fprintf(stderr, "quiesce: %s\n", error);
    qs_run_log(run, "figures: %s", error);
    return status;
}

static int write_report(const struct qs_run *run)
{
    char error[QS_RUN_ERROR];

    if (!qs_report_write(run->path, error, sizeof error)) {
        printf("report   %s/report.html   (figures/*.svg, *.pdf; data cells.csv)\n",
               run->path);
        return 0;
    }
    fprintf(stderr, "quiesce: %s\n", error);
    qs_run_log(run, "report: %s", error);
    return QS_EXIT_FAILED;
}

static int draw(const struct qs_run *run)
{
    int drawn, written;

    if (run->no_plot) {
        printf("data     %s/cells.csv   (figures: quiesce plot %s)\n", run->path,
               run->path);
        return 0;
    }
    drawn = draw_figures(run);
    qs_report_take_faults(run->path);
    written = write_report(run);
    return drawn ? drawn : written;
}

static int say_bad(const struct qs_run *run)
{
    if (run->bad == 0)
        return 0;
    fprintf(stderr,
            "quiesce: %zu repeats failed or were invalid, see %s/log.txt; the first: "
            "%s\n",
            run->bad, run->path, run->first_bad);
    return QS_EXIT_FAILED;
}

int qs_run_finish(struct qs_run *run)
{
    struct qs_row *rows = NULL;
    size_t n = 0;
    int judged = 0, drawn = 0, bad, status = qs_run_read_rows(run, &rows, &n);

    if (status)
        return status;
    judged = judge(run, rows, n);
    free(rows);
    drawn = draw(run);
    bad = say_bad(run);
    status = bad ? bad : drawn ? drawn : judged;
    qs_run_log(run, "finished with exit status %d", status);
    return status;
}
