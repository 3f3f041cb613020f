/* crowding.h - whether somebody else runs on this thread's core right now.
 *
 * Two hardware threads share a core.  In a virtual machine the other one may be a
 * stranger's, whom no counter of the guest shows: steal time stays 0, and everything
 * that wants many of the core's units takes half as long again.  Two loops tell: one
 * whose instructions wait for each other runs as fast as ever, one with independent
 * instructions does not.  Their quotient does not depend on the clock rate; that of the
 * least that either took in this process is taken for a core of one's own.  So a process
 * that never has one does not notice.
 *
 * Hosts that balance their load give a busy processor a core of its own after a while,
 * a second at most where we looked; one that was idle may find its core taken.
 */
#ifndef QS_HARNESS_CROWDING_H
#define QS_HARNESS_CROWDING_H

#include "harness/topology.h"

/* From here on a core counts as shared.  A stranger that computes all the time costs
 * 1.4 to 1.8, one that does so a fifth of the time 1.2. */
static const double qs_crowded = 1.1;

/* How much slower than at its best the calling thread's core is for independent
 * instructions: 1 if it is its own.  Takes half a millisecond. */
double qs_crowding(void);

/* Computes until the core was the thread's own twice in a row, patience_s at
 * most.  What it saw last, and how long that took. */
double qs_crowding_wait(double patience_s, double *waited_s);

/* Whether two of the places are on one core: then the threads are each other's
 * neighbours, and nothing can be told. */
bool qs_places_share_cores(const struct qs_place *places, unsigned n);

/* Waits so on all places at once, each with a thread of its own there.  The greatest
 * crowding seen last; NaN if the places share cores or a thread could not go there. */
double qs_crowding_wait_at(const struct qs_topology *t, const struct qs_place *places,
                           unsigned n, double patience_s);

/* The share of the time, 0 to 1, in which a core was shared, of the core of which that
 * is most: watches all cores that the process may use.  NaN as above. */
double qs_crowding_share(const struct qs_topology *t, double seconds);

#endif
