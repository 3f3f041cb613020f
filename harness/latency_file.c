/* latency_file.c - see latency_file.h. */
#include "harness/latency_file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/allocate.h"
#include "harness/results_columns.h"

/* A row per point would repeat all of cells.csv; these say which cell it is. */
static const char *const columns[] = {
    "run",          "figure",     "cell",          "rep",           "status",
    "structure",    "reclaim",    "threads",       "placement",     "alloc",
    "keys",         "prefill",    "update_pct",    "dist",          "mix",
    "prefill_mode", "start",      "oversubscribe", "quiesce_every", "writers",
    "churn",        "stall",      "wake_pct",      "batch",         "free",
    "era",          "latency",    "lat_mode",      "measure",       "resize",
    "op",           "percentile", "latency_ns",    "within_ns",     "within_pct",
    "beyond_pct",   "workload",   "span",          "phases"
};

static const char *const kinds[QS_LATENCY_KINDS] = { "get", "insert", "delete", "put",
                                                     "rmw", "range",  "all" };

static void print_header(FILE *out)
{
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        fprintf(out, "%s%s", i ? "," : "", columns[i]);
    putc('\n', out);
}

static void print_point(FILE *out, struct qs_row *row,
                        const struct qs_latency_point *point)
{
    char text[QS_COLUMN_TEXT_SIZE];

    row->sample.point = *point;
    strcpy(row->sample.op, kinds[point->kind]);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        qs_column_format(qs_column_find(columns[i]), row, text);
        fprintf(out, "%s%s", i ? "," : "", text);
    }
    putc('\n', out);
}

int qs_latency_append(const char *folder, const struct qs_row *row)
{
    char path[PATH_MAX + 16], *text = NULL;
    struct qs_row at = *row;
    size_t size;

    if (!row->sample.n_points)
        return 0;
    snprintf(path, sizeof path, "%s/latency.csv", folder);
    int fd = qs_results_open(path);
    if (fd < 0)
        return fd;
    FILE *out = qs_needed(open_memstream(&text, &size));
    if (lseek(fd, 0, SEEK_END) == 0)
        print_header(out);
    for (unsigned i = 0; i < row->sample.n_points; i++)
        print_point(out, &at, &row->sample.points[i]);
    fclose(out);
    int error = qs_results_write(fd, text, size);
    free(text);
    close(fd);
    return error;
}

int qs_latency_read(const char *folder, struct qs_row **rows, size_t *n, char *error,
                    size_t error_size)
{
    char path[PATH_MAX + 16];
    size_t torn;

    *rows = NULL;
    *n = 0;
    snprintf(path, sizeof path, "%s/latency.csv", folder);
    if (access(path, F_OK))
        return 0;
    int result = qs_results_read(path, rows, n, &torn, error, error_size);
    if (result && result != -EBADMSG)
        snprintf(error, error_size, "%s: %s", path, strerror(-result));
    return result ? -1 : 0;
}

bool qs_latency_has(const char *x)
{
    return !strcmp(x, "percentile") || !strcmp(x, "within_ns");
}
