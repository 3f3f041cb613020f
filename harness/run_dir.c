/* run_dir.c - reads the folder of a run. */
#include "harness/run_dir.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/allocate.h"
#include "harness/latency_file.h"
#include "harness/locality_file.h"
#include "harness/timeline.h"

enum { MOST_FIGURES = 256 };

static int read_rows(struct qs_run_dir *run, char *error, size_t error_size)
{
    char file[600];
    snprintf(file, sizeof file, "%s/cells.csv", run->path);
    int result =
        qs_results_read(file, &run->rows, &run->n, &run->torn, error, error_size);
    if (result == -ENOENT || result == -ENOTDIR)
        snprintf(error, error_size, "%s: no such file; name the folder of a run", file);
    else if (result != 0 && result != -EBADMSG)
        snprintf(error, error_size, "%s: %s", file, strerror(-result));
    return result ? -1 : 0;
}

/* A run without run.json, for example a cells.csv of `bench --csv`, can be drawn. */
static int read_facts(struct qs_run_dir *run, char *error, size_t error_size)
{
    char file[600];
    snprintf(file, sizeof file, "%s/run.json", run->path);
    if (access(file, F_OK) != 0)
        return 0;
    return qs_json_read(file, &run->facts, error, error_size);
}

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static int choose_experiments(struct qs_run_dir *run, const char *given, char *error,
                              size_t error_size)
{
    snprintf(run->experiments, sizeof run->experiments, "%.490s/experiments",
             run->path);
    if (!given && is_folder(run->experiments))
        return 0;
    return qs_experiments_folder(given, run->experiments, sizeof run->experiments,
                                 error, error_size)
               ? 0
               : -1;
}

static bool has_file(const struct qs_run_dir *run, const char *figure)
{
    char file[700];
    snprintf(file, sizeof file, "%s/%s.exp", run->experiments, figure);
    return access(file, R_OK) == 0;
}

static bool is_among(char *const *names, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool has_own_experiments(const struct qs_run_dir *run)
{
    size_t length = strlen(run->path);
    return !strncmp(run->experiments, run->path, length) &&
           !strcmp(run->experiments + length, "/experiments");
}

/* Reads the experiments of all figures that have rows; of a run with its own copies all of
 * these, since claims of figures that this machine cannot measure have a verdict, too. */
static int read_figures(struct qs_run_dir *run, char *error, size_t error_size)
{
    char *names[MOST_FIGURES];
    size_t n = 0;
    if (has_own_experiments(run))
        return qs_figures_read(run->experiments, NULL, 0, &run->figures, error,
                               error_size);
    for (size_t i = 0; i < run->n && n < MOST_FIGURES; i++)
        if (!is_among(names, n, run->rows[i].figure) &&
            has_file(run, run->rows[i].figure))
            names[n++] = run->rows[i].figure;
    if (n == 0)
        return 0;
    qsort(names, n, sizeof *names, compare_names);
    return qs_figures_read(run->experiments, names, n, &run->figures, error,
                           error_size);
}

/* Without run.json nobody knows how many processors there were: then no number of
 * threads counts as too many. */
static void read_limits(struct qs_run_dir *run)
{
    struct qs_limits *l = &run->limits;
    l->cores = (unsigned)atoi(qs_json_text(&run->facts, "limits.cores"));
    l->pus = (unsigned)atoi(qs_json_text(&run->facts, "limits.pus"));
    l->numa_nodes = (unsigned)atoi(qs_json_text(&run->facts, "limits.numa_nodes"));
    l->emulated = !strcmp(qs_json_text(&run->facts, "limits.emulated"), "true");
    if (!l->pus)
        *l = (struct qs_limits){ .pus = 65536, .cores = 65536, .numa_nodes = 1 };
}

int qs_run_dir_open(const char *path, const char *experiments, struct qs_run_dir *run,
                    char *error, size_t error_size)
{
    memset(run, 0, sizeof *run);
    snprintf(run->path, sizeof run->path, "%s", path);
    for (size_t end = strlen(run->path); end > 1 && run->path[end - 1] == '/';)
        run->path[--end] = 0;
    int result = read_rows(run, error, error_size);
    if (result == 0)
        result = qs_timeline_read(run->path, &run->moments, &run->n_moments, error,
                                  error_size);
    if (result == 0)
        result = qs_latency_read(run->path, &run->latencies, &run->n_latencies, error,
                                 error_size);
    if (result == 0)
        result = qs_side_read(&qs_locality_file, run->path, &run->homes, &run->n_homes,
                              error, error_size);
    if (result == 0)
        result = read_facts(run, error, error_size);
    if (result == 0)
        result = choose_experiments(run, experiments, error, error_size);
    if (result == 0)
        read_limits(run);
    if (result == 0)
        result = read_figures(run, error, error_size);
    if (result != 0)
        qs_run_dir_close(run);
    return result;
}

void qs_run_dir_close(struct qs_run_dir *run)
{
    qs_figures_free(&run->figures);
    qs_json_free(&run->facts);
    free(run->rows);
    free(run->moments);
    free(run->latencies);
    free(run->homes);
    run->rows = run->moments = run->latencies = run->homes = NULL;
}

/* When the run's last row was written; 0 if the folder is none of a run. */
static time_t written(const char *name)
{
    struct stat status;
    char file[600];
    snprintf(file, sizeof file, "results/%s/cells.csv", name);
    return *name != '.' && stat(file, &status) == 0 ? status.st_mtime : 0;
}

char *qs_run_dir_newest(char *path, size_t size, char *error, size_t error_size)
{
    DIR *folder = opendir("results");
    time_t newest = 0;
    for (struct dirent *entry; folder && (entry = readdir(folder)) != NULL;) {
        time_t when = written(entry->d_name);
        if (when > newest) {
            newest = when;
            snprintf(path, size, "results/%s", entry->d_name);
        }
    }
    if (folder)
        closedir(folder);
    if (newest)
        return path;
    snprintf(error, error_size, "no run in ./results; name the folder of one");
    return NULL;
}

const char *qs_run_fact(const struct qs_run_dir *run, const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "facts.%s.value", name);
    return qs_json_text(&run->facts, path);
}

bool qs_run_is_quick(const struct qs_run_dir *run)
{
    return strcmp(qs_json_text(&run->facts, "preset"), "quick") == 0;
}
