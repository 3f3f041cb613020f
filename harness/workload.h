/* workload.h - which operations on which keys, as a function of a cell and a seed.
 *
 * Nothing here depends on the structure, the scheme or the machine: for one seed every
 * pair meets the same keys in the same order on the thread of the same number.
 *
 * Random words come from xoshiro256** (D. Blackman and S. Vigna, "Scrambled Linear
 * Pseudorandom Number Generators", ACM TOMS 47(4), 2021), one stream per thread, seeded
 * by splitmix64.  The operation and the key come from different words, and a range is
 * met without bias (D. Lemire, "Fast Random Integer Generation in an Interval", ACM
 * TOMACS 29(1), 2019).
 *
 * Zipf is drawn exactly by rejection-inversion (W. Hoermann and G. Derflinger,
 * "Rejection- inversion to generate variates from monotone discrete distributions", ACM
 * TOMACS 6(3), 1996): rank r has probability proportional to 1 / (r + 1)^theta, for any
 * theta >= 0, without tables.
 *
 * Where keys come and go in time, they do so in the order of the prefill: the n-th
 * insert of a thread takes the key that many steps behind what was there at first,
 * threads in turns, and a delete the oldest; the range of keys is met again when it
 * ends.  A thread takes its own inserts for the state of all, so that nothing is
 * shared.
 *
 * A bijection of [0, n) scatters: a Feistel network of four rounds over the next even
 * number of bits, applied again while the image is not below n (cycle walking; at most
 * four rounds on average).  It turns Zipf's ranks into keys, so that hot keys are not
 * neighbours, and it chooses and orders the prefill without repetition.
 */
#ifndef QS_HARNESS_WORKLOAD_H
#define QS_HARNESS_WORKLOAD_H

#include "harness/cell.h"

/* A thread's random words, and where it stands among the keys. */
struct qs_stream {
    uint64_t s[4];
    uint64_t inserts, deletes; /* of fresh and of oldest keys, so far */
    uint64_t walked;           /* keys, one after the other */
    unsigned thread;
};

void qs_stream_seed(struct qs_stream *r, uint64_t seed, uint64_t number);

/* The next word of the splitmix64 sequence whose state is *state. */
uint64_t qs_splitmix(uint64_t *state);

static inline uint64_t qs_rotate(uint64_t x, unsigned bits)
{
    return x << bits | x >> (64 - bits);
}

static inline uint64_t qs_stream_next(struct qs_stream *r)
{
    uint64_t *s = r->s, word = qs_rotate(s[1] * 5, 7) * 9, shifted = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = qs_rotate(s[3], 45);
    return word;
}

/* Uniform on [0, n), exactly; n > 0. */
static inline uint64_t qs_stream_below(struct qs_stream *r, uint64_t n)
{
    unsigned __int128 product = (unsigned __int128)qs_stream_next(r) * n;

    if ((uint64_t)product < n) {
        uint64_t least = -n % n;
        while ((uint64_t)product < least)
            product = (unsigned __int128)qs_stream_next(r) * n;
    }
    return (uint64_t)(product >> 64);
}

/* Uniform on [0, 1), 53 bits. */
static inline double qs_stream_unit(struct qs_stream *r)
{
    return (double)(qs_stream_next(r) >> 11) * 0x1p-53;
}

/* A keyed bijection of [0, n). */
struct qs_bijection {
    uint64_t n, mask, keys[4];
    unsigned half; /* bits of half a block */
};

void qs_bijection_init(struct qs_bijection *b, uint64_t n, uint64_t seed);

static inline uint64_t qs_bijection_once(const struct qs_bijection *b, uint64_t x)
{
    uint64_t left = x >> b->half, right = x & b->mask;

    for (unsigned round = 0; round < 4; round++) {
        uint64_t mixed = (right ^ b->keys[round]) * 0x9e3779b97f4a7c15u;
        uint64_t next =
            left ^ ((mixed ^ mixed >> 29) * 0xbf58476d1ce4e5b9u >> 32 & b->mask);
        left = right;
        right = next;
    }
    return left << b->half | right;
}

/* The image of i, i < n. */
static inline uint64_t qs_bijection_at(const struct qs_bijection *b, uint64_t i)
{
    do
        i = qs_bijection_once(b, i);
    while (i >= b->n);
    return i;
}

