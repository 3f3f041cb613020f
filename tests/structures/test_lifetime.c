/* test_lifetime.c - registering, leaving without a word, destroying too early, and many
 * short-lived threads, for every map. */
#include <errno.h>
#include <sched.h>

#include "tests/structures/every_map.h"
#include "tests/team.h"

enum { TEAM = 8, CHURN_ROUNDS = 60, WAITERS = 3 };

struct setting {
    const struct qs_map_ops *ops;
    struct qs_map *map;
    struct qs_thread *registration;
    unsigned highest_index[TEAM];
    struct steps steps;
    qs_word offline; /* threads that wait so */
    int result;
};

static void test_destroy_waits_for_registered_threads(const struct qs_map_ops *ops)
{
    struct qs_thread *t;
    struct qs_map *m = map_open(ops, 0, &t);
    uint64_t value = 0;

    CHECK_EQ(ops->insert(m, t, 1, 10), 1);
    CHECK_EQ(ops->destroy(m), -EBUSY);
    CHECK(ops->get(m, t, 1, &value)); /* nothing has changed */
    CHECK_EQ(value, 10);
    map_close(ops, m, t);
}

static void unregister_foreign(void *shared, unsigned index)
{
    struct setting *s = shared;
    (void)index;
    s->result = s->ops->thread_unregister(s->registration);
}

static void test_foreign_registration_cannot_be_given_up(const struct qs_map_ops *ops)
{
    struct setting s = { .ops = ops };

    s.map = map_open(ops, 0, &s.registration);
    ops->offline(s.registration);
    team_run_elsewhere(unregister_foreign, &s);
    CHECK_EQ(s.result, -EPERM);
    ops->online(s.registration);
    CHECK_EQ(ops->insert(s.map, s.registration, 1, 1), 1);
    map_close(ops, s.map, s.registration);
}

/* Leaves garbage and says nothing. */
static void use_and_vanish(void *shared, unsigned index)
{
    struct setting *s = shared;
    struct qs_thread *t = s->ops->thread_register(s->map);

    REQUIRE(t);
    for (uint64_t key = index * 100; key < index * 100 + 50; key++) {
        CHECK_EQ(s->ops->insert(s->map, t, key, key), 1);
        if (key % 2)
            CHECK(s->ops->remove(s->map, t, key, NULL));
    }
    if (index % 2)
        pthread_exit(NULL);
}

static void test_thread_may_end_without_unregistering(const struct qs_map_ops *ops)
{
    struct setting s = { .ops = ops, .map = map_open(ops, 0, NULL) };
    struct qs_stats stats;
    struct qs_map_sum sum;

    team_run(TEAM, use_and_vanish, &s);
    ops->stats(s.map, &stats);
    CHECK_EQ(stats.threads, 0);
    ops->barrier(s.map);
    ops->stats(s.map, &stats);
    if (!map_leaks(ops))
        CHECK_EQ(stats.garbage_nodes, 0);
    ops->sum(s.map, &sum);
    CHECK_EQ(sum.keys, TEAM * 25);
    map_close(ops, s.map, NULL);
}

static void visit_briefly(void *shared, unsigned index)
{
    struct setting *s = shared;
    struct qs_thread *t = s->ops->thread_register(s->map);
    uint64_t value;

    REQUIRE(t);
    if (t->index > s->highest_index[index])
        s->highest_index[index] = t->index;
    if (s->ops->insert(s->map, t, index, index) == 0)
        s->ops->remove(s->map, t, index, &value);
    if (index % 2)
        CHECK_EQ(s->ops->thread_unregister(t), 0);
}

/* 480 threads, 8 times as many under --full, 8 at a time: no more records than threads
 * that lived at once. */
static void test_records_are_reused(const struct qs_map_ops *ops)
{
    struct setting s = { .ops = ops, .map = map_open(ops, 0, NULL) };
    struct qs_stats stats;

    for (unsigned round = 0; round < CHURN_ROUNDS * check_scale(); round++)
        team_run(TEAM, visit_briefly, &s);
    for (unsigned i = 0; i < TEAM; i++)
        CHECK_LT(s.highest_index[i], TEAM);
    ops->barrier(s.map);
    ops->stats(s.map, &stats);
    if (!map_leaks(ops))
        CHECK_EQ(stats.garbage_nodes, 0);
    map_close(ops, s.map, NULL);
}

static void test_thread_may_use_two_maps(const struct qs_map_ops *ops)
{
    struct qs_thread *t1, *t2;
    struct qs_map *m1 = map_open(ops, 0, &t1), *m2 = map_open(ops, 0, &t2);
    uint64_t value = 0;

    CHECK_EQ(ops->insert(m1, t1, 1, 11), 1);
    CHECK_EQ(ops->insert(m2, t2, 1, 12), 1);
    CHECK_EQ(ops->thread_unregister(t1), 0); /* not the last one registered */
    CHECK(ops->get(m2, t2, 1, &value));
    CHECK_EQ(value, 12);
    CHECK_EQ(ops->destroy(m1), 0);
    map_close(ops, m2, t2);
}

/* One thread goes on removing while the others are registered and wait offline. */
static void wait_offline(struct setting *s, struct qs_thread *t)
{
    s->ops->offline(t);
    qs_fetch_add(&s->offline, 1, release);
    steps_wait(&s->steps, 1);
    s->ops->online(t);
}

static void use_or_wait(void *shared, unsigned index)
{
    struct setting *s = shared;
    struct qs_thread *t = s->ops->thread_register(s->map);
    struct qs_stats stats;

    REQUIRE(t);
    if (index) {
        wait_offline(s, t);
    } else {
        while (qs_load(&s->offline, acquire) < WAITERS)
            s->ops->quiesce(t), sched_yield();
        for (uint64_t key = 0; key < 3000; key++) {
            CHECK_EQ(s->ops->insert(s->map, t, key, key), 1);
            CHECK(s->ops->remove(s->map, t, key, NULL));
            s->ops->quiesce(t);
        }
        s->ops->flush(t);
        s->ops->offline(t);
        s->ops->barrier(s->map);
        s->ops->stats(s->map, &stats);
        if (!map_leaks(s->ops))
            CHECK_LT(stats.garbage_nodes, 1000);
        s->ops->online(t);
        steps_reach(&s->steps, 1);
    }
    CHECK_EQ(s->ops->thread_unregister(t), 0);
}

static void test_waiting_threads_hold_nothing_back(const struct qs_map_ops *ops)
{
    struct setting s = { .ops = ops,
                         .map = map_open(ops, 0, NULL),
                         .steps = STEPS_INIT };

    team_run(1 + WAITERS, use_or_wait, &s);
    map_close(ops, s.map, NULL);
}

int main(int argc, char **argv)
{
    static const struct map_test tests[] = {
        MAP_TEST(test_destroy_waits_for_registered_threads),
        TEAM_TEST(test_foreign_registration_cannot_be_given_up),
        TEAM_TEST(test_thread_may_end_without_unregistering),
        TEAM_TEST(test_records_are_reused),
        MAP_TEST(test_thread_may_use_two_maps),
        TEAM_TEST(test_waiting_threads_hold_nothing_back),
    };
    return every_map_main(argc, argv, tests, sizeof tests / sizeof *tests);
}
