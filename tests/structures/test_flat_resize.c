/* test_flat_resize.c - flat_hash.h, in both forms, grows and shrinks without pause: it
 * agrees with a model, no get and no walk misses a key that is there, and at rest its
 * buckets are of its level.
 *
 * The build defines SCHEME and SCHEME_HEADER, and for a second program small buckets.
 */
#include SCHEME_HEADER

#include "structures/template.h"
#include "tests/check.h"
#include "tests/team.h"

#define S(name) QS_SCHEME(SCHEME, name)

#define QS_MAP_NAME    flat
#define QS_MAP_RECLAIM SCHEME
#define QS_MAP_KEY     uint64_t
#define QS_MAP_VALUE   uint64_t
#define QS_MAP_INLINE  1
#include "structures/flat_hash.h"

/* Every fourth key has the hash of the one before it. */
static inline uint64_t paired(const uint64_t *key)
{
    return *key - (*key % 4 == 3);
}

#define QS_MAP_NAME        boxed
#define QS_MAP_RECLAIM     SCHEME
#define QS_MAP_KEY         uint64_t
#define QS_MAP_VALUE       uint64_t
#define QS_MAP_HASH(k)     paired(k)
#define QS_MAP_EQUAL(a, b) (*(a) == *(b))
#include "structures/flat_hash.h"

enum { LEAST = 1 << QS_FLAT_LEAST_LEVEL };

static struct S(domain) domain;
static struct S(thread) * thread;
static struct flat flat;
static struct boxed boxed;

static void open_maps(size_t capacity)
{
    REQUIRE(!S(domain_init)(&domain, NULL));
    REQUIRE(!flat_init(&flat, capacity));
    REQUIRE(!boxed_init(&boxed, capacity));
    thread = S(thread_register)(&domain);
    REQUIRE(thread);
}

static void close_maps(void)
{
    CHECK_EQ(S(thread_unregister)(thread), 0);
    flat_destroy(&flat);
    boxed_destroy(&boxed);
    CHECK_EQ(S(domain_destroy)(&domain), 0);
}

static void insert(uint64_t from, uint64_t to)
{
    for (uint64_t key = from; key < to; key++) {
        CHECK_EQ(flat_insert(&flat, thread, key, ~key), 1);
        CHECK_EQ(boxed_insert(&boxed, thread, key, ~key), 1);
    }
}

static void erase(uint64_t from, uint64_t to)
{
    uint64_t value = 0;

    for (uint64_t key = from; key < to; key++) {
        CHECK(flat_remove(&flat, thread, key, &value));
        CHECK_EQ(value, ~key);
        CHECK(boxed_remove(&boxed, thread, key, &value));
        CHECK_EQ(value, ~key);
        if (key % 64 == 0)
            S(quiesce)(thread);
    }
}

static void check_keys(uint64_t from, uint64_t to, bool are_there)
{
    uint64_t value = 0;

    for (uint64_t key = from; key < to; key++) {
        CHECK_EQ(flat_get(&flat, thread, key, &value), are_there);
        CHECK_EQ(boxed_get(&boxed, thread, key, &value), are_there);
        CHECK(!are_there || value == ~key);
    }
}

static uint64_t header_of(const struct qs_flat *f, size_t bucket)
{
    return qs_load(&qs_flat_bucket(f, bucket)->header, relaxed);
}

/* Of the buckets that the mask knows, live ones of its level, or none; of the others,
 * merged ones or none.  Returns how many are of another level. */
static size_t count_stragglers(const struct qs_flat *f)
{
    uint64_t mask = qs_load(&f->mask, relaxed);
    size_t stragglers = 0;

    for (size_t i = 0; i < qs_load(&f->buckets.size, relaxed); i++) {
        uint64_t header = header_of(f, i);
        if (qs_flat_state(header) == QS_FLAT_LIVE)
            stragglers += qs_flat_mask(qs_flat_level(header)) != mask;
        else if (qs_flat_state(header) == QS_FLAT_MERGE)
            stragglers += !qs_flat_has_merged(f, i, header);
        CHECK_NE(qs_flat_state(header), QS_FLAT_SPLIT);
        CHECK_EQ(qs_flat_valid_count(header) +
                     (unsigned)__builtin_popcountll(qs_flat_free_slots(header)),
                 QS_FLAT_SLOTS); /* nothing is reserved */
    }
    return stragglers;
}

