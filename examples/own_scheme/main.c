/* main.c - a hash map of the library under the scheme beside it: threads that insert
 * and remove the same keys, and read what others free.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "turnstile.h"

#define QS_MAP_NAME        numbers /* struct numbers, numbers_get, ... */
#define QS_MAP_RECLAIM     turnstile
#define QS_MAP_KEY         unsigned
#define QS_MAP_VALUE       unsigned
#define QS_MAP_HASH(k)     (*(k) * (uint64_t)0x9e3779b97f4a7c15 >> 32)
#define QS_MAP_EQUAL(a, b) (*(a) == *(b))
#include <quiesce/structures/split_ordered.h>

enum { THREADS = 4, KEYS = 64, ROUNDS = 20000 };

static struct qs_turnstile_domain domain;
static struct numbers numbers;

static void die(const char *what)
{
    fprintf(stderr, "own_scheme: %s\n", what);
    exit(1);
}

/* A key's value is always three times itself.  Returns how often it was not. */
static void *use(void *seed)
{
    struct qs_turnstile_thread *t = qs_turnstile_thread_register(&domain);
    unsigned random = (unsigned)(uintptr_t)seed + 1, value;
    uintptr_t wrong = 0;

    if (!t)
        die("no memory for a thread");
    for (unsigned n = 0; n < ROUNDS; n++) {
        random = random * 1664525 + 1013904223;
        unsigned key = (random >> 16) % KEYS;
        if (random >> 31)
            numbers_remove(&numbers, t, key, NULL);
        else if (numbers_insert(&numbers, t, key, 3 * key) < 0)
            die("no memory for a key");
        if (numbers_get(&numbers, t, (key + 1) % KEYS, &value))
            wrong += value != 3 * ((key + 1) % KEYS);
    }
    qs_turnstile_thread_unregister(t);
    return (void *)wrong;
}

int main(void)
{
    pthread_t threads[THREADS];
    struct qs_stats stats;
    uintptr_t wrong = 0;

    if (qs_turnstile_domain_init(&domain, NULL) || numbers_init(&numbers, 0))
        die("no memory");
    for (uintptr_t i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, use, (void *)i))
            die("cannot start a thread");
    for (unsigned i = 0; i < THREADS; i++) {
        void *result;
        pthread_join(threads[i], &result);
        wrong += (uintptr_t)result;
    }
    qs_turnstile_stats(&domain, &stats);
    uint64_t meanwhile = stats.freed_nodes;
    qs_turnstile_barrier(&domain);
    qs_turnstile_stats(&domain, &stats);
    printf("%llu nodes retired, %llu freed meanwhile, %llu in the end, %u wrong\n",
           (unsigned long long)stats.retired_nodes, (unsigned long long)meanwhile,
           (unsigned long long)stats.freed_nodes, (unsigned)wrong);
    numbers_destroy(&numbers);
    qs_turnstile_domain_destroy(&domain);
    return wrong || !meanwhile || stats.freed_nodes != stats.retired_nodes;
}
