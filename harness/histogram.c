/* histogram.c - see histogram.h. */
#include "harness/histogram.h"

#include <math.h>

uint64_t qs_histogram_floor(unsigned bucket)
{
    if (bucket < 2 * QS_HISTOGRAM_STEPS)
        return bucket;
    unsigned shift = bucket / QS_HISTOGRAM_STEPS - 1;
    uint64_t leading = QS_HISTOGRAM_STEPS + bucket % QS_HISTOGRAM_STEPS;
    return leading << shift;
}

/* How many values share a bucket. */
static double width(unsigned bucket)
{
    unsigned octave = bucket / QS_HISTOGRAM_STEPS;
    return octave < 2 ? 1 : exp2(octave - 1);
}

static double middle(unsigned bucket)
{
    return (double)qs_histogram_floor(bucket) + (width(bucket) - 1) / 2;
}

uint64_t qs_histogram_total(const struct qs_histogram *h)
{
    uint64_t total = 0;

    for (unsigned b = 0; b < QS_HISTOGRAM_BUCKETS; b++)
        total += h->count[b];
    return total;
}

void qs_histogram_merge(struct qs_histogram *to, const struct qs_histogram *from)
{
    for (unsigned b = 0; b < QS_HISTOGRAM_BUCKETS; b++)
        to->count[b] += from->count[b];
    if (to->most < from->most)
        to->most = from->most;
}

void qs_histogram_subtract(struct qs_histogram *from, const struct qs_histogram *what)
{
    unsigned last = 0;

    for (unsigned b = 0; b < QS_HISTOGRAM_BUCKETS; b++) {
        from->count[b] -= what->count[b];
        if (from->count[b])
            last = b;
    }
    if (qs_histogram_bucket(from->most) != last)
        from->most = qs_histogram_floor(last) + (uint64_t)(width(last) - 1);
}

double qs_histogram_quantile(const struct qs_histogram *h, double share)
{
    uint64_t total = qs_histogram_total(h), seen = 0;
    double rank = ceil(share * (double)total * (1 - 1e-15));

    if (!total)
        return NAN;
    if (rank >= (double)total)
        return (double)h->most;
    for (unsigned b = 0; b < QS_HISTOGRAM_BUCKETS; b++) {
        seen += h->count[b];
        if (seen && (double)seen >= rank)
            return fmin(middle(b), (double)h->most);
    }
    return (double)h->most;
}

double qs_histogram_within(const struct qs_histogram *h, double value)
{
    uint64_t total = qs_histogram_total(h);
    double within = 0;

    if (!total)
        return NAN;
    if (value >= (double)h->most)
        return 1;
    for (unsigned b = 0; b < QS_HISTOGRAM_BUCKETS; b++) {
        double low = (double)qs_histogram_floor(b), share;
        if (low > value)
            break;
        share = (value + 1 - low) / width(b);
        within += (double)h->count[b] * fmin(share, 1);
    }
    return within / (double)total;
}
