/* clock.c - which clock can be trusted here. */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "harness/clock.h"
#include "reclaim/system.h"

enum { ROUNDS = 2000, SPINS = 10000, ATTEMPTS = 20 };

/* Where others want the processors, too, each answer may wait for a turn on one: so much
 * time is given to an exchange, and to all attempts with two processors. */
static const uint64_t EXCHANGE_NS = 200000000, ATTEMPTS_NS = 1000000000;

/* Two threads that answer each other's stamps, turn by turn. */
struct exchange {
    _Alignas(QS_CACHE_LINE) qs_word turn;
    uint64_t stamp; /* of the last message, and */
    bool is_over;   /* whether it is the last; ordered by the turn */
    uint64_t end;   /* by qs_now() */
};

struct side {
    struct exchange *exchange;
    pthread_t thread;
    unsigned odd;
    int64_t least; /* ticks that messages took to arrive here */
};

static void wait_for_turn(struct exchange *e, uintptr_t turn)
{
    for (unsigned spins = 0; qs_load(&e->turn, acquire) != turn; spins++)
        if (spins % SPINS)
            qs_pause();
        else
            sched_yield(); /* the other one may be waiting for this processor */
}

static void *exchange_stamps(void *argument)
{
    struct side *s = argument;
    struct exchange *e = s->exchange;

    for (uintptr_t turn = s->odd; turn < 2 * ROUNDS; turn += 2) {
        wait_for_turn(e, turn);
        if (e->is_over)
            break;
        int64_t taken = (int64_t)(qs_counter_after() - e->stamp);
        if (turn && taken < s->least)
            s->least = taken;
        e->is_over = qs_now() > e->end;
        e->stamp = qs_counter_after();
        bool is_last = e->is_over; /* the other side's from here on */
        qs_store(&e->turn, turn + 1, release);
        if (is_last)
            break;
    }
    return NULL;
}

static bool start_side(struct side *s, struct exchange *e, unsigned odd, unsigned cpu)
{
    pthread_attr_t attributes;
    cpu_set_t set;

    *s = (struct side){ .exchange = e, .odd = odd, .least = QS_NEVER_CAME };
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    pthread_attr_init(&attributes);
    bool started = !pthread_attr_setaffinity_np(&attributes, sizeof set, &set) &&
                   !pthread_create(&s->thread, &attributes, exchange_stamps, s);
    pthread_attr_destroy(&attributes);
    return started;
}

/* Plays the second side's part so that the first one comes to its end. */
static void take_over(struct side *s, struct exchange *e)
{
    *s = (struct side){ .exchange = e, .odd = 1, .least = QS_NEVER_CAME };
    exchange_stamps(s);
}

bool qs_clock_exchange(unsigned a, unsigned b, struct qs_clock_trip *trip)
{
    struct exchange e = { .end = qs_now() + EXCHANGE_NS };
    struct side first, second;

    qs_init(&e.turn, 0);
    if (!start_side(&first, &e, 0, a))
        return false;
    bool both = start_side(&second, &e, 1, b);
    if (!both)
        take_over(&second, &e);
    pthread_join(first.thread, NULL);
    if (both)
        pthread_join(second.thread, NULL);
    *trip = (struct qs_clock_trip){ second.least, first.least };
    return both;
}

static bool has_flag(const char *flags, const char *flag)
{
    const char *at = strstr(flags, flag);

    return at && strchr(" \n", at[strlen(flag)]);
}

/* Whether the counter counts time, by what the processor promises. */
static bool counts_time(void)
{
#if defined __x86_64__
    char line[8192];
    bool does = false;
    FILE *f = fopen("/proc/cpuinfo", "re");

    while (f && fgets(line, sizeof line, f))
        if (!strncmp(line, "flags", 5)) {
            does = has_flag(line, " constant_tsc") && has_flag(line, " nonstop_tsc") &&
                   has_flag(line, " rdtscp");
            break;
        }
    if (f)
        fclose(f);
    return does;
#elif defined __aarch64__
    return true; /* the architecture does */
#else
    return false;
#endif
}

/* By how much the counters differ, if messages take as long one way as the other. */
static int64_t skew_of(const struct qs_clock_trip *trip)
{
    int64_t difference = trip->there - trip->back;

    return (difference < 0 ? -difference : difference) / 2 + 1;
}

static bool is_whole(const struct qs_clock_trip *trip)
{
    return trip->there < QS_NEVER_CAME && trip->back < QS_NEVER_CAME;
}

/* Repeats the exchange while the two ways differ much: some message was always late.
 * What comes one way only, or never, says nothing. */
static bool measure(unsigned a, unsigned b, struct qs_clock_trip *least)
{
    uint64_t end = qs_now() + ATTEMPTS_NS;

    *least = (struct qs_clock_trip){ QS_NEVER_CAME, QS_NEVER_CAME };
    for (unsigned i = 0; i < ATTEMPTS && qs_now() < end; i++) {
        struct qs_clock_trip trip;
        if (!qs_clock_exchange(a, b, &trip))
            return false;
        least->there = trip.there < least->there ? trip.there : least->there;
        least->back = trip.back < least->back ? trip.back : least->back;
        if (is_whole(least) && skew_of(least) < (least->there + least->back) / 16)
            break;
    }
    return is_whole(least);
}

/* Whether a message between the two arrives after it was sent; raises *skew. */
static bool agree(struct qs_clock *c, unsigned a, unsigned b, int64_t *skew)
{
    struct qs_clock_trip trip;

    if (!measure(a, b, &trip)) {
        snprintf(c->about, sizeof c->about,
                 "processor %u is not to be had, or not for messages in time", b);
        return false;
    }
    if (trip.there <= 0 || trip.back <= 0) {
        snprintf(c->about, sizeof c->about,
                 "the counters of processors %u and %u disagree by more than a message "
                 "takes",
                 a, b);
        return false;
    }
    if (*skew < skew_of(&trip))
        *skew = skew_of(&trip);
    return true;
}

/* Compares the first allowed processor with each other one; the counters of any two of
 * them differ by at most twice what is found. */
static bool compare_processors(struct qs_clock *c)
{
    cpu_set_t allowed;
    unsigned first = 0, n = 0;
    int64_t skew = 0;

    if (sched_getaffinity(0, sizeof allowed, &allowed)) {
        snprintf(c->about, sizeof c->about, "the allowed processors are not known");
        return false;
    }
    for (unsigned cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (!CPU_ISSET(cpu, &allowed))
            continue;
        if (!n++)
            first = cpu;
        else if (!agree(c, first, cpu, &skew))
            return false;
    }
    c->slack = 2 * (uint64_t)skew;
    snprintf(c->about, sizeof c->about,
             "time stamp counter, %u processor%s, skew %lld ticks", n,
             n == 1 ? "" : "s", (long long)skew);
    return true;
}

bool qs_clock_open(struct qs_clock *c, const char *wanted)
{
    char why[QS_CLOCK_ABOUT];

    *c = (struct qs_clock){ .about = "CLOCK_MONOTONIC" };
    if (!strcmp(wanted, "monotonic"))
        return true;
    if (!counts_time())
        snprintf(c->about, sizeof c->about,
                 "the processor's counter may stop or change "
                 "its rate");
    else
        c->is_counter = compare_processors(c);
    if (c->is_counter || !strcmp(wanted, "tsc"))
        return c->is_counter;
    memcpy(why, c->about, sizeof why);
    snprintf(c->about, sizeof c->about, "CLOCK_MONOTONIC, because %.*s",
             QS_CLOCK_ABOUT - 32, why);
    return true;
}
