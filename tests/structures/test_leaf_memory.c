/* test_leaf_memory.c - memory of leaf_list.h goes back to the system as a map shrinks,
 * and comes back as it grows: pages in memory are counted by mincore(), and nobody who
 * still looks at a leaf that is gone is fooled.  Built once per SCHEME, and with spans of
 * one page that go at once. */
#include SCHEME_HEADER

#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/check.h"
#include "tests/team.h"

#define QS_MAP_NAME    map
#define QS_MAP_RECLAIM SCHEME
#define QS_MAP_KEY     uint64_t
#define QS_MAP_VALUE   uint64_t
#include "structures/leaf_list.h"
#include "tests/structures/one_map.h"

enum { KEYS = CHECK_SANITIZED ? 200000 : 1000000, KEEP = 16 };

static bool returns_pages(void)
{
    return map.pool->layout.pages_return;
}

/* Pages of a chunk that are in memory. */
static size_t pages_of(const struct qs_leaf_chunk *c)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), n = 0;
    uintptr_t from = (uintptr_t)c & ~(page - 1);
    uintptr_t end = (uintptr_t)c + (size_t)c->blocks * map.pool->block;
    static unsigned char in[QS_SLAB / 4096 + 2];

    REQUIRE(!mincore((void *)from, end - from, in));
    for (size_t i = 0; i < (end - from + page - 1) / page; i++)
        n += in[i] & 1;
    return n;
}

static size_t pages(void)
{
    size_t n = 0;

    for (struct qs_leaf_row *row = &map.pool->row; row;
         row = (struct qs_leaf_row *)qs_load(&row->next, relaxed))
        for (unsigned i = 0; i < QS_LEAF_ROW; i++)
            if (qs_load(&row->chunk[i], relaxed))
                n += pages_of(qs_leaf_chunk_at(&row->chunk[i]));
    return n;
}

static void fill(uint64_t from, uint64_t to)
{
    for (uint64_t i = from; i < to; i++)
        map_insert(&map, thread, scattered(i), ~i);
}

static void drain(uint64_t from, uint64_t to)
{
    for (uint64_t i = from; i < to; i++)
        if (i % KEEP)
            CHECK(map_remove(&map, thread, scattered(i), NULL));
    R(quiesce)(thread);
    R(flush)(thread);
}

/* Whether all keys are there, or those that drain() keeps. */
static void check_content(bool all)
{
    uint64_t value = 0;

    for (uint64_t i = 0; i < KEYS; i++) {
        CHECK_EQ(map_get(&map, thread, scattered(i), &value), all || i % KEEP == 0);
        if (all || i % KEEP == 0)
            CHECK_EQ(value, ~i);
    }
    CHECK_EQ(map_size(&map), all ? KEYS : (KEYS + KEEP - 1) / KEEP);
}

static void test_a_drained_map_gives_memory_back(void)
{
    open_map();
    for (unsigned round = 0; round < 2; round++) {
        fill(0, KEYS);
        check_content(true);
        size_t full = pages();
        drain(0, KEYS);
        size_t drained = pages();
        CHECK_LE(full * (size_t)sysconf(_SC_PAGESIZE), map_slots * 8 * (size_t)KEYS);
        map_trim(&map);
        size_t trimmed = pages();
        if (returns_pages()) {
            CHECK_LE(drained, 3 * full / 5);
            CHECK_LE(trimmed, drained);
        } else {
            CHECK_LE(full, drained);
        }
        CHECK_EQ(map_trim(&map), 0);
        check_content(false);
    }
    close_map();
}

/* A map that swings by a tenth keeps its memory: after the first swings, what is gone
 * stays gone and what is there stays. */
static void test_a_map_that_swings_keeps_its_memory(void)
{
    open_map();
    fill(0, KEYS);
    uintptr_t before = 0;
    for (unsigned round = 0; round < 6; round++) {
        drain(0, KEYS / 10);
        uintptr_t resident = qs_load(&map.pool->resident, relaxed);
        if (round > 1)
            CHECK_LE(before, resident + QS_LEAF_KEEP);
        before = resident;
        fill(0, KEYS / 10);
        CHECK_LE(qs_load(&map.pool->resident, relaxed), resident + QS_LEAF_KEEP);
    }
    check_content(true);
    close_map();
}

/* A block begins with no less than it ever had, whether its page went or not. */
enum { BLOCKS = 4 * QS_LEAF_SPAN, SEEN = 4 * BLOCKS };

struct past {
    void *block;
    uintptr_t version;
};

static struct past *past_of(struct past *seen, void *block)
{
    while (seen->block && seen->block != block)
        seen++;
    seen->block = block;
    return seen;
}

