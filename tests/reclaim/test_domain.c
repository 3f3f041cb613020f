/* test_domain.c - registrations, errors, watermark, batches and leavers of one scheme.
 */
#include "tests/reclaim/scheme.h"

static void test_destroy_with_registered_thread_is_refused(void)
{
    struct S(domain) d;

    domain_open(&d, NULL);
    struct S(thread) *t = thread_open(&d);
    CHECK_EQ(S(domain_destroy)(&d), -EBUSY);
    retire_new(t, 0); /* it still works */
    S(enter)(t);
    CHECK_EQ(S(domain_destroy)(&d), -EBUSY); /* and does not wait inside */
    S(leave)(t);
    CHECK_EQ(S(thread_unregister)(t), 0);
    CHECK_EQ(S(domain_destroy)(&d), 0);
    CHECK_EQ(disposed(0), 1);
}

/* Schemes that can tell refuse to unregister inside an operation. */
static void test_unregister_inside_an_operation_is_refused(void)
{
    struct S(domain) d;
    qs_word link;
    void *held;

    if (!SCHEME_TELLS_INSIDE)
        return;
    domain_open(&d, NULL);
    struct S(thread) *t = thread_open(&d);
    struct node *n = node_new(t, 0);
    qs_init(&link, n);
    S(enter)(t);
    hold(t, &link, 1, &held);
    CHECK_EQ(S(thread_unregister)(t), -EBUSY);
    CHECK_EQ(stats_now(&d).threads, 1);
    S(leave)(t);
    S(free_private)(t, &node_class, n);
    CHECK_EQ(S(thread_unregister)(t), 0);
    CHECK_EQ(S(domain_destroy)(&d), 0);
}

static void unregister_foreign(void *shared, unsigned index)
{
    (void)index;
    CHECK_EQ(S(thread_unregister)(shared), -EPERM);
}

static void test_foreign_thread_cannot_unregister(void)
{
    struct S(domain) d;

    domain_open(&d, NULL);
    struct S(thread) *t = thread_open(&d);
    team_run_elsewhere(unregister_foreign, t);
    CHECK_EQ(stats_now(&d).threads, 1);
    CHECK_EQ(S(thread_unregister)(t), 0);
    CHECK_EQ(S(domain_destroy)(&d), 0);
}

static void test_record_is_reused(void)
{
    struct S(domain) d;

    domain_open(&d, NULL);
    for (unsigned i = 0; i < 100; i++) {
        struct S(thread) *t = thread_open(&d);
        CHECK_EQ(((struct qs_thread *)t)->index, 0);
        retire_new(t, i);
        CHECK_EQ(S(thread_unregister)(t), 0);
    }
    CHECK_EQ(stats_now(&d).retired_nodes, 100);
    CHECK_EQ(S(domain_destroy)(&d), 0);
    for (unsigned i = 0; i < 100; i++)
        CHECK_EQ(disposed(i), 1);
}

/* Stops in the middle of an operation, holding a node and with garbage of its own. */
static void end_inside(void *shared, unsigned index)
{
    struct reader *r = shared;
    struct S(thread) *t = thread_open(r->domain);
    void *held;

    (void)index;
    for (unsigned i = 10; i < 20; i++)
        retire_new(t, i);
    S(enter)(t);
    hold(t, r->links, 1, &held);
    pthread_exit(NULL);
}

static void test_thread_that_ends_inside_holds_nothing_back(void)
{
    struct S(domain) d;
    struct reader r = { .domain = &d };

    domain_open(&d, NULL);
    struct S(thread) *t = thread_open(&d);
    qs_init(&r.links[0], node_new(t, 0));
    qs_init(&r.links[1], 0);
    team_run_elsewhere(end_inside, &r);
    CHECK_EQ(stats_now(&d).threads, 1);
    reader_retire_held(&r, t);
    settle(&d, t);
    if (!SCHEME_IS_LEAK) {
        CHECK_EQ(disposed(0), 1);
        CHECK_EQ(stats_now(&d).garbage_nodes, 0);
    }
    CHECK_EQ(S(thread_unregister)(t), 0);
    CHECK_EQ(S(domain_destroy)(&d), 0);
    for (unsigned i = 10; i < 20; i++)
        CHECK_EQ(disposed(i), 1);
}

static void retire_and_leave(void *shared, unsigned index)
{
    struct reader *r = shared;
    struct S(thread) *t = thread_open(r->domain);

    (void)index;
    reader_retire_held(r, t);
    CHECK_EQ(S(thread_unregister)(t), 0);
}

