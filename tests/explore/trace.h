/* trace.h - the steps of an execution, one line each, when they are asked for. */
#ifndef QS_TESTS_EXPLORE_TRACE_H
#define QS_TESTS_EXPLORE_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/explore/engine.h"

enum { QX_TRACE_TEXT = 112 };

enum qx_trace_kind { QX_ACCESS, QX_CALL, QX_ANSWER, QX_TOLD, QX_FINDING };

struct qx_trace_line {
    enum qx_trace_kind kind;
    unsigned thread;
    unsigned long step;
    bool in_call;     /* else it registers, flushes or unregisters */
    const char *what; /* "load" */
    const char *site; /* file and line, or "" */
    char text[QX_TRACE_TEXT];
};

void qx_trace_reset(void);

/* Nothing happens unless settings.trace, and on the main thread. */
void qx_trace(const char *what, const char *site, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void qx_trace_event(enum qx_trace_kind kind, const char *text);

const struct qx_trace_line *qx_trace_at(unsigned i); /* NULL past the end */

/* A column for each thread.  brief: what is outside of calls is only counted. */
void qx_trace_print(bool brief);

/* Which lines are shown: all, those in calls, or what is called, told and locked. */
enum qx_trace_detail { QX_EVERYTHING, QX_IN_CALLS, QX_AS_TOLD };
bool qx_trace_is_shown(const struct qx_trace_line *l, enum qx_trace_detail detail);

/* The same as SVG. */
struct qx_drawing {
    const char *title, *note; /* note: beneath what was found, or NULL */
    enum qx_trace_detail detail;
    const char *names[QX_THREADS]; /* of the threads, or NULL */
    uint64_t window; /* from the step at which a thread came in between; 0: none */
};
/* True if it could be written. */
bool qx_trace_draw(const char *path, const struct qx_drawing *drawing);

#endif
