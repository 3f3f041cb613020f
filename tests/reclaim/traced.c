/* traced.c - a program built with the tracepoints of reclaim/trace.h, for traced.sh and
 * for scripts/retire-to-free.bt: threads insert into a table and remove again.
 *
 * usage: traced [OPERATIONS]     of each thread; prints what the probes should count
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "reclaim/ebr.h"

static uint64_t spread(const uint64_t *key)
{
    return *key * 0x9e3779b97f4a7c15u;
}

#define QS_MAP_NAME        table
#define QS_MAP_RECLAIM     ebr
#define QS_MAP_KEY         uint64_t
#define QS_MAP_VALUE       uint64_t
#define QS_MAP_HASH(k)     spread(k)
#define QS_MAP_EQUAL(a, b) (*(a) == *(b))
#include "structures/split_ordered.h"

enum { THREADS = 3, KEYS = 1000, OPERATIONS = 20000 };

static struct qs_ebr_domain domain;
static struct table map;
static uint64_t operations = OPERATIONS;

static void *work(void *arg)
{
    struct qs_ebr_thread *t = qs_ebr_thread_register(&domain);

    (void)arg;
    for (uint64_t i = 0; t && i < operations; i++) {
        uint64_t key = qs_random((struct qs_thread *)t) % KEYS;
        if (i % 2)
            table_remove(&map, t, key, NULL);
        else
            table_insert(&map, t, key, i);
    }
    return t && !qs_ebr_thread_unregister(t) ? &domain : NULL;
}

static bool run_threads(void)
{
    pthread_t threads[THREADS];
    bool worked = true;
    void *result;

    for (unsigned i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, work, NULL))
            return false;
    for (unsigned i = 0; i < THREADS; i++) {
        pthread_join(threads[i], &result);
        worked = worked && result;
    }
    return worked;
}

int main(int argc, char **argv)
{
    struct qs_stats stats;

    if (argc > 1)
        operations = strtoull(argv[1], NULL, 10);
    if (qs_ebr_domain_init(&domain, NULL) || table_init(&map, 0) || !run_threads())
        return EXIT_FAILURE;
    qs_ebr_barrier(&domain);
    qs_ebr_stats(&domain, &stats);
    printf("retired %" PRIu64 "\nfreed %" PRIu64 "\nscans %" PRIu64 "\n",
           stats.retired_nodes, stats.freed_nodes, stats.scans);
    table_destroy(&map);
    return qs_ebr_domain_destroy(&domain) ? EXIT_FAILURE : EXIT_SUCCESS;
}
