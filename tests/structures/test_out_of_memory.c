/* test_out_of_memory.c - every allocation of a fixed sequence of operations fails once,
 * alone and with all that follow, on every map.
 *
 * The linker sends qs_memory_* here (--wrap).  The n-th allocation fails, for n = 1, 2,
 * 3 and so on, until a pass meets no failure.  An operation may answer -ENOMEM, then it
 * has done nothing; the map agrees with a model all the time, works again when memory
 * is back, and nothing is lost at the end.
 */
#include <errno.h>

#include "tests/structures/every_map.h"

void *__real_qs_memory_alloc(size_t size);
void *__real_qs_memory_alloc_lines(size_t size);
void *__real_qs_memory_alloc_zeroed(size_t size);
void *__real_qs_memory_alloc_slab(size_t size);
void __real_qs_memory_free(void *memory);
void *__real_qs_memory_reserve(size_t size);
int __real_qs_memory_commit(void *range, size_t size);
void __real_qs_memory_release(void *range, size_t size);

enum { KEYS = 40 };

static struct {
    qs_word allocations; /* since the pass began */
    qs_word live;        /* allocated, not freed */
    qs_word failures;
    uintptr_t fail_at; /* 0: never */
    bool and_after;
} memory;

static bool fails_now(void)
{
    uintptr_t n = qs_fetch_add(&memory.allocations, 1, relaxed) + 1;
    bool fails = memory.fail_at &&
                 (memory.and_after ? n >= memory.fail_at : n == memory.fail_at);

    qs_fetch_add(fails ? &memory.failures : &memory.live, 1, relaxed);
    return fails;
}

void *__wrap_qs_memory_alloc(size_t size);
void *__wrap_qs_memory_alloc_lines(size_t size);
void *__wrap_qs_memory_alloc_zeroed(size_t size);
void *__wrap_qs_memory_alloc_slab(size_t size);
void __wrap_qs_memory_free(void *block);
void *__wrap_qs_memory_reserve(size_t size);
int __wrap_qs_memory_commit(void *range, size_t size);
void __wrap_qs_memory_release(void *range, size_t size);

void *__wrap_qs_memory_alloc(size_t size)
{
    return fails_now() ? NULL : __real_qs_memory_alloc(size);
}

void *__wrap_qs_memory_alloc_lines(size_t size)
{
    return fails_now() ? NULL : __real_qs_memory_alloc_lines(size);
}

void *__wrap_qs_memory_alloc_zeroed(size_t size)
{
    return fails_now() ? NULL : __real_qs_memory_alloc_zeroed(size);
}

void *__wrap_qs_memory_alloc_slab(size_t size)
{
    return fails_now() ? NULL : __real_qs_memory_alloc_slab(size);
}

void __wrap_qs_memory_free(void *block)
{
    if (block)
        qs_fetch_add(&memory.live, -(uintptr_t)1, relaxed);
    __real_qs_memory_free(block);
}

void *__wrap_qs_memory_reserve(size_t size)
{
    return fails_now() ? NULL : __real_qs_memory_reserve(size);
}

int __wrap_qs_memory_commit(void *range, size_t size)
{
    if (fails_now())
        return -ENOMEM;
    qs_fetch_add(&memory.live, -(uintptr_t)1, relaxed); /* of the range already */
    return __real_qs_memory_commit(range, size);
}

void __wrap_qs_memory_release(void *range, size_t size)
{
    qs_fetch_add(&memory.live, -(uintptr_t)1, relaxed);
    __real_qs_memory_release(range, size);
}

struct model {
    bool present[KEYS];
    uint64_t value[KEYS];
};

static void check_all(const struct qs_map_ops *ops, struct qs_map *m,
                      struct qs_thread *t, const struct model *model)
{
    struct qs_map_sum sum;
    size_t present = 0;
    uint64_t value = 0;

    for (uint64_t key = 0; key < KEYS; key++) {
        bool found = ops->get(m, t, key, &value);
        CHECK_EQ(found, model->present[key]);
        if (found)
            CHECK_EQ(value, model->value[key]);
        present += model->present[key];
    }
    ops->sum(m, &sum);
    CHECK_EQ(sum.keys, present);
}

