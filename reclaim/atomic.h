/* atomic.h - the only door to atomics, fences, pauses and CAS counters.
 *
 * Everything in structures/ and reclaim/ shares memory through `qs_word` and the
 * operations below; a test refuses atomics anywhere else.  That makes one place
 * decide what an access is:
 *
 *   normal build   plain C11 atomics, nothing added
 *   ThreadSanitizer   fences, which it does not model, become a read-modify-write
 *   QS_ATOMIC_BACKEND   the build names a header that defines every operation
 *                  itself, for example as a scheduling point of an explorer
 *
 * The order is the last argument and is spelt as in C11 without its prefix:
 *
 *     uintptr_t next = qs_load(&node->next, acquire);
 *
 * One cell type keeps tags, pointers and counters alike; a link is a qs_word whose
 * low bits may carry tags.
 */
#ifndef QS_RECLAIM_ATOMIC_H
#define QS_RECLAIM_ATOMIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "reclaim/counters.h"
#include "reclaim/trace.h"

enum { QS_CACHE_LINE = 64 };

/* In front of a loop of a few constant rounds that operations pay for; clang unrolls it
 * unasked. */
#ifdef __clang__
#define QS_UNROLLED
#else
#define QS_UNROLLED _Pragma("GCC unroll 8")
#endif

_Static_assert(sizeof(uintptr_t) == 8, "written for 64-bit machines");

#ifdef QS_ATOMIC_BACKEND
#include QS_ATOMIC_BACKEND
#else

#include <stdatomic.h>

typedef struct {
    _Atomic(uintptr_t) cell;
} qs_word;

/* Sets a word that no other thread can see yet. */
#define qs_init(word, value) atomic_init(&(word)->cell, (uintptr_t)(value))

#define qs_load(word, order) atomic_load_explicit(&(word)->cell, memory_order_##order)
#define qs_store(word, value, order) \
    atomic_store_explicit(&(word)->cell, (uintptr_t)(value), memory_order_##order)
#define qs_exchange(word, value, order) \
    atomic_exchange_explicit(&(word)->cell, (uintptr_t)(value), memory_order_##order)
#define qs_fetch_add(word, value, order) \
    atomic_fetch_add_explicit(&(word)->cell, (uintptr_t)(value), memory_order_##order)
#define qs_fetch_or(word, value, order) \
    atomic_fetch_or_explicit(&(word)->cell, (uintptr_t)(value), memory_order_##order)

/* Strong compare-and-swap; on failure *expected becomes what was seen, with order
 * seq_cst as well, so that the loser may follow it under the same argument. */
#define qs_cas(word, expected, desired) \
    atomic_compare_exchange_strong(&(word)->cell, (expected), (uintptr_t)(desired))

#if defined __SANITIZE_THREAD__
#define QS_TSAN 1
#elif defined __has_feature
#if __has_feature(thread_sanitizer)
#define QS_TSAN 1
#endif
#endif

#ifdef QS_TSAN
extern qs_word qs_tsan_fence_word; /* memory.c */
#define qs_fence(order)  ((void)qs_fetch_add(&qs_tsan_fence_word, 0, acq_rel))
#define qs_light_fence() qs_fence(seq_cst)
#else
#define qs_fence(order)  atomic_thread_fence(memory_order_##order)
/* Keeps the compiler from moving accesses across, and nothing else: the fence of the
 * frequent side, where the rare side calls qs_membarrier() of system.h. */
#define qs_light_fence() atomic_signal_fence(memory_order_seq_cst)
#endif

/* Statistics: words that are added to and read, but decide nothing.  A reader that
 * acquires one tally sees what was added to others before.  An explorer need not treat
 * them as communication. */
static inline void qs_tally_own(qs_word *word, uintptr_t value) /* one thread writes */
{
    qs_store(word, qs_load(word, relaxed) + value, release);
}

static inline void qs_tally_shared(qs_word *word, uintptr_t value)
{
    qs_fetch_add(word, value, release);
}

static inline void qs_tally_set(qs_word *word, uintptr_t value)
{
    qs_store(word, value, relaxed);
}

static inline void qs_tally_raise(qs_word *word, uintptr_t value) /* to a maximum */
{
    uintptr_t seen = qs_load(word, relaxed);
    while (seen < value && !qs_cas(word, &seen, value))
        ;
}

static inline uintptr_t qs_tally_read(const qs_word *word)
{
    return qs_load(word, acquire);
}

/* Words that one thread at a time owns, by the argument of whoever hands them on, while
 * others may peek at bits that stay.  An explorer takes an owner's accesses for plain
 * ones, whose races it reports. */
static inline uintptr_t qs_owned_read(const qs_word *word)
{
    return qs_load(word, relaxed);
}

static inline void qs_owned_write(qs_word *word, uintptr_t value)
{
    qs_store(word, value, relaxed);
}

static inline uintptr_t qs_peek(const qs_word *word)
{
    return qs_load(word, relaxed);
}

/* Gives a word that is 0 a value, unless another one does; returns what it has then. */
static inline uintptr_t qs_tally_claim(qs_word *word, uintptr_t value)
{
    uintptr_t seen = 0;
    return qs_cas(word, &seen, value) ? value : seen;
}

/* Tells the processor that this thread waits for another one. */
static inline void qs_pause(void)
{
#if defined __x86_64__
    __builtin_ia32_pause();
#elif defined __aarch64__
    __asm__ volatile("isb" ::: "memory");
#else
    atomic_signal_fence(memory_order_seq_cst);
#endif
}

#endif /* QS_ATOMIC_BACKEND */

/* A rarely true branch in fault-seeking builds, to force what luck seldom brings: a
 * resize, a scan, a lost CAS.  Constant false elsewhere. */
#ifndef QS_BUGGIFY
#define QS_BUGGIFY(permille) 0
#endif

/* A compare-and-swap counted at its site in the caller's own counters.  A macro, so
 * that an explorer names the line that it stands in. */
#define qs_counted_cas(counters, site, word, expected, desired) \
    qs_count_cas(counters, site, qs_cas(word, expected, desired))

static inline bool qs_count_cas(struct qs_counters *counters, enum qs_cas_site site,
                                bool swapped)
{
    if (QS_COUNT) {
        counters->cas_tries[site]++;
        counters->cas_fails[site] += !swapped;
    }
    if (!swapped)
        QS_TRACE(cas_failure, site, counters);
    return swapped;
}

#endif
