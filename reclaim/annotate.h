/* annotate.h - lets clang check at compile time who enters, leaves and retires.
 *
 *     #include <quiesce/reclaim/hp.h>
 *     #include <quiesce/structures/hm_list.h>     // what brings its own operations
 *     #include <quiesce/reclaim/annotate.h>
 *     QS_ANNOTATE(hp);
 *
 * From there on, `clang -Wthread-safety` warns of
 *   protect, copy, drop, retire and the like outside of an operation
 *   an operation that is entered within another one of the same thread, or left twice
 *   one that some path of a function does not leave, an error path for example
 *   quiesce, flush, offline and thread_unregister within an operation
 *
 * Nothing is said of how long a pointer that protect returned is used: that is for the
 * rules of scripts/quiesce.cocci.  The analysis looks at one function at a time, so one
 * that is called inside an operation says so:
 *
 *     static void unlink(struct qs_hp_thread *t, struct node *n) QS_INSIDE(t);
 *
 * Other compilers see declarations that they know.
 */
#ifndef QS_RECLAIM_ANNOTATE_H
#define QS_RECLAIM_ANNOTATE_H

#include "reclaim/reclaim.h"

#ifdef __clang__
#define QS_ANNOTATION(x) __attribute__((x))
#else
#define QS_ANNOTATION(x)
#endif

/* The operation of a registration, as clang sees it: something that is held. */
struct QS_ANNOTATION(capability("operation")) qs_operation {
    int nothing;
};

/* Never called: a name for the operation of t. */
struct qs_operation *qs_operation_of(const void *t);

/* Of functions that are called inside an operation of t, or outside of one; that enter
 * one and leave it to the caller to leave it, or the other way round; or that nobody is
 * to look into. */
#define QS_INSIDE(t)    QS_ANNOTATION(requires_capability(qs_operation_of(t)))
#define QS_OUTSIDE(t)   QS_ANNOTATION(locks_excluded(qs_operation_of(t)))
#define QS_ENTERS(t)    QS_ANNOTATION(acquire_capability(qs_operation_of(t)))
#define QS_LEAVES(t)    QS_ANNOTATION(release_capability(qs_operation_of(t)))
#define QS_NOT_ANALYSED QS_ANNOTATION(no_thread_safety_analysis)

/* Declares the functions of a scheme again, with what they ask for. */
#define QS_ANNOTATE(scheme)                                                            \
    void QS_SCHEME(scheme, enter)(struct QS_SCHEME(scheme, thread) * t) QS_ENTERS(t);  \
    void QS_SCHEME(scheme, leave)(struct QS_SCHEME(scheme, thread) * t) QS_LEAVES(t);  \
    uintptr_t QS_SCHEME(scheme, protect)(struct QS_SCHEME(scheme, thread) * t,         \
                                         unsigned slot, const qs_word *loc)            \
        QS_INSIDE(t);                                                                  \
    bool QS_SCHEME(scheme, protect_seen)(struct QS_SCHEME(scheme, thread) * t,         \
                                         unsigned slot, const qs_word *loc,            \
                                         uintptr_t seen) QS_INSIDE(t);                 \
    bool QS_SCHEME(scheme, validate)(struct QS_SCHEME(scheme, thread) * t,             \
                                     const qs_word *safe_loc, uintptr_t seen)          \
        QS_INSIDE(t);                                                                  \
    void QS_SCHEME(scheme, copy)(struct QS_SCHEME(scheme, thread) * t, unsigned dst,   \
                                 unsigned src) QS_INSIDE(t);                           \
    void QS_SCHEME(scheme, drop)(struct QS_SCHEME(scheme, thread) * t, unsigned slot)  \
        QS_INSIDE(t);                                                                  \
    void QS_SCHEME(scheme, retire)(struct QS_SCHEME(scheme, thread) * t,               \
                                   const struct qs_class *class, void *node)           \
        QS_INSIDE(t);                                                                  \
    void QS_SCHEME(scheme, quiesce)(struct QS_SCHEME(scheme, thread) * t)              \
        QS_OUTSIDE(t);                                                                 \
    void QS_SCHEME(scheme, offline)(struct QS_SCHEME(scheme, thread) * t)              \
        QS_OUTSIDE(t);                                                                 \
    void QS_SCHEME(scheme, flush)(struct QS_SCHEME(scheme, thread) * t) QS_OUTSIDE(t); \
    int QS_SCHEME(scheme, thread_unregister)(struct QS_SCHEME(scheme, thread) * t)     \
        QS_OUTSIDE(t);                                                                 \
    _Static_assert(QS_SCHEME(scheme, is_a_reclaim_scheme), "it names a scheme")

#endif
