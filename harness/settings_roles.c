/* settings_roles.c - see settings_roles.h. */
#include "harness/settings_roles.h"

#include <stdio.h>
#include <string.h>

#include "harness/latency.h"
#include "harness/memory_policy.h"
#include "harness/text.h"

static bool read_number(const char *value, uint64_t most, unsigned *number)
{
    uint64_t n;

    if (!qs_parse_count(value, &n) || n > most)
        return false;
    *number = (unsigned)n;
    return true;
}

QS_APPLY(writers)
{
    (void)limits;
    return read_number(value, 4096, &cell->writers);
}

QS_APPLY(churn)
{
    (void)limits;
    cell->churn_lowest = !strcmp(value, "lowest");
    cell->hand_over = !strcmp(value, "handover");
    return cell->churn_lowest || cell->hand_over || !strcmp(value, "any");
}

QS_APPLY(phases)
{
    (void)limits;
    return read_number(value, 1000, &cell->phases);
}

QS_APPLY(stall)
{
    (void)limits;
    return read_number(value, 1000, &cell->stall);
}

QS_APPLY(wake)
{
    unsigned permille;

    (void)limits;
    if (!qs_parse_permille(value, &permille) || permille > 1000)
        return false;
    cell->wake_percent = permille / 10;
    return true;
}

QS_APPLY(batch)
{
    (void)limits;
    return read_number(value, 1000000000, &cell->batch);
}

QS_APPLY(free)
{
    (void)limits;
    cell->amortise = !strcmp(value, "amortised");
    return cell->amortise || !strcmp(value, "batch");
}

QS_APPLY(alloc)
{
    (void)limits;
    cell->pool = !strcmp(value, "pool");
    return cell->pool || !strcmp(value, "malloc");
}

QS_APPLY(era)
{
    (void)limits;
    return read_number(value, 1000000000, &cell->era);
}

QS_APPLY(watch)
{
    (void)limits;
    cell->watch_garbage = !strcmp(value, "garbage");
    return cell->watch_garbage || !strcmp(value, "none");
}

QS_APPLY(timeline)
{
    (void)limits;
    return read_number(value, 1000, &cell->timeline);
}

QS_APPLY(latency)
{
    (void)limits;
    return qs_latency_parse(value, cell);
}

QS_APPLY(measure)
{
    (void)limits;
    cell->measure_fill = !strcmp(value, "fill");
    cell->measure_drain = !strcmp(value, "drain");
    cell->tasks = 0;
    if (!strncmp(value, "tasks:", 6))
        return qs_parse_count(value + 6, &cell->tasks) && cell->tasks &&
               cell->tasks <= UINT32_MAX;
    return qs_cell_is_task(cell) || !strcmp(value, "mix");
}

/* "off", "8192" or "8192-16384". */
QS_APPLY(resize)
{
    char from[32];
    size_t length = strcspn(value, "-");

    (void)limits;
    cell->resize = cell->resize_to = 0;
    if (!strcmp(value, "off"))
        return true;
    if (length >= sizeof from)
        return false;
    snprintf(from, sizeof from, "%.*s", (int)length, value);
    if (!qs_parse_count(from, &cell->resize) || !cell->resize ||
        cell->resize > UINT32_MAX)
        return false;
    return !value[length] ||
           (qs_parse_count(value + length + 1, &cell->resize_to) &&
            cell->resize_to > cell->resize && cell->resize_to <= UINT32_MAX);
}

QS_APPLY(memory)
{
    (void)limits;
    return qs_memory_parse(value, cell);
}

QS_APPLY(huge_pages)
{
    (void)limits;
    return qs_huge_parse(value, cell);
}
