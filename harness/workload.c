/* workload.c - making the plan of a workload; drawing from it is inline. */
#include "harness/workload.h"

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

/* The first million weights are added up, smallest first; the rest is the integral with
 * the first two terms of the Euler-Maclaurin formula. */
double qs_zeta(uint64_t n, double theta)
{
    enum { EXACT = 1000000 };
    uint64_t exact = n < EXACT ? n : EXACT;
    double sum = 0, first = (double)exact, last = (double)n;

    if (n > exact)
        sum = (pow(last, 1 - theta) - pow(first, 1 - theta)) / (1 - theta) +
              (pow(last, -theta) - pow(first, -theta)) / 2 +
              theta / 12 * (pow(first, -theta - 1) - pow(last, -theta - 1));
    for (uint64_t r = exact; r > 0; r--)
        sum += pow((double)r, -theta);
    return sum;
}

void qs_zipf_init(struct qs_zipf *z, uint64_t n, double theta)
{
    static struct qs_zipf last;
    static double last_theta = -1;

    if (last.n != n || last_theta < theta || last_theta > theta) {
        last = (struct qs_zipf){ .n = n, .zeta = qs_zeta(n, theta) };
        last.second = 1 + pow(2, -theta);
        last.alpha = 1 / (1 - theta);
        if (n > 2)
            last.eta =
                (1 - pow(2 / (double)n, 1 - theta)) / (1 - last.second / last.zeta);
        last_theta = theta;
    }
    *z = last;
}

void qs_workload_init(struct qs_workload *w, const struct qs_cell *cell, uint64_t seed)
{
    *w = (struct qs_workload){
        .keys = cell->keys,
        .prefill = cell->prefill,
        .insert_below = cell->insert_permille,
        .delete_below = cell->insert_permille + cell->delete_permille,
        .is_zipf = cell->distribution == QS_ZIPF,
        .prefill_even = cell->prefill_even,
        .seed = seed_mix(seed, SEED_OF_THREADS),
    };
    if (w->is_zipf)
        qs_zipf_init(&w->zipf, cell->keys, cell->theta);
    qs_bijection_init(&w->scatter, cell->keys, seed_mix(seed, SEED_OF_SCATTER));
    uint64_t domain = cell->prefill_even ? cell->prefill : cell->keys;
    qs_bijection_init(&w->order, domain ? domain : 1, seed_mix(seed, SEED_OF_PREFILL));
}

void qs_workload_stream(const struct qs_workload *w, unsigned thread,
                        struct qs_stream *r)
{
    qs_stream_seed(r, w->seed, thread);
}

uint64_t qs_workload_prefill_key(const struct qs_workload *w, uint64_t i)
{
    uint64_t image = qs_bijection_at(&w->order, i);
    return w->prefill_even ? 2 * image : image;
}
