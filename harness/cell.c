/* cell.c - the canonical text of a cell and its id. */
#include <inttypes.h>
#include <stdio.h>

#include "harness/cell.h"

char *qs_cell_text(const struct qs_cell *cell, char text[QS_CELL_TEXT])
{
    char dist[32] = "uniform";

    if (cell->distribution == QS_ZIPF)
        snprintf(dist, sizeof dist, "zipf:%.10g", cell->theta);
    snprintf(text, QS_CELL_TEXT,
             "structure=%s;reclaim=%s;threads=%u;placement=%s;oversubscribe=%d;"
             "keys=%" PRIu64 ";prefill=%" PRIu64 ";prefill_even=%d;sized=%d;"
             "insert_permille=%u;delete_permille=%u;dist=%s;quiesce_every=%u",
             cell->structure, cell->reclaim, cell->threads, cell->placement,
             cell->oversubscribe, cell->keys, cell->prefill, cell->prefill_even,
             cell->sized, cell->insert_permille, cell->delete_permille, dist,
             cell->quiesce_every);
    return text;
}

uint64_t qs_cell_id(const struct qs_cell *cell)
{
    char text[QS_CELL_TEXT];
    uint64_t hash = 0xcbf29ce484222325u;

    for (const char *c = qs_cell_text(cell, text); *c; c++)
        hash = (hash ^ (unsigned char)*c) * 0x100000001b3u;
    return hash;
}
