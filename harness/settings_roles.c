/* settings_roles.c - see settings_roles.h. */
#include "harness/settings_roles.h"

#include <string.h>

#include "harness/latency.h"
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
    return cell->churn_lowest || !strcmp(value, "any");
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
    return cell->measure_fill || !strcmp(value, "mix");
}
