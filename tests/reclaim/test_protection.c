/* test_protection.c - what a reader holds is not freed, what nobody holds is, and how
 * much a reader that stands still holds back; for one scheme. */
#include "tests/reclaim/scheme.h"

enum { CROWD = 5000, BATCH = 64 };

static void test_held_node_is_freed_only_when_left(void)
{
    struct S(domain) d;
    struct reader r;

    domain_open(&d, NULL);
    struct S(thread) *t = thread_open(&d);
    reader_start(&r, &d, node_new(t, 0), node_new(t, 1));
    reader_retire_held(&r, t);
    for (unsigned i = 2; i < 1000; i++) {
        retire_new(t, i);
        S(quiesce)(t);
    }
    S(flush)(t);
    CHECK_EQ(disposed(0), SCHEME_IS_DIRECT);
    CHECK_EQ(disposed(1), SCHEME_IS_DIRECT);
    reader_stop(&r);
    settle(&d, t);
    CHECK_EQ(disposed(0), !SCHEME_IS_LEAK);
    CHECK_EQ(disposed(1), !SCHEME_IS_LEAK);
    CHECK_EQ(S(thread_unregister)(t), 0);
    CHECK_EQ(S(domain_destroy)(&d), 0);
    for (unsigned i = 0; i < 1000; i++)
        CHECK_EQ(disposed(i), 1);
}

_Static_assert(S(robust) == SCHEME_IS_ROBUST,
               "tests/reclaim/CMakeLists.txt names them");

/* Two records; the reader's two nodes and the one at work are not retired. */
static size_t bound(void)
{
#if SCHEME_IS_ROBUST
    return S(bound)(2, BATCH, 3);
#else
    return CROWD;
#endif
}

/* Retires a crowd, and watches the counters; false if a round failed meanwhile, since
 * the reader got no processor: then there is no bound. */
static bool retire_crowd(struct S(domain) * d, struct S(thread) * t)
{
    struct qs_stats before = stats_now(d);
    bool in_vain = false;

    for (unsigned i = 2; i < CROWD; i++) {
        retire_new(t, i);
        S(quiesce)(t);
        in_vain |= asked_in_vain(d);
        struct qs_stats now = stats_now(d);
        CHECK_LE(now.freed_nodes, now.retired_nodes);
        CHECK_LE(before.freed_nodes, now.freed_nodes);
        CHECK_EQ(now.retired_nodes, before.retired_nodes + 1);
        CHECK_EQ(now.retired_bytes, before.retired_bytes + sizeof(struct node));
        before = now;
    }
    if (S(robust) && !in_vain)
        CHECK_LE(before.peak_nodes, bound());
    else if (!S(robust))
        CHECK_EQ(before.garbage_nodes, CROWD);
    return !in_vain;
}

static bool stand_still_once(void)
{
    struct qs_config config = { .batch = BATCH };
    struct S(domain) d;
    struct reader r;

    domain_open(&d, &config);
    struct S(thread) *t = thread_open(&d);
    reader_start(&r, &d, node_new(t, 0), node_new(t, 1));
    reader_retire_held(&r, t);
    bool all_went_well = retire_crowd(&d, t);
    reader_stop(&r);
    settle(&d, t);
    if (!SCHEME_IS_LEAK)
        CHECK_EQ(stats_now(&d).garbage_nodes, 0);
    CHECK_EQ(S(thread_unregister)(t), 0);
    CHECK_EQ(S(domain_destroy)(&d), 0);
    return all_went_well;
}

/* While a reader stands still: a robust scheme frees all but a bounded number, any
 * other one frees nothing that was retired since. */
static void test_stalled_reader_holds_back_what_the_scheme_says(void)
{
    uint64_t start = check_now();
    bool done;

    if (S(robust))
        CHECK_LT(bound(), CROWD);
    while (!(done = stand_still_once()) && check_may_wait(start))
        ;
    CHECK(done);
}

