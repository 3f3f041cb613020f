/* stall.h - a thread that looks keys up until it is frozen at whatever instruction it
 * has reached, by a signal whose handler does not return before it is told to. */
#ifndef QS_TESTS_FAULTS_STALL_H
#define QS_TESTS_FAULTS_STALL_H

#include <pthread.h>

#include "tests/faults/fault.h"

struct stall {
    const struct qs_map_ops *ops;
    struct qs_map *map;
    uint64_t keys; /* it looks up [0, keys) */
    int policy;    /* SCHED_OTHER or SCHED_IDLE */
    pthread_t thread;
    qs_word reads, stop, wrong;
};

/* Starts the reader and waits for its first reads. */
void stall_start(struct stall *s);

/* Freezes it; it stays so until stall_thaw. One at a time. */
void stall_freeze(struct stall *s);
void stall_thaw(struct stall *s);

/* Ends it.  False if a key had another value than its own. */
bool stall_end(struct stall *s);

#endif
