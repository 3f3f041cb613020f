/* counters.h - what a thread counts about its own operations.
 *
 * Each registration owns one struct qs_counters.  Only its thread writes it, with
 * plain additions; read it after that thread has stopped.  QS_COUNT=0 compiles the
 * counting out and leaves the layout alone, so that counted and uncounted code link
 * into one program and can be compared in one run.
 */
#ifndef QS_RECLAIM_COUNTERS_H
#define QS_RECLAIM_COUNTERS_H

#include <stdint.h>

#ifndef QS_COUNT
#define QS_COUNT 1
#endif

/* Where in an algorithm a compare-and-swap stands. */
enum qs_cas_site {
    QS_SITE_LINK,       /* makes a new node reachable */
    QS_SITE_MARK,       /* removes a node logically */
    QS_SITE_UNLINK,     /* removes a marked node physically */
    QS_SITE_UPPER_LINK, /* the same three on the upper levels of a skip list */
    QS_SITE_UPPER_MARK,
    QS_SITE_UPPER_UNLINK,
    QS_SITE_TABLE, /* heads, segments, directory and size of a table */
    QS_SITE_OTHER,
    QS_SITES
};

/* The sites' names as they appear in cells.csv, in the order above. */
#define QS_SITE_NAMES                                                                  \
    {                                                                                  \
        "link", "mark", "unlink", "upper_link", "upper_mark", "upper_unlink", "table", \
            "other"                                                                    \
    }

struct qs_counters {
    uint64_t cas_tries[QS_SITES];
    uint64_t cas_fails[QS_SITES];
    uint64_t restarts; /* searches begun anew because the structure changed */
    uint64_t steps;    /* nodes visited by searches */
    uint64_t moved;    /* nodes that resizing copied or put into another chain */
};

#define QS_COUNT_RESTART(counters) ((void)(QS_COUNT && (counters)->restarts++))
#define QS_COUNT_MOVED(counters)   ((void)(QS_COUNT && (counters)->moved++))
#define QS_COUNT_STEPS(counters, n) \
    ((void)(QS_COUNT && ((counters)->steps += (uint64_t)(n))))

#endif
