/* latency_check.h - shows that the harness sees a stall: coordinated omission.
 *
 * A map that does nothing sleeps once, in the middle of a measurement, for QS_STALL_MS.
 * The middle is one of operations, not of time: what is seen does not depend on when
 * the thread had a processor.  A closed loop meets that once; a paced one finds all
 * that was due meanwhile late.
 */
#ifndef QS_HARNESS_LATENCY_CHECK_H
#define QS_HARNESS_LATENCY_CHECK_H

#include "harness/cell.h"

enum { QS_STALL_MS = 100, QS_STALL_LATE_MS = 10, QS_STALL_PACE = 10000 };
enum { QS_STALL_GETS = 1000000 }; /* of a closed loop */

/* What a loop saw of the stall. */
struct qs_stall_seen {
    uint64_t samples, late; /* late: of more than QS_STALL_LATE_MS */
    struct qs_percentiles times;
};

/* Measures for some 300 ms with that cell's latency, one thread that only gets: so many
 * times in a closed loop, else what is due in twice the time of a stall.  False
 * if no thread can be created or there is no memory. */
bool qs_stall_measure(const char *latency, struct qs_stall_seen *seen);

#endif
