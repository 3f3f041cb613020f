/* window.h - the part of a history that a finding is about, for those who draw it. */
#ifndef QS_HARNESS_LINEAR_WINDOW_H
#define QS_HARNESS_LINEAR_WINDOW_H

#include "harness/linear/linear.h"

enum { QS_WINDOW_CALLS = 40, QS_WINDOW_KIN = 4 };

static const size_t QS_NO_CALL = SIZE_MAX;

struct qs_window {
    const struct qs_history *h;
    size_t finding; /* the number of the call that nothing explains */
    /* The calls on its object that overlap it, by invocation; the last ones if there
     * are more. */
    size_t calls[QS_WINDOW_CALLS], n, left_out;
    uint16_t threads[QS_WINDOW_CALLS]; /* theirs, in order, each once */
    size_t lanes;
    uint64_t from, to; /* the times to draw */
    size_t before;     /* the last write answered before the finding was invoked */
    /* Writes outside the window that brought or took the value that was answered. */
    size_t kin[QS_WINDOW_KIN], kin_n;
};

void qs_window_make(struct qs_window *w, const struct qs_model *model,
                    const struct qs_history *h, const struct qs_linear_verdict *v);

/* The lane of the i-th call of the window. */
size_t qs_window_lane(const struct qs_window *w, size_t i);

/* The letter of the i-th call in drawings. */
char qs_window_letter(size_t i);

/* Time as a position from 0 to width, at most. */
size_t qs_window_position(const struct qs_window *w, uint64_t time, size_t width);

/* "key 3: nothing explains get(3) = v17 of thread 2". */
enum { QS_HEADLINE_TEXT = QS_CALL_TEXT + 80 };
char *qs_window_headline(const struct qs_window *w, const struct qs_model *model,
                         char text[QS_HEADLINE_TEXT]);

#endif
