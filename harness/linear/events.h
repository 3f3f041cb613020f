/* events.h - the calls of a history as events in the order of time, object by object.
 */
#ifndef QS_HARNESS_LINEAR_EVENTS_H
#define QS_HARNESS_LINEAR_EVENTS_H

#include "harness/linear/history.h"

struct qs_event {
    uint64_t time;
    uint32_t call; /* its number in the history */
    uint32_t is_answer;
};

struct qs_events {
    size_t objects;
    size_t *first; /* of objects + 1: where each one's events begin */
    struct qs_event *events;
};

/* Calls that say nothing are left out; at equal times, invocations come before answers.
 * by_key: each key is an object, in the order of their first calls; else there is one.
 * Linear in the number of calls but for the merging of threads. */
void qs_events_make(struct qs_events *e, const struct qs_history *h, bool by_key);
void qs_events_release(struct qs_events *e);

#endif
