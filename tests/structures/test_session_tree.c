/* test_session_tree.c - pages stay trees, every change makes one version, and what is
 * unread adds up.
 *
 * The build defines SCHEME and SCHEME_HEADER.
 */
#include SCHEME_HEADER

#include "tests/check.h"
#include "tests/team.h"

#define S(name) QS_SCHEME(SCHEME, name)

#define SESSION_TREE_NAME    tree
#define SESSION_TREE_RECLAIM SCHEME
#include "structures/session_tree.h"

enum { USERS = 3, THREADS = 4, ROUNDS = 3000 };

static struct S(domain) domain;
static struct tree tree;

static void open_tree(void)
{
    REQUIRE(!S(domain_init)(&domain, NULL));
    REQUIRE(!tree_init(&tree, USERS));
}

static void close_tree(void)
{
    tree_destroy(&tree);
    CHECK_EQ(S(domain_destroy)(&domain), 0);
}

/* The page of a user, while nobody changes it. */
static const struct qs_session_page *page_of(unsigned user)
{
    return (const struct qs_session_page *)qs_load(&tree.pages[user], relaxed);
}

static void test_sums_include_what_is_below(void)
{
    struct qs_session_page p = { .version = 9,
                                 .n = 5,
                                 .sessions = { { .unread = 0, .above = -1 },
                                               { .unread = 2, .above = 0 },
                                               { .unread = 0, .above = -1 },
                                               { .unread = 3, .above = 1 },
                                               { .unread = 0, .above = 2 } } };
    struct qs_session_sum sum;

    qs_session_page_sum(&p, &sum);
    CHECK_EQ(sum.version, 9);
    CHECK_EQ(sum.sessions, 5);
    CHECK_EQ(sum.unread, 5);
    CHECK_EQ(sum.tops, 1);
    CHECK(qs_session_page_is_tree(&p));
    qs_session_page_shift(&p);
    CHECK_EQ(p.n, 2);
    CHECK_EQ(p.sessions[1].above, 0);
    p.sessions[0].above = 1; /* what the checks below look for */
    CHECK(!qs_session_page_is_tree(&p));
    p.sessions[0].above = 0;
    CHECK(!qs_session_page_is_tree(&p));
}

static void test_a_full_page_drops_its_oldest(void)
{
    struct qs_session_page p = { 0 };
    uint64_t seed = check_seed();

    for (unsigned i = 0; i < 20 * QS_SESSIONS; i++) {
        p.version++;
        qs_session_page_add(&p, check_random(&seed));
        CHECK(qs_session_page_is_tree(&p));
        CHECK_EQ(p.sessions[p.n - 1].id, p.version);
        for (unsigned k = 1; k < p.n; k++)
            CHECK_LT(p.sessions[k - 1].id, p.sessions[k].id);
    }
}

static void test_one_thread(void)
{
    struct qs_session_sum sum;

    open_tree();
    struct S(thread) *t = S(thread_register)(&domain);
    REQUIRE(t);
    CHECK(!tree_read(&tree, t, 1, &sum));
    CHECK_EQ(tree_mark_read(&tree, t, 1), 1);
    CHECK(!tree_read(&tree, t, 1, &sum));
    for (unsigned i = 1; i <= 5; i++) {
        CHECK_EQ(tree_add(&tree, t, 1, 1), 1);
        CHECK(tree_read(&tree, t, 1, &sum));
        CHECK_EQ(sum.version, i);
        CHECK_EQ(sum.sessions, i);
        CHECK_EQ(sum.unread, i);
        CHECK_EQ(sum.tops, i);
    }
    CHECK_EQ(tree_mark_read(&tree, t, 1), 1);
    CHECK(tree_read(&tree, t, 1, &sum));
    CHECK_EQ(sum.version, 6);
    CHECK_EQ(sum.unread + sum.tops, 0);
    CHECK(!tree_read(&tree, t, 0, &sum));
    CHECK_EQ(S(thread_unregister)(t), 0);
    close_tree();
}

/* Everybody adds, and sees versions that do not go back. */
static void add_and_read(void *shared, unsigned index)
{
    struct S(thread) *t = S(thread_register)(&domain);
    uint64_t seed = check_seed() + index, last[USERS] = { 0 };
    struct qs_session_sum sum;

    (void)shared;
    REQUIRE(t);
    for (unsigned i = 0; i < ROUNDS; i++) {
        size_t user = check_random_below(&seed, USERS);
        CHECK_EQ(tree_add(&tree, t, i % USERS, check_random(&seed)), 1);
        if (!tree_read(&tree, t, user, &sum))
            continue;
        CHECK_LE(last[user], sum.version);
        CHECK_LE(sum.sessions, sum.unread); /* each has one at least */
        CHECK_LE(sum.tops, sum.sessions);
        last[user] = sum.version;
        S(quiesce)(t);
    }
    CHECK_EQ(S(thread_unregister)(t), 0);
}

static void test_every_change_is_a_version(void)
{
    uint64_t versions = 0;

    open_tree();
    team_run(THREADS, add_and_read, NULL);
    for (unsigned user = 0; user < USERS; user++) {
        versions += page_of(user)->version;
        CHECK(qs_session_page_is_tree(page_of(user)));
    }
    CHECK_EQ(versions, THREADS * ROUNDS);
    close_tree();
}

int main(void)
{
    RUN(test_sums_include_what_is_below);
    RUN(test_a_full_page_drops_its_oldest);
    RUN(test_one_thread);
    RUN(test_every_change_is_a_version);
    return check_end();
}
