/* clock.h - stamps for recorded calls: a call lies between its two stamps.
 *
 * The processors' time stamp counter if it runs at a constant rate, never stops, and a
 * message between each two processors arrives after it was sent, by that counter; else
 * CLOCK_MONOTONIC, which costs twice as much.
 *
 * The first stamp is taken before anything of the call begins (`rdtsc; lfence`).  The
 * second is taken when its result is known and what it stored is visible to all: a
 * fence empties the store buffer, in which a plain store that made the call take effect
 * could else outlast it.  What was measured of the processors' disagreement is added to
 * it. The fence makes the memory of a recorded run a little stronger between calls,
 * never within one; the explorer is for what is lost thereby.
 */
#ifndef QS_HARNESS_CLOCK_H
#define QS_HARNESS_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "reclaim/atomic.h"

enum { QS_CLOCK_ABOUT = 160 };

struct qs_clock {
    bool is_counter;
    uint64_t slack; /* ticks that second stamps are moved by */
    char about[QS_CLOCK_ABOUT];
};

/* wanted: "auto", "tsc" or "monotonic".  Takes some milliseconds per processor.  False
 * if it cannot be had, with the reason in about. */
bool qs_clock_open(struct qs_clock *c, const char *wanted);

/* What is known of the counters of two processors that sent each other messages: the
 * least ticks from one to the other and back, which may be negative. */
struct qs_clock_trip {
    int64_t there, back;
};

/* Of a way on which no message came in the fifth of a second that an exchange may take. */
#define QS_NEVER_CAME (INT64_MAX / 4)

/* False if threads cannot be bound to these processors. */
bool qs_clock_exchange(unsigned a, unsigned b, struct qs_clock_trip *trip);

/* The counter, read before whatever follows, or after whatever precedes. */
#if defined __x86_64__
static inline uint64_t qs_counter_before(void)
{
    uint64_t now = __builtin_ia32_rdtsc();
    __builtin_ia32_lfence();
    return now;
}

static inline uint64_t qs_counter_after(void)
{
    unsigned processor;
    return __builtin_ia32_rdtscp(&processor);
}
#elif defined __aarch64__
static inline uint64_t qs_counter_before(void)
{
    uint64_t now;
    __asm__ __volatile__("isb\n\tmrs %0, cntvct_el0\n\tisb" : "=r"(now)::"memory");
    return now;
}

static inline uint64_t qs_counter_after(void)
{
    return qs_counter_before();
}
#else
static inline uint64_t qs_counter_before(void)
{
    return 0;
}

static inline uint64_t qs_counter_after(void)
{
    return 0;
}
#endif

static inline uint64_t qs_clock_system(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static inline uint64_t qs_clock_before(const struct qs_clock *c)
{
    if (c->is_counter)
        return qs_counter_before();
    uint64_t now = qs_clock_system();
    qs_fence(seq_cst);
    return now;
}

static inline uint64_t qs_clock_after(const struct qs_clock *c)
{
    qs_fence(seq_cst);
    return c->is_counter ? qs_counter_after() + c->slack : qs_clock_system();
}

#endif
