/* test_pool.c - blocks of pools: apart from each other, back where they came from, and
 * handed from thread to thread through the depot. */
#include "reclaim/ebr.h"
#include "reclaim/pool_home.h"
#include "tests/check.h"
#include "tests/team.h"

enum { MAGAZINE = QS_POOL_MAGAZINE, LARGEST = QS_POOL_SIZES * QS_POOL_UNIT };

static struct qs_depot *depot_open(void)
{
    struct qs_depot *d = qs_depot_new();
    REQUIRE(d);
    return d;
}

static struct qs_pool *pool_open(struct qs_depot *d)
{
    struct qs_pool *p = qs_pool_new(d);
    REQUIRE(p);
    return p;
}

static void pool_close(struct qs_pool *p)
{
    qs_pool_empty(p);
    qs_pool_free(p);
}

/* The machine as the test wants it, and where its thread is. */
static unsigned machine_nodes = 1, own_node;

unsigned __wrap_qs_numa_nodes(void);
unsigned __wrap_qs_numa_node(void);

unsigned __wrap_qs_numa_nodes(void)
{
    return machine_nodes;
}

unsigned __wrap_qs_numa_node(void)
{
    return own_node;
}

/* Every byte of every block is its own. */
static void test_blocks_do_not_overlap(void)
{
    enum { BLOCKS = 3000 };
    static unsigned char *blocks[BLOCKS];
    struct qs_depot *d = depot_open();
    struct qs_pool *p = pool_open(d);
    uint64_t seed = check_seed();
    size_t sizes[BLOCKS];

    for (unsigned i = 0; i < BLOCKS; i++) {
        sizes[i] = 1 + check_random_below(&seed, LARGEST);
        blocks[i] = qs_pool_take(p, sizes[i]);
        REQUIRE(blocks[i]);
        CHECK_EQ((uintptr_t)blocks[i] % QS_POOL_UNIT, 0);
        CHECK(qs_depot_owns(d, blocks[i]));
        memset(blocks[i], (int)(i % 251), sizes[i]);
    }
    for (unsigned i = 0; i < BLOCKS; i++) {
        CHECK_EQ(blocks[i][0], i % 251);
        CHECK_EQ(blocks[i][sizes[i] - 1], i % 251);
        qs_pool_give_home(p, blocks[i], sizes[i]);
    }
    pool_close(p);
    qs_depot_free(d);
}

/* Blocks of half a line and of one lie within a line, also where others of any size have
 * left but the rest of a slab. */
static void test_small_blocks_lie_within_lines(void)
{
    enum { FIRST_SLAB = 65536 - QS_CACHE_LINE, HALF = QS_CACHE_LINE / 2 };

    for (size_t other = HALF; other <= LARGEST; other += QS_POOL_UNIT)
        for (size_t size = HALF; size <= QS_CACHE_LINE; size += HALF) {
            struct qs_depot *d = depot_open();
            struct qs_pool *p = pool_open(d);
            for (size_t i = 0; i < FIRST_SLAB / other; i++)
                REQUIRE(qs_pool_take(p, other));
            for (unsigned i = 0; i < MAGAZINE; i++)
                CHECK_EQ((uintptr_t)qs_pool_take(p, size) % size, 0);
            pool_close(p);
            qs_depot_free(d);
        }
}

static void test_too_large_blocks_are_left_to_malloc(void)
{
    struct qs_depot *d = depot_open();
    struct qs_pool *p = pool_open(d);

    CHECK(qs_pool_take(p, LARGEST) != NULL);
    CHECK(!qs_pool_take(p, LARGEST + 1));
    pool_close(p);
    qs_depot_free(d);
}

static bool is_among(void *block, void *const *blocks, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        if (blocks[i] == block)
            return true;
    return false;
}

/* What one pool gives up, another one gets; no new memory is cut. */
static void test_depot_hands_blocks_on(void)
{
    enum { BLOCKS = 4 * MAGAZINE };
    struct qs_depot *d = depot_open();
    struct qs_pool *a = pool_open(d), *b = pool_open(d);
    void *blocks[BLOCKS];

    for (unsigned i = 0; i < BLOCKS; i++)
        blocks[i] = qs_pool_take(a, 48);
    for (unsigned i = 0; i < BLOCKS; i++)
        qs_pool_give_home(a, blocks[i], 48);
    CHECK(is_among(qs_pool_take(b, 48), blocks, BLOCKS));
    qs_pool_empty(a);
    for (unsigned i = 1; i < BLOCKS; i++)
        CHECK(is_among(qs_pool_take(b, 48), blocks, BLOCKS));
    CHECK(!is_among(qs_pool_take(b, 48), blocks, BLOCKS));
    pool_close(a);
    pool_close(b);
    qs_depot_free(d);
}

