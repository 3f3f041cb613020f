/* every_map.h - runs tests over every pair of the matrix that has an instance.
 *
 * A test program's main() is one call of every_map_main().  Its options narrow the
 * matrix down: --structure NAME (what ctest uses), --reclaim NAME.  An option that
 * leaves nothing to run fails.
 */
#ifndef QS_TESTS_EVERY_MAP_H
#define QS_TESTS_EVERY_MAP_H

#include "harness/map_ops.h"
#include "tests/check.h"
#include "tests/nodes.h"

struct map_test {
    const char *name;
    void (*run)(const struct qs_map_ops *ops);
    bool is_for_teams; /* not for structures that one thread alone may use */
};

#define MAP_TEST(function)         \
    {                              \
#function, function, false \
    }
#define TEAM_TEST(function)       \
    {                             \
#function, function, true \
    }

/* ThreadSanitizer cannot see into a liburcu or Concurrency Kit that was built without
 * it, and reports what their grace periods order: see README.md. */
static inline bool every_map_is_opaque(const struct qs_pair *p)
{
#ifdef QS_TSAN
    return !strncmp(p->reclaim, "rcu_", 4) || !strncmp(p->reclaim, "ck_", 3) ||
           !strcmp(p->structure, "lfht");
#else
    (void)p;
    return false;
#endif
}

static inline void every_map_run(const struct qs_map_ops *ops,
                                 const struct map_test *test)
{
    char pair[80];
    uintptr_t before = qs_load(&check_failures, relaxed);

    test->run(ops);
    snprintf(pair, sizeof pair, "%s/%s", ops->structure, ops->reclaim);
    check_count(before, test->name, pair);
}

static inline int every_map_main(int argc, char **argv, const struct map_test *tests,
                                 size_t n)
{
    const char *structure = NULL, *reclaim = NULL;
    const struct qs_pair *p;

    for (int i = 1; i + 1 < argc; i += 2) {
        if (!strcmp(argv[i], "--structure"))
            structure = argv[i + 1];
        if (!strcmp(argv[i], "--reclaim"))
            reclaim = argv[i + 1];
    }
    for (unsigned i = 0; (p = qs_pair_at(i)); i++) {
        if ((structure && strcmp(p->structure, structure)) ||
            (reclaim && strcmp(p->reclaim, reclaim)) || !p->ops)
            continue;
        if (every_map_is_opaque(p)) {
            printf("left out under ThreadSanitizer: %s/%s\n", p->structure, p->reclaim);
            continue;
        }
        for (size_t k = 0; k < n; k++)
            if (!p->ops->alone || !tests[k].is_for_teams)
                every_map_run(p->ops, &tests[k]);
    }
    return check_end();
}

/* A map and the calling thread's registration. */
static inline struct qs_map *map_open(const struct qs_map_ops *ops, size_t capacity,
                                      struct qs_thread **t)
{
    struct qs_map_config config = { .capacity = capacity,
                                    .reclaim = nodes_config(NULL) };
    struct qs_map *m = ops->create(&config);

    REQUIRE(m);
    if (t) {
        *t = ops->thread_register(m);
        REQUIRE(*t);
    }
    return m;
}

static inline void map_close(const struct qs_map_ops *ops, struct qs_map *m,
                             struct qs_thread *t)
{
    if (t)
        CHECK_EQ(ops->thread_unregister(t), 0);
    CHECK_EQ(ops->destroy(m), 0);
}

/* Whether each successful remove retires one node and nothing else is ever retired. */
static inline bool map_retires_per_remove(const struct qs_map_ops *ops)
{
    static const char *const names[] = { "hm_list",
                                         "michael_hash",
                                         "split_ordered",
                                         "split_ordered_uncounted",
                                         "split_ordered_text",
                                         "skip_list",
                                         "skip_list_text",
                                         "lazy_skip_list" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(names[i], ops->structure))
            return true;
    return false;
}

static inline bool map_leaks(const struct qs_map_ops *ops)
{
    return !strcmp(ops->reclaim, "leak");
}

#endif