/* The most garbage while n nodes are retired, once half of them have been. */
static uint64_t level(struct S(domain) * d, struct S(thread) * t, unsigned n)
{
    uint64_t most = 0;

    for (unsigned i = 0; i < n; i++) {
        retire_new(t, i + 2);
        S(quiesce)(t);
        uint64_t garbage = stats_now(d).garbage_nodes;
        if (i >= n / 2 && most < garbage)
            most = garbage;
    }
    return most;
}

/* What piles up behind a reader that stands still is gone soon after it goes on, by
 * nothing but further retirements. */
static void test_garbage_returns_to_its_level(void)
{
    struct qs_config config = { .batch = BATCH };
    struct S(domain) d;
    struct reader r;

    if (!SCHEME_DEFERS || SCHEME_FREES_ELSEWHERE)
        return;
    domain_open(&d, &config);
    struct S(thread) *t = thread_open(&d);
    reader_start(&r, &d, node_new(t, 0), node_new(t, 1));
    reader_retire_held(&r, t);
    reader_stop(&r); /* its record is there from now on */
    uint64_t before = level(&d, t, CROWD);
    CHECK_LT(before, CROWD / 4);
    reader_start(&r, &d, node_new(t, 0), node_new(t, 1));
    reader_retire_held(&r, t);
    uint64_t meanwhile = level(&d, t, CROWD / 4);
    if (!S(robust))
        CHECK_LE(CROWD / 4, meanwhile);
    reader_stop(&r);
    CHECK_LE(level(&d, t, CROWD), before);
    CHECK_EQ(S(thread_unregister)(t), 0);
    CHECK_EQ(S(domain_destroy)(&d), 0);
}

/* A thread that is registered but between operations, or offline, holds nothing. */
static void idle_elsewhere(void *shared, unsigned index)
{
    struct reader *r = shared;
    struct S(thread) *t = thread_open(r->domain);

    (void)index;
    S(offline)(t);
    steps_reach(&r->steps, READER_HOLDS);
    steps_wait(&r->steps, READER_MAY_LEAVE);
    S(online)(t);
    CHECK_EQ(S(thread_unregister)(t), 0);
}

static void work_beside_idle(void *shared, unsigned index)
{
    struct reader *r = shared;

    if (index) {
        idle_elsewhere(shared, index);
        return;
    }
    struct S(thread) *t = thread_open(r->domain);
    steps_wait(&r->steps, READER_HOLDS);
    for (unsigned i = 0; i < 1000; i++) {
        retire_new(t, i);
        S(quiesce)(t);
    }
    settle(r->domain, t);
    if (!SCHEME_IS_LEAK)
        CHECK_EQ(stats_now(r->domain).garbage_nodes, 0);
    steps_reach(&r->steps, READER_MAY_LEAVE);
    CHECK_EQ(S(thread_unregister)(t), 0);
}

static void test_offline_thread_holds_nothing_back(void)
{
    struct S(domain) d;
    struct reader r = { .domain = &d, .steps = STEPS_INIT };

    domain_open(&d, NULL);
    team_run(2, work_beside_idle, &r);
    CHECK_EQ(S(domain_destroy)(&d), 0);
}

/* One slot's protection handed to a higher one outlives the lower one's. */
static void test_copied_protection_holds(void)
{
    struct S(domain) d;
    qs_word link;

    if (!SCHEME_DEFERS || S(guards_regions) || S(restarts))
        return;
    domain_open(&d, NULL);
    struct S(thread) *t = thread_open(&d), *remover = thread_open(&d);
    struct node *n = node_new(t, 0);
    qs_init(&link, n);

    S(enter)(t);
    CHECK_EQ(S(protect)(t, 0, &link), (uintptr_t)n);
    S(copy)(t, 1, 0);
    S(drop)(t, 0);
    qs_store(&link, 0, seq_cst);
    S(enter)(remover);
    S(retire)(remover, &node_class, n);
    S(leave)(remover);
    S(flush)(remover);
    CHECK_EQ(disposed(0), 0);
    S(drop)(t, 1);
    S(flush)(remover);
    if (!SCHEME_KEEPS_ERAS)
        CHECK_EQ(disposed(0), 1);
    S(leave)(t);
    S(flush)(t); /* as it left, the node may have become its to free */
    S(offline)(t);
    S(flush)(remover);
    CHECK_EQ(disposed(0), 1);
    CHECK_EQ(S(thread_unregister)(remover), 0);
    CHECK_EQ(S(thread_unregister)(t), 0);
    CHECK_EQ(S(domain_destroy)(&d), 0);
}

