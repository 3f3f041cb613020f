/* run_resume.c - going on with a run that was interrupted. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/allocate.h"
#include "harness/fingerprint.h"
#include "harness/json.h"
#include "harness/machine.h"
#include "harness/run.h"

static bool is_run(const char *path)
{
    char file[PATH_MAX + 32];
    snprintf(file, sizeof file, "%s/experiments/options", path);
    return !access(file, R_OK);
}

int qs_run_find(struct qs_run *run)
{
    const char *path = run->resume ? run->resume : "results/latest";
    char target[PATH_MAX];

    snprintf(run->path, sizeof run->path, "%s", path);
    for (size_t end = strlen(run->path); end > 1 && run->path[end - 1] == '/';)
        run->path[--end] = 0;
    ssize_t length = run->resume ? -1 : readlink(path, target, sizeof target - 1);
    if (length > 0) {
        target[length] = 0;
        snprintf(run->path, sizeof run->path, "results/%.*s", PATH_MAX - 16, target);
    }
    if (is_run(run->path))
        return 0;
    fprintf(stderr, "quiesce: --resume=%s: no folder of a run\n", run->path);
    return QS_EXIT_USAGE;
}

int qs_run_check_machine(struct qs_run *run)
{
    char path[PATH_MAX + 16], present[QS_FINGERPRINT], error[512], text[512];
    struct qs_json json;

    snprintf(path, sizeof path, "%s/run.json", run->path);
    if (qs_json_read(path, &json, error, sizeof error)) {
        fprintf(stderr, "quiesce: %s\n", error);
        return QS_EXIT_FAILED;
    }
    char *former = qs_copied(qs_json_text(&json, "fingerprint"));
    qs_json_free(&json);
    qs_machine_fingerprint(run->topology, present);
    bool differs =
        qs_fingerprint_differs(former, present, "there", "here", text, sizeof text);
    free(former);
    if (!differs)
        return 0;
    if (run->force) {
        qs_run_log(run, "resumed with --force although %s", text);
        strncat(run->name, "+forced", sizeof run->name - strlen(run->name) - 1);
        return 0;
    }
    fprintf(stderr,
            "quiesce: --resume=%s: not the same machine and build: %s; start a new "
            "run, or --force\n",
            run->path, text);
    return QS_EXIT_USAGE;
}

/* Cuts off what a crash left of a line at the end of cells.csv. */
static int cut_torn_line(struct qs_run *run)
{
    char path[PATH_MAX + 16], last;
    struct stat status;
    off_t end;

    snprintf(path, sizeof path, "%s/cells.csv", run->path);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status))
        return fd < 0 && errno == ENOENT ? 0
                                         : qs_run_file_failed(run, "cells.csv", errno);
    for (end = status.st_size; end > 0; end--)
        if (pread(fd, &last, 1, end - 1) != 1 || last == '\n')
            break;
    int error = end < status.st_size && ftruncate(fd, end) ? errno : 0;
    close(fd);
    if (error)
        return qs_run_file_failed(run, "cells.csv", error);
    if (end < status.st_size) {
        printf("cut off a torn line of %lld bytes at the end of %s\n",
               (long long)(status.st_size - end), path);
        qs_run_log(run, "cut off a torn line of %lld bytes",
                   (long long)(status.st_size - end));
    }
    return 0;
}

/* What tells repeats apart, sortable. */
struct mark {
    char figure[64];
    uint64_t id;
    unsigned rep;
};

static int compare(const void *left, const void *right)
{
    const struct mark *a = left, *b = right;
    int names = strcmp(a->figure, b->figure);

    if (names)
        return names;
    if (a->id != b->id)
        return a->id < b->id ? -1 : 1;
    return (a->rep > b->rep) - (a->rep < b->rep);
}

static struct mark mark_of_step(const struct qs_run *run, const struct qs_step *step)
{
    const struct qs_plan *plan = &run->plans[step->plan];
    struct mark mark = { .id = qs_cell_id(&plan->cells[step->cell]), .rep = step->rep };

    snprintf(mark.figure, sizeof mark.figure, "%.63s", plan->figure->id);
    return mark;
}

/* The repeats that are done, sorted; also finds where the numbering goes on. */
static struct mark *collect_done(struct qs_run *run, const struct qs_row *rows,
                                 size_t n, size_t *n_marks)
{
    struct mark *marks = qs_needed(calloc(n + 1, sizeof *marks));

    *n_marks = 0;
    for (size_t i = 0; i < n; i++) {
        if (rows[i].seq >= run->seq)
            run->seq = rows[i].seq + 1;
        if (strcmp(rows[i].status, "ok") != 0)
            continue;
        struct mark *m = &marks[(*n_marks)++];
        *m = (struct mark){ .id = rows[i].id, .rep = rows[i].rep };
        memcpy(m->figure, rows[i].figure, sizeof m->figure);
    }
    qsort(marks, *n_marks, sizeof *marks, compare);
    return marks;
}

/* Moves the steps that are done to the front; the others keep their order. */
static void partition(struct qs_run *run, const struct mark *marks, size_t n)
{
    struct qs_step *left = qs_needed(malloc((run->n_steps + 1) * sizeof *left));
    size_t n_left = 0;

    for (size_t i = 0; i < run->n_steps; i++) {
        struct mark mark = mark_of_step(run, &run->steps[i]);
        if (n && bsearch(&mark, marks, n, sizeof *marks, compare))
            run->steps[run->n_done++] = run->steps[i];
        else
            left[n_left++] = run->steps[i];
    }
    memcpy(run->steps + run->n_done, left, n_left * sizeof *left);
    free(left);
}

int qs_run_skip_done(struct qs_run *run)
{
    char path[PATH_MAX + 16], error[QS_RUN_ERROR];
    struct qs_row *rows = NULL;
    size_t n = 0, torn, n_marks;
    struct stat status;
    int result = cut_torn_line(run);

    if (result)
        return result;
    snprintf(path, sizeof path, "%s/cells.csv", run->path);
    if (stat(path, &status) || status.st_size == 0)
        return 0;
    result = qs_results_read(path, &rows, &n, &torn, error, sizeof error);
    if (result == -EBADMSG) {
        fprintf(stderr, "quiesce: %s\n", error);
        return QS_EXIT_FAILED;
    }
    if (result)
        return qs_run_file_failed(run, "cells.csv", -result);
    struct mark *marks = collect_done(run, rows, n, &n_marks);
    partition(run, marks, n_marks);
    free(marks);
    free(rows);
    return 0;
}
