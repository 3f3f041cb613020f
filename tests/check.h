/* check.h - checks for tests: they survive NDEBUG, show both operands and count.
 *
 *     static void test_empty_map_finds_nothing(void) { CHECK_EQ(size(), 0); ... }
 *
 *     int main(void)
 *     {
 *         RUN(test_empty_map_finds_nothing);
 *         return check_end();
 *     }
 *
 * A failed check prints its place and goes on; any thread may check.  A test fails if a
 * check failed while it ran.  check_end() prints `N passed, N failed` and returns the
 * exit status.  Random tests draw from check_seed(), which is printed on failure and
 * taken from QS_TEST_SEED if that is set.
 */
#ifndef QS_TESTS_CHECK_H
#define QS_TESTS_CHECK_H

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "reclaim/atomic.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define CHECK_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CHECK_SANITIZED 1
#endif
#ifndef CHECK_SANITIZED
#define CHECK_SANITIZED 0
#endif

enum { CHECK_SHOWN = 20 }; /* failures printed in full */

/* s that a test waits for what has to come about: more than any machine needs, however
 * busy it is, and less than ctest gives it. */
enum { CHECK_PATIENCE = 120 };

static qs_word check_failures;
static unsigned check_passed, check_failed;

/* One seed per process: from QS_TEST_SEED, else from the clock. */
static inline uint64_t check_seed(void)
{
    static uint64_t seed;

    if (!seed) {
        const char *given = getenv("QS_TEST_SEED");
        seed = given ? strtoull(given, NULL, 0) : (uint64_t)time(NULL) * 2654435761u;
        seed += !seed;
    }
    return seed;
}

/* splitmix64: the next number of a sequence that starts with any state. */
static inline uint64_t check_random(uint64_t *state)
{
    uint64_t x = *state += 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

/* A number below bound. */
static inline uint64_t check_random_below(uint64_t *state, uint64_t bound)
{
    return check_random(state) % bound;
}

static inline uint64_t check_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* Whether a test that began at check_now() to wait, or to repeat what may come to
 * nothing where threads get no processor, may go on with it. */
static inline bool check_may_wait(uint64_t since)
{
    return check_now() - since < (uint64_t)CHECK_PATIENCE * 1000000000;
}

/* Multiplies the length of random tests: 1, or 2 with QUIESCE_FULL=1.  A build with a
 * sanitizer has every pair then, each at its usual length. */
static inline unsigned check_scale(void)
{
    return getenv("QUIESCE_FULL") && !CHECK_SANITIZED ? 2 : 1;
}

static inline bool check_note(bool ok, const char *file, int line, const char *text)
{
    if (ok)
        return true;
    uintptr_t before = qs_fetch_add(&check_failures, 1, relaxed);
    if (before < CHECK_SHOWN)
        fprintf(stderr, "%s:%d: check failed: %s\n", file, line, text);
    else if (before == CHECK_SHOWN)
        fprintf(stderr, "further failures are only counted\n");
    return false;
}

/* clang-format off */
#define CHECK_COMPARE_NUMBERS(name, op)                                               \
    static inline void check_##name(long long a, long long b, const char *file,       \
                                    int line, const char *a_text, const char *b_text) \
    {                                                                                 \
        char text[512];                                                               \
        if (a op b)                                                                   \
            return;                                                                   \
        snprintf(text, sizeof text, "%s " #op " %s (%lld and %lld)", a_text, b_text,  \
                 a, b);                                                               \
        check_note(false, file, line, text);                                          \
    }
/* clang-format on */
CHECK_COMPARE_NUMBERS(eq, ==)
CHECK_COMPARE_NUMBERS(ne, !=)
CHECK_COMPARE_NUMBERS(le, <=)
CHECK_COMPARE_NUMBERS(lt, <)

static inline bool check_near(double a, double b, double tolerance, const char *file,
                              int line, const char *a_text)
{
    char text[512];
    snprintf(text, sizeof text, "%s is %.12g instead of %.12g, tolerance %g", a_text, a,
             b, tolerance);
    return check_note(fabs(a - b) <= tolerance, file, line, text);
}

static inline bool check_string(const char *a, const char *b, bool whole,
                                const char *file, int line)
{
    char text[2048];
    bool ok = a && b && (whole ? !strcmp(a, b) : strstr(a, b) != NULL);
    snprintf(text, sizeof text, "\"%.900s\" %s \"%.900s\"", a ? a : "(null)",
             whole ? "is" : "contains", b ? b : "(null)");
    return check_note(ok, file, line, text);
}

#define CHECK(claim) check_note((claim), __FILE__, __LINE__, #claim)

/* The comparisons are made as long long. */
#define CHECK_NUMBERS(name, a, b) \
    check_##name((long long)(a), (long long)(b), __FILE__, __LINE__, #a, #b)
#define CHECK_EQ(a, b)       CHECK_NUMBERS(eq, a, b)
#define CHECK_NE(a, b)       CHECK_NUMBERS(ne, a, b)
#define CHECK_LE(a, b)       CHECK_NUMBERS(le, a, b)
#define CHECK_LT(a, b)       CHECK_NUMBERS(lt, a, b)
#define CHECK_NEAR(a, b, t)  ((void)check_near((a), (b), (t), __FILE__, __LINE__, #a))
#define CHECK_IS(a, b)       ((void)check_string((a), (b), true, __FILE__, __LINE__))
#define CHECK_CONTAINS(a, b) ((void)check_string((a), (b), false, __FILE__, __LINE__))

/* For what a test cannot go on without. */
#define REQUIRE(claim)                                                               \
    do {                                                                             \
        if (!(claim)) {                                                              \
            fprintf(stderr, "%s:%d: cannot go on without: %s\n", __FILE__, __LINE__, \
                    #claim);                                                         \
            exit(1);                                                                 \
        }                                                                            \
    } while (0)

/* Counts a test that has just run; `before` is the number of failures before it. */
static inline void check_count(uintptr_t before, const char *name, const char *detail)
{
    if (qs_load(&check_failures, relaxed) == before) {
        check_passed++;
        return;
    }
    check_failed++;
    fprintf(stderr, "FAILED %s %s (QS_TEST_SEED=%" PRIu64 ")\n", name, detail,
            check_seed());
}

#define RUN(test)                                                  \
    do {                                                           \
        uintptr_t before_test = qs_load(&check_failures, relaxed); \
        test();                                                    \
        check_count(before_test, #test, "");                       \
    } while (0)

/* Nothing run is a failure as well. */
static inline int check_end(void)
{
    printf("%u passed, %u failed\n", check_passed, check_failed);
    return check_failed || !check_passed;
}

#endif
