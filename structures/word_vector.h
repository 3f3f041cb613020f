/* word_vector.h - sixteen words compared with a key at a time, where the processor can.
 *
 * The words may be written meanwhile, as qs_load(relaxed) would read them: x86 and
 * AArch64 read each aligned word of a vector in one piece, and the caller's fences are
 * between these reads and its others.  C knows no such vectors of atomics, so this is
 * for compilers that have these intrinsics; where words are checked one by one, under
 * ThreadSanitizer and in the explorer, nothing here is used.
 *
 * How fast NEON is was not measured.
 */
#ifndef QS_STRUCTURES_WORD_VECTOR_H
#define QS_STRUCTURES_WORD_VECTOR_H

#include "reclaim/atomic.h"

enum qs_vectors { QS_NO_VECTORS, QS_NEON, QS_AVX2, QS_AVX512 };

#if defined QS_TSAN || defined QS_ATOMIC_BACKEND
#define QS_SCALAR 1 /* also the choice of whoever defines it */
#endif

#if defined __x86_64__ && !defined QS_SCALAR
#define QS_HAVE_AVX 1
#include <immintrin.h>

#define QS_AVX2_CODE   __attribute__((target("avx2,bmi,popcnt")))
#define QS_AVX512_CODE __attribute__((target("avx512f,avx512dq,avx2,bmi,popcnt")))

/* What this processor has. */
static inline enum qs_vectors qs_vectors(void)
{
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"))
        return QS_AVX512;
    return __builtin_cpu_supports("avx2") ? QS_AVX2 : QS_NO_VECTORS;
}

/* The bits of the words that equal the key. */
QS_AVX512_CODE static inline unsigned qs_equal_avx512(const qs_word *w, uint64_t key)
{
    __m512i k = _mm512_set1_epi64((long long)key);
    unsigned low = _mm512_cmpeq_epi64_mask(_mm512_loadu_si512(w), k);
    return low | (unsigned)_mm512_cmpeq_epi64_mask(_mm512_loadu_si512(w + 8), k) << 8;
}

/* How many words of an ascending row are not above the key, less one but at least 0. */
QS_AVX512_CODE static inline size_t qs_rank_avx512(const qs_word *w, uint64_t key)
{
    __m512i k = _mm512_set1_epi64((long long)key);
    unsigned low = _mm512_mask_cmple_epu64_mask(0xfe, _mm512_loadu_si512(w), k);
    unsigned high = _mm512_cmple_epu64_mask(_mm512_loadu_si512(w + 8), k);
    return (size_t)__builtin_popcount(low) + (size_t)__builtin_popcount(high);
}

/* Pairs of key[i] and value[i], 8 to 16 in all, to where they stand in an order: as
 * its digits of four bits say, the lowest one first.  Whether the first n are in `valid`
 * and ascend; then the first n of out are right, those behind them anything. */
QS_AVX512_CODE static inline bool qs_follow_avx512(const qs_word *key,
                                                   const qs_word *value, unsigned pairs,
                                                   unsigned valid, unsigned n,
                                                   uint64_t order, uint64_t (*out)[2])
{
    const __m512i digit = _mm512_set_epi64(28, 24, 20, 16, 12, 8, 4, 0);
    const __m512i fifteen = _mm512_set1_epi64(15), one = _mm512_set1_epi64(1);
    const __m512i first = _mm512_set_epi64(11, 3, 10, 2, 9, 1, 8, 0);
    const __m512i second = _mm512_set_epi64(15, 7, 14, 6, 13, 5, 12, 4);
    __mmask8 upper = (__mmask8)(((1u << pairs) - 1) >> 8);
    __m512i k0 = _mm512_loadu_si512(key), v0 = _mm512_loadu_si512(value);
    __m512i k1 = _mm512_maskz_loadu_epi64(upper, key + 8);
    __m512i v1 = _mm512_maskz_loadu_epi64(upper, value + 8);
    __m512i low = _mm512_and_si512(
        _mm512_srlv_epi64(_mm512_set1_epi64((long long)order), digit), fifteen);
    __m512i high = _mm512_and_si512(
        _mm512_srlv_epi64(_mm512_set1_epi64((long long)(order >> 32)), digit), fifteen);
    __m512i keys = _mm512_permutex2var_epi64(k0, low, k1);
    __m512i more_keys = _mm512_permutex2var_epi64(k0, high, k1);
    __m512i values = _mm512_permutex2var_epi64(v0, low, v1);
    __m512i more_values = _mm512_permutex2var_epi64(v0, high, v1);
    __m512i bits = _mm512_set1_epi64(valid);
    unsigned there =
        _mm512_test_epi64_mask(_mm512_srlv_epi64(bits, low), one) |
        (unsigned)_mm512_test_epi64_mask(_mm512_srlv_epi64(bits, high), one) << 8;
    unsigned ascend =
        _mm512_cmplt_epu64_mask(keys, _mm512_alignr_epi64(more_keys, keys, 1)) |
        (unsigned)_mm512_cmplt_epu64_mask(more_keys,
                                          _mm512_alignr_epi64(more_keys, more_keys, 1))
            << 8;

    _mm512_storeu_si512(out, _mm512_permutex2var_epi64(keys, first, values));
    _mm512_storeu_si512(out + 4, _mm512_permutex2var_epi64(keys, second, values));
    if (pairs > 8)
        _mm512_storeu_si512(out + 8,
                            _mm512_permutex2var_epi64(more_keys, first, more_values));
    if (pairs > 12)
        _mm512_storeu_si512(out + 12,
                            _mm512_permutex2var_epi64(more_keys, second, more_values));
    unsigned all = (1u << n) - 1;
    return (there & all) == all && (ascend & all >> 1) == all >> 1;
}

