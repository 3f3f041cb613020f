/* word_vector.h - sixteen words compared with a key at a time, where the processor can.
 *
 * The words may be written meanwhile, as qs_load(relaxed) would read them: x86 reads
 * each aligned word of a vector in one piece, and the caller's fences are between these
 * reads and its others.  C knows no such vectors of atomics, so this is for compilers
 * that have these intrinsics; where words are checked one by one, under ThreadSanitizer
 * and in the explorer, nothing here is used.
 */
#ifndef QS_STRUCTURES_WORD_VECTOR_H
#define QS_STRUCTURES_WORD_VECTOR_H

#include "reclaim/atomic.h"

enum qs_vectors { QS_NO_VECTORS, QS_AVX2, QS_AVX512 };

#if defined __x86_64__ && !defined QS_TSAN && !defined QS_ATOMIC_BACKEND && \
    !defined QS_SCALAR
#define QS_HAVE_VECTORS 1
#include <immintrin.h>

#define QS_AVX2_CODE   __attribute__((target("avx2,bmi,popcnt")))
#define QS_AVX512_CODE __attribute__((target("avx512f,avx2,bmi,popcnt")))

/* What this processor has. */
static inline enum qs_vectors qs_vectors(void)
{
    if (__builtin_cpu_supports("avx512f"))
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
QS_AVX512_CODE static inline unsigned qs_rank_avx512(const qs_word *w, uint64_t key)
{
    __m512i k = _mm512_set1_epi64((long long)key);
    unsigned low = _mm512_cmple_epu64_mask(_mm512_loadu_si512(w), k);
    unsigned high = _mm512_cmple_epu64_mask(_mm512_loadu_si512(w + 8), k);
    unsigned n = (unsigned)__builtin_popcount(low | high << 8);
    return n - (n > 0);
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

#else
static inline enum qs_vectors qs_vectors(void)
{
    return QS_NO_VECTORS;
}
#endif

#endif
