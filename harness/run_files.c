/* run_files.c - the folder of a run, as far as it can be written before measuring. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "harness/allocate.h"
#include "harness/machine.h"
#include "harness/plan_file.h"
#include "harness/run.h"

enum { MOST_DRAWN = 64 }; /* placements for which a picture is made */

int qs_run_file_failed(const struct qs_run *run, const char *name, int error)
{
    fprintf(stderr, "quiesce: %s%s%s: %s\n", run->path, *name ? "/" : "", name,
            strerror(error));
    return QS_EXIT_FAILED;
}

void qs_run_log(const struct qs_run *run, const char *format, ...)
{
    char when[32];
    time_t now = time(NULL);
    struct tm utc;
    va_list arguments;

    if (!run->log)
        return;
    strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
    fprintf(run->log, "%s ", when);
    va_start(arguments, format);
    vfprintf(run->log, format, arguments);
    va_end(arguments);
    putc('\n', run->log);
}

/* "2026-11-20T1031Z-vm" */
static void default_name(char *name, size_t size)
{
    char host[24] = "", when[24];
    time_t now = time(NULL);
    struct tm utc;

    gethostname(host, sizeof host - 1);
    for (char *c = host; *c; c++)
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
                    *c))
            *c = '-';
    strftime(when, sizeof when, "%Y-%m-%dT%H%MZ", gmtime_r(&now, &utc));
    snprintf(name, size, "%s-%s", when, *host ? host : "host");
}

static int made(const char *path)
{
    return mkdir(path, 0777) ? errno : 0;
}

/* results/NAME, or results/NAME-2 and so on if it is taken. */
static int make_default(struct qs_run *run)
{
    char name[48];
    int error = made("results");

    if (error && error != EEXIST) {
        strcpy(run->path, "results");
        return error;
    }
    default_name(name, sizeof name);
    snprintf(run->path, sizeof run->path, "results/%s", name);
    for (int i = 2; (error = made(run->path)) == EEXIST && i < 100; i++)
        snprintf(run->path, sizeof run->path, "results/%s-%d", name, i);
    return error;
}

static void drop_slashes(char *path)
{
    for (size_t end = strlen(path); end > 1 && path[end - 1] == '/';)
        path[--end] = 0;
}

static int make_folder(struct qs_run *run)
{
    char cells[PATH_MAX + 16];
    int error;

    if (run->out) {
        snprintf(run->path, sizeof run->path, "%s", run->out);
        drop_slashes(run->path);
        error = made(run->path);
        snprintf(cells, sizeof cells, "%s/cells.csv", run->path);
        if (error == EEXIST && !access(cells, F_OK)) {
            fprintf(stderr,
                    "quiesce: --out %s: holds a run already; go on with --resume=%s\n",
                    run->path, run->path);
            return QS_EXIT_USAGE;
        }
        if (error == EEXIST)
            error = 0;
    } else {
        error = make_default(run);
    }
    return error ? qs_run_file_failed(run, "", error) : 0;
}

static void set_name(struct qs_run *run)
{
    const char *slash = strrchr(run->path, '/');
    snprintf(run->name, sizeof run->name, "%.63s", slash ? slash + 1 : run->path);
}

/* Points results/latest here; not worth failing for. */
static void link_latest(const struct qs_run *run)
{
    if (run->out)
        return;
    unlink("results/.latest");
    if (!symlink(run->name, "results/.latest"))
        rename("results/.latest", "results/latest");
}

static int make_subfolder(const struct qs_run *run, const char *name)
{
    char path[PATH_MAX + 32];

    snprintf(path, sizeof path, "%s/%s", run->path, name);
    int error = made(path);
    return error && error != EEXIST ? qs_run_file_failed(run, name, error) : 0;
}

static int write_plan(const struct qs_run *run)
{
    char path[PATH_MAX + 16];

    snprintf(path, sizeof path, "%s/plan.csv", run->path);
    FILE *out = fopen(path, "we");
    if (!out)
        return qs_run_file_failed(run, "plan.csv", errno);
    qs_plan_write(out, run->plans, run->figures.n);
    bool whole = !ferror(out);
    if (fclose(out) || !whole)
        return qs_run_file_failed(run, "plan.csv", errno);
    return 0;
}

