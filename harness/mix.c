/* mix.c - see mix.h. */
#include "harness/mix.h"

#include <stdio.h>
#include <string.h>

#include "harness/map_ops.h"
#include "harness/text.h"
#include "harness/workload.h"

static const char *const names[QS_OPERATIONS] = { "get", "insert", "delete",
                                                  "put", "rmw",    "range" };

/* Gets are what is left. */
static void read_shares(const struct qs_cell *cell, unsigned share[QS_OPERATIONS])
{
    share[QS_INSERT] = cell->insert_permille;
    share[QS_DELETE] = cell->delete_permille;
    share[QS_PUT] = cell->put_permille;
    share[QS_RMW] = cell->rmw_permille;
    share[QS_RANGE] = cell->range_permille;
    share[QS_GET] = 1000;
    for (unsigned i = QS_GET + 1; i < QS_OPERATIONS; i++)
        share[QS_GET] -= share[i];
}

static void write_shares(struct qs_cell *cell, const unsigned share[QS_OPERATIONS])
{
    cell->insert_permille = share[QS_INSERT];
    cell->delete_permille = share[QS_DELETE];
    cell->put_permille = share[QS_PUT];
    cell->rmw_permille = share[QS_RMW];
    cell->range_permille = share[QS_RANGE];
}

/* "put:50" */
static bool read_share(const char *part, unsigned share[QS_OPERATIONS], unsigned *sum)
{
    const char *colon = strchr(part, ':');
    unsigned permille;

    if (!colon || !qs_parse_permille(colon + 1, &permille))
        return false;
    for (unsigned i = 0; i < QS_OPERATIONS; i++) {
        size_t length = strlen(names[i]);
        if (length != (size_t)(colon - part) || strncmp(part, names[i], length))
            continue;
        share[i] += permille;
        *sum += permille;
        return true;
    }
    return false;
}

bool qs_mix_parse(const char *text, struct qs_cell *cell)
{
    unsigned share[QS_OPERATIONS] = { 0 }, sum = 0;
    char copy[QS_MIX_TEXT], *rest = copy, *part;

    if (!strchr(text, ':')) {
        if (!qs_parse_mix(text, &share[QS_INSERT], &share[QS_DELETE]))
            return false;
        write_shares(cell, share);
        return true;
    }
    if (snprintf(copy, sizeof copy, "%s", text) >= (int)sizeof copy)
        return false;
    while ((part = strsep(&rest, "/")))
        if (!read_share(part, share, &sum))
            return false;
    if (sum != 1000)
        return false;
    write_shares(cell, share);
    return true;
}

char *qs_mix_text(const struct qs_cell *cell, char text[QS_MIX_TEXT])
{
    unsigned share[QS_OPERATIONS];
    size_t used = 0;

    read_shares(cell, share);
    if (!share[QS_PUT] && !share[QS_RMW] && !share[QS_RANGE]) {
        snprintf(text, QS_MIX_TEXT, "%g/%g/%g", share[QS_GET] / 10.0,
                 share[QS_INSERT] / 10.0, share[QS_DELETE] / 10.0);
        return text;
    }
    for (unsigned i = 0; i < QS_OPERATIONS && used < QS_MIX_TEXT; i++)
        if (share[i])
            used += (size_t)snprintf(text + used, QS_MIX_TEXT - used, "%s%s:%g",
                                     used ? "/" : "", names[i], share[i] / 10.0);
    return text;
}

bool qs_mix_equal(const struct qs_cell *a, const struct qs_cell *b)
{
    unsigned left[QS_OPERATIONS], right[QS_OPERATIONS];

    read_shares(a, left);
    read_shares(b, right);
    return !memcmp(left, right, sizeof left);
}

void qs_mix_clear(struct qs_cell *cell)
{
    static const unsigned gets_alone[QS_OPERATIONS];

    write_shares(cell, gets_alone);
}

unsigned qs_mix_updates(const struct qs_cell *cell)
{
    return cell->insert_permille + cell->delete_permille + cell->put_permille +
           cell->rmw_permille;
}

unsigned qs_mix_gets(const struct qs_cell *cell)
{
    return 1000 - qs_mix_updates(cell) - cell->range_permille;
}

const char *qs_mix_lacks(const struct qs_cell *cell, const struct qs_map_ops *ops)
{
    if (cell->put_permille && !ops->put)
        return names[QS_PUT];
    if (cell->rmw_permille && !ops->compute)
        return names[QS_RMW];
    if (cell->range_permille && !ops->range)
        return names[QS_RANGE];
    return NULL;
}

