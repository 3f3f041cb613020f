/* fault_keys.c - keys, hashes and sizes that somebody chose to do harm. */
#include <errno.h>

#include "tests/faults/crowd.h"

/* The key whose hash is h: hash_u64() of harness/map_instance.c, the other way round.
 */
static uint64_t unxor_shift(uint64_t x, unsigned bits)
{
    uint64_t y = x;

    for (unsigned done = bits; done < 64; done += bits)
        y = x ^ y >> bits;
    return y;
}

static uint64_t key_of_hash(uint64_t h)
{
    h = unxor_shift(h, 31) * 0x319642b2d24d8ec3u; /* inverse of 0x94d0... modulo 2^64 */
    h = unxor_shift(h, 27) * 0x96de1b173f119089u; /* inverse of 0xbf58... */
    return unxor_shift(h, 30);
}

/* Every key of the set goes in once, is found, half go out, all go out. */
static bool holds_set(const struct qs_map_ops *ops, const uint64_t *keys, unsigned n)
{
    struct qs_thread *t;
    struct qs_map *m = fault_open(ops, 0, 0, &t);
    uint64_t value = 0;
    bool right = true;

    for (unsigned i = 0; i < n; i++)
        right &=
            ops->insert(m, t, keys[i], i) == 1 && ops->insert(m, t, keys[i], 0) == 0;
    for (unsigned i = 0; i < n; i++)
        right &= ops->get(m, t, keys[i], &value) && value == i;
    for (unsigned i = 0; i < n; i += 2)
        right &= ops->remove(m, t, keys[i], &value) && value == i;
    for (unsigned i = 0; i < n; i++)
        right &= ops->get(m, t, keys[i], &value) == i % 2;
    for (unsigned i = 1; i < n; i += 2)
        right &= ops->remove(m, t, keys[i], NULL);
    for (unsigned i = 0; i < n; i++)
        right &= !ops->remove(m, t, keys[i], NULL);
    struct qs_map_sum sum;
    ops->sum(m, &sum);
    fault_settle(ops, m, t);
    return fault_close(ops, m, t) && right && !sum.keys;
}

const char *fault_extreme_keys(const struct qs_map_ops *ops)
{
    static const uint64_t keys[] = { 0,
                                     1,
                                     2,
                                     UINT64_MAX,
                                     UINT64_MAX - 1,
                                     UINT64_MAX - 2,
                                     (uint64_t)INT64_MIN,
                                     INT64_MAX,
                                     UINT32_MAX,
                                     (uint64_t)UINT32_MAX + 1 };
    return holds_set(ops, keys, sizeof keys / sizeof *keys) ? "exact" : FAULT_WRONG;
}

/* Hashes that agree in all their low bits, in all their high bits, and in all but one.
 */
const char *fault_hostile_hashes(const struct qs_map_ops *ops)
{
    enum { EACH = 500 };
    uint64_t low[EACH], high[EACH], pairs[EACH];
    uint64_t ends[4] = { key_of_hash(0), key_of_hash(UINT64_MAX),
                         key_of_hash(UINT64_C(1) << 63), key_of_hash(1) };

    for (uint64_t i = 0; i < EACH; i++) {
        low[i] = key_of_hash(i << 55);
        high[i] = key_of_hash(~(i << 1));
        pairs[i] = key_of_hash(i / 2 * 0x9e3779b97f4a7c15u ^ i % 2 << 63);
    }
    return holds_set(ops, low, EACH) && holds_set(ops, high, EACH) &&
                   holds_set(ops, pairs, EACH) && holds_set(ops, ends, 4)
               ? "exact"
               : FAULT_WRONG;
}

/* A capacity is a wish: what cannot be had is refused, and nothing overflows. */
const char *fault_extreme_sizes(const struct qs_map_ops *ops)
{
    static const size_t sizes[] = { 0,
                                    1,
                                    2,
                                    3,
                                    1000,
                                    1 << 16,
                                    (1 << 16) + 1,
                                    (size_t)1 << 59,
                                    ((size_t)1 << 61) - 1,
                                    (size_t)1 << 61,
                                    ((size_t)1 << 61) + 1,
                                    SIZE_MAX / 2 + 1,
                                    SIZE_MAX - 1,
                                    SIZE_MAX };

    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct qs_map_config config = { .capacity = sizes[i] };
        errno = 0;
        struct qs_map *m = ops->create(&config);
        if (!m && errno != ENOMEM && errno != EINVAL)
            return "mute";
        if (!m && sizes[i] <= (1 << 16) + 1)
            return "refuses";
        if (!m)
            continue;
        struct qs_thread *t = ops->thread_register(m);
        bool right = ops->insert(m, t, 7, 8) == 1 && ops->remove(m, t, 7, NULL);
        if (!fault_close(ops, m, t) || !right)
            return FAULT_WRONG;
    }
    return "defined";
}

/* Threads that fill and empty ranges of their own by turns: a table that grows, or
 * shrinks, does so all the time. */
struct tide {
    const struct qs_map_ops *ops;
    struct qs_map *map;
    uint64_t first;
    unsigned wrong;
    pthread_t thread;
};

static void *tide_main(void *argument)
{
    enum { HEIGHT = 2000 };
    struct tide *tide = argument;
    struct qs_thread *t = tide->ops->thread_register(tide->map);

    REQUIRE(t);
    for (unsigned round = 0; round < 5 * fault_length(); round++) {
        uint64_t first = tide->first, end = first + HEIGHT, value = 0;
        for (uint64_t key = first; key < end; key++) {
            tide->wrong += tide->ops->insert(tide->map, t, key, crowd_value(key)) != 1;
            tide->ops->quiesce(t);
        }
        for (uint64_t key = first; key < end; key++) {
            tide->wrong += !tide->ops->get(tide->map, t, key, &value);
            tide->wrong += !tide->ops->remove(tide->map, t, key, &value) ||
                           value != crowd_value(key);
            tide->ops->quiesce(t);
        }
    }
    tide->wrong += tide->ops->thread_unregister(t) != 0;
    return NULL;
}

const char *fault_constant_growth(const struct qs_map_ops *ops)
{
    enum { TIDES = 4 };
    struct tide tides[TIDES];
    struct qs_map_sum sum;
    struct qs_thread *t;
    unsigned wrong = 0;
    struct qs_map *m = fault_open(ops, 0, 0, &t);

    ops->offline(t);
    for (unsigned i = 0; i < TIDES; i++) {
        tides[i] = (struct tide){ .ops = ops, .map = m, .first = i * 1000000 };
        REQUIRE(!pthread_create(&tides[i].thread, NULL, tide_main, &tides[i]));
    }
    for (unsigned i = 0; i < TIDES; i++) {
        pthread_join(tides[i].thread, NULL);
        wrong += tides[i].wrong;
    }
    ops->online(t);
    ops->sum(m, &sum);
    fault_settle(ops, m, t);
    return fault_close(ops, m, t) && !wrong && !sum.keys ? "exact" : FAULT_WRONG;
}
