/* crowding.c - two loops, one of which needs the core for itself. */
#include "harness/crowding.h"

#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

#include "reclaim/atomic.h"
#include "reclaim/system.h"

enum { ROUNDS = 20000, LOOKS = 12, CALM_IN_A_ROW = 2 };

/* By the wall clock: a guest's clock of CPU time leaves out what its host says it stole,
 * and has loops seem shorter than they can be.  Who is held up is disturbed, too. */

/* Each multiplication waits for the one before. */
static uint64_t chain_ns(void)
{
    uint64_t x = 1, begin = qs_now();

    for (unsigned i = 0; i < ROUNDS; i++) {
        x = x * 6364136223846793005u + 1;
        __asm__ __volatile__("" : "+r"(x));
    }
    return qs_now() - begin;
}

/* Four chains, as many instructions at a time as the core has units for. */
static uint64_t crowd_ns(void)
{
    uint64_t a = 1, b = 2, c = 3, d = 4, begin = qs_now();

    for (unsigned i = 0; i < ROUNDS; i++) {
        a = a * 3 + 1;
        b = b * 5 + i;
        c = c * 7 + 1;
        d = d * 9 + i;
        a ^= b >> 3;
        c ^= d >> 5;
        __asm__ __volatile__("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d));
    }
    return qs_now() - begin;
}

/* The least of each in any thread, in ns; 0 before the first.  Each by itself: both are
 * of a moment without strangers, at the highest clock rate. */
static qs_word best_crowd, best_chain;

static double note_best(qs_word *best, uint64_t ns)
{
    uintptr_t mine = (uintptr_t)ns, seen = qs_load(best, relaxed);

    while ((!seen || mine < seen) && !qs_cas(best, &seen, mine))
        ;
    return (double)(!seen || mine < seen ? mine : seen);
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Strangers come and go within microseconds: their loop's mean is what they cost now,
 * its least what it takes without them.  The chain tells the clock rate, unless it is
 * held up all the time; then too little is seen. */
double qs_crowding(void)
{
    uint64_t sum = 0, crowd = UINT64_MAX, chain = UINT64_MAX;

    for (unsigned i = 0; i < LOOKS; i++) {
        uint64_t ns = crowd_ns();
        sum += ns;
        crowd = least(crowd, ns);
        chain = least(chain, chain_ns());
    }
    if (!crowd || !chain)
        return 1; /* a clock too coarse to tell */
    double usual = note_best(&best_crowd, crowd) / note_best(&best_chain, chain);
    return (double)sum / LOOKS / (double)chain / usual;
}

double qs_crowding_wait(double patience_s, double *waited_s)
{
    uint64_t begin = qs_now(), end = begin + (uint64_t)(patience_s * 1e9);
    unsigned calm = 0;
    double seen;

    do {
        seen = qs_crowding();
        calm = seen < qs_crowded ? calm + 1 : 0;
    } while (calm < CALM_IN_A_ROW && qs_now() < end);
    *waited_s = (double)(qs_now() - begin) / 1e9;
    return seen;
}

bool qs_places_share_cores(const struct qs_place *places, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        for (unsigned j = 0; j < i; j++)
            if (places[i].core == places[j].core)
                return true;
    return false;
}

/* A thread that looks at one place. */
struct watchman {
    pthread_t thread;
    const struct qs_topology *topology;
    struct qs_place place;
    double seconds; /* of patience, or to watch for */
    double seen;    /* the answer; NaN if it could not go there */
};

static void *wait_there(void *argument)
{
    struct watchman *w = argument;
    char error[128];
    double waited_s;

    if (!qs_topology_bind(w->topology, &w->place, error, sizeof error))
        w->seen = qs_crowding_wait(w->seconds, &waited_s);
    return NULL;
}

static void *count_there(void *argument)
{
    struct watchman *w = argument;
    uint64_t end = qs_now() + (uint64_t)(w->seconds * 1e9);
    unsigned looks = 0, shared = 0;
    char error[128];

    if (qs_topology_bind(w->topology, &w->place, error, sizeof error))
        return NULL;
    do {
        shared += qs_crowding() > qs_crowded;
        looks++;
    } while (qs_now() < end);
    w->seen = (double)shared / looks;
    return NULL;
}

/* The greatest answer of all watchmen, or NaN. */
static double post(const struct qs_topology *t, const struct qs_place *places,
                   unsigned n, double seconds, void *look(void *))
{
    struct watchman *watchmen = calloc(n, sizeof *watchmen);
    double greatest = qs_places_share_cores(places, n) ? NAN : 0;
    unsigned started = 0;

    if (!watchmen)
        return NAN;
    for (; !isnan(greatest) && started < n; started++) {
        struct watchman *w = &watchmen[started];
        *w = (struct watchman){
            .topology = t, .place = places[started], .seconds = seconds, .seen = NAN
        };
        if (pthread_create(&w->thread, NULL, look, w)) {
            greatest = NAN;
            break;
        }
    }
    for (unsigned i = 0; i < started; i++) {
        pthread_join(watchmen[i].thread, NULL);
        greatest = isnan(greatest) || isnan(watchmen[i].seen)
                       ? NAN
                       : fmax(greatest, watchmen[i].seen);
    }
    free(watchmen);
    return greatest;
}

double qs_crowding_wait_at(const struct qs_topology *t, const struct qs_place *places,
                           unsigned n, double patience_s)
{
    return post(t, places, n, patience_s, wait_there);
}

double qs_crowding_share(const struct qs_topology *t, double seconds)
{
    unsigned n = qs_topology_cores(t);
    struct qs_place *places = calloc(n, sizeof *places);
    char error[128];
    double share = NAN;

    if (places && qs_topology_is_this_machine(t) &&
        !qs_topology_place(t, "cores", n, false, places, error, sizeof error))
        share = post(t, places, n, seconds, count_there);
    free(places);
    return share;
}