static void test_leavers_garbage_is_freed_by_those_who_stay(void)
{
    struct S(domain) d;
    struct reader r;

    if (!SCHEME_DEFERS)
        return;
    domain_open(&d, NULL);
    struct S(thread) *t = thread_open(&d);
    reader_start(&r, &d, node_new(t, 0), node_new(t, 1));
    S(offline)(t);
    team_run_elsewhere(retire_and_leave, &r);
    S(online)(t);
    S(flush)(t);
    CHECK_EQ(disposed(0) + disposed(1), 0);
    reader_stop(&r);
    settle(&d, t);
    CHECK_EQ(disposed(0) + disposed(1), 2);
    CHECK_EQ(S(thread_unregister)(t), 0);
    CHECK_EQ(S(domain_destroy)(&d), 0);
}

struct barrier_call {
    struct S(domain) * domain;
    struct steps begun;
    qs_word returned;
};

static void *call_barrier(void *argument)
{
    struct barrier_call *call = argument;

    steps_reach(&call->begun, 1);
    S(barrier)(call->domain);
    CHECK_EQ(disposed(0) + disposed(1), 2);
    qs_store(&call->returned, 1, release);
    return NULL;
}

/* A thread that is not registered waits until what a leaver left is freed, which a
 * reader holds. */
static void test_barrier_waits_for_readers(void)
{
    struct S(domain) d;
    struct barrier_call call = { .domain = &d, .begun = STEPS_INIT };
    struct reader r;
    pthread_t waiter;

    if (!SCHEME_DEFERS)
        return;
    domain_open(&d, NULL);
    struct S(thread) *t = thread_open(&d);
    reader_start(&r, &d, node_new(t, 0), node_new(t, 1));
    S(offline)(t);
    team_run_elsewhere(retire_and_leave, &r);
    REQUIRE(!pthread_create(&waiter, NULL, call_barrier, &call));
    steps_wait(&call.begun, 1);
    nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
    CHECK_EQ(qs_load(&call.returned, acquire), 0);
    reader_leave(&r); /* leaving for good it would take over what it finds */
    pthread_join(waiter, NULL);
    reader_stop(&r);
    CHECK_EQ(stats_now(&d).garbage_nodes, 0);
    S(online)(t);
    CHECK_EQ(S(thread_unregister)(t), 0);
    CHECK_EQ(S(domain_destroy)(&d), 0);
}

static void *leave_unseen(void *domain)
{
    struct S(thread) *t = thread_open(domain);

    retire_new(t, 0);
    CHECK_EQ(S(thread_unregister)(t), 0);
    return NULL;
}

/* Whoever is told that nobody is registered may destroy, without joining the leaver. */
static void test_destroy_may_be_polled(void)
{
    for (unsigned i = 0; i < 200; i++) {
        struct S(domain) *d = aligned_alloc(_Alignof(struct S(domain)), sizeof *d);
        pthread_t leaver;
        int error;

        REQUIRE(d);
        domain_open(d, NULL);
        REQUIRE(!pthread_create(&leaver, NULL, leave_unseen, d));
        while (stats_now(d).retired_nodes == 0)
            sched_yield();
        while ((error = S(domain_destroy)(d)) == -EBUSY)
            sched_yield();
        CHECK_EQ(error, 0);
        free(d);
        pthread_join(leaver, NULL);
        CHECK_EQ(disposed(0), 1);
    }
}

struct watch {
    unsigned calls;
    uint64_t garbage;
};

static void on_watermark(const struct qs_stats *stats, void *argument)
{
    struct watch *w = argument;
    w->calls++;
    w->garbage = stats->garbage_nodes;
}

/* Garbage rises above the watermark, which the scheme sees at its next scan, and falls
 * to nothing again. */
static void cross_watermark(struct S(domain) * d, struct S(thread) * t, unsigned number)
{
    struct reader r;

    reader_start(&r, d, node_new(t, number), node_new(t, number + 1));
    reader_retire_held(&r, t);
    for (unsigned i = 0; i < 5; i++)
        S(flush)(t);
    reader_stop(&r);
    settle(d, t);
    S(flush)(t);
    CHECK_EQ(stats_now(d).garbage_nodes, 0);
}

static void check_watermark(struct qs_config config)
{
    struct S(domain) d;
    struct watch w = { 0 };

    config.on_watermark = on_watermark;
    config.argument = &w;
    domain_open(&d, &config);
    struct S(thread) *t = thread_open(&d);
    S(flush)(t);
    CHECK_EQ(w.calls, 0);
    for (unsigned round = 1; round <= 3; round++) {
        cross_watermark(&d, t, 2 * round);
        CHECK_EQ(w.calls, round);
        CHECK_EQ(w.garbage, 2);
    }
    CHECK_EQ(S(thread_unregister)(t), 0);
    CHECK_EQ(S(domain_destroy)(&d), 0);
}

