/* history.h - operations as they were called and answered, and whether a sequential map
 * could have answered so. */
#ifndef QS_TESTS_EXPLORE_HISTORY_H
#define QS_TESTS_EXPLORE_HISTORY_H

#include "tests/explore/engine.h"

enum qx_operation { QX_GET, QX_INSERT, QX_REMOVE };

enum { QX_EVENTS = 48, QX_ABSENT = 0 };

struct qx_event {
    enum qx_operation operation;
    unsigned thread;
    uint64_t key, value; /* value: inserted, or found; never QX_ABSENT */
    int result;          /* of insert: 1, 0 or negative; else found or not */
    bool ended;          /* else it may have taken effect or not */
    uint64_t start, end; /* steps */
    struct qx_clock start_clock;
    uint32_t end_clock; /* of its own thread */
};

void qx_history_reset(void);
void qx_history_prefill(uint64_t key, uint64_t value);
struct qx_event *qx_history_start(enum qx_operation operation, uint64_t key,
                                  uint64_t value);
void qx_history_end(struct qx_event *event, int result, uint64_t value);

/* Reports a finding unless, for each key, some order of the operations that respects
 * who came before whom explains every answer. */
void qx_history_check(void);
void qx_history_print(void);

#endif
