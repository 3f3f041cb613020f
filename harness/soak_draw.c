/* soak_draw.c - a round of a soak, drawn from its seed. */
#include <stdio.h>
#include <string.h>

#include "harness/soak.h"

static unsigned draw(struct qs_stream *r, unsigned n)
{
    return (unsigned)qs_stream_below(r, n);
}

static bool is_chosen(const struct qs_pair *p, const struct qs_soak_choice *c)
{
    return p->ops && !p->ops->alone &&
           (!c->structure || !strcmp(c->structure, p->structure)) &&
           (!c->reclaim || !strcmp(c->reclaim, p->reclaim));
}

static const struct qs_pair *draw_pair(struct qs_stream *r,
                                       const struct qs_soak_choice *choice)
{
    const struct qs_pair *p;
    unsigned n = 0;

    for (unsigned i = 0; (p = qs_pair_at(i)); i++)
        n += is_chosen(p, choice);
    if (!n)
        return NULL;
    n = draw(r, n);
    for (unsigned i = 0; (p = qs_pair_at(i)); i++)
        if (is_chosen(p, choice) && !n--)
            break;
    return p;
}

/* liburcu and what is built on it end the process when they get no memory. */
static bool survives_without_memory(const struct qs_pair *p)
{
#if defined __SANITIZE_ADDRESS__ || defined QS_TSAN
    return false; /* nor do sanitizers */
#endif
    return strncmp(p->reclaim, "rcu_", 4) && strncmp(p->structure, "lfht", 4);
}

/* Whether a lookup may free nodes as it ends: cancelled within free(), it would take the
 * allocator's lock with it. */
static bool frees_in_lookups(const char *reclaim)
{
    return !strncmp(reclaim, "hyaline", 7) || !strcmp(reclaim, "lfrc");
}

static unsigned draw_faults(struct qs_stream *r, const struct qs_pair *p)
{
    unsigned faults = 0;

    for (unsigned f = QS_SOAK_STALL; f <= QS_SOAK_MEMORY; f *= 2)
        if (draw(r, 4) == 0)
            faults |= f;
    if (p->ops->frees_at_once || frees_in_lookups(p->reclaim))
        faults &= ~(unsigned)QS_SOAK_VANISH; /* it would take the lock with it */
    if (!survives_without_memory(p))
        faults &= ~(unsigned)QS_SOAK_MEMORY;
    return faults;
}

static void draw_mix(struct qs_stream *r, struct qs_cell *cell)
{
    static const unsigned char mixes[][2] = { { 5, 5 },   { 25, 25 }, { 50, 50 },
                                              { 30, 20 }, { 20, 30 }, { 45, 10 } };
    unsigned i = draw(r, sizeof mixes / sizeof *mixes);

    cell->insert_permille = 10 * mixes[i][0];
    cell->delete_permille = 10 * mixes[i][1];
}

static void draw_cell(struct qs_stream *r, struct qs_cell *cell,
                      const struct qs_soak_choice *choice)
{
    static const unsigned short keys[] = { 1, 2, 3, 8, 64, 500, 4000, 16000 };
    static const unsigned short every[] = { 1, 7, 100 };

    cell->threads =
        1 + draw(r, draw(r, 8) ? (choice->threads + 7) / 8 + 2 : choice->threads);
    if (cell->threads > choice->threads)
        cell->threads = choice->threads;
    cell->keys = keys[draw(r, sizeof keys / sizeof *keys)];
    cell->sized = draw(r, 2);
    cell->prefill = cell->sized ? cell->keys / 2 : 0; /* told as capacity, not filled */
    cell->quiesce_every = every[draw(r, sizeof every / sizeof *every)];
    draw_mix(r, cell);
    if (draw(r, 3) == 0) {
        cell->distribution = QS_ZIPF;
        cell->theta = draw(r, 2) ? 0.99 : 1.5;
    }
}

bool qs_soak_draw(struct qs_soak_round *round, const struct qs_soak_choice *choice,
                  uint64_t seed)
{
    static const unsigned char batches[] = { 0, 1, 4, 64 };
    struct qs_stream r;

    qs_stream_seed(&r, seed, 0);
    const struct qs_pair *pair = draw_pair(&r, choice);
    if (!pair)
        return false;
    *round = (struct qs_soak_round){ .seed = seed };
    snprintf(round->cell.structure, sizeof round->cell.structure, "%s",
             pair->structure);
    snprintf(round->cell.reclaim, sizeof round->cell.reclaim, "%s", pair->reclaim);
    draw_cell(&r, &round->cell, choice);
    round->batch = batches[draw(&r, sizeof batches)];
    round->faults = draw_faults(&r, pair);
    round->recorded = draw(&r, 2);
    round->milliseconds = 100 + draw(&r, 400);
    return true;
}

void qs_soak_fault_names(unsigned faults, char *text, size_t size)
{
    static const char *const names[] = { "stall", "churn", "vanish", "storm",
                                         "memory" };
    size_t length = 0;

    snprintf(text, size, "none");
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if (faults & 1u << i && length < size)
            length += (size_t)snprintf(text + length, size - length, "%s%s",
                                       length ? "+" : "", names[i]);
}

void qs_soak_describe(const struct qs_soak_round *round, char *text, size_t size)
{
    const struct qs_cell *c = &round->cell;
    char faults[64], zipf[32] = "";

    qs_soak_fault_names(round->faults, faults, sizeof faults);
    if (c->distribution == QS_ZIPF)
        snprintf(zipf, sizeof zipf, " zipf:%g", c->theta);
    snprintf(text, size, "%s/%s, %u thread%s, %llu keys%s, %u/%u/%u, faults %s%s",
             c->structure, c->reclaim, c->threads, c->threads == 1 ? "" : "s",
             (unsigned long long)c->keys, zipf,
             (1000 - c->insert_permille - c->delete_permille) / 10,
             c->insert_permille / 10, c->delete_permille / 10, faults,
             round->recorded ? ", recorded" : "");
}