/* The integral of x^-theta runs from `low` to `high` over the ranks 1 to n; an inverted
 * point less than `near` below its rank is accepted without a further look. */
struct qs_zipf {
    uint64_t n;
    double theta, low, high, near;
};

void qs_zipf_init(struct qs_zipf *z, uint64_t n, double theta);

/* The integral of x^-theta from 1 to x, and its inverse. */
double qs_zipf_integral(double theta, double x);
double qs_zipf_inverse(double theta, double integral);

/* A rank, from 0. */
uint64_t qs_zipf_rank(const struct qs_zipf *z, struct qs_stream *r);

/* The plan of one repeat: read-only once made, shared by its threads. */
struct qs_workload {
    uint64_t keys, prefill;
    unsigned
        below[QS_OPERATIONS]; /* of a draw from [0, 1000): of INSERT and later ones */
    enum qs_distribution distribution;
    bool prefill_even, prefill_descending, fresh_inserts;
    bool reads_are_ranges; /* of a mix with ranges and without gets */
    unsigned threads;
    uint64_t hot; /* keys of the hot set */
    unsigned hot_draws;
    struct qs_zipf zipf;
    struct qs_bijection scatter; /* rank to key */
    struct qs_bijection order;   /* of the prefill, and of what is inserted after it */
    uint64_t seed;
};

void qs_workload_init(struct qs_workload *w, const struct qs_cell *cell, uint64_t seed);

/* Starts the stream of a thread. */
void qs_workload_stream(const struct qs_workload *w, unsigned thread,
                        struct qs_stream *r);

/* The i-th key of the prefill, i < prefill.  No two are equal. */
uint64_t qs_workload_prefill_key(const struct qs_workload *w, uint64_t i);

/* Draws a key that is neither uniform nor Zipf. */
uint64_t qs_workload_rarer_key(const struct qs_workload *w, struct qs_stream *r);

/* The key of an insert or a delete where they follow each other in time. */
uint64_t qs_workload_fresh_key(const struct qs_workload *w, struct qs_stream *r);
uint64_t qs_workload_oldest_key(const struct qs_workload *w, struct qs_stream *r);

static inline enum qs_operation qs_workload_operation(const struct qs_workload *w,
                                                      struct qs_stream *r)
{
    uint64_t draw = (uint64_t)((unsigned __int128)qs_stream_next(r) * 1000 >> 64);

    if (draw >= w->below[QS_RANGE])
        return QS_GET;
    if (draw < w->below[QS_INSERT])
        return QS_INSERT;
    if (draw < w->below[QS_DELETE])
        return QS_DELETE;
    return draw < w->below[QS_PUT]   ? QS_PUT
           : draw < w->below[QS_RMW] ? QS_RMW
                                     : QS_RANGE;
}

static inline uint64_t qs_workload_key(const struct qs_workload *w, struct qs_stream *r)
{
    if (w->distribution == QS_UNIFORM)
        return qs_stream_below(r, w->keys);
    if (w->distribution == QS_ZIPF)
        return qs_bijection_at(&w->scatter, qs_zipf_rank(&w->zipf, r));
    return qs_workload_rarer_key(w, r);
}

/* Draws the next operation and its key. */
static inline enum qs_operation qs_workload_next(const struct qs_workload *w,
                                                 struct qs_stream *r, uint64_t *key)
{
    enum qs_operation operation = qs_workload_operation(w, r);

    if (w->fresh_inserts && operation == QS_INSERT)
        *key = qs_workload_fresh_key(w, r);
    else if (w->fresh_inserts && operation == QS_DELETE)
        *key = qs_workload_oldest_key(w, r);
    else
        *key = qs_workload_key(w, r);
    return operation;
}

/* What is inserted for a key.  A read-modify-write adds one to it; whoever finds a
 * value that is not this plus a moderate number has met an error. */
static inline uint64_t qs_value_of(uint64_t key)
{
    return ~key * 0x9e3779b97f4a7c15u;
}

static inline bool qs_is_value_of(uint64_t key, uint64_t value)
{
    return value - qs_value_of(key) < UINT64_C(1) << 40;
}

#endif
