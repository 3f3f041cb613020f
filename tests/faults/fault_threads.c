/* fault_threads.c - threads that end in the wrong moment, or are far too many. */
#include <malloc.h>
#include <sched.h>
#include <unistd.h>

#include "tests/faults/crowd.h"

enum { KEYS = 64 };

/* Told after threads have ended any which way: is their garbage gone with them? */
static const char *tell_ends(const struct qs_map_ops *ops, struct qs_map *m,
                             struct qs_thread *t, bool right)
{
    if (fault_stats(ops, m).threads != 1)
        return "stays";
    uint64_t garbage = fault_settle(ops, m, t);
    struct qs_stats end = fault_stats(ops, m);
    bool frees = end.freed_nodes;
    if (!fault_close(ops, m, t) || !right)
        return FAULT_WRONG;
    if (!end.retired_nodes)
        return "none";
    return garbage && frees ? "keeps" : frees ? "adopted" : "kept";
}

/* A reader that can be cancelled at any instruction of a lookup. */
struct victim {
    const struct qs_map_ops *ops;
    struct qs_map *map;
    qs_word reads, wrong;
};

static void *victim_main(void *argument)
{
    struct victim *v = argument;
    struct qs_thread *t = v->ops->thread_register(v->map);
    uint64_t value;

    REQUIRE(t);
    /* NOLINTNEXTLINE(cert-pos47-c): the fault itself */
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
    for (uint64_t i = 0;; i++) {
        if (v->ops->get(v->map, t, i % KEYS, &value) && value != crowd_value(i % KEYS))
            qs_fetch_add(&v->wrong, 1, relaxed);
        qs_tally_own(&v->reads, 1);
        if (i % 16 == 0)
            v->ops->quiesce(t);
    }
    return NULL;
}

/* Readers vanish inside lookups; the updates of others have to go on. */
const char *fault_vanished_reader(const struct qs_map_ops *ops)
{
    struct qs_thread *t;
    struct qs_map *m = fault_open(ops, KEYS, 0, &t);
    struct crowd c = { .ops = ops, .map = m, .keys = KEYS };
    struct victim v = { .ops = ops, .map = m };
    bool blocks = false;

    ops->offline(t);
    crowd_start(&c, 2);
    for (unsigned i = 0; i < 30 * fault_length() && !blocks; i++) {
        pthread_t thread;
        qs_store(&v.reads, 0, relaxed);
        REQUIRE(!pthread_create(&thread, NULL, victim_main, &v));
        blocks = !fault_wait_for(&v.reads, 100 + i, 3);
        pthread_cancel(thread);
        pthread_join(thread, NULL);
        blocks |= !fault_wait_for(&c.done, qs_load(&c.done, acquire) + 200, 3);
    }
    if (blocks || !crowd_stops(&c))
        return FAULT_BLOCKS;
    crowd_end(&c);
    ops->online(t);
    return tell_ends(ops, m, t, crowd_agrees(&c) && !qs_load(&v.wrong, acquire));
}

/* Updates until it is cancelled between two operations, and never unregisters. */
static void *cancelled_main(void *argument)
{
    struct crowd_member *member = argument;
    struct crowd *c = member->crowd;
    struct qs_thread *t = c->ops->thread_register(c->map);

    REQUIRE(t);
    for (;;) {
        crowd_operate(member, t);
        qs_tally_shared(&c->done, 1);
        pthread_testcancel();
    }
    return NULL;
}

const char *fault_cancelled(const struct qs_map_ops *ops)
{
    struct qs_thread *t;
    struct qs_map *m = fault_open(ops, KEYS, 0, &t);
    struct crowd c = { .ops = ops, .map = m, .keys = KEYS, .n = 30 };

    ops->offline(t);
    for (unsigned i = 0; i < c.n; i++) {
        struct crowd_member *member = &c.members[i];
        *member = (struct crowd_member){ .crowd = &c, .random = i };
        qs_store(&c.done, 0, relaxed);
        REQUIRE(!pthread_create(&member->thread, NULL, cancelled_main, member));
        if (!fault_wait_for(&c.done, 300, 5))
            return FAULT_BLOCKS;
        pthread_cancel(member->thread);
        pthread_join(member->thread, NULL);
    }
    ops->online(t);
    return tell_ends(ops, m, t, crowd_agrees(&c));
}

/* Where those of a round meet, if they do. */
static pthread_barrier_t *meeting;

/* Comes, updates a little, and leaves; every other one without a word. */
static void *visitor_main(void *argument)
{
    struct crowd_member *member = argument;
    struct crowd *c = member->crowd;
    struct qs_thread *t = c->ops->thread_register(c->map);

    REQUIRE(t);
    if (meeting)
        pthread_barrier_wait(meeting);
    for (unsigned i = 0; i < 40; i++)
        crowd_operate(member, t);
    if (member->random & 1)
        c->ops->thread_unregister(t);
    return NULL;
}

