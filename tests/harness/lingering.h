/* lingering.h - included before a list with a seeded bug (CMakeLists.txt): its threads
 * linger between their accesses now and then, so that others come between wherever that
 * is possible, on however few processors. */
#ifndef QS_TESTS_LINGERING_H
#define QS_TESTS_LINGERING_H

#include "reclaim/atomic.h"

void linger_between(void); /* test_verify.c */

static inline uintptr_t lingered_load_relaxed(const qs_word *word)
{
    linger_between();
    return qs_load(word, relaxed);
}

static inline uintptr_t lingered_load_acquire(const qs_word *word)
{
    linger_between();
    return qs_load(word, acquire);
}

static inline uintptr_t lingered_load_seq_cst(const qs_word *word)
{
    linger_between();
    return qs_load(word, seq_cst);
}

static inline void lingered_store(qs_word *word, uintptr_t value)
{
    linger_between();
    qs_store(word, value, release);
}

static inline bool lingered_cas(qs_word *word, uintptr_t *expected, uintptr_t desired)
{
    linger_between();
    return qs_cas(word, expected, desired);
}

#undef qs_load
#undef qs_store
#undef qs_cas
#define qs_load(word, order)         lingered_load_##order(word)
#define qs_store(word, value, order) lingered_store(word, (uintptr_t)(value))
#define qs_cas(word, expected, desired) \
    lingered_cas(word, expected, (uintptr_t)(desired))

#endif