/* Tags come back untouched and do not disturb the protection. */
static void test_tagged_link_protects_its_node(void)
{
    struct S(domain) d;
    qs_word link;

    domain_open(&d, NULL);
    struct S(thread) *t = thread_open(&d);
    struct node *n = node_new(t, 0);
    qs_init(&link, (uintptr_t)n | 5);

    S(enter)(t);
    CHECK_EQ(S(protect)(t, 0, &link), (uintptr_t)n | 5);
    CHECK(S(validate)(t, &link, (uintptr_t)n | 5));
    S(commit)(t, 1, (void *[]){ n });
    qs_store(&link, 0, seq_cst);
    if (!S(guards_regions) && !S(restarts))
        CHECK(!S(validate)(t, &link, (uintptr_t)n | 5));
    S(retire)(t, &node_class, n);
    S(flush)(t);
    if (!SCHEME_IS_DIRECT && !SCHEME_IS_LEAK && !S(guards_regions))
        CHECK_EQ(disposed(0), 0);
    S(leave)(t);
    CHECK_EQ(S(thread_unregister)(t), 0);
    CHECK_EQ(S(domain_destroy)(&d), 0);
    CHECK_EQ(disposed(0), 1);
}

/* More hazards than any room a scan set aside when its thread registered. */
static void test_scan_sees_the_slots_of_many_threads(void)
{
    enum { MANY = 100, HELD = 4 * MANY };
    struct S(thread) * threads[MANY];
    static qs_word links[HELD];
    struct S(domain) d;

    if (S(guards_regions) || !SCHEME_DEFERS)
        return;
    domain_open(&d, NULL);
    struct S(thread) *remover = thread_open(&d);
    for (unsigned i = 0; i < MANY; i++)
        threads[i] = thread_open(&d);
    for (unsigned i = 0; i < HELD; i++)
        qs_init(&links[i], node_new(remover, i));
    for (unsigned i = 0; i < MANY; i++) {
        void *held[4];
        S(enter)(threads[i]);
        hold(threads[i], &links[4 * i], 4, held);
    }
    for (unsigned i = 0; i < HELD; i++)
        S(retire)(remover, &node_class, (void *)qs_exchange(&links[i], 0, seq_cst));
    for (unsigned i = HELD; i < 4 * HELD; i++)
        retire_new(remover, i);
    S(flush)(remover);
    for (unsigned i = 0; i < HELD; i++)
        CHECK_EQ(disposed(i), 0);
    for (unsigned i = HELD; i < 4 * HELD && !SCHEME_KEEPS_ERAS; i++)
        CHECK_EQ(disposed(i), 1);
    for (unsigned i = 0; i < MANY; i++) {
        S(leave)(threads[i]);
        CHECK_EQ(S(thread_unregister)(threads[i]), 0);
    }
    S(flush)(remover);
    CHECK_EQ(stats_now(&d).garbage_nodes, 0);
    CHECK_EQ(S(thread_unregister)(remover), 0);
    CHECK_EQ(S(domain_destroy)(&d), 0);
}

int main(void)
{
    RUN(test_held_node_is_freed_only_when_left);
    RUN(test_stalled_reader_holds_back_what_the_scheme_says);
    RUN(test_garbage_returns_to_its_level);
    RUN(test_offline_thread_holds_nothing_back);
    RUN(test_copied_protection_holds);
    RUN(test_tagged_link_protects_its_node);
    RUN(test_scan_sees_the_slots_of_many_threads);
    return check_end();
}
