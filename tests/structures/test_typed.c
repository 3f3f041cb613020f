/* test_typed.c - a structure with the user's own keys and values: keys whose hashes
 * collide in every way, and text keys with a struct as value, both in one file.
 *
 * The build defines STRUCTURE_HEADER, SCHEME and SCHEME_HEADER.
 */
#include SCHEME_HEADER

#include "structures/template.h"
#include "tests/check.h"
#include "tests/team.h"

#define S(name) QS_SCHEME(SCHEME, name)

/* A key that brings its own hash, so that a test decides what collides. */
struct point {
    uint64_t hash, id;
};

/* Which of the two a structure wants is its business. */
__attribute__((unused)) static int point_compare(const struct point *a,
                                                 const struct point *b)
{
    if (a->id != b->id)
        return a->id < b->id ? -1 : 1;
    return 0;
}

#define QS_MAP_NAME          points
#define QS_MAP_RECLAIM       SCHEME
#define QS_MAP_KEY           struct point
#define QS_MAP_VALUE         uint64_t
#define QS_MAP_HASH(k)       ((k)->hash)
#define QS_MAP_EQUAL(a, b)   ((a)->id == (b)->id)
#define QS_MAP_COMPARE(a, b) point_compare(a, b)
#include STRUCTURE_HEADER
#undef QS_MAP_HASH
#undef QS_MAP_EQUAL
#undef QS_MAP_COMPARE

struct host {
    char name[24];
};

struct address {
    uint8_t bytes[16];
    uint32_t lifetime;
};