static void test_a_stranger_gives_a_block_back(void)
{
    struct qs_depot *d = depot_open();
    struct qs_pool *p = pool_open(d), *q = pool_open(d);
    void *block = qs_pool_take(p, 100);

    qs_depot_give(block, 100);
    CHECK_EQ((uintptr_t)qs_pool_take(q, 100), (uintptr_t)block);
    pool_close(p);
    pool_close(q);
    qs_depot_free(d);
}

static const struct qs_class small_class = { .name = "small", .size = 40 };

static struct qs_pool *pool_on(struct qs_depot *d, unsigned its_node)
{
    own_node = its_node;
    return pool_open(d);
}

/* On several nodes what another one's thread frees is its owner's again, by whole
 * magazines and the rest of them at the end, and the other thread does not get it. */
static void test_blocks_go_home(void)
{
    enum { BLOCKS = 2 * MAGAZINE + 10, MORE = 4 * MAGAZINE };
    uint64_t before = qs_pool_remote_frees();
    machine_nodes = 3;
    struct qs_depot *d = depot_open();
    struct qs_pool *a = pool_on(d, 0), *b = pool_on(d, 2), *c = pool_on(d, 0);
    void *blocks[BLOCKS], *others[MORE];

    for (unsigned i = 0; i < BLOCKS; i++)
        blocks[i] = qs_pool_take(a, 48);
    for (unsigned i = 0; i < BLOCKS; i++) {
        CHECK(qs_depot_owns(d, blocks[i]));
        qs_pool_give_home(b, blocks[i], 48);
    }
    CHECK_EQ(qs_pool_remote_frees() - before,
             2 * MAGAZINE); /* the rest is on its way */
    for (unsigned i = 0; i < MORE; i++) {
        others[i] = qs_pool_take(b, 48);
        CHECK(qs_depot_owns(d, others[i]));
        CHECK(!is_among(others[i], blocks, BLOCKS));
    }
    qs_pool_empty(b);
    CHECK_EQ(qs_pool_remote_frees() - before, BLOCKS);
    for (unsigned i = 0; i < BLOCKS; i++)
        CHECK(is_among(qs_pool_take(c, 48), blocks, BLOCKS));
    qs_pool_give_home(b, others[0], 48); /* its own stays with it */
    CHECK_EQ((uintptr_t)qs_pool_take(b, 48), (uintptr_t)others[0]);
    CHECK_EQ(qs_pool_remote_frees() - before, BLOCKS);
    qs_depot_give(others[1], 48); /* and comes back from a stranger */
    qs_pool_empty(b);
    CHECK_EQ((uintptr_t)qs_pool_take(b, 48), (uintptr_t)others[1]);
    pool_close(a);
    pool_close(b);
    pool_close(c);
    qs_depot_free(d);
    machine_nodes = 1;
}

/* The control: on one node they are whoever's freed them. */
static void test_one_node_keeps_what_is_freed(void)
{
    uint64_t before = qs_pool_remote_frees();
    struct qs_depot *d = depot_open();
    struct qs_pool *a = pool_on(d, 0), *b = pool_on(d, 2);
    void *block = qs_pool_take(a, 48);

    qs_pool_give_home(b, block, 48);
    CHECK_EQ((uintptr_t)qs_pool_take(b, 48), (uintptr_t)block);
    CHECK_EQ(qs_pool_remote_frees() - before, 0);
    pool_close(a);
    pool_close(b);
    qs_depot_free(d);
    own_node = 0;
}

/* A record that was another thread's, on another node. */
static void test_a_pool_settles_where_its_thread_is(void)
{
    struct qs_ebr_domain d;
    uint64_t before = qs_pool_remote_frees();

    machine_nodes = 2;
    own_node = 0;
    qs_ebr_domain_init(&d, &(struct qs_config){ .pool = QS_ON });
    struct qs_ebr_thread *t = qs_ebr_thread_register(&d);
    void *first = qs_ebr_alloc(t, &small_class);
    CHECK_EQ(qs_ebr_thread_unregister(t), 0);
    own_node = 1;
    t = qs_ebr_thread_register(&d);
    void *second = qs_ebr_alloc(t, &small_class);
    qs_ebr_free_private(t, &small_class, second);
    CHECK_EQ((uintptr_t)qs_ebr_alloc(t, &small_class), (uintptr_t)second);
    qs_ebr_free_private(t, &small_class, first);
    CHECK_NE((uintptr_t)qs_ebr_alloc(t, &small_class), (uintptr_t)first);
    CHECK_EQ(qs_ebr_thread_unregister(t), 0);
    CHECK_EQ(qs_pool_remote_frees() - before, 1);
    CHECK_EQ(qs_ebr_domain_destroy(&d), 0);
    machine_nodes = 1;
    own_node = 0;
}

