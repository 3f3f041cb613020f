/* dns.c - a name cache: some threads resolve while one keeps moving the hosts. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <quiesce/reclaim/ebr.h>

struct host {
    char name[24]; /* ends with a zero */
};

static uint64_t host_hash(const struct host *h)
{
    uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a */
    for (const char *c = h->name; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 0x100000001b3u;
    return hash;
}

static bool host_equal(const struct host *a, const struct host *b)
{
    return strcmp(a->name, b->name) == 0;
}

#define QS_MAP_NAME        dns /* struct dns, dns_get, dns_insert, ... */
#define QS_MAP_RECLAIM     ebr
#define QS_MAP_KEY         struct host
#define QS_MAP_VALUE       uint32_t
#define QS_MAP_HASH(k)     host_hash(k)
#define QS_MAP_EQUAL(a, b) host_equal(a, b)
#include <quiesce/structures/split_ordered.h>

enum { HOSTS = 500, RESOLVERS = 3, LOOKUPS = 20000, MOVES = 5000 };

static struct qs_ebr_domain domain;
static struct dns cache;

static struct host host_at(unsigned i)
{
    struct host h;
    snprintf(h.name, sizeof h.name, "host%u.example", i);
    return h;
}

static struct qs_ebr_thread *register_or_exit(void)
{
    struct qs_ebr_thread *t = qs_ebr_thread_register(&domain);
    if (!t) {
        fprintf(stderr, "dns: no memory for a thread\n");
        exit(1);
    }
    return t;
}

/* Gives hosts another address: the number of the move above, that of the host below. */
static void *move_hosts(void *argument)
{
    struct qs_ebr_thread *t = register_or_exit();

    for (unsigned move = 1; move <= MOVES; move++) {
        unsigned i = move % HOSTS;
        dns_remove(&cache, t, host_at(i), NULL);
        dns_insert(&cache, t, host_at(i), (uint32_t)(move << 16 | i));
    }
    qs_ebr_thread_unregister(t);
    return argument;
}

/* Returns how many answers were another host's. */
static void *resolve(void *argument)
{
    struct qs_ebr_thread *t = register_or_exit();
    uintptr_t wrong = 0;
    uint32_t address;

    for (unsigned n = 0; n < LOOKUPS; n++) {
        unsigned i = n * 7919 % HOSTS;
        if (dns_get(&cache, t, host_at(i), &address))
            wrong += (address & 0xffff) != i;
    }
    qs_ebr_thread_unregister(t);
    (void)argument;
    return (void *)wrong;
}

static void fill(void)
{
    struct qs_ebr_thread *t = register_or_exit();

    for (unsigned i = 0; i < HOSTS; i++)
        dns_insert(&cache, t, host_at(i), i);
    qs_ebr_thread_unregister(t);
}

/* Runs the threads.  Returns how many answers were wrong. */
static unsigned run(void)
{
    pthread_t threads[RESOLVERS + 1];
    unsigned wrong = 0;

    for (unsigned i = 0; i <= RESOLVERS; i++)
        if (pthread_create(&threads[i], NULL, i ? resolve : move_hosts, NULL)) {
            fprintf(stderr, "dns: cannot start a thread\n");
            exit(1);
        }
    for (unsigned i = 0; i <= RESOLVERS; i++) {
        void *result;
        pthread_join(threads[i], &result);
        wrong += (unsigned)(uintptr_t)result;
    }
    return wrong;
}

int main(void)
{
    struct qs_stats stats;

    if (qs_ebr_domain_init(&domain, NULL) || dns_init(&cache, 0))
        return 1;
    fill();
    unsigned wrong = run();
    qs_ebr_barrier(&domain);
    qs_ebr_stats(&domain, &stats);
    printf("%zu hosts in %zu buckets, %u wrong answers\n", dns_size(&cache),
           dns_buckets(&cache), wrong);
    printf("%llu nodes retired, %llu freed\n", (unsigned long long)stats.retired_nodes,
           (unsigned long long)stats.freed_nodes);
    dns_destroy(&cache);
    qs_ebr_domain_destroy(&domain);
    return wrong != 0 || stats.freed_nodes != stats.retired_nodes;
}
