/* scan.h - whether weakly consistent iteration keeps what it promises.
 *
 * A scan of a map is no snapshot, but: every key from its call's key to its other that
 * is present throughout is reported exactly once; none is reported that was absent
 * throughout, nor with a value that it did not have at any moment of the scan; and none
 * is reported twice.  Presence is judged by the other calls of the history as far as it
 * is certain, so a finding is a fault and doubt is not.  Each write must bring a value
 * of its own, and what is there from the start must have been inserted by calls of the
 * history.
 */
#ifndef QS_HARNESS_LINEAR_SCAN_H
#define QS_HARNESS_LINEAR_SCAN_H

#include "harness/linear/history.h"

struct qs_scan_finding {
    size_t call; /* the scan */
    uint64_t key;
    const char *what; /* what is wrong about the key, such as "reported twice" */
};

/* True if all scans are right.  Ends the program without memory. */
bool qs_scan_check(const struct qs_history *h, struct qs_scan_finding *finding);

#endif
