/* run_dir.h - the folder of a run, read back: what was asked, measured and judged.
 *
 * Everything that draws or reports takes its input from here, so that it can be done
 * again years later.  Experiments are read from DIR/experiments, where a run leaves
 * copies of its own, else from the tool's folder.
 */
#ifndef QS_HARNESS_RUN_DIR_H
#define QS_HARNESS_RUN_DIR_H

#include "harness/experiment.h"
#include "harness/filter.h"
#include "harness/json.h"
#include "harness/results.h"

struct qs_run_dir {
    char path[512], experiments[512];
    struct qs_figures figures; /* those with rows and a file, by name */
    struct qs_row *rows;
    size_t n, torn;
    struct qs_row *moments; /* of timeline.csv */
    size_t n_moments;
    struct qs_row *latencies; /* of latency.csv */
    size_t n_latencies;
    struct qs_row *homes; /* of locality.csv */
    size_t n_homes;
    struct qs_json facts;    /* run.json; empty if there is none */
    struct qs_limits limits; /* of the machine that measured */
};

/* Reads DIR; experiments is the tool's folder or NULL for the usual one.  0, or -1 with
 * a sentence in error that names the file and the remedy. */
int qs_run_dir_open(const char *path, const char *experiments, struct qs_run_dir *run,
                    char *error, size_t error_size);
void qs_run_dir_close(struct qs_run_dir *run);

/* The newest run below ./results.  Returns path, or NULL with a sentence in error. */
char *qs_run_dir_newest(char *path, size_t size, char *error, size_t error_size);

/* A fact's value, such as "compiler", or "". */
const char *qs_run_fact(const struct qs_run_dir *run, const char *name);

/* Whether the numbers come from the quick preset: for looking, not for citing. */
bool qs_run_is_quick(const struct qs_run_dir *run);

#endif