static void test_shrinks_as_it_empties_and_grows_again(void)
{
    enum { KEYS = 60000, FEW = 500 };
    size_t most = 0;

    open_maps(0);
    for (unsigned round = 0; round < 3; round++) {
        insert(round ? FEW : 0, KEYS);
        CHECK(!round || most == flat_buckets(&flat));
        most = flat_buckets(&flat);
        CHECK_EQ(count_stragglers(&flat.table), 0);
        check_keys(0, KEYS, true);
        erase(FEW, KEYS);
        CHECK_LE(flat_buckets(&flat), 8 * FEW);
        CHECK_LE(LEAST, flat_buckets(&flat));
        if (QS_FLAT_SLOTS == 15) /* in small buckets there is not always room */
            CHECK_EQ(count_stragglers(&flat.table), 0);
        check_keys(0, FEW, true);
        check_keys(FEW, KEYS, false);
    }
    flat_clear(&flat, thread);
    boxed_clear(&boxed, thread);
    insert(KEYS, KEYS + 100);
    erase(KEYS, KEYS + 100);
    CHECK_EQ(flat_buckets(&flat), LEAST);
    CHECK_EQ(boxed_buckets(&boxed), LEAST);
    CHECK_EQ(flat_size(&flat), 0);
    close_maps();
}

static void test_keeps_its_capacity(void)
{
    open_maps(10000);
    size_t buckets = flat_buckets(&flat);
    insert(0, 30000);
    CHECK_LT(buckets, flat_buckets(&flat));
    erase(0, 30000);
    CHECK_EQ(flat_buckets(&flat), buckets);
    CHECK_EQ(boxed_buckets(&boxed), buckets);
    close_maps();
}

/* ---- against a model ---- */

enum { UNIVERSE = 6000, PHASES = 30, PHASE = 6000 };

static uint64_t model[UNIVERSE]; /* the value, or 0 */

static bool see(void *seen, const uint64_t *key, const uint64_t *value)
{
    CHECK_EQ(*value, model[*key]);
    ++*(size_t *)seen;
    return true;
}

static void check_against_model(void)
{
    size_t present = 0, seen = 0, boxed_seen = 0;

    for (uint64_t key = 0; key < UNIVERSE; key++)
        present += model[key] != 0;
    flat_for_each(&flat, thread, see, &seen);
    boxed_for_each(&boxed, thread, see, &boxed_seen);
    CHECK_EQ(seen, present);
    CHECK_EQ(boxed_seen, present);
    CHECK_EQ(flat_size(&flat), present);
    CHECK_EQ(boxed_size(&boxed), present);
}

static void do_as_model(uint64_t key, unsigned what, uint64_t fresh)
{
    uint64_t value = 0, boxed_value = 0, held = model[key];

    switch (what) {
    case 0:
        CHECK_EQ(flat_get(&flat, thread, key, &value), held != 0);
        CHECK_EQ(boxed_get(&boxed, thread, key, &boxed_value), held != 0);
        break;
    case 1:
        CHECK_EQ(flat_put(&flat, thread, key, fresh, &value), !held);
        CHECK_EQ(boxed_put(&boxed, thread, key, fresh, &boxed_value), !held);
        model[key] = fresh;
        break;
    default:
        CHECK_EQ(flat_remove(&flat, thread, key, &value), held != 0);
        CHECK_EQ(boxed_remove(&boxed, thread, key, &boxed_value), held != 0);
        model[key] = 0;
    }
    CHECK(!held || (value == held && boxed_value == held));
}

