/* report.c - the verb report: a run's folder as one HTML file.
 *
 * The file needs no script and nothing beside it; it is XML as well, so that any tool
 * can take it apart.
 */
#include "harness/report.h"

#include <argp.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "harness/report_parts.h"
#include "harness/text.h"
#include "harness/verbs.h"

/* Appends an argument as a shell would need it. */
static void add_argument(char *options, size_t size, const char *before,
                         const char *argument)
{
    size_t used = strlen(options);
    bool plain = strspn(argument, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789=,./:_%+-") == strlen(argument);
    snprintf(options + used, size - used, plain ? " %s%s" : " %s'%s'", before,
             argument);
}

/* How `quiesce run` was called, from the note it left. */
static void read_options(struct qs_report *r)
{
    char file[600], *text, *line, *rest;
    snprintf(file, sizeof file, "%s/experiments/options", r->run->path);
    rest = text = qs_file_text(file);
    while ((line = strsep(&rest, "\n")) != NULL) {
        if (strcmp(line, "preset full") == 0)
            add_argument(r->options, sizeof r->options, "", "--full");
        else if (strcmp(line, "preset quick") == 0)
            add_argument(r->options, sizeof r->options, "", "--quick");
        else if (strncmp(line, "only ", 5) == 0)
            add_argument(r->options, sizeof r->options, "--only ", line + 5);
        else if (strncmp(line, "set ", 4) == 0)
            add_argument(r->options, sizeof r->options, "--set ", line + 4);
    }
    free(text);
}

static void write_parts(struct qs_report *r)
{
    qs_report_head(r);
    qs_report_warnings(r);
    qs_report_claims(r);
    qs_report_figures(r);
    qs_report_placements(r);
    qs_report_environment(r);
    qs_report_medians(r);
    qs_report_faults(r);
    fputs("</body>\n</html>\n", r->out);
}

/* Writes beside the old report and then takes its place. */
static int write_file(struct qs_report *r)
{
    char file[600], fresh[600];
    snprintf(file, sizeof file, "%s/report.html", r->run->path);
    snprintf(fresh, sizeof fresh, "%s/.report.html", r->run->path);
    r->out = fopen(fresh, "we");
    int error = errno;
    if (r->out) {
        write_parts(r);
        error = ferror(r->out) ? EIO : 0;
        if (fclose(r->out) != 0)
            error = errno;
        if (!error && rename(fresh, file) != 0)
            error = errno;
    }
    if (error)
        snprintf(r->error, r->error_size, "%s: %s", file, strerror(error));
    return error || r->failed ? -1 : 0;
}

/* The same verdicts for programs to read. */
static int write_claims(const struct qs_report *r)
{
    char file[600];

    snprintf(file, sizeof file, "%s/claims.csv", r->run->path);
    int result = qs_claims_write(file, &r->run->figures, r->judgements);
    if (result)
        snprintf(r->error, r->error_size, "%s: %s", file, strerror(-result));
    return result ? -1 : 0;
}

static int write_report(const struct qs_run_dir *run, char *error, size_t error_size)
{
    struct qs_report r = { .run = run, .error = error, .error_size = error_size };
    r.n_judgements =
        qs_claims_judge(&run->figures, run->rows, run->n, &run->limits, &r.judgements);
    qs_groups_make(run->rows, run->n, &r.groups);
    read_options(&r);
    int result = write_file(&r) || write_claims(&r) ? -1 : 0;
    qs_groups_free(&r.groups);
    free(r.judgements);
    return result;
}

int qs_report_write(const char *run_dir, char *error, size_t error_size)
{
    struct qs_run_dir run;
    if (qs_run_dir_open(run_dir, NULL, &run, error, error_size) != 0)
        return -1;
    int result = write_report(&run, error, error_size);
    qs_run_dir_close(&run);
    return result;
}

struct arguments {
    const char *folder, *experiments;
};

static const struct argp_option options[] = {
    { "experiments", 'e', "DIR", 0,
      "folder of the .exp files (default: the run's own copies, else ./experiments)",
      0 },
    { 0 }
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct arguments *a = state->input;
    switch (key) {
    case 'e':
        a->experiments = text;
        return 0;
    case ARGP_KEY_ARG:
        if (a->folder)
            argp_error(state, "one folder at a time");
        a->folder = text;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    options,
    parse,
    "[DIR]",
    "Writes DIR/report.html and DIR/claims.csv from what lies in DIR.\v"
    "DIR is the folder of a run; the newest one below ./results if left out.  The "
    "pictures are those in DIR/figures; `quiesce plot DIR` draws them.",
    NULL,
    NULL,
    NULL
};

int qs_verb_report(int argc, char **argv)
{
    struct arguments a = { 0 };
    struct qs_run_dir run;
    char newest[512], error[QS_EXPERIMENT_ERROR + 256];
    int status = QS_EXIT_USAGE;
    argp_parse(&argp, argc, argv, 0, NULL, &a);
    if (!a.folder)
        a.folder = qs_run_dir_newest(newest, sizeof newest, error, sizeof error);
    if (a.folder &&
        qs_run_dir_open(a.folder, a.experiments, &run, error, sizeof error) == 0) {
        bool written = write_report(&run, error, sizeof error) == 0;
        status = written ? QS_EXIT_DONE : QS_EXIT_FAILED;
        qs_run_dir_close(&run);
    }
    if (status == QS_EXIT_DONE)
        printf("%s/report.html\n", a.folder);
    else
        fprintf(stderr, "quiesce: %s\n", error);
    return status;
}
