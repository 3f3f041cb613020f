/* topology_print.c - the machine as text, a bracket for each core with its threads:
 *
 *     package 0, node 0: [T0 T4] [T1 .]
 *     package 0, node 1: [T2 .] [T3 .]
 */
#include <string.h>

#include "harness/topology_private.h"

enum { WIDTH = 79, INDENT = 4, CORE_TEXT = 256 };

/* The first thread at this PU and how many others share it: "T3", "T3+2" or ".". */
static size_t write_pu(const struct qs_place *places, unsigned n, unsigned pu,
                       char *text, size_t size)
{
    unsigned first = 0, here = 0;

    for (unsigned i = n; i-- > 0;)
        if (places[i].pu == pu) {
            first = i;
            here++;
        }
    if (!here)
        return (size_t)snprintf(text, size, ".");
    if (here == 1)
        return (size_t)snprintf(text, size, "T%u", first);
    return (size_t)snprintf(text, size, "T%u+%u", first, here - 1);
}

/* The core that PU i begins as "[T0 T4]"; returns the PU behind it. */
static unsigned write_core(const struct qs_topology *t, unsigned i,
                           const struct qs_place *places, unsigned n,
                           char text[CORE_TEXT])
{
    unsigned core = t->pus[i].place.core;
    size_t length = 0;

    for (; i < t->n && t->pus[i].place.core == core && length + 32 < CORE_TEXT; i++) {
        text[length] = length ? ' ' : '[';
        length++;
        length +=
            write_pu(places, n, t->pus[i].place.pu, text + length, CORE_TEXT - length);
    }
    snprintf(text + length, CORE_TEXT - length, "]");
    return i;
}

static bool is_elsewhere(const struct qs_place *a, const struct qs_place *b)
{
    return a->package != b->package || a->numa != b->numa;
}

void qs_topology_print(const struct qs_topology *t, const struct qs_place *places,
                       unsigned n, FILE *out)
{
    char text[CORE_TEXT];
    size_t column = 0;

    for (unsigned i = 0, next; i < t->n; i = next) {
        const struct qs_place *place = &t->pus[i].place;
        next = write_core(t, i, places, n, text);
        if (i == 0 || is_elsewhere(place, &t->pus[i - 1].place)) {
            column = (size_t)fprintf(out, "%spackage %u, node %u:", i ? "\n" : "",
                                     place->package, place->numa);
        } else if (column + 1 + strlen(text) > WIDTH) {
            fprintf(out, "\n%*s", INDENT - 1, "");
            column = INDENT - 1;
        }
        column += (size_t)fprintf(out, " %s", text);
    }
    putc('\n', out);
}
