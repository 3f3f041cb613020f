/* spread.c - the verb spread: what a hash does to ids that choose one of many channels;
 * see spread.h. */
#include "harness/spread.h"

#include <argp.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/allocate.h"
#include "harness/text.h"
#include "harness/verbs.h"

uint32_t qs_fnv1a(const char *text)
{
    uint32_t hash = 2166136261u;

    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 16777619u;
    return hash;
}

/* Bit by bit: there is no hurry. */
uint32_t qs_crc32(const char *text)
{
    uint32_t crc = UINT32_MAX;

    for (; *text; text++) {
        crc ^= (unsigned char)*text;
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    }
    return ~crc;
}

/* S. Vigna's splitmix64. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static void summarise(const unsigned *counts, unsigned channels, struct qs_spread *s)
{
    double squares = 0;

    for (unsigned i = 0; i < channels; i++) {
        s->least = counts[i] < s->least ? counts[i] : s->least;
        s->most = counts[i] > s->most ? counts[i] : s->most;
        squares += (counts[i] - s->mean) * (counts[i] - s->mean);
    }
    s->deviation = sqrt(squares / channels);
}

struct qs_spread qs_spread_of(qs_text_hash *hash, bool random, unsigned ids,
                              unsigned channels, uint64_t seed)
{
    struct qs_spread s = { .least = UINT32_MAX, .mean = (double)ids / channels };
    unsigned *counts = qs_needed(calloc(channels, sizeof *counts));
    char text[24];

    for (unsigned i = 1; i <= ids; i++) {
        snprintf(text, sizeof text, "%" PRIu64, random ? next_random(&seed) : i);
        counts[hash(text) % channels]++;
    }
    summarise(counts, channels, &s);
    free(counts);
    return s;
}

/* ---- the verb ---- */

struct arguments {
    uint64_t ids, channels, seed;
};

static const struct argp_option options[] = {
    { "ids", 'i', "N", 0, "so many ids (100k)", 0 },
    { "channels", 'c', "N", 0, "so many channels, up to 65536 (1024)", 0 },
    { "seed", 'S', "N", 0, "of the random ids (1)", 0 },
    { 0 }
};

static uint64_t number_of(const char *text, uint64_t most, struct argp_state *state)
{
    uint64_t value;

    if (!qs_parse_count(text, &value) || !value || value > most)
        argp_error(state, "'%s' is not a whole number from 1 to %" PRIu64, text, most);
    return value;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct arguments *a = state->input;

    if (key == 'i')
        a->ids = number_of(text, 100000000, state);
    else if (key == 'c')
        a->channels = number_of(text, QS_CHANNELS_MAX, state);
    else if (key == 'S')
        a->seed = number_of(text, UINT64_MAX, state);
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

static const struct argp argp = {
    options,
    parse,
    NULL,
    "Hashes ids, as decimal text, to channels, and prints how many a channel gets: what "
    "a write gateway makes of FNV-1a and of CRC-32 (S4.4 of `quiesce list sources`).",
    NULL,
    NULL,
    NULL
};

static void print_row(const char *name, qs_text_hash *hash, bool random,
                      const struct arguments *a)
{
    struct qs_spread s =
        qs_spread_of(hash, random, (unsigned)a->ids, (unsigned)a->channels, a->seed);

    printf("%-8s %-13s %8u %8u %8.2f   %.2f\n", name,
           random ? "random" : "1, 2, 3, ...", s.least, s.most, s.deviation,
           s.most / s.mean);
}

int qs_verb_spread(int argc, char **argv)
{
    struct arguments a = { .ids = 100000, .channels = 1024, .seed = 1 };

    argp_parse(&argp, argc, argv, 0, NULL, &a);
    printf("%" PRIu64 " ids over %" PRIu64 " channels, %.2f each on average\n\n", a.ids,
           a.channels, (double)a.ids / (double)a.channels);
    printf("%-8s %-13s %8s %8s %8s   %s\n", "hash", "ids", "least", "most", "s.d.",
           "most / mean");
    for (int random = 0; random < 2; random++) {
        print_row("FNV-1a", qs_fnv1a, random, &a);
        print_row("CRC-32", qs_crc32, random, &a);
    }
    double mean = (double)a.ids / (double)a.channels;
    printf("%-8s %-13s %8s %8s %8.2f\n", "any", "by chance", "", "",
           sqrt(mean * (1 - 1 / (double)a.channels)));
    if (a.ids == 100000 && a.channels == 1024)
        puts(
            "\nThe article, of ids it does not tell: FNV-1a at most 112, s.d. 8.3; CRC-32 "
            "at most\n137, s.d. 12.1.");
    return QS_EXIT_DONE;
}