static long resident_kb(void)
{
    long pages = 0;
    FILE *statm = fopen("/proc/self/statm", "re");

    REQUIRE(statm && fscanf(statm, "%*d %ld", &pages) == 1);
    fclose(statm);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static void visit(struct crowd *c, bool meet)
{
    pthread_barrier_t all;

    REQUIRE(!pthread_barrier_init(&all, NULL, CROWD_MAX));
    meeting = meet ? &all : NULL;
    for (unsigned i = 0; i < CROWD_MAX; i++)
        REQUIRE(
            !pthread_create(&c->members[i].thread, NULL, visitor_main, &c->members[i]));
    for (unsigned i = 0; i < CROWD_MAX; i++)
        pthread_join(c->members[i].thread, NULL);
    pthread_barrier_destroy(&all);
}

/* 10 000 threads, 64 at a time.  In one of malloc's arenas: of several each keeps some of
 * what another thread freed, as liburcu's does, and memory grows for a long time.  Now
 * and then all 64 are there at once, or the memory for so many would be needed for the
 * first time whenever the machine happens to be busy. */
const char *fault_thread_churn(const struct qs_map_ops *ops)
{
    enum { ROUNDS = 10000 / CROWD_MAX, FIRST = ROUNDS / 4, SLACK_KB = 1024 };
    struct qs_thread *t;
    struct qs_map *m = fault_open(ops, KEYS, 0, &t);
    struct crowd c = { .ops = ops, .map = m, .keys = KEYS, .n = CROWD_MAX };
    long early = 0;

    mallopt(M_ARENA_MAX, 1);
    for (unsigned i = 0; i < CROWD_MAX; i++)
        c.members[i] = (struct crowd_member){ .crowd = &c, .random = i };
    ops->offline(t);
    for (unsigned round = 0; round < ROUNDS * fault_length(); round++) {
        visit(&c, round % 8 == 0);
        if (round % 8 == 0)
            ops->barrier(m); /* a worker that lags behind is no leak */
        if (round == FIRST)
            early = resident_kb();
    }
    long growth = resident_kb() - early;
    ops->online(t);
    const char *word = tell_ends(ops, m, t, crowd_agrees(&c));
    if (!strcmp(word, "adopted") && growth > early / 20 + SLACK_KB) {
        fprintf(stderr, "%s: %ld KiB after the first threads, %ld KiB more later\n",
                ops->reclaim, early, growth);
        return "grows";
    }
    return word;
}

/* 64 threads take turns on one processor. */
const char *fault_oversubscribed(const struct qs_map_ops *ops)
{
    struct qs_thread *t;
    struct qs_map *m = fault_open(ops, KEYS, 0, &t);
    struct crowd c = { .ops = ops, .map = m, .keys = KEYS };
    cpu_set_t one;

    CPU_ZERO(&one);
    CPU_SET((unsigned)sched_getcpu(), &one);
    REQUIRE(!sched_setaffinity(0, sizeof one, &one));
    c.each = 1000 * fault_length();
    ops->offline(t);
    REQUIRE(crowd_start(&c, CROWD_MAX) == CROWD_MAX);
    crowd_end(&c);
    bool right = crowd_agrees(&c);
    ops->online(t);
    fault_settle(ops, m, t);
    return fault_close(ops, m, t) && right ? "exact" : FAULT_WRONG;
}

/* More registrations at once than anything was laid out for.  A scheme may have a limit
 * and refuse beyond it. */
const char *fault_thread_limit(const struct qs_map_ops *ops)
{
    enum { MANY = 2000 };
    struct qs_thread *t, *many[MANY];
    struct qs_map *m = fault_open(ops, KEYS, 0, &t);
    unsigned n = 0;
    uint64_t value;
    bool right = true;

    while (n < MANY && (many[n] = ops->thread_register(m)))
        n++;
    for (unsigned i = 0; i < n; i++)
        right &= ops->insert(m, many[i], i, crowd_value(i)) == 1;
    for (unsigned i = 0; i < n; i++) {
        right &= ops->get(m, many[n - 1 - i], i, &value) && value == crowd_value(i);
        right &= ops->remove(m, many[i], i, NULL);
    }
    for (unsigned i = 0; i < n; i++)
        right &= !ops->thread_unregister(many[i]);
    fault_settle(ops, m, t);
    if (!fault_close(ops, m, t) || !right || n < 100)
        return FAULT_WRONG;
    return n == MANY ? "exact" : "refused";
}