/* In turn it fills and empties, now to the brim, now in part. */
static void test_agrees_with_a_model(void)
{
    uint64_t random = check_seed();

    open_maps(0);
    for (unsigned phase = 0; phase < PHASES; phase++) {
        unsigned puts = phase % 2 ? 1 + phase % 3 : 9 - phase % 3; /* of 10 changes */
        for (uint64_t i = 1; i <= PHASE; i++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            unsigned draw = random >> 33 & UINT16_MAX;
            unsigned what = draw % 3 == 0 ? 0 : draw / 3 % 10 < puts ? 1 : 2;
            do_as_model((random >> 49) % UNIVERSE, what, phase * PHASE + i);
        }
        S(quiesce)(thread);
        check_against_model();
    }
    close_maps();
    memset(model, 0, sizeof model);
}

/* ---- by several threads ---- */

enum { THREADS = 3, RESIDENTS = 100, GUESTS = 3000 };

static unsigned rounds;

static bool see_resident(void *seen, const uint64_t *key, const uint64_t *value)
{
    if (*key < RESIDENTS)
        ((unsigned *)seen)[*key] += *value == ~*key;
    return true;
}

static void look_residents_up(struct S(thread) * t)
{
    unsigned seen[RESIDENTS] = { 0 };
    uint64_t value = 0;

    for (uint64_t key = 0; key < RESIDENTS; key++) {
        CHECK(flat_get(&flat, t, key, &value));
        CHECK_EQ(value, ~key);
        CHECK(boxed_get(&boxed, t, key, &value));
        CHECK_EQ(value, ~key);
    }
    flat_for_each(&flat, t, see_resident, seen);
    boxed_for_each(&boxed, t, see_resident, seen);
    for (unsigned i = 0; i < RESIDENTS; i++)
        CHECK_EQ(seen[i], 2);
}

/* The guests of a thread come and go, some of them more than once. */
static void come_and_go(void *shared, unsigned index)
{
    struct S(thread) *t = S(thread_register)(&domain);
    uint64_t mine = (uint64_t)(index + 1) << 20, value = 0;

    (void)shared;
    REQUIRE(t);
    for (unsigned round = 0; round < rounds; round++) {
        for (uint64_t i = 0; i < GUESTS; i++) {
            CHECK_EQ(flat_insert(&flat, t, mine + i, round), 1);
            CHECK_EQ(boxed_insert(&boxed, t, mine + i, round), 1);
        }
        look_residents_up(t);
        for (uint64_t i = 0; i < GUESTS; i++) {
            CHECK(flat_remove(&flat, t, mine + i, &value));
            CHECK_EQ(value, round);
            CHECK(boxed_remove(&boxed, t, mine + i, &value));
            CHECK_EQ(value, round);
            if (i % 64 == 0)
                S(quiesce)(t);
            if (i % 512 == 0)
                look_residents_up(t);
        }
    }
    CHECK_EQ(S(thread_unregister)(t), 0);
}

static void test_no_key_is_missed_while_the_table_resizes(void)
{
    open_maps(0);
    insert(0, RESIDENTS);
    S(offline)(thread);
    rounds = 6 * check_scale();
    team_run(THREADS, come_and_go, NULL);
    S(online)(thread);
    for (unsigned i = 0; i < 200; i++) { /* traffic finishes what is left to do */
        insert(RESIDENTS, 2 * RESIDENTS);
        erase(RESIDENTS, 2 * RESIDENTS);
    }
    CHECK_EQ(flat_size(&flat), RESIDENTS);
    CHECK_EQ(boxed_size(&boxed), RESIDENTS);
    CHECK_LE(flat_buckets(&flat), 8 * RESIDENTS);
    CHECK_LE(boxed_buckets(&boxed), 8 * RESIDENTS);
    CHECK_LE((size_t)GUESTS / 4,
             qs_load(&flat.table.buckets.size, relaxed)); /* it grew */
    look_residents_up(thread);
    check_keys(RESIDENTS, 2 * RESIDENTS, false);
    close_maps();
}

int main(void)
{
    RUN(test_agrees_with_a_model);
    RUN(test_no_key_is_missed_while_the_table_resizes);
    RUN(test_shrinks_as_it_empties_and_grows_again);
    RUN(test_keeps_its_capacity);
    return check_end();
}
