/* queue.h - whether a long history of first-in-first-out queues is linearizable.
 *
 * Where every push brings a value of its own, a queue's answers have an explanation if
 * and only if none of four things is the matter with them (T. Henzinger, A. Sezgin and
 * V. Vafeiadis, "Aspect-oriented linearizability proofs", CONCUR 2013; that these four
 * are all, also for queues found empty: A. Bouajjani, M. Emmi, C. Enea and J. Hamza,
 * "On reducing linearizability to state reachability", ICALP 2015):
 *
 *   - a value is popped that was not pushed, or before;
 *   - a value is popped twice;
 *   - x was pushed before y, and y was popped before x, or x never was;
 *   - a queue was found empty while, at every moment of that pop, some value had
 *     certainly been pushed and not yet been popped.
 *
 * That takes n log n steps, where linear.h would follow every order of pushes that
 * overlap until their values come out.
 */
#ifndef QS_HARNESS_LINEAR_QUEUE_H
#define QS_HARNESS_LINEAR_QUEUE_H

#include "harness/linear/history.h"

struct qs_queue_finding {
    size_t call, other; /* two calls that do not fit together; other may equal call */
    const char *what;   /* what is wrong with them, such as "popped twice" */
};

/* Whether the history is for this checker: pushes and pops alone, in order as history.h
 * says, no value pushed twice to a queue, and no pop that never returned. */
bool qs_queue_is_checkable(const struct qs_history *h);

/* True if linearizable.  Keys are queues.  Ends the program without memory. */
bool qs_queue_check(const struct qs_history *h, struct qs_queue_finding *finding);

#endif
