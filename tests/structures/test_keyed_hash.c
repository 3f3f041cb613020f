/* test_keyed_hash.c - the hash with a key: the paper's vector, those of other
 * implementations, and keys made for one table that do no harm in another. */
#include "structures/keyed_hash.h"

#include "tests/check.h"

/* Appendix A of the paper, and what openssl's SIPHASH says of the first n bytes. */
static void test_is_siphash(void)
{
    static const uint64_t expected[] = { [0] = 0x726fdb47dd0e0e31u,
                                         [1] = 0x74f839c593dc67fdu,
                                         [8] = 0x93f5f5799a932462u,
                                         [15] = 0xa129ca6149be45e5u,
                                         [16] = 0x3f2acc7f57c29bdbu };
    unsigned char bytes[16];
    struct qs_hash_key key;

    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)i;
    memcpy(&key, bytes, sizeof key);
    for (unsigned n = 0; n <= sizeof bytes; n++)
        if (expected[n])
            CHECK_EQ(qs_sip_hash(&key, bytes, n, 2, 4), expected[n]);
}

/* What CPython 3.11 calls hash() of the same bytes with PYTHONHASHSEED=0. */
static void test_is_siphash_of_fewer_rounds(void)
{
    static const struct qs_hash_key zero;

    CHECK_EQ(qs_keyed_hash(&zero, "split-ordered", 13), 227969541065579067u);
    CHECK_EQ(qs_keyed_hash(&zero, "quiesce!", 8), 4275487673983747080u);
    CHECK_EQ(qs_keyed_hash_u64(&zero, 0), qs_keyed_hash(&zero, "\0\0\0\0\0\0\0", 8));
}

enum { BUCKETS = 256, CHOSEN = 1000 };

/* Keys that all fall into bucket 0 under one key. */
static void choose(const struct qs_hash_key *known, uint64_t chosen[CHOSEN])
{
    uint64_t candidate = 0;

    for (unsigned i = 0; i < CHOSEN; candidate++)
        if (qs_keyed_hash_u64(known, candidate) % BUCKETS == 0)
            chosen[i++] = candidate;
}

static unsigned fullest_bucket(const struct qs_hash_key *key,
                               const uint64_t chosen[CHOSEN])
{
    unsigned in[BUCKETS] = { 0 }, most = 0;

    for (unsigned i = 0; i < CHOSEN; i++) {
        unsigned *bucket = &in[qs_keyed_hash_u64(key, chosen[i]) % BUCKETS];
        if (++*bucket > most)
            most = *bucket;
    }
    return most;
}

static void test_keys_chosen_against_one_table_spread_in_another(void)
{
    static uint64_t chosen[CHOSEN];
    struct qs_hash_key known, secret;

    CHECK_EQ(qs_hash_key_draw(&known), 0);
    CHECK_EQ(qs_hash_key_draw(&secret), 0);
    CHECK(memcmp(&known, &secret, sizeof known));
    choose(&known, chosen);
    CHECK_EQ(fullest_bucket(&known, chosen), CHOSEN);
    /* 4 on the average; 28 have less than one chance in 10^11 */
    CHECK_LT(fullest_bucket(&secret, chosen), 28);
}

int main(void)
{
    RUN(test_is_siphash);
    RUN(test_is_siphash_of_fewer_rounds);
    RUN(test_keys_chosen_against_one_table_spread_in_another);
    return check_end();
}
