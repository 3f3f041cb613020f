/* scheme.h - what the conformance tests of schemes share: names without the scheme,
 * nodes that tell when they were disposed of, and a reader that stands still.
 *
 * The build defines SCHEME and SCHEME_HEADER; each test program is built once per
 * scheme.
 */
#ifndef QS_TESTS_SCHEME_H
#define QS_TESTS_SCHEME_H

#include <errno.h>

#include SCHEME_HEADER

#include "tests/check.h"
#include "tests/nodes.h"
#include "tests/team.h"

#define S(name) QS_SCHEME(SCHEME, name)

/* Schemes without garbage or without an end to it are left out of some tests. */
enum {
    SCHEME_IS_LEAK = SCHEME_NUMBER == 1,
    SCHEME_IS_DIRECT = SCHEME_NUMBER == 2,
    SCHEME_DEFERS = !SCHEME_IS_LEAK && !SCHEME_IS_DIRECT,
#ifdef QS_RECLAIM_RCU_PART_H
    SCHEME_FREES_ELSEWHERE = true, /* on liburcu's thread, when that gets to it */
#else
    SCHEME_FREES_ELSEWHERE = false
#endif
};

enum { NODES_MAX = 40000 };

/* How often each node was disposed of, by its number. */
static qs_word disposals[NODES_MAX];

enum { ALIVE = 0x600df00d };

struct node {
    uint64_t alive;
    unsigned number;
};

static void node_dispose(void *node)
{
    struct node *n = node;
    CHECK_EQ(n->alive, ALIVE);
    n->alive = 0;
    qs_fetch_add(&disposals[n->number], 1, acq_rel);
}

static const struct qs_class node_class = { .name = "test node",
                                            .size = sizeof(struct node),
                                            .dispose = node_dispose };

static inline struct node *node_new(struct S(thread) * t, unsigned number)
{
    struct node *n = S(alloc)(t, &node_class);

    REQUIRE(n);
    REQUIRE(number < NODES_MAX);
    *n = (struct node){ .alive = ALIVE, .number = number };
    qs_store(&disposals[number], 0, release);
    return n;
}

static inline unsigned disposed(unsigned number)
{
    return (unsigned)qs_load(&disposals[number], acquire);
}

static inline void domain_open(struct S(domain) * d, const struct qs_config *config)
{
    struct qs_config as_told = nodes_config(config);

    REQUIRE(!S(domain_init)(d, &as_told));
}

/* Whether rounds of the domain's wait until the kernel runs the threads they interrupt:
 * they fail where it does not for long, and garbage grows until another one succeeds. */
static inline bool asks_threads(const struct S(domain) * d)
{
#ifdef QS_RECLAIM_PING_H
    return !d->ping.light;
#else
    (void)d;
    return false;
#endif
}

/* Whether the last round failed; for the only thread that begins any. */
static inline bool asked_in_vain(const struct S(domain) * d)
{
#ifdef QS_RECLAIM_PING_H
    return asks_threads(d) &&
           qs_load(&d->ping.begun, relaxed) != qs_load(&d->ping.completed, relaxed);
#else
    (void)d;
    return false;
#endif
}

static inline struct S(thread) * thread_open(struct S(domain) * d)
{
    struct S(thread) *t = S(thread_register)(d);
    REQUIRE(t);
    return t;
}

static inline struct qs_stats stats_now(struct S(domain) * d)
{
    struct qs_stats stats;
    S(stats)(d, &stats);
    return stats;
}

/* A read phase that follows n links, and holds what they point to when it ends. */
static inline void hold(struct S(thread) * t, const qs_word *links, unsigned n,
                        void *held[])
{
    S(checkpoint)(t);
    for (unsigned slot = 0; slot < n; slot++)
        held[slot] = (void *)S(protect)(t, slot, &links[slot]);
    S(commit)(t, n, held);
}

/* Retires a fresh node that nobody ever saw. */
static inline void retire_new(struct S(thread) * t, unsigned number)
{
    struct node *n = node_new(t, number);

    S(enter)(t);
    S(retire)(t, &node_class, n);
    S(leave)(t);
}

/* Does what a thread can to have its garbage freed while nobody holds any of it. */
static inline void settle(struct S(domain) * d, struct S(thread) * t)
{
    S(flush)(t);
    S(offline)(t);
    S(barrier)(d);
    S(online)(t);
}

/* A thread that enters an operation, protects what two links point to, and stays so
 * until it is told to go on. */
struct reader {
    struct S(domain) * domain;
    qs_word links[2];
    struct steps steps;
    pthread_t thread;
};

enum { READER_HOLDS = 1, READER_MAY_LEAVE = 2, READER_MAY_GO = 3 };

static inline void *reader_main(void *argument)
{
    struct reader *r = argument;
    struct S(thread) *t = thread_open(r->domain);
    void *held[2];

    S(enter)(t);
    hold(t, r->links, 2, held);
    steps_reach(&r->steps, READER_HOLDS);
    steps_wait(&r->steps, READER_MAY_LEAVE);
    for (unsigned slot = 0; slot < 2; slot++)
        if (held[slot] && !SCHEME_IS_DIRECT)
            CHECK_EQ(((struct node *)held[slot])->alive, ALIVE);
    S(leave)(t);
    S(offline)(t);
    steps_wait(&r->steps, READER_MAY_GO);
    S(online)(t);
    CHECK_EQ(S(thread_unregister)(t), 0);
    return NULL;
}

static inline void reader_start(struct reader *r, struct S(domain) * d, struct node *a,
                                struct node *b)
{
    *r = (struct reader){ .domain = d, .steps = STEPS_INIT };
    qs_store(&r->links[0], (uintptr_t)a, release);
    qs_store(&r->links[1], (uintptr_t)b, release);
    REQUIRE(!pthread_create(&r->thread, NULL, reader_main, r));
    steps_wait(&r->steps, READER_HOLDS);
}

/* Unlinks and retires what the reader holds, in one operation. */
static inline void reader_retire_held(struct reader *r, struct S(thread) * t)
{
    S(enter)(t);
    for (unsigned slot = 0; slot < 2; slot++) {
        void *node = (void *)qs_exchange(&r->links[slot], 0, seq_cst);
        if (node)
            S(retire)(t, &node_class, node);
    }
    S(leave)(t);
}

/* It holds nothing any more, but stays registered. */
static inline void reader_leave(struct reader *r)
{
    steps_reach(&r->steps, READER_MAY_LEAVE);
}

static inline void reader_stop(struct reader *r)
{
    steps_reach(&r->steps, READER_MAY_GO);
    pthread_join(r->thread, NULL);
}

#endif
