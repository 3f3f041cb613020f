/* results_work.c - columns that say what was done on which keys. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "harness/memory_policy.h"
#include "harness/mix.h"
#include "harness/results_columns.h"
#include "harness/settings_roles.h"

/* Files of earlier versions know no puts. */
static double or_none(uint64_t count)
{
    double number = qs_count_number(count);
    return isnan(number) ? 0 : number;
}

double qs_row_updates(const struct qs_row *row)
{
    const struct qs_sample *s = &row->sample;
    return qs_count_number(s->inserts) + qs_count_number(s->deletes) +
           or_none(s->puts) + or_none(s->rmws);
}

void qs_spell_dist(const struct qs_row *row, char *text, size_t size)
{
    char dist[QS_MIX_TEXT];
    snprintf(text, size, "%s", qs_distribution_text(&row->cell, dist));
}

/* What inserts take is a column of its own, which may come before or after. */
bool qs_parse_dist(struct qs_row *row, const char *text)
{
    bool fresh = row->cell.fresh_inserts;
    bool known = !*text || qs_distribution_parse(text, &row->cell);

    row->cell.fresh_inserts |= fresh;
    return known;
}

void qs_spell_mix(const struct qs_row *row, char *text, size_t size)
{
    char mix[QS_MIX_TEXT];
    snprintf(text, size, "%s", qs_mix_text(&row->cell, mix));
}

bool qs_parse_mix_of(struct qs_row *row, const char *text)
{
    return !*text || qs_mix_parse(text, &row->cell);
}

void qs_spell_measure(const struct qs_row *row, char *text, size_t size)
{
    const struct qs_cell *cell = &row->cell;

    if (cell->tasks)
        snprintf(text, size, "tasks:%" PRIu64, cell->tasks);
    else
        snprintf(text, size, "%s",
                 cell->measure_fill    ? "fill"
                 : cell->measure_drain ? "drain"
                                       : "mix");
}

bool qs_parse_measure(struct qs_row *row, const char *text)
{
    static const struct qs_limits any = { .pus = 1, .cores = 1, .numa_nodes = 1 };
    return !*text || qs_apply_measure(text, &any, &row->cell);
}

void qs_spell_resize(const struct qs_row *row, char *text, size_t size)
{
    const struct qs_cell *cell = &row->cell;

    if (!cell->resize)
        snprintf(text, size, "off");
    else if (!cell->resize_to)
        snprintf(text, size, "%" PRIu64, cell->resize);
    else
        snprintf(text, size, "%" PRIu64 "-%" PRIu64, cell->resize, cell->resize_to);
}

bool qs_parse_resize(struct qs_row *row, const char *text)
{
    static const struct qs_limits any = { .pus = 1, .cores = 1, .numa_nodes = 1 };
    return !*text || qs_apply_resize(text, &any, &row->cell);
}

void qs_spell_workload(const struct qs_row *row, char *text, size_t size)
{
    snprintf(text, size, "%s", qs_workload_name(&row->cell));
}

void qs_spell_memory(const struct qs_row *row, char *text, size_t size)
{
    if (size >= QS_MEMORY_TEXT)
        qs_memory_text(&row->cell, text);
}

bool qs_parse_memory(struct qs_row *row, const char *text)
{
    return !*text || qs_memory_parse(text, &row->cell);
}

void qs_spell_huge(const struct qs_row *row, char *text, size_t size)
{
    snprintf(text, size, "%s", qs_huge_text(&row->cell));
}

bool qs_parse_huge(struct qs_row *row, const char *text)
{
    return !*text || qs_huge_parse(text, &row->cell);
}

double qs_cas_remote_share(const struct qs_row *row)
{
    double remote = qs_count_number(row->sample.cas_remote_tries);
    double all = remote + qs_count_number(row->sample.cas_local_tries);

    return all > 0 ? remote / all : NAN;
}

double qs_cas_remote_per_update(const struct qs_row *row)
{
    double updates = qs_row_updates(row);

    return updates > 0 ? qs_count_number(row->sample.cas_remote_tries) / updates : NAN;
}
