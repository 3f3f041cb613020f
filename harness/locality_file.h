/* locality_file.h - locality.csv: whose words threads swapped, beside cells.csv.
 *
 * A row per repeat, NUMA node that threads ran on (thread_node) and node that had the
 * word's page (home_node), by the system's numbers: node_tries and node_fails, the CAS of
 * the measurement; node_tries_pct, of all whose home is known; node_fail_pct, the share of
 * node_tries that failed.  Only structures named *_located have such rows.
 */
#ifndef QS_HARNESS_LOCALITY_FILE_H
#define QS_HARNESS_LOCALITY_FILE_H

#include "harness/side_file.h"

extern const struct qs_side_file qs_locality_file;

/* Whether a plot over this column is drawn from locality.csv. */
bool qs_locality_has(const char *x);

#endif