static void test_watermark_calls_back_once_per_crossing(void)
{
    if (!SCHEME_DEFERS)
        return;
    check_watermark((struct qs_config){ .watermark_nodes = 1 });
    check_watermark(
        (struct qs_config){ .watermark_bytes = 2 * sizeof(struct node) - 1 });
}

static uint64_t scans_after(unsigned batch, unsigned retirements)
{
    struct qs_config config = { .batch = batch };
    struct S(domain) d;

    domain_open(&d, &config);
    struct S(thread) *t = thread_open(&d);
    for (unsigned i = 0; i < retirements; i++)
        retire_new(t, i);
    uint64_t scans = stats_now(&d).scans;
    CHECK_EQ(S(thread_unregister)(t), 0);
    CHECK_EQ(S(domain_destroy)(&d), 0);
    return scans;
}

static void test_batch_sets_the_distance_of_scans(void)
{
    if (!SCHEME_DEFERS)
        return;
    CHECK_EQ(scans_after(1000, 999), 0);
    CHECK_EQ(scans_after(1000, 1000), 1);
    CHECK_LE(8, scans_after(20, 200));
    CHECK_LE(scans_after(20, 200), 10);
}

static void test_private_node_is_freed_at_once(void)
{
    struct S(domain) d;

    domain_open(&d, NULL);
    struct S(thread) *t = thread_open(&d);
    struct node *n = node_new(t, 0);
    CHECK_EQ((uintptr_t)n % 16, 0);
    S(free_private)(t, &node_class, n);
    CHECK_EQ(disposed(0), 1);
    CHECK_EQ(stats_now(&d).retired_nodes, 0);
    CHECK_EQ(stats_now(&d).freed_nodes, 0);
    CHECK_EQ(S(thread_unregister)(t), 0);
    CHECK_EQ(S(domain_destroy)(&d), 0);
}

static void test_age_of_garbage_is_known(void)
{
    struct S(domain) d;

    if (SCHEME_IS_DIRECT || SCHEME_KEEPS_NODES)
        return;
    domain_open(&d, NULL);
    struct S(thread) *t = thread_open(&d);
    CHECK_EQ(stats_now(&d).oldest_ns, 0);
    retire_new(t, 0);
    nanosleep(&(struct timespec){ .tv_nsec = 2000000 }, NULL);
    CHECK_LE(2000000, stats_now(&d).oldest_ns);
    settle(&d, t);
    if (!SCHEME_IS_LEAK)
        CHECK_EQ(stats_now(&d).oldest_ns, 0);
    CHECK_EQ(S(thread_unregister)(t), 0);
    CHECK_EQ(S(domain_destroy)(&d), 0);
}

/* Retires a node while a slot still names it, as operations of a map do. */
static void retire_held(struct S(thread) * t, unsigned number)
{
    struct node *n = node_new(t, number);
    qs_word link;

    qs_init(&link, n);
    S(enter)(t);
    S(protect)(t, 0, &link);
    S(retire)(t, &node_class, n);
    S(leave)(t);
    S(quiesce)(t);
}

/* Each scan leaves something behind, and still the age is not that of what has gone. */
static void test_age_follows_what_is_left(void)
{
    struct qs_config config = { .batch = 20 };
    struct S(domain) d;
    unsigned made = 0;

    if (!SCHEME_DEFERS || SCHEME_TELLS_NO_AGE)
        return;
    domain_open(&d, &config);
    struct S(thread) *t = thread_open(&d);
    for (unsigned i = 0; i < 100; i++)
        retire_held(t, made++);
    uint64_t then = qs_now();
    while (made < 2007)
        retire_held(t, made++);
    unsigned left = 0;
    for (unsigned i = 0; i < 100; i++)
        left += !disposed(i);
    CHECK_EQ(left, 0);
    CHECK_LT(0, stats_now(&d).garbage_nodes);
    uint64_t age = stats_now(&d).oldest_ns; /* of some time before this one */
    CHECK_LT(then, qs_now() - age);
    CHECK_EQ(S(thread_unregister)(t), 0);
    CHECK_EQ(S(domain_destroy)(&d), 0);
}

int main(void)
{
    RUN(test_destroy_with_registered_thread_is_refused);
    RUN(test_unregister_inside_an_operation_is_refused);
    RUN(test_foreign_thread_cannot_unregister);
    RUN(test_destroy_may_be_polled);
    RUN(test_record_is_reused);
    RUN(test_thread_that_ends_inside_holds_nothing_back);
    RUN(test_leavers_garbage_is_freed_by_those_who_stay);
    RUN(test_barrier_waits_for_readers);
    RUN(test_watermark_calls_back_once_per_crossing);
    RUN(test_batch_sets_the_distance_of_scans);
    RUN(test_private_node_is_freed_at_once);
    RUN(test_age_of_garbage_is_known);
    RUN(test_age_follows_what_is_left);
    return check_end();
}
