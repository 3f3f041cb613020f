/* test_spread.c - the two hashes by their published check values, and what they do to
 * ids. */
#include "harness/spread.h"

#include "tests/check.h"

static uint32_t constant(const char *text)
{
    (void)text;
    return 7;
}

static uint32_t number(const char *text)
{
    uint32_t value = 0;

    for (; *text; text++)
        value = 10 * value + (uint32_t)(*text - '0');
    return value;
}

static void test_hashes_have_their_check_values(void)
{
    CHECK_EQ(qs_fnv1a(""), 0x811c9dc5u);
    CHECK_EQ(qs_fnv1a("a"), 0xe40c292cu);
    CHECK_EQ(qs_fnv1a("foobar"), 0xbf9cf968u);
    CHECK_EQ(qs_crc32(""), 0u);
    CHECK_EQ(qs_crc32("123456789"), 0xcbf43926u);
}

static void test_extremes(void)
{
    struct qs_spread s = qs_spread_of(constant, false, 1000, 10, 1);
    CHECK_EQ(s.least, 0u);
    CHECK_EQ(s.most, 1000u);
    CHECK(fabs(s.deviation - 300) < 1e-9);

    s = qs_spread_of(number, false, 1000, 10, 1);
    CHECK_EQ(s.least, 100u);
    CHECK_EQ(s.most, 100u);
    CHECK(s.deviation == 0 && s.mean == 100);
}

/* By chance the deviation of 100 000 ids over 1024 channels is 9.88; a tenth more or
 * less would be ten times what varies from seed to seed. */
static void test_random_ids_fall_by_chance(void)
{
    qs_text_hash *const hashes[] = { qs_fnv1a, qs_crc32 };

    for (int i = 0; i < 2; i++)
        for (uint64_t seed = 1; seed <= 3; seed++) {
            struct qs_spread s = qs_spread_of(hashes[i], true, 100000, 1024, seed);
            CHECK(s.deviation > 8.9 && s.deviation < 10.9);
            CHECK(s.most > s.mean && s.least < s.mean);
        }
}

int main(void)
{
    RUN(test_hashes_have_their_check_values);
    RUN(test_extremes);
    RUN(test_random_ids_fall_by_chance);
    return check_end();
}
