/* runner.h - runs one repeat of a cell and measures it. */
#ifndef QS_HARNESS_RUNNER_H
#define QS_HARNESS_RUNNER_H

#include <stdbool.h>

#include "harness/cell.h"
#include "harness/map_ops.h"
#include "harness/topology.h"

/* Checks what can be known before running.  0, or -1 with a sentence in error that
 * names the input and the remedy. */
int qs_cell_check(const struct qs_cell *cell, const struct qs_topology *topology,
                  char *error, size_t error_size);

/* Creates the map, fills it, runs warm-up and measurement, validates, destroys; again
 * if strangers disturbed it, see attempts.c.  The workload is a function of cell and
 * seed alone, equal for all structures and schemes.  Returns 0 and fills *sample (valid
 * or not), or -1 with the reason in sample->error: no memory, no threads, or a
 * time-out.  A thread that does not stop in time cannot be killed: every later call
 * fails, and the topology is not to be closed.  Main thread only.  qs_sample_free()
 * frees what the sample points to. */
int qs_run_cell(const struct qs_cell *cell, const struct qs_topology *topology,
                uint64_t seed, struct qs_sample *sample);

/* The same once, on cores as they are after the cell's patience is over. */
int qs_run_attempt(const struct qs_cell *cell, const struct qs_topology *topology,
                   uint64_t seed, struct qs_sample *sample);

/* What the cell's map is to be made by. */
struct qs_map_config qs_cell_map_config(const struct qs_cell *cell);

/* Makes a running qs_run_cell() stop soon and return -1 with "interrupted"; safe in a
 * signal handler. */
void qs_run_interrupt(void);

#endif
