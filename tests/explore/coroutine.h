/* coroutine.h - stacks of their own within one system thread. */
#ifndef QS_TESTS_EXPLORE_COROUTINE_H
#define QS_TESTS_EXPLORE_COROUTINE_H

#include <stddef.h>

#if defined __x86_64__ && !defined QX_UCONTEXT
struct qx_coroutine {
    void *stack_pointer;
};
#else
#include <ucontext.h>
struct qx_coroutine {
    ucontext_t context;
};
#endif

/* The first switch to it calls run, which never returns. */
void qx_coroutine_prepare(struct qx_coroutine *c, char *stack, size_t size,
                          void (*run)(void));

/* Leaves one, to be gone on with later, and goes on with another. */
void qx_coroutine_switch(struct qx_coroutine *from, struct qx_coroutine *to);

#endif