QS_AVX2_CODE static inline unsigned qs_equal_avx2(const qs_word *w, uint64_t key)
{
    __m256i k = _mm256_set1_epi64x((long long)key);
    unsigned bits = 0;

    for (unsigned i = 0; i < 16; i += 4) {
        __m256i x = _mm256_loadu_si256((const __m256i *)(w + i));
        __m256d equal = _mm256_castsi256_pd(_mm256_cmpeq_epi64(x, k));
        bits |= (unsigned)_mm256_movemask_pd(equal) << i;
    }
    return bits;
}

/* AVX2 compares signed words: all are moved by half of the range. */
QS_AVX2_CODE static inline unsigned qs_rank_avx2(const qs_word *w, uint64_t key)
{
    __m256i half = _mm256_set1_epi64x(INT64_MIN);
    __m256i k = _mm256_xor_si256(_mm256_set1_epi64x((long long)key), half);
    unsigned above = 0;

    for (unsigned i = 0; i < 16; i += 4) {
        __m256i x = _mm256_loadu_si256((const __m256i *)(w + i));
        __m256i more = _mm256_cmpgt_epi64(_mm256_xor_si256(x, half), k);
        above |= (unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(more)) << i;
    }
    unsigned n = 16 - (unsigned)__builtin_popcount(above);
    return n - (n > 0);
}

#elif defined __aarch64__ && !defined QS_SCALAR
#define QS_HAVE_NEON 1
#include <arm_neon.h>

#define QS_NEON_CODE /* every such processor has it */

static inline enum qs_vectors qs_vectors(void)
{
    return QS_NEON;
}

static inline uint64x2_t qs_two_words(const qs_word *w)
{
    return vld1q_u64((const uint64_t *)w);
}

static inline unsigned qs_equal_neon(const qs_word *w, uint64_t key)
{
    uint64x2_t k = vdupq_n_u64(key), bits = vdupq_n_u64(0);
    uint64x2_t bit = vcombine_u64(vdup_n_u64(1), vdup_n_u64(2));

    for (unsigned i = 0; i < 16; i += 2, bit = vshlq_n_u64(bit, 2))
        bits = vorrq_u64(bits, vandq_u64(vceqq_u64(qs_two_words(w + i), k), bit));
    return (unsigned)vaddvq_u64(bits);
}

static inline unsigned qs_rank_neon(const qs_word *w, uint64_t key)
{
    uint64x2_t k = vdupq_n_u64(key), sum = vdupq_n_u64(0);

    for (unsigned i = 0; i < 16; i += 2)
        sum = vsubq_u64(sum, vcleq_u64(qs_two_words(w + i), k));
    unsigned n = (unsigned)vaddvq_u64(sum);
    return n - (n > 0);
}

#else
static inline enum qs_vectors qs_vectors(void)
{
    return QS_NO_VECTORS;
}
#endif

#endif
