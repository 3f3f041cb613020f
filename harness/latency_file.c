/* latency_file.c - see latency_file.h. */
#include "harness/latency_file.h"

#include <string.h>

#include "harness/side_file.h"

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

static unsigned count(const struct qs_row *row)
{
    return row->sample.n_points;
}

static void set(struct qs_row *copy, const struct qs_row *row, unsigned i)
{
    copy->sample.point = row->sample.points[i];
    strcpy(copy->sample.op, kinds[copy->sample.point.kind]);
}

static const struct qs_side_file file = { "latency.csv", columns,
                                          sizeof columns / sizeof *columns, count,
                                          set };

int qs_latency_append(const char *folder, const struct qs_row *row)
{
    return qs_side_append(&file, folder, row);
}

int qs_latency_read(const char *folder, struct qs_row **rows, size_t *n, char *error,
                    size_t error_size)
{
    return qs_side_read(&file, folder, rows, n, error, error_size);
}

bool qs_latency_has(const char *x)
{
    return !strcmp(x, "percentile") || !strcmp(x, "within_ns");
}
