/* locality_file.c - see locality_file.h. */
#include "harness/locality_file.h"

#include <string.h>

/* What tells cells apart, and what is counted. */
static const char *const columns[] = {
    "run",           "figure",        "cell",
    "rep",           "status",        "structure",
    "reclaim",       "threads",       "placement",
    "memory",        "alloc",         "keys",
    "prefill",       "update_pct",    "dist",
    "mix",           "prefill_mode",  "start",
    "oversubscribe", "quiesce_every", "writers",
    "churn",         "stall",         "wake_pct",
    "batch",         "free",          "era",
    "latency",       "measure",       "resize",
    "workload",      "span",          "phases",
    "huge_pages",    "thread_node",   "home_node",
    "node_tries",    "node_fails",    "node_tries_pct",
    "node_fail_pct"
};

static unsigned count(const struct qs_row *row)
{
    return row->sample.n_homes;
}

static void set(struct qs_row *copy, const struct qs_row *row, unsigned i)
{
    copy->sample.home = row->sample.homes[i];
}

const struct qs_side_file qs_locality_file = { "locality.csv", columns,
                                               sizeof columns / sizeof *columns, count,
                                               set };

bool qs_locality_has(const char *x)
{
    return !strcmp(x, "home_node");
}
