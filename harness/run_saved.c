/* run_saved.c - what a run was asked to do, kept in its folder: copies of the
 * experiment files and the settings of the command line.  --resume reads nothing else,
 * so that editing an experiment does not change a run that has begun.
 */
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/allocate.h"
#include "harness/json.h"
#include "harness/run.h"

/* Under another name until it is whole: a run that is killed, or finds no room, leaves
 * no half of a file to the one that resumes it. */
static int write_file(const struct qs_run *run, const char *name, const char *text)
{
    char path[PATH_MAX + 300], fresh[PATH_MAX + 310];

    snprintf(path, sizeof path, "%s/%s", run->path, name);
    snprintf(fresh, sizeof fresh, "%s.new", path);
    FILE *out = fopen(fresh, "we");
    if (!out)
        return qs_run_file_failed(run, name, errno);
    bool whole = fputs(text, out) >= 0;
    int error = fclose(out) || !whole || rename(fresh, path) ? errno : 0;
    if (!error)
        return 0;
    remove(fresh);
    return qs_run_file_failed(run, name, error);
}

static int copy_file(const struct qs_run *run, const char *from, const char *name)
{
    char *text = qs_file_text(from);

    if (!text) {
        fprintf(stderr, "quiesce: %s: %s\n", from, strerror(errno));
        return QS_EXIT_FAILED;
    }
    int status = write_file(run, name, text);
    free(text);
    return status;
}

/* The file beside a figure's own that says how figures look. */
static void style_path(const struct qs_figure *figure, char *path, size_t size)
{
    const char *slash = strrchr(figure->path, '/');
    int folder = slash ? (int)(slash - figure->path) : 1;
    snprintf(path, size, "%.*s/style.gp", folder, slash ? figure->path : ".");
}

/* Of the first figure that has one beside it, else of the usual folder. */
static int copy_style(const struct qs_run *run)
{
    char path[PATH_MAX], folder[PATH_MAX - 16], error[256];
    struct stat status;

    for (size_t i = 0; i < run->figures.n; i++) {
        style_path(run->figures.figure[i], path, sizeof path);
        if (!stat(path, &status))
            return copy_file(run, path, "experiments/style.gp");
    }
    if (!qs_experiments_folder(NULL, folder, sizeof folder, error, sizeof error))
        return 0; /* the drawing will say what it misses */
    snprintf(path, sizeof path, "%s/style.gp", folder);
    return stat(path, &status) ? 0 : copy_file(run, path, "experiments/style.gp");
}

/* One "key value" a line. */
int qs_run_save_options(const struct qs_run *run)
{
    const struct qs_choices *c = &run->selection.choices;
    char *text = NULL;
    size_t size;
    FILE *out = qs_needed(open_memstream(&text, &size));

    fprintf(out, "preset %s\n", c->preset == QS_FULL ? "full" : "quick");
    if (c->only)
        fprintf(out, "only %s\n", c->only);
    for (size_t i = 0; i < c->n_set; i++)
        fprintf(out, "set %s\n", c->set[i]);
    for (size_t i = 0; i < run->figures.n; i++)
        fprintf(out, "figure %s\n", run->figures.figure[i]->id);
    fclose(out);
    int status = write_file(run, "experiments/options", qs_needed(text));
    free(text);
    return status;
}

int qs_run_save(struct qs_run *run)
{
    char name[300];
    int status = qs_run_save_options(run);

    for (size_t i = 0; i < run->figures.n && !status; i++) {
        snprintf(name, sizeof name, "experiments/%s.exp", run->figures.figure[i]->id);
        status = copy_file(run, run->figures.figure[i]->path, name);
    }
    return status ? status : copy_style(run);
}

/* Takes one line of the options, which the selection goes on pointing into. */
static int load_option(struct qs_run *run, char *line, char *error, size_t error_size)
{
    struct qs_selection *s = &run->selection;
    char *value = strchr(line, ' ');

    if (!value)
        return *line ? -1 : 0;
    *value++ = 0;
    if (!strcmp(line, "preset"))
        s->choices.preset = strcmp(value, "full") ? QS_QUICK : QS_FULL;
    else if (!strcmp(line, "only"))
        s->choices.only = value;
    else if (!strcmp(line, "set"))
        return qs_selection_set(s, value, error, error_size);
    else if (!strcmp(line, "figure") && s->n_names < QS_SELECTED)
        s->names[s->n_names++] = value;
    return 0;
}

static int load_options(struct qs_run *run, char *text)
{
    char error[QS_EXPERIMENT_ERROR] = "not as `quiesce run` wrote it", *line;

    while ((line = strsep(&text, "\n"))) {
        if (!load_option(run, line, error, sizeof error))
            continue;
        fprintf(stderr, "quiesce: %s/experiments/options: %s\n", run->path, error);
        return QS_EXIT_USAGE;
    }
    return 0;
}

/* The settings of the command line count beside those of the run, and after them. */
int qs_run_load(struct qs_run *run)
{
    static char experiments[PATH_MAX + 16];
    struct qs_selection *s = &run->selection;
    char path[PATH_MAX + 32], *given[QS_SELECTED];
    size_t n = s->choices.n_set;

    memcpy(given, s->set, n * sizeof *given);
    s->choices.n_set = 0;
    snprintf(path, sizeof path, "%s/experiments/options", run->path);
    run->saved = qs_file_text(path);
    if (!run->saved)
        return qs_run_file_failed(run, "experiments/options", errno);
    int status = load_options(run, run->saved);
    for (size_t i = 0; i < n; i++)
        s->set[s->choices.n_set++] = given[i];
    snprintf(experiments, sizeof experiments, "%s/experiments", run->path);
    s->experiments = experiments;
    return status;
}