struct exchange {
    struct qs_depot *depot;
    qs_word hands[256]; /* blocks on their way from one thread to another */
};

/* Takes blocks, signs them, lays them open, and gives back what others laid open. */
static void exchange_blocks(void *shared, unsigned index)
{
    enum { ROUNDS = 30000 };
    struct exchange *e = shared;
    struct qs_pool *p = pool_open(e->depot);
    uint64_t seed = check_seed() + index;

    for (unsigned i = 0; i < ROUNDS; i++) {
        uint64_t *mine = qs_pool_take(p, 64);
        if (!mine)
            continue; /* somebody else was at the depot */
        mine[3] = mine[7] = (uint64_t)index << 32 | i;
        qs_word *hand = &e->hands[check_random_below(&seed, 256)];
        uint64_t *other = (uint64_t *)qs_exchange(hand, mine, acq_rel);
        if (!other)
            continue;
        CHECK_EQ(other[3], other[7]);
        if (i % 3)
            qs_pool_give_home(p, other, 64);
        else
            qs_depot_give(other, 64);
    }
    pool_close(p);
}

static void test_threads_exchange_blocks(void)
{
    static struct exchange e;

    e.depot = depot_open();
    team_run(4, exchange_blocks, &e);
    qs_depot_free(e.depot);
}

static const struct qs_class large_class = { .name = "large", .size = 4000 };

static bool is_pooled(void *node)
{
    return qs_header_bits(qs_header_of(node)) & QS_HEADER_POOLED;
}

/* A domain's nodes: small ones from its pools, freed with or without a thread. */
static void test_nodes_say_where_they_are_from(void)
{
    struct qs_ebr_domain d;

    qs_ebr_domain_init(&d, &(struct qs_config){ .pool = QS_ON });
    struct qs_ebr_thread *t = qs_ebr_thread_register(&d);
    void *small = qs_ebr_alloc(t, &small_class), *large = qs_ebr_alloc(t, &large_class);
    CHECK(is_pooled(small));
    CHECK(qs_depot_owns(d.epochs.base.depot, small));
    CHECK(!is_pooled(large));
    CHECK_EQ((uintptr_t)qs_header_class(qs_header_of(small)), (uintptr_t)&small_class);
    qs_ebr_free_private(t, &small_class, small);
    CHECK_EQ((uintptr_t)qs_ebr_alloc(t, &small_class), (uintptr_t)small);
    qs_node_free(small);
    qs_node_free(large);
    CHECK_EQ(qs_ebr_thread_unregister(t), 0);
    CHECK_EQ(qs_ebr_domain_destroy(&d), 0);
}

static void test_without_pools_nodes_are_from_malloc(void)
{
    struct qs_ebr_domain d;

    qs_ebr_domain_init(&d, &(struct qs_config){ .pool = QS_OFF });
    struct qs_ebr_thread *t = qs_ebr_thread_register(&d);
    void *node = qs_ebr_alloc(t, &small_class);
    CHECK(!is_pooled(node));
    qs_ebr_free_private(t, &small_class, node);
    CHECK_EQ(qs_ebr_thread_unregister(t), 0);
    CHECK_EQ(qs_ebr_domain_destroy(&d), 0);
}

int main(void)
{
    RUN(test_blocks_do_not_overlap);
    RUN(test_small_blocks_lie_within_lines);
    RUN(test_too_large_blocks_are_left_to_malloc);
    RUN(test_depot_hands_blocks_on);
    RUN(test_a_stranger_gives_a_block_back);
    RUN(test_blocks_go_home);
    RUN(test_one_node_keeps_what_is_freed);
    RUN(test_a_pool_settles_where_its_thread_is);
    RUN(test_threads_exchange_blocks);
    RUN(test_nodes_say_where_they_are_from);
    RUN(test_without_pools_nodes_are_from_malloc);
    return check_end();
}
