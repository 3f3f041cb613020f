/* merge.c - the verb merge: several folders of runs become one. */
#include <argp.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/merge.h"
#include "harness/text.h"
#include "harness/verbs.h"

enum { OUT = 512, RENUMBER };

static const struct argp_option options[] = {
    { "out", OUT, "DIR", 0, "the folder to make", 0 },
    { "renumber", RENUMBER, NULL, 0,
      "where two runs measured the same repeat of a cell, keep both: the later one as a "
      "further repeat",
      0 },
    { 0 }
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct qs_merge *m = state->input;

    switch (key) {
    case OUT:
        m->out = text;
        return 0;
    case RENUMBER:
        m->renumber = true;
        return 0;
    case ARGP_KEY_ARG:
        if (m->n_parts == QS_MERGE_PARTS)
            argp_error(state, "at most %d runs; merge what was merged", QS_MERGE_PARTS);
        m->parts[m->n_parts++].path = text;
        return 0;
    case ARGP_KEY_END:
        if (m->n_parts < 2)
            argp_error(state, "name the folders of two runs or more");
        if (!m->out)
            argp_error(state, "say where to: --out DIR");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    options,
    parse,
    "RUN...",
    "Makes one folder of several runs of the same build on the same machine: their "
    "figures, cells and repeats together."
    "\vA row that two of them hold is taken once.  `quiesce report DIR` judges and draws "
    "the whole; what is missing, `quiesce run --resume=DIR` measures.",
    NULL,
    NULL,
    NULL
};

static int refuse(const struct qs_merge *m, int status)
{
    fprintf(stderr, "quiesce: %s\n", m->error);
    return status;
}

static int make_folders(struct qs_merge *m)
{
    char path[PATH_MAX];

    if (mkdir(m->out, 0777)) {
        snprintf(m->error, sizeof m->error,
                 "--out %s: %s; name one that does not exist", m->out, strerror(errno));
        return -1;
    }
    snprintf(path, sizeof path, "%s/experiments", m->out);
    return mkdir(path, 0777) ? qs_merge_failed(m, "experiments", errno) : 0;
}

static void print_summary(const struct qs_merge *m)
{
    printf("%s: %zu rows of %zu runs", m->out, m->n_rows, m->n_parts);
    if (m->twice)
        printf(", %zu that were there twice left out", m->twice);
    if (m->renumbered)
        printf(", %zu as further repeats", m->renumbered);
    printf("\nnext     quiesce report %s   (missing cells: quiesce run --resume=%s)\n",
           m->out, m->out);
}

int qs_verb_merge(int argc, char **argv)
{
    struct qs_merge m = { 0 };
    int status = QS_EXIT_DONE;

    argp_parse(&argp, argc, argv, 0, NULL, &m);
    if (qs_merge_check(&m) || qs_merge_read_rows(&m) || make_folders(&m))
        status = refuse(&m, QS_EXIT_USAGE);
    else if (qs_merge_write_rows(&m) || qs_merge_write_files(&m))
        status = refuse(&m, QS_EXIT_FAILED);
    else
        print_summary(&m);
    qs_merge_free(&m);
    return status;
}
