/* text_cells.c - what people type about the work of a cell: see text.h. */
#include <stdio.h>
#include <string.h>

#include "harness/text.h"
#include "harness/topology.h"

/* "max" or "2max": so many times the processors there are. */
static bool parse_multiple(const char *text, size_t length, double *factor)
{
    char number[32];

    *factor = 1;
    if (length >= sizeof number)
        return false;
    snprintf(number, sizeof number, "%.*s", (int)length, text);
    return !length || (qs_parse_number(number, factor) && *factor <= 64);
}

bool qs_parse_threads(const char *text, const struct qs_topology *t, unsigned *threads,
                      bool *oversubscribe)
{
    size_t length = strlen(text);
    double factor;
    uint64_t count;

    if (!strcmp(text, "cores")) {
        *threads = qs_topology_cores(t);
        return true;
    }
    if (length >= 3 && !strcmp(text + length - 3, "max")) {
        if (!parse_multiple(text, length - 3, &factor))
            return false;
        *threads = (unsigned)(factor * qs_topology_pus(t));
        *oversubscribe |= factor > 1;
        return true;
    }
    if (!qs_parse_count(text, &count) || count > UINT32_MAX)
        return false;
    *threads = (unsigned)count;
    return true;
}
