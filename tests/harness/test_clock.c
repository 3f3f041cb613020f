/* test_clock.c - two processors' counters are compared in bounded time, however many
 * threads want these processors. */
#include <pthread.h>
#include <sched.h>

#include "harness/clock.h"
#include "reclaim/atomic.h"
#include "reclaim/system.h"
#include "tests/check.h"

enum { CROWD = 24 }; /* threads on each processor: an answer waits for their turns */

static qs_word stop;

static void *keep_busy(void *nothing)
{
    while (!qs_load(&stop, relaxed))
        qs_pause();
    return nothing;
}

static void bind_to(pthread_attr_t *attributes, unsigned cpu)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    pthread_attr_init(attributes);
    REQUIRE(!pthread_attr_setaffinity_np(attributes, sizeof set, &set));
}

/* The first allowed processor and the last one, which may be the same. */
static void some_processors(unsigned cpus[2])
{
    cpu_set_t allowed;
    unsigned n = 0;

    REQUIRE(!sched_getaffinity(0, sizeof allowed, &allowed));
    for (unsigned cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &allowed))
            cpus[n++ ? 1 : 0] = cpu;
    if (n == 1)
        cpus[1] = cpus[0];
}

static void start_crowd(pthread_t crowd[2][CROWD], const unsigned cpus[2])
{
    qs_store(&stop, 0, relaxed);
    for (unsigned i = 0; i < 2; i++) {
        pthread_attr_t attributes;
        bind_to(&attributes, cpus[i]);
        for (unsigned k = 0; k < CROWD; k++)
            REQUIRE(!pthread_create(&crowd[i][k], &attributes, keep_busy, NULL));
        pthread_attr_destroy(&attributes);
    }
}

static void end_crowd(pthread_t crowd[2][CROWD])
{
    qs_store(&stop, 1, relaxed);
    for (unsigned i = 0; i < 2; i++)
        for (unsigned k = 0; k < CROWD; k++)
            pthread_join(crowd[i][k], NULL);
}

/* Before there was a limit, this had not come to its end after 45 s on two processors. */
static void test_busy_processors_are_compared_in_time(void)
{
    static pthread_t crowd[2][CROWD];
    struct qs_clock clock;
    struct qs_clock_trip trip;
    unsigned cpus[2];

    some_processors(cpus);
    start_crowd(crowd, cpus);
    CHECK(qs_clock_exchange(cpus[0], cpus[1], &trip));
    CHECK(trip.there <= QS_NEVER_CAME);
    CHECK(trip.back <= QS_NEVER_CAME);
    CHECK(qs_clock_open(&clock, "auto")); /* with the counter or without */
    end_crowd(crowd);
    CHECK(clock.about[0] != 0);
}

/* Others may want the processors, too: an exchange may end before it has begun. */
static void test_messages_come_both_ways(void)
{
    struct qs_clock_trip trip;
    unsigned cpus[2];

    some_processors(cpus);
    for (uint64_t end = qs_now() + 100 * UINT64_C(1000000000); qs_now() < end;) {
        REQUIRE(qs_clock_exchange(cpus[0], cpus[1], &trip));
        if (trip.there < QS_NEVER_CAME && trip.back < QS_NEVER_CAME)
            return;
    }
    CHECK(false);
}

int main(void)
{
    RUN(test_busy_processors_are_compared_in_time);
    RUN(test_messages_come_both_ways);
    return check_end();
}