static int write_json(const struct qs_run *run)
{
    char path[PATH_MAX + 16], limits[128], steps[32], names[2048] = "[", when[32];
    time_t now = time(NULL);
    struct tm utc;

    for (size_t i = 0; i < run->figures.n; i++) {
        size_t length = strlen(names);
        snprintf(names + length, sizeof names - length, "%s\"%s\"", i ? ", " : "",
                 run->figures.figure[i]->id);
    }
    strncat(names, "]", sizeof names - strlen(names) - 1);
    strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
    snprintf(limits, sizeof limits,
             "{\"pus\": %u, \"cores\": %u, \"numa_nodes\": %u, \"emulated\": %s}",
             run->limits.pus, run->limits.cores, run->limits.numa_nodes,
             run->limits.emulated ? "true" : "false");
    snprintf(steps, sizeof steps, "%zu", run->n_steps);
    const struct qs_json_member members[] = {
        { "run", run->name, false },
        { "preset", run->selection.choices.preset == QS_FULL ? "full" : "quick",
          false },
        { "started", when, false },
        { "figures", names, true },
        { "repeats", steps, true },
        { "limits", limits, true },
    };
    snprintf(path, sizeof path, "%s/run.json", run->path);
    int error = qs_machine_write_json(path, run->argv, run->topology, members,
                                      sizeof members / sizeof *members);
    return error ? qs_run_file_failed(run, "run.json", -error) : 0;
}

/* A picture of the machine with the threads of one cell, unless there is one. */
static int draw_placement(struct qs_run *run, const struct qs_cell *cell)
{
    char path[PATH_MAX + 128], policy[64], error[256];
    struct qs_place *places = qs_needed(calloc(cell->threads, sizeof *places));
    int drawn = 0;

    snprintf(policy, sizeof policy, "%s", cell->placement);
    for (char *c = policy; *c; c++)
        if (*c == ':' || *c == ',')
            *c = '-';
    snprintf(path, sizeof path, "%s/placement/%s-%u.svg", run->path, policy,
             cell->threads);
    if (access(path, F_OK) && strcmp(cell->placement, "none") != 0) {
        if (qs_topology_place(run->topology, cell->placement, cell->threads,
                              cell->oversubscribe, places, error, sizeof error) ||
            qs_topology_draw(run->topology, places, cell->threads, path, error,
                             sizeof error))
            qs_run_log(run, "placement/%s-%u.svg: %s", policy, cell->threads, error);
        drawn = 1;
    }
    free(places);
    return drawn;
}

static void draw_placements(struct qs_run *run)
{
    int drawn = 0;

    for (size_t p = 0; p < run->figures.n; p++)
        for (size_t c = 0; c < run->plans[p].n && drawn < MOST_DRAWN; c++)
            drawn += draw_placement(run, &run->plans[p].cells[c]);
}

static void write_topology(struct qs_run *run)
{
    char path[PATH_MAX + 16];

    snprintf(path, sizeof path, "%s/topology.xml", run->path);
    if (qs_topology_export_xml(run->topology, path))
        qs_run_log(run, "topology.xml: cannot be written");
    draw_placements(run);
}

int qs_run_open_files(struct qs_run *run)
{
    char path[PATH_MAX + 16];

    set_name(run);
    snprintf(path, sizeof path, "%s/cells.csv", run->path);
    run->cells = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (run->cells < 0)
        return qs_run_file_failed(run, "cells.csv", errno);
    snprintf(path, sizeof path, "%s/log.txt", run->path);
    run->log = fopen(path, "ae");
    if (!run->log)
        return qs_run_file_failed(run, "log.txt", errno);
    setvbuf(run->log, NULL, _IOLBF, 0);
    return 0;
}

int qs_run_create(struct qs_run *run)
{
    static const char *const folders[] = { "experiments", "placement", "figures" };
    int status = make_folder(run);

    if (status)
        return status;
    set_name(run);
    status = write_json(run);
    for (size_t i = 0; i < sizeof folders / sizeof *folders && !status; i++)
        status = make_subfolder(run, folders[i]);
    if (!status)
        status = write_plan(run);
    if (!status)
        status = qs_run_save(run);
    if (!status)
        status = qs_run_open_files(run);
    if (!status) {
        write_topology(run);
        link_latest(run);
    }
    return status;
}
