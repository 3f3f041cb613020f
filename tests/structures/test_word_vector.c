/* test_word_vector.c - every search by vectors that this processor has gives the answer
 * of one that looks at word by word: on rows of random words with equal ones, in any
 * order or ascending, and on orders of slots that are right, wrong or nonsense. */
#include <string.h>

#include "structures/word_vector.h"
#include "tests/check.h"

enum { WORDS = 16, ROUNDS = 20000 };

#ifdef QS_HAVE_AVX
enum { LEAST = QS_AVX2 };
#else
enum { LEAST = QS_NEON };
#endif

/* Keys next to each other and at both ends, so that some are equal and signs differ. */
static uint64_t draw(uint64_t *random)
{
    static const uint64_t bases[] = { 0, 1, UINT64_MAX, INT64_MAX, (uint64_t)1 << 63 };

    return bases[check_random_below(random, 5)] + check_random_below(random, 5) - 2;
}

static unsigned equal_plainly(const uint64_t *words, uint64_t key)
{
    unsigned bits = 0;

    for (unsigned i = 0; i < WORDS; i++)
        bits |= (unsigned)(words[i] == key) << i;
    return bits;
}

static unsigned rank_plainly(const uint64_t *words, uint64_t key)
{
    unsigned n = 0;

    for (unsigned i = 0; i < WORDS; i++)
        n += words[i] <= key;
    return n - (n > 0);
}

static void sort(uint64_t *words)
{
    for (unsigned i = 1; i < WORDS; i++)
        for (unsigned k = i; k && words[k - 1] > words[k]; k--) {
            uint64_t word = words[k];
            words[k] = words[k - 1];
            words[k - 1] = word;
        }
}

/* What one processor has is called by its name. */
static unsigned equal_by(enum qs_vectors v, const qs_word *w, uint64_t key)
{
    switch (v) {
#ifdef QS_HAVE_AVX
    case QS_AVX2:
        return qs_equal_avx2(w, key);
    case QS_AVX512:
        return qs_equal_avx512(w, key);
#endif
#ifdef QS_HAVE_NEON
    case QS_NEON:
        return qs_equal_neon(w, key);
#endif
    default:
        return ~0u; /* no such */
    }
}

static size_t rank_by(enum qs_vectors v, const qs_word *w, uint64_t key)
{
    switch (v) {
#ifdef QS_HAVE_AVX
    case QS_AVX2:
        return qs_rank_avx2(w, key);
    case QS_AVX512:
        return qs_rank_avx512(w, key);
#endif
#ifdef QS_HAVE_NEON
    case QS_NEON:
        return qs_rank_neon(w, key);
#endif
    default:
        return ~0u;
    }
}

/* This processor's best, and what it has besides: on x86 AVX2 below AVX-512. */
static void test_rows_are_searched_as_word_by_word(void)
{
    uint64_t random = check_seed(), words[WORDS];
    enum qs_vectors best = qs_vectors();
    qs_word row[WORDS];

    for (unsigned round = 0; round < ROUNDS; round++) {
        uint64_t key = draw(&random);
        for (unsigned i = 0; i < WORDS; i++)
            words[i] = draw(&random);
        for (unsigned is_sorted = 0; is_sorted < 2; is_sorted++) {
            for (unsigned i = 0; i < WORDS; i++)
                qs_init(&row[i], words[i]);
            for (unsigned v = LEAST; v <= best; v++) {
                CHECK_EQ(equal_by((enum qs_vectors)v, row, key),
                         equal_plainly(words, key));
                if (is_sorted)
                    CHECK_EQ(rank_by((enum qs_vectors)v, row, key),
                             rank_plainly(words, key));
            }
            sort(words);
        }
    }
    printf("vectors: %s\n", best == QS_AVX512 ? "AVX-512"
                            : best == QS_AVX2 ? "AVX2"
                            : best == QS_NEON ? "NEON"
                                              : "none");
}

#ifdef QS_HAVE_AVX
static bool follow_plainly(const uint64_t *keys, unsigned valid, unsigned n,
                           uint64_t order)
{
    uint64_t before = 0;

    for (unsigned i = 0; i < n; i++, order >>= 4) {
        unsigned slot = order & 15;
        if (!(valid >> slot & 1) || (i && keys[slot] <= before))
            return false;
        before = keys[slot];
    }
    return true;
}

/* An order that is right in one round of two. */
static uint64_t some_order(uint64_t *random, const uint64_t *keys, unsigned valid,
                           unsigned pairs)
{
    uint64_t order = 0, above = 0;
    unsigned n = 0;

    if (check_random_below(random, 4) == 0)
        return check_random(random);
    for (unsigned slot = pairs; n < (unsigned)__builtin_popcount(valid); n++) {
        slot = pairs;
        for (unsigned i = 0; i < pairs; i++)
            if ((valid >> i & 1) && (!n || keys[i] > above) &&
                (slot == pairs || keys[i] < keys[slot]))
                slot = i;
        if (slot == pairs)
            break;
        above = keys[slot];
        order |= (uint64_t)slot << 4 * n;
    }
    if (check_random_below(random, 3) == 0)
        order ^= (uint64_t)1 << check_random_below(random, 32);
    return order;
}

static void test_orders_are_followed_as_slot_by_slot(void)
{
    uint64_t random = check_seed(), words[WORDS], out[WORDS][2];
    qs_word keys[WORDS], values[WORDS];

    for (unsigned round = 0; round < ROUNDS && qs_vectors() == QS_AVX512; round++) {
        unsigned pairs = 8 + (unsigned)check_random_below(&random, 7);
        unsigned valid =
            (unsigned)check_random_below(&random, 1u << 14) >> (14 - pairs);
        unsigned n = (unsigned)__builtin_popcount(valid);
        for (unsigned i = 0; i < WORDS; i++) {
            words[i] = draw(&random);
            qs_init(&keys[i], words[i]);
            qs_init(&values[i], ~words[i] + i);
        }
        uint64_t order = some_order(&random, words, valid, pairs);
        bool right = follow_plainly(words, valid, n, order);
        CHECK_EQ(qs_follow_avx512(keys, values, pairs, valid, n, order, out), right);
        for (unsigned i = 0; right && i < n; i++, order >>= 4) {
            CHECK_EQ(out[i][0], words[order & 15]);
            CHECK_EQ(out[i][1], ~words[order & 15] + (order & 15));
        }
    }
}
#endif

int main(void)
{
    RUN(test_rows_are_searched_as_word_by_word);
#ifdef QS_HAVE_AVX
    RUN(test_orders_are_followed_as_slot_by_slot);
#endif
    return check_end();
}
