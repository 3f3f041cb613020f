/* lingering.h - included before a list with a seeded bug (CMakeLists.txt): its threads
 * linger between their accesses now and then, so that others come between wherever that
 * is possible, on however few processors. */
#ifndef QS_TESTS_LINGERING_H
#define QS_TESTS_LINGERING_H

#include "reclaim/atomic.h"

void linger_between(void); /* test_verify.c */

static inline qs_word *lingered(qs_word *word)
{
    linger_between();
    return word;
}

#undef qs_load
#define qs_load(word, order) \
    atomic_load_explicit(&lingered((qs_word *)(word))->cell, memory_order_##order)

#undef qs_cas
#define qs_cas(word, expected, desired)                               \
    atomic_compare_exchange_strong(&lingered(word)->cell, (expected), \
                                   (uintptr_t)(desired))

#endif
