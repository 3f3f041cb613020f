/* workload.c - making the plan of a workload; drawing from it is inline. */
#include "harness/workload.h"

#include <math.h>

#include "harness/mix.h"

/* What the seed is mixed with, so that one seed gives unrelated streams. */
enum {
    SEED_OF_SCATTER = 0x5ca77e4,
    SEED_OF_PREFILL = 0xf111,
    SEED_OF_THREADS = 0x7ead
};

uint64_t qs_splitmix(uint64_t *state)
{
    uint64_t x = *state += 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

/* Two seeds as one, without the symmetries of xor or addition. */
static uint64_t seed_mix(uint64_t a, uint64_t b)
{
    uint64_t state = a;
    state = qs_splitmix(&state) ^ b;
    return qs_splitmix(&state);
}

void qs_stream_seed(struct qs_stream *r, uint64_t seed, uint64_t number)
{
    uint64_t state = seed_mix(seed, number);

    for (unsigned i = 0; i < 4; i++)
        r->s[i] = qs_splitmix(&state);
}

void qs_bijection_init(struct qs_bijection *b, uint64_t n, uint64_t seed)
{
    *b = (struct qs_bijection){ .n = n, .half = 1 };
    while (b->half < 32 && (n - 1) >> (2 * b->half))
        b->half++;
    b->mask = (UINT64_C(1) << b->half) - 1;
    for (unsigned round = 0; round < 4; round++)
        b->keys[round] = qs_splitmix(&seed);
}

/* (exp(t) - 1) / t and log(1 + t) / t, also at 0, where theta is 1. */
static double expm1_over(double t)
{
    return fabs(t) > 1e-8 ? expm1(t) / t : 1 + t / 2;
}

static double log1p_over(double t)
{
    return fabs(t) > 1e-8 ? log1p(t) / t : 1 - t / 2;
}

double qs_zipf_integral(double theta, double x)
{
    double logarithm = log(x);
    return expm1_over((1 - theta) * logarithm) * logarithm;
}

double qs_zipf_inverse(double theta, double integral)
{
    double t = integral * (1 - theta);
    return exp(log1p_over(t < -1 ? -1 : t) * integral);
}

void qs_zipf_init(struct qs_zipf *z, uint64_t n, double theta)
{
    double second = qs_zipf_integral(theta, 2.5) - pow(2, -theta);

    *z = (struct qs_zipf){ .n = n,
                           .theta = theta,
                           .low = qs_zipf_integral(theta, 1.5) - 1,
                           .high = qs_zipf_integral(theta, (double)n + 0.5),
                           .near = 2 - qs_zipf_inverse(theta, second) };
}

/* Rank k stands for the points from integral(k + 1/2) - k^-theta to integral(k + 1/2);
 * a point of the curve that lies below is drawn again. */
uint64_t qs_zipf_rank(const struct qs_zipf *z, struct qs_stream *r)
{
    for (;;) {
        double point = z->high + qs_stream_unit(r) * (z->low - z->high);
        double x = qs_zipf_inverse(z->theta, point);
        double k = floor(x + 0.5);
        k = k < 1 ? 1 : k > (double)z->n ? (double)z->n : k;
        if (k - x <= z->near ||
            point >= qs_zipf_integral(z->theta, k + 0.5) - pow(k, -z->theta))
            return (uint64_t)k - 1;
    }
}

void qs_workload_init(struct qs_workload *w, const struct qs_cell *cell, uint64_t seed)
{
    *w = (struct qs_workload){
        .keys = cell->keys,
        .prefill = cell->prefill,
        .distribution = cell->distribution,
        .fresh_inserts = cell->fresh_inserts,
        .reads_are_ranges = cell->range_permille && !qs_mix_gets(cell),
        .threads = cell->threads,
        .hot_draws = cell->hot_draws,
        .prefill_even = cell->prefill_even,
        .prefill_descending = cell->prefill_descending,
        .seed = seed_mix(seed, SEED_OF_THREADS),
    };
    w->below[QS_INSERT] = cell->insert_permille;
    w->below[QS_DELETE] = w->below[QS_INSERT] + cell->delete_permille;
    w->below[QS_PUT] = w->below[QS_DELETE] + cell->put_permille;
    w->below[QS_RMW] = w->below[QS_PUT] + cell->rmw_permille;
    w->below[QS_RANGE] = w->below[QS_RMW] + cell->range_permille;
    w->hot = cell->keys * cell->hot_keys / 1000 + !(cell->keys * cell->hot_keys / 1000);
    if (cell->distribution == QS_ZIPF)
        qs_zipf_init(&w->zipf, cell->keys, cell->theta);
    else if (cell->distribution == QS_LATEST)
        qs_zipf_init(&w->zipf, cell->prefill ? cell->prefill : 1, cell->theta);
    qs_bijection_init(&w->scatter, cell->keys, seed_mix(seed, SEED_OF_SCATTER));
    uint64_t domain = cell->prefill_even ? cell->prefill : cell->keys;
    qs_bijection_init(&w->order, domain ? domain : 1, seed_mix(seed, SEED_OF_PREFILL));
}

void qs_workload_stream(const struct qs_workload *w, unsigned thread,
                        struct qs_stream *r)
{
    qs_stream_seed(r, w->seed, thread);
    r->inserts = r->deletes = r->walked = 0;
    r->thread = thread;
}

static uint64_t key_of_moment(const struct qs_workload *w, uint64_t moment)
{
    return qs_bijection_at(&w->order, moment % w->keys);
}

uint64_t qs_workload_fresh_key(const struct qs_workload *w, struct qs_stream *r)
{
    return key_of_moment(w, w->prefill + r->inserts++ * w->threads + r->thread);
}

uint64_t qs_workload_oldest_key(const struct qs_workload *w, struct qs_stream *r)
{
    return key_of_moment(w, r->deletes++ * w->threads + r->thread);
}

/* Of the keys that were there at first and all inserted since, the rank-th latest. */
static uint64_t draw_latest(const struct qs_workload *w, struct qs_stream *r)
{
    uint64_t newest = w->prefill + r->inserts * w->threads + w->keys;

    return key_of_moment(w, newest - 1 - qs_zipf_rank(&w->zipf, r));
}

static uint64_t draw_hot(const struct qs_workload *w, struct qs_stream *r)
{
    bool hot = qs_stream_below(r, 1000) < w->hot_draws || w->hot == w->keys;

    return qs_bijection_at(&w->scatter,
                           hot ? qs_stream_below(r, w->hot)
                               : w->hot + qs_stream_below(r, w->keys - w->hot));
}

static uint64_t draw_next_one(const struct qs_workload *w, struct qs_stream *r)
{
    unsigned __int128 start = (unsigned __int128)w->keys * r->thread / w->threads;

    return ((uint64_t)start + r->walked++) % w->keys;
}

uint64_t qs_workload_rarer_key(const struct qs_workload *w, struct qs_stream *r)
{
    return w->distribution == QS_HOT_SET  ? draw_hot(w, r)
           : w->distribution == QS_LATEST ? draw_latest(w, r)
                                          : draw_next_one(w, r);
}

uint64_t qs_workload_prefill_key(const struct qs_workload *w, uint64_t i)
{
    uint64_t image =
        w->prefill_descending ? w->prefill - 1 - i : qs_bijection_at(&w->order, i);
    return w->prefill_even ? 2 * image : image;
}