static void test_versions_go_on_where_pages_went(void)
{
    struct qs_leaf_layout layout = { 0, 8, ~(uintptr_t)255, true };
    struct qs_leaf_pool *p = qs_leaf_pool_new("any", 256 - QS_WIDE_FRONT, 0, layout);
    static struct past seen[SEEN + 1];
    void *block[BLOCKS];

    REQUIRE(p);
    for (uintptr_t round = 1; round < 5; round++) {
        for (unsigned i = 0; i < BLOCKS; i++) {
            REQUIRE(block[i] = qs_leaf_take(&p->class, 256));
            qs_word *version = qs_leaf_word(block[i], p->layout.version);
            struct past *past = past_of(seen, block[i]);
            CHECK_LE(past->version, qs_load(version, relaxed));
            past->version = round << 20 | i << 8;
            qs_store(version, past->version + 7, relaxed);
        }
        for (unsigned i = 0; i < BLOCKS; i++)
            qs_leaf_give(&p->class, block[i]);
        qs_leaf_pool_trim(p);
        CHECK_EQ(qs_load(&p->resident, relaxed), 0);
        CHECK_EQ(qs_load(&p->idle, relaxed), 0);
    }
    qs_leaf_pool_leave(p);
}

/* Readers keep leaves that a lookup led to, and ask them again, unprotected, while
 * writers fill the map and drain it.  Keys that stay are there for whoever believes a
 * leaf, and others have their own values. */
enum { STALE = 64, SPREAD = 20000, ROUNDS = CHECK_SANITIZED ? 3 : 12 };
static qs_word writing;

static bool asks_again(struct map_leaf *l, uint64_t i, bool pause)
{
    struct map_key key = { scattered(i) };
    struct map_view v;
    uintptr_t header = qs_load(&l->header, acquire);

    if (map_state_of(header) != LFL_LIVE || !map_covers(l, key))
        return false;
    if (pause)
        sched_yield();
    map_look(&map, l, header, key, &v);
    if (pause)
        sched_yield();
    if (qs_load(&l->header, relaxed) != header)
        return false;
    CHECK(v.present || i % KEEP);
    if (v.present)
        CHECK_EQ(v.value, ~i);
    return true;
}

static void read_stale(struct R(thread) * t, uint64_t random)
{
    struct map_leaf *stale[STALE] = { NULL };
    uint64_t believed = 0, value = 0;

    for (uint64_t n = 0; qs_load(&writing, relaxed); n++) {
        uint64_t i = check_random_below(&random, SPREAD);
        unsigned at = (unsigned)check_random_below(&random, STALE);
        if (stale[at] && n % 4)
            believed += asks_again(stale[at], i - i % KEEP, n % 64 == 1);
        else
            stale[at] = map_leaf_at(
                qs_load(map_hint(&map, (struct map_key){ scattered(i) }), acquire));
        if (i % KEEP == 0)
            CHECK(map_get(&map, t, scattered(i), &value) && value == ~i);
        R(quiesce)(t);
    }
    (void)believed;
}

static void write_all(struct R(thread) * t, unsigned index)
{
    for (unsigned round = 0; round < ROUNDS * check_scale(); round++) {
        for (uint64_t i = index; i < SPREAD; i += 2)
            map_insert(&map, t, scattered(i), ~i);
        for (uint64_t i = index; i < SPREAD; i += 2)
            if (i % KEEP)
                CHECK(map_remove(&map, t, scattered(i), NULL));
        R(quiesce)(t);
        R(flush)(t);
        map_trim(&map);
    }
    qs_fetch_add(&writing, -(uintptr_t)1, relaxed);
}

static void read_or_write(void *shared, unsigned index)
{
    struct R(thread) *t = R(thread_register)(&domain);

    (void)shared;
    REQUIRE(t);
    if (index < 2)
        write_all(t, index);
    else
        read_stale(t, check_seed() + index);
    CHECK_EQ(R(thread_unregister)(t), 0);
}

static void test_nobody_is_fooled_by_a_leaf_that_is_gone(void)
{
    open_map();
    for (uint64_t i = 0; i < SPREAD; i += KEEP)
        REQUIRE(map_insert(&map, thread, scattered(i), ~i) == 1);
    R(quiesce)(thread);
    R(offline)(thread);
    qs_store(&writing, 2, relaxed);
    team_run(4, read_or_write, NULL);
    R(online)(thread);
    CHECK_EQ(map_size(&map), SPREAD / KEEP);
    close_map();
}

int main(void)
{
    RUN(test_versions_go_on_where_pages_went);
    RUN(test_a_drained_map_gives_memory_back);
    RUN(test_a_map_that_swings_keeps_its_memory);
    RUN(test_nobody_is_fooled_by_a_leaf_that_is_gone);
    return check_end();
}
