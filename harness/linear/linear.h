/* linear.h - whether a recorded history is linearizable (M. Herlihy and J. Wing,
 * "Linearizability: a correctness condition for concurrent objects", TOPLAS 12(3),
 * 1990).
 *
 * Just-in-time linearization (G. Lowe, "Testing for linearizability", Concurrency and
 * Computation 29(4), 2017): events are met in the order of time, and what is kept is
 * the set of all configurations, that is of pairs (state, which of the pending calls
 * have taken effect).  When a call is answered, pending calls take effect in every
 * order that ends with it; configurations in which it cannot take effect fall away, and
 * if none is left, nothing explains its answer.  Objects are checked one by one, since
 * a history is linearizable if and only if each object's part is.
 *
 * Two reductions keep the set small without losing an explanation: a read takes effect
 * as soon as its answer is right, since the state stays as it is; and of pending calls
 * that say the same, the one answered first goes first, since the others can take its
 * place.
 *
 *     struct qs_history h = { calls, n };
 *     struct qs_linear_verdict v;
 *     qs_linear_check(&qs_model_map, &h, &v);
 *     if (v.kind != QS_LINEARIZABLE) qs_finding_print(&qs_model_map, &h, &v, stdout);
 */
#ifndef QS_HARNESS_LINEAR_LINEAR_H
#define QS_HARNESS_LINEAR_LINEAR_H

#include "harness/linear/model.h"

enum qs_verdict_kind { QS_LINEARIZABLE, QS_NOT_LINEARIZABLE, QS_UNDECIDED };

enum { QS_STATES_TEXT = 256 };

struct qs_linear_verdict {
    enum qs_verdict_kind kind;
    const char *reason; /* why it is undecided */
    size_t calls;       /* that say something */
    size_t objects, bad_objects;
    size_t overlaps; /* calls invoked while another one on their object was pending */
    size_t widest;   /* most configurations at once */

    /* Of the call that is the first to be answered as nothing explains: */
    size_t call;                 /* its number */
    char states[QS_STATES_TEXT]; /* what the object could be just before its answer */
};

/* Ends the program without memory. */
void qs_linear_check(const struct qs_model *model, const struct qs_history *h,
                     struct qs_linear_verdict *v);

/* Draws the calls that overlap the finding's: a lane per thread, time from left to
 * right; beneath, what was asked and answered, and where the value in question came
 * from. */
void qs_finding_print(const struct qs_model *model, const struct qs_history *h,
                      const struct qs_linear_verdict *v, FILE *out);

/* The same as an SVG file, headed by the title; 0, or -errno. */
int qs_finding_draw(const struct qs_model *model, const struct qs_history *h,
                    const struct qs_linear_verdict *v, const char *title,
                    const char *path);

#endif
