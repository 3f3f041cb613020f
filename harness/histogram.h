/* histogram.h - durations counted in buckets that are narrow relative to their value.
 *
 * Log-linear: values below 256 have a bucket each; above, every power of two is cut
 * into 128.  A bucket is therefore at most 1/128 as wide as the values in it are large,
 * and its middle within 0.4 % of any of them.  The greatest value is kept exactly.
 * One thread adds; histograms are merged when the threads have ended.
 */
#ifndef QS_HARNESS_HISTOGRAM_H
#define QS_HARNESS_HISTOGRAM_H

#include <stdint.h>

enum {
    QS_HISTOGRAM_BITS = 7,
    QS_HISTOGRAM_STEPS = 1 << QS_HISTOGRAM_BITS, /* buckets per power of two */
    QS_HISTOGRAM_BUCKETS = (64 - QS_HISTOGRAM_BITS + 1) * QS_HISTOGRAM_STEPS
};

/* Starts zeroed. */
struct qs_histogram {
    uint64_t most; /* the greatest value */
    uint64_t count[QS_HISTOGRAM_BUCKETS];
};

/* The bucket of a value: its leading 8 bits, and how far they were shifted. */
static inline unsigned qs_histogram_bucket(uint64_t value)
{
    unsigned bits = 63 - (unsigned)__builtin_clzll(value | QS_HISTOGRAM_STEPS);
    unsigned shift = bits - QS_HISTOGRAM_BITS;

    return shift * QS_HISTOGRAM_STEPS + (unsigned)(value >> shift);
}

static inline void qs_histogram_add(struct qs_histogram *h, uint64_t value)
{
    h->count[qs_histogram_bucket(value)]++;
    if (h->most < value)
        h->most = value;
}

/* The least value of a bucket; that of the next bucket is one past its greatest. */
uint64_t qs_histogram_floor(unsigned bucket);

uint64_t qs_histogram_total(const struct qs_histogram *h);

void qs_histogram_merge(struct qs_histogram *to, const struct qs_histogram *from);

/* What remains of the first without the second's values, which are among its own.  The
 * greatest is then known as precisely as its bucket. */
void qs_histogram_subtract(struct qs_histogram *from, const struct qs_histogram *what);

/* The value that a share of all values, 0 to 1, does not exceed: that of rank
 * ceil(share * total), within 0.4 %; the greatest one exactly.  NaN if there is none.
 */
double qs_histogram_quantile(const struct qs_histogram *h, double share);

/* The share of values that do not exceed this one; a bucket that it lies in counts in
 * proportion.  NaN if there is none. */
double qs_histogram_within(const struct qs_histogram *h, double value);

#endif