static void insert(const struct qs_map_ops *ops, struct qs_map *m, struct qs_thread *t,
                   struct model *model, uint64_t key, uint64_t value)
{
    int inserted = ops->insert(m, t, key, value);

    if (inserted == -ENOMEM) {
        CHECK_NE(qs_load(&memory.failures, relaxed), 0);
        return;
    }
    CHECK_EQ(inserted, !model->present[key]);
    if (inserted == 1)
        model->value[key] = value;
    model->present[key] = true;
}

static void remove_key(const struct qs_map_ops *ops, struct qs_map *m,
                       struct qs_thread *t, struct model *model, uint64_t key)
{
    uint64_t value = 0;

    CHECK_EQ(ops->remove(m, t, key, &value), model->present[key]);
    if (model->present[key])
        CHECK_EQ(value, model->value[key]);
    model->present[key] = false;
}

/* Fills, thins, fills again; enough keys that a growing table grows. */
static void operate(const struct qs_map_ops *ops, struct qs_map *m, struct qs_thread *t,
                    struct model *model)
{
    for (uint64_t key = 0; key < KEYS; key++)
        insert(ops, m, t, model, key, key + 1000);
    for (uint64_t key = 0; key < KEYS; key += 2)
        remove_key(ops, m, t, model, key);
    ops->flush(t);
    for (uint64_t key = 0; key < KEYS; key += 3)
        insert(ops, m, t, model, key, key + 2000);
    ops->flush(t);
}

static void pass_with_map(const struct qs_map_ops *ops, struct qs_map *m)
{
    struct model model = { 0 };
    struct qs_thread *t = ops->thread_register(m);

    if (!t) {
        CHECK_NE(qs_load(&memory.failures, relaxed), 0);
        memory.fail_at = 0;
        t = ops->thread_register(m);
        REQUIRE(t);
    }
    operate(ops, m, t, &model);
    check_all(ops, m, t, &model);
    memory.fail_at = 0; /* memory is back */
    check_all(ops, m, t, &model);
    operate(ops, m, t, &model);
    check_all(ops, m, t, &model);
    CHECK_EQ(ops->thread_unregister(t), 0);
    CHECK_EQ(ops->destroy(m), 0);
}

/* One pass; false if no allocation failed in it. */
static bool pass(const struct qs_map_ops *ops, uintptr_t fail_at, bool and_after)
{
    struct qs_map_config config = { .reclaim.batch = 4 };

    qs_store(&memory.allocations, 0, relaxed);
    qs_store(&memory.failures, 0, relaxed);
    memory.fail_at = fail_at;
    memory.and_after = and_after;
    errno = 0;
    struct qs_map *m = ops->create(&config);
    if (m)
        pass_with_map(ops, m);
    else
        CHECK_EQ(errno, ENOMEM);
    memory.fail_at = 0;
    CHECK_EQ(qs_load(&memory.live, acquire), 0);
    return qs_load(&memory.failures, relaxed) != 0;
}

/* Whether one allocation is memory for many pairs. */
static bool takes_chunks(const struct qs_map_ops *ops)
{
    return !strcmp(ops->structure, "leaf_list") || !strcmp(ops->structure, "flat_hash");
}

/* The blocks that outlive a map, such as a list of freed ones kept for all maps, are
 * made by the first pass, which fails nothing. */
static void run_passes(const struct qs_map_ops *ops, bool and_after)
{
    uintptr_t n = 0;

    pass(ops, 0, false);
    while (pass(ops, n + 1, and_after))
        n++;
    CHECK_LE(takes_chunks(ops) ? 6 : 8, n); /* else they did not reach the map at all */
}

static void test_one_allocation_fails(const struct qs_map_ops *ops)
{
    if (strcmp(ops->structure, "lfht")) /* liburcu aborts without memory */
        run_passes(ops, false);
}

static void test_all_later_allocations_fail(const struct qs_map_ops *ops)
{
    if (strcmp(ops->structure, "lfht"))
        run_passes(ops, true);
}

int main(int argc, char **argv)
{
    static const struct map_test tests[] = {
        MAP_TEST(test_one_allocation_fails),
        MAP_TEST(test_all_later_allocations_fail),
    };
    return every_map_main(argc, argv, tests, sizeof tests / sizeof *tests);
}