void qs_mix_complete(struct qs_cell *cell)
{
    if (!cell->range_permille && !cell->measure_drain)
        cell->span = 0;
    else if (!cell->span)
        cell->span = 100;
}

static void clear_distribution(struct qs_cell *cell)
{
    cell->distribution = QS_UNIFORM;
    cell->theta = 0;
    cell->hot_keys = cell->hot_draws = 0;
    cell->fresh_inserts = false;
}

/* "20/80" */
static bool parse_hot(const char *text, struct qs_cell *cell)
{
    char keys[16];
    const char *slash = strchr(text, '/');

    if (!slash || (size_t)(slash - text) >= sizeof keys)
        return false;
    snprintf(keys, sizeof keys, "%.*s", (int)(slash - text), text);
    return qs_parse_permille(keys, &cell->hot_keys) && cell->hot_keys > 0 &&
           cell->hot_keys < 1000 && qs_parse_permille(slash + 1, &cell->hot_draws);
}

static bool parse_into(const char *text, struct qs_cell *cell)
{
    clear_distribution(cell);
    if (!strcmp(text, "uniform"))
        return true;
    if (!strcmp(text, "sequential")) {
        cell->distribution = QS_SEQUENTIAL;
        return true;
    }
    if (!strncmp(text, "zipf:", 5)) {
        cell->distribution = QS_ZIPF;
        return qs_parse_number(text + 5, &cell->theta);
    }
    if (!strncmp(text, "latest:", 7)) {
        cell->distribution = QS_LATEST;
        cell->fresh_inserts = true;
        return qs_parse_number(text + 7, &cell->theta);
    }
    if (strncmp(text, "hot:", 4))
        return false;
    cell->distribution = QS_HOT_SET;
    return parse_hot(text + 4, cell);
}

bool qs_distribution_parse(const char *text, struct qs_cell *cell)
{
    struct qs_cell read = *cell;

    if (!parse_into(text, &read))
        return false;
    *cell = read;
    return true;
}

char *qs_distribution_text(const struct qs_cell *cell, char text[QS_MIX_TEXT])
{
    switch (cell->distribution) {
    case QS_UNIFORM:
        strcpy(text, "uniform");
        break;
    case QS_ZIPF:
        snprintf(text, QS_MIX_TEXT, "zipf:%.10g", cell->theta);
        break;
    case QS_LATEST:
        snprintf(text, QS_MIX_TEXT, "latest:%.10g", cell->theta);
        break;
    case QS_HOT_SET:
        snprintf(text, QS_MIX_TEXT, "hot:%g/%g", cell->hot_keys / 10.0,
                 cell->hot_draws / 10.0);
        break;
    case QS_SEQUENTIAL:
        strcpy(text, "sequential");
        break;
    }
    return text;
}

/* Of the six, D and E insert records that were not there.  Their theta is 0.99. */
static const struct {
    const char *name, *mix, *dist;
    bool fresh;
} workloads[] = {
    { "ycsb-a", "get:50/put:50", "zipf:0.99", false },
    { "ycsb-b", "get:95/put:5", "zipf:0.99", false },
    { "ycsb-c", "100/0/0", "zipf:0.99", false },
    { "ycsb-d", "get:95/insert:5", "latest:0.99", true },
    { "ycsb-e", "range:95/insert:5", "zipf:0.99", true },
    { "ycsb-f", "get:50/rmw:50", "zipf:0.99", false },
};
enum { WORKLOADS = sizeof workloads / sizeof *workloads };

static void apply_workload(unsigned i, struct qs_cell *cell)
{
    qs_mix_parse(workloads[i].mix, cell);
    qs_distribution_parse(workloads[i].dist, cell);
    cell->fresh_inserts = workloads[i].fresh;
    cell->prefill_all = !workloads[i].fresh;
}

bool qs_workload_named(const char *name, struct qs_cell *cell)
{
    for (unsigned i = 0; i < WORKLOADS; i++)
        if (!strcmp(name, workloads[i].name)) {
            apply_workload(i, cell);
            return true;
        }
    return false;
}

const char *qs_workload_name(const struct qs_cell *cell)
{
    char have[QS_MIX_TEXT];

    qs_distribution_text(cell, have);
    for (unsigned i = 0; i < WORKLOADS; i++) {
        struct qs_cell named = { 0 };
        apply_workload(i, &named);
        if (qs_mix_equal(&named, cell) && !strcmp(have, workloads[i].dist) &&
            cell->fresh_inserts == workloads[i].fresh)
            return workloads[i].name;
    }
    return "";
}

const char *qs_workload_name_at(unsigned i)
{
    return i < WORKLOADS ? workloads[i].name : NULL;
}
