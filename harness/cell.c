/* cell.c - the canonical text of a cell and its id. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/cell.h"
#include "harness/latency.h"
#include "harness/memory_policy.h"
#include "harness/mix.h"

/* What most cells leave at 0 is not mentioned then, so that ids do not change when
 * another such choice is added. */
static void add_choice(char *text, const char *name, unsigned value)
{
    size_t used = strlen(text);

    if (value)
        snprintf(text + used, QS_CELL_TEXT - used, ";%s=%u", name, value);
}

static void add_rarer(const struct qs_cell *cell, char *text)
{
    add_choice(text, "prefill_descending", cell->prefill_descending);
    add_choice(text, "writers", cell->writers);
    add_choice(text, "churn_lowest", cell->churn_lowest);
    add_choice(text, "hand_over", cell->hand_over);
    add_choice(text, "phases", cell->phases);
    add_choice(text, "stall", cell->stall);
    add_choice(text, "wake_percent", cell->wake_percent);
    add_choice(text, "batch", cell->batch);
    add_choice(text, "era", cell->era);
    add_choice(text, "watch_garbage", cell->watch_garbage);
    add_choice(text, "amortise", cell->amortise);
    add_choice(text, "pool", cell->pool);
    add_choice(text, "capacity", (unsigned)cell->capacity);
    add_choice(text, "measure_fill", cell->measure_fill);
    add_choice(text, "measure_drain", cell->measure_drain);
    add_choice(text, "tasks", (unsigned)cell->tasks);
    add_choice(text, "resize", (unsigned)cell->resize);
    add_choice(text, "resize_to", (unsigned)cell->resize_to);
    add_choice(text, "put_permille", cell->put_permille);
    add_choice(text, "rmw_permille", cell->rmw_permille);
    add_choice(text, "range_permille", cell->range_permille);
    add_choice(text, "span", cell->span);
    add_choice(text, "fresh_inserts",
               cell->fresh_inserts && cell->distribution != QS_LATEST);
    if (cell->table_memory.kind) {
        char memory[QS_MEMORY_TEXT];
        size_t used = strlen(text);
        snprintf(text + used, QS_CELL_TEXT - used, ";memory=%s",
                 qs_memory_text(cell, memory));
    }
    add_choice(text, "huge_pages", cell->huge_pages);
    if (cell->latency) {
        char latency[QS_LATENCY_TEXT];
        size_t used = strlen(text);
        snprintf(text + used, QS_CELL_TEXT - used, ";latency=%s",
                 qs_latency_text(cell, latency));
    }
}

char *qs_cell_text(const struct qs_cell *cell, char text[QS_CELL_TEXT])
{
    char dist[QS_MIX_TEXT];

    snprintf(text, QS_CELL_TEXT,
             "structure=%s;reclaim=%s;threads=%u;placement=%s;oversubscribe=%d;"
             "keys=%" PRIu64 ";prefill=%" PRIu64 ";prefill_even=%d;sized=%d;"
             "insert_permille=%u;delete_permille=%u;dist=%s;quiesce_every=%u",
             cell->structure, cell->reclaim, cell->threads, cell->placement,
             cell->oversubscribe, cell->keys, cell->prefill, cell->prefill_even,
             cell->sized, cell->insert_permille, cell->delete_permille,
             qs_distribution_text(cell, dist), cell->quiesce_every);
    add_rarer(cell, text);
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
