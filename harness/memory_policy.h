/* memory_policy.h - where a cell's memory comes from: as text, as done, as verified.
 *
 * Tables (arrays of buckets, heads, lines or slots) are bound as areas, nodes by the
 * policy of the threads that allocate them.  What became of it is read back from the
 * kernel, page by page.
 */
#ifndef QS_HARNESS_MEMORY_POLICY_H
#define QS_HARNESS_MEMORY_POLICY_H

#include "harness/cell.h"
#include "harness/topology.h"

enum { QS_MEMORY_TEXT = 64 };

/* "interleave", or "interleave/bind:1" if tables and nodes differ; returns text. */
char *qs_memory_text(const struct qs_cell *cell, char text[QS_MEMORY_TEXT]);
/* Reads that into the cell; "default" for the system's way.  False if it is neither. */
bool qs_memory_parse(const char *text, struct qs_cell *cell);
/* The same of huge pages: system, on, off. */
const char *qs_huge_text(const struct qs_cell *cell);
bool qs_huge_parse(const char *text, struct qs_cell *cell);

/* Whether the machine has the nodes: 0, or -1 with a sentence in error. */
int qs_memory_check(const struct qs_cell *cell, const struct qs_topology *topology,
                    char *error, size_t error_size);

/* From here to qs_memory_end() memory comes as the cell says; main thread, before the
 * map is made.  0, or -1 with a sentence in error. */
int qs_memory_begin(const struct qs_cell *cell, const struct qs_topology *topology,
                    char *error, size_t error_size);
/* In each thread that allocates nodes: 0, or -1 with a sentence in error. */
int qs_memory_join(char *error, size_t error_size);
/* Reads back where the pages are, while the map is there and at rest. */
void qs_memory_verify(struct qs_sample *sample);
void qs_memory_end(void);

#endif
