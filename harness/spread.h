/* spread.h - how evenly a hash spreads ids over channels. */
#ifndef QS_HARNESS_SPREAD_H
#define QS_HARNESS_SPREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint32_t qs_text_hash(const char *text);

uint32_t qs_fnv1a(const char *text); /* Fowler, Noll and Vo, 32 bits */
uint32_t qs_crc32(const char *text); /* of IEEE 802.3, as zip files have it */

enum { QS_CHANNELS_MAX = 65536 };

/* How many ids a channel got. */
struct qs_spread {
    unsigned least, most;
    double mean, deviation;
};

/* Ids are numbers, hashed as decimal text: 1, 2, 3, ... or drawn from the seed. */
struct qs_spread qs_spread_of(qs_text_hash *hash, bool random, unsigned ids,
                              unsigned channels, uint64_t seed);

#endif
