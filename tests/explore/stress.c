/* stress.c - what a native stress test sees of a seeded bug, for `bug-table`: threads
 * on few keys of one map, in rounds, for some seconds.
 *
 * usage: stress SECONDS.  After each round the keys that went in and came out must
 * balance for every thread and key, and the map must hold what is left.  Prints `N
 * operations` or `after N operations: WHAT`; a crash prints nothing, so the count goes
 * to stderr as well.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "harness/map_ops.h"

enum { THREADS = 4, KEYS = 8, OPERATIONS = 20000, PATIENCE = 60 /* seconds */ };

extern const struct qs_map_ops MAP_OPS;

struct worker {
    pthread_t thread;
    struct qs_map *map;
    uint64_t seed;
    long balance[KEYS]; /* inserted and not removed */
    bool wrong_value;
};

static const struct qs_map_ops *const ops = &MAP_OPS;
static unsigned long operations;

static uint64_t next_random(uint64_t *state)
{
    uint64_t x = *state += 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

/* Values tell which key they belong to. */
static void make_call(struct worker *w, struct qs_thread *t)
{
    uint64_t random = next_random(&w->seed), key = random % KEYS, value = key;

    switch (random >> 32 & 3) {
    case 0:
        w->balance[key] += ops->insert(w->map, t, key, random / KEYS * KEYS + key) == 1;
        break;
    case 1:
        w->balance[key] -= ops->remove(w->map, t, key, &value);
        break;
    default:
        ops->get(w->map, t, key, &value);
    }
    w->wrong_value |= value % KEYS != key;
}

static void *work(void *argument)
{
    struct worker *w = argument;
    struct qs_thread *t = ops->thread_register(w->map);

    for (unsigned i = 0; i < OPERATIONS; i++) {
        make_call(w, t);
        ops->quiesce(t);
    }
    ops->thread_unregister(t);
    return NULL;
}

static void stop_with(const char *what)
{
    printf("after %lu operations: %s\n", operations, what);
    exit(1);
}

/* What the threads say that they left must be there, once. */
static void check_balance(struct qs_map *map, const struct worker *workers)
{
    struct qs_map_sum sum;
    long present = 0;

    for (unsigned k = 0; k < KEYS; k++) {
        long balance = 0;
        for (unsigned i = 0; i < THREADS; i++)
            balance += workers[i].balance[k];
        if (balance < 0 || balance > 1)
            stop_with("a key went in or out twice");
        present += balance;
    }
    ops->sum(map, &sum);
    if ((long)sum.keys != present)
        stop_with("keys are lost or doubled");
}

static void play_round(uint64_t number)
{
    static struct worker workers[THREADS];
    struct qs_map_config config = { .reclaim.batch = 1 };
    struct qs_map *map = ops->create(&config);

    alarm(PATIENCE);
    for (unsigned i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){ .map = map, .seed = number * THREADS + i };
        pthread_create(&workers[i].thread, NULL, work, &workers[i]);
    }
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(workers[i].thread, NULL);
    for (unsigned i = 0; i < THREADS; i++)
        if (workers[i].wrong_value)
            stop_with("a value of another key");
    check_balance(map, workers);
    ops->destroy(map);
    operations += (unsigned long)THREADS * OPERATIONS;
    fprintf(stderr, "%lu\n", operations);
}

int main(int argc, char **argv)
{
    time_t end = time(NULL) + (argc > 1 ? atoi(argv[1]) : 5);

    for (uint64_t i = 0; time(NULL) < end; i++)
        play_round(i);
    printf("%lu operations\n", operations);
    return 0;
}
