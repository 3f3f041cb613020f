/* verify.h - a map's answers on real cores, recorded and judged. */
#ifndef QS_HARNESS_VERIFY_H
#define QS_HARNESS_VERIFY_H

#include "harness/cell.h"
#include "harness/clock.h"
#include "harness/linear/linear.h"
#include "harness/map_ops.h"
#include "harness/topology.h"

struct qs_verify {
    const struct qs_map_ops *ops;
    const struct qs_cell *cell; /* threads, their places, keys, mix, distribution */
    const struct qs_topology *topology; /* NULL: the system places the threads */
    const struct qs_clock *clock;
    uint64_t seed;
    size_t calls; /* of all threads together, about */
};

enum { QS_VERIFY_ERROR = 160 };

/* Records the threads' calls on a new map.  Few keys and many threads make many calls
 * overlap.  0, or -1 with a sentence in error.  The caller releases the history, judges
 * it first, and then destroys the map: a faulty one may not survive that. */
int qs_verify_record(const struct qs_verify *v, struct qs_history *h,
                     struct qs_map **map, char error[QS_VERIFY_ERROR]);

#endif
