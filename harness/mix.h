/* mix.h - which operations a cell does, how often, and on which keys: their words. */
#ifndef QS_HARNESS_MIX_H
#define QS_HARNESS_MIX_H

#include <stdbool.h>

#include "harness/cell.h"

struct qs_map_ops;

enum { QS_MIX_TEXT = 96 };

/* "90/5/5": percent of gets, inserts and deletes; or "get:50/put:50", where `get`,
 * `insert`, `delete`, `put`, `rmw` and `range` may stand.  100 together.  False if it
 * is none of the two. */
bool qs_mix_parse(const char *text, struct qs_cell *cell);
char *qs_mix_text(const struct qs_cell *cell, char text[QS_MIX_TEXT]);

/* Whether two cells do the same operations, each as often. */
bool qs_mix_equal(const struct qs_cell *a, const struct qs_cell *b);
void qs_mix_clear(struct qs_cell *cell);

/* Of 1000 operations, those that change the map; and the gets. */
unsigned qs_mix_updates(const struct qs_cell *cell);
unsigned qs_mix_gets(const struct qs_cell *cell);

/* An operation of the mix that the map does not offer, or NULL. */
const char *qs_mix_lacks(const struct qs_cell *cell, const struct qs_map_ops *ops);

/* A range visits 100 keys if nothing else was said, and no range visits none. */
void qs_mix_complete(struct qs_cell *cell);

/* "uniform", "zipf:0.99", "hot:20/80" (80 % of the draws from 20 % of the keys),
 * "latest:0.99" (recently inserted keys) or "sequential". */
bool qs_distribution_parse(const char *text, struct qs_cell *cell);
char *qs_distribution_text(const struct qs_cell *cell, char text[QS_MIX_TEXT]);

/* The workloads of the Yahoo! Cloud Serving Benchmark (Cooper et al., SoCC 2010) by
 * name, "ycsb-a" to "ycsb-f": mix and distribution, whether all keys are present at
 * first, and whether inserts are of new ones.
 */
bool qs_workload_named(const char *name, struct qs_cell *cell);
/* The name of the cell's mix and distribution, or "". */
const char *qs_workload_name(const struct qs_cell *cell);
/* The i-th name, or NULL. */
const char *qs_workload_name_at(unsigned i);

#endif