__attribute__((unused)) static uint64_t host_hash(const struct host *h)
{
    uint64_t hash = 14695981039346656037u;

    for (const char *c = h->name; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 1099511628211u;
    return hash;
}

#define QS_MAP_NAME          hosts
#define QS_MAP_RECLAIM       SCHEME
#define QS_MAP_KEY           struct host
#define QS_MAP_VALUE         struct address
#define QS_MAP_HASH(k)       host_hash(k)
#define QS_MAP_EQUAL(a, b)   (!strcmp((a)->name, (b)->name))
#define QS_MAP_COMPARE(a, b) strcmp((a)->name, (b)->name)
#include STRUCTURE_HEADER

/* Families of hashes, as a function of the key's number. */
static uint64_t all_equal(uint64_t id)
{
    (void)id;
    return 42;
}

static uint64_t all_zero(uint64_t id)
{
    (void)id;
    return 0;
}

static uint64_t all_ones(uint64_t id)
{
    (void)id;
    return UINT64_MAX;
}

static uint64_t zero_or_all_ones(uint64_t id)
{
    return id % 2 ? UINT64_MAX : 0;
}

static uint64_t top_bit_differs(uint64_t id)
{
    return id / 2 ^ (id % 2) << 63;
}

static uint64_t low_bit_differs(uint64_t id)
{
    return id * 0x9e3779b97f4a7c15u ^ (id & 1);
}

static uint64_t only_top_bits(uint64_t id)
{
    return id << 56;
}

static uint64_t powers_of_two(uint64_t id)
{
    return (uint64_t)1 << id % 64;
}

typedef uint64_t hash_family(uint64_t id);

static hash_family *const families[] = { all_equal,       all_zero,
                                         all_ones,        zero_or_all_ones,
                                         top_bit_differs, low_bit_differs,
                                         only_top_bits,   powers_of_two };

enum { FAMILIES = sizeof families / sizeof *families, KEYS = 150, STEPS = 6000 };

static struct point point(hash_family *family, uint64_t id)
{
    return (struct point){ .hash = family(id), .id = id };
}

static uint64_t count_points(struct points *m)
{
    struct points_cursor c = { 0 };
    struct point key;
    uint64_t value, n = 0;

    while (points_next(m, &c, &key, &value))
        n++;
    return n;
}

static void check_family(hash_family *family)
{
    static struct S(domain) d;
    static struct points m;
    uint64_t random = check_seed(), values[KEYS], present_keys = 0;
    bool present[KEYS] = { false };

    REQUIRE(!S(domain_init)(&d, NULL));
    REQUIRE(!points_init(&m, 0));
    struct S(thread) *t = S(thread_register)(&d);
    REQUIRE(t);
    for (unsigned i = 0; i < STEPS; i++) {
        uint64_t id = check_random_below(&random, KEYS), value = 0;
        struct point key = point(family, id);
        switch (check_random_below(&random, 3)) {
        case 0:
            CHECK_EQ(points_get(&m, t, key, &value), present[id]);
            break;
        case 1:
            value = i;
            CHECK_EQ(points_insert(&m, t, key, value), !present[id]);
            if (!present[id])
                values[id] = value;
            present_keys += !present[id];
            present[id] = true;
            value = values[id];
            break;
        default:
            CHECK_EQ(points_remove(&m, t, key, &value), present[id]);
            if (present[id])
                CHECK_EQ(value, values[id]);
            present_keys -= present[id];
            present[id] = false;
        }
        if (present[id])
            CHECK_EQ(value, values[id]);
        S(quiesce)(t);
    }
    CHECK_EQ(count_points(&m), present_keys);
    CHECK_EQ(S(thread_unregister)(t), 0);
    points_destroy(&m);
    CHECK_EQ(S(domain_destroy)(&d), 0);
}

static void test_keys_with_colliding_hashes_stay_apart(void)
{
    for (unsigned i = 0; i < FAMILIES; i++)
        check_family(families[i]);
}

#ifndef ALONE /* those are for one thread */
enum { THREADS = 4, SHARED_KEYS = 6 };

struct contest {
    struct S(domain) domain;
    struct points map;
    hash_family *family;
    long balance[THREADS][SHARED_KEYS];
};

static void contend(void *shared, unsigned index)
{
    struct contest *c = shared;
    uint64_t random = check_seed() + index, value = 0;
    struct S(thread) *t = S(thread_register)(&c->domain);

    REQUIRE(t);
    for (unsigned i = 0; i < 10000; i++) {
        uint64_t id = check_random_below(&random, SHARED_KEYS);
        struct point key = point(c->family, id);
        if (check_random_below(&random, 2))
            c->balance[index][id] += points_insert(&c->map, t, key, id);
        else if (points_remove(&c->map, t, key, &value)) {
            CHECK_EQ(value, id);
            c->balance[index][id]--;
        }
        if (i % 16 == 0)
            S(quiesce)(t);
    }
    CHECK_EQ(S(thread_unregister)(t), 0);
}

static void check_contest(hash_family *family)
{
    static struct contest c;
    uint64_t value;

    c = (struct contest){ .family = family };
    REQUIRE(!S(domain_init)(&c.domain, NULL));
    REQUIRE(!points_init(&c.map, 0));
    team_run(THREADS, contend, &c);
    struct S(thread) *t = S(thread_register)(&c.domain);
    REQUIRE(t);
    for (uint64_t id = 0; id < SHARED_KEYS; id++) {
        long balance = 0;
        for (unsigned i = 0; i < THREADS; i++)
            balance += c.balance[i][id];
        CHECK_EQ(points_get(&c.map, t, point(family, id), &value), balance);
    }
    CHECK_EQ(S(thread_unregister)(t), 0);
    points_destroy(&c.map);
    CHECK_EQ(S(domain_destroy)(&c.domain), 0);
}

static void test_colliding_keys_balance_in_concert(void)
{
    check_contest(all_equal);
    check_contest(zero_or_all_ones);
    check_contest(top_bit_differs);
}
#endif

static struct host host(unsigned i)
{
    struct host h = { "" };
    snprintf(h.name, sizeof h.name, "host-%u.example", i);
    return h;
}

static void test_text_keys_and_struct_values(void)
{
    static struct S(domain) d;
    static struct hosts m;
    struct address a;

    REQUIRE(!S(domain_init)(&d, NULL));
    REQUIRE(!hosts_init(&m, 10));
    struct S(thread) *t = S(thread_register)(&d);
    REQUIRE(t);
    for (unsigned i = 0; i < 500; i++) {
        a = (struct address){ .bytes = { (uint8_t)i, 7 }, .lifetime = i };
        CHECK_EQ(hosts_insert(&m, t, host(i), a), 1);
        CHECK_EQ(hosts_insert(&m, t, host(i), a), 0);
    }
    for (unsigned i = 0; i < 500; i++) {
        CHECK(hosts_get(&m, t, host(i), &a));
        CHECK_EQ(a.lifetime, i);
        CHECK_EQ(a.bytes[0], (uint8_t)i);
        CHECK(!hosts_get(&m, t, host(1000 + i), &a));
    }
    for (unsigned i = 0; i < 500; i += 2) {
        CHECK(hosts_remove(&m, t, host(i), i % 4 ? &a : NULL));
        CHECK(!hosts_remove(&m, t, host(i), NULL));
    }
    struct hosts_cursor c = { 0 };
    struct host key;
    unsigned n = 0;
    while (hosts_next(&m, &c, &key, &a)) {
        CHECK_EQ(a.lifetime % 2, 1);
        CHECK_IS(key.name, host(a.lifetime).name);
        n++;
    }
    CHECK_EQ(n, 250);
    CHECK_EQ(S(thread_unregister)(t), 0);
    hosts_destroy(&m);
    CHECK_EQ(S(domain_destroy)(&d), 0);
}

int main(void)
{
    RUN(test_keys_with_colliding_hashes_stay_apart);
#ifndef ALONE
    RUN(test_colliding_keys_balance_in_concert);
#endif
    RUN(test_text_keys_and_struct_values);
    return check_end();
}
