/* settings.c - the table of an experiment's keys. */
#include "harness/settings.h"

#include <stdio.h>
#include <string.h>

#include "harness/allocate.h"
#include "harness/map_ops.h"
#include "harness/mix.h"
#include "harness/peer.h"
#include "harness/settings_roles.h"
#include "harness/topology.h"

struct key {
    const char *name;
    const char *takes; /* for the message about a wrong value */
    /* Reads one value into the cell, all or nothing.  False if it is none. */
    bool (*apply)(const char *value, const struct qs_limits *limits,
                  struct qs_cell *cell);
    const char *rivals[3]; /* keys that say the same in other words */
};

static const char *structure_name(unsigned i)
{
    const struct qs_named *s = qs_structure_at(i);
    return s ? s->name : NULL;
}

static const char *scheme_name(unsigned i)
{
    const struct qs_named *s = qs_scheme_at(i);
    return s ? s->name : NULL;
}

static bool is_named(const char *value, qs_name_at *names)
{
    const char *name;
    for (unsigned i = 0; (name = names(i)); i++)
        if (!strcmp(name, value))
            return true;
    return false;
}

static bool copy_name(const char *value, char *to, size_t size)
{
    return snprintf(to, size, "%s", value) < (int)size;
}

#define APPLY(key)                                                             \
    static bool apply_##key(const char *value, const struct qs_limits *limits, \
                            struct qs_cell *cell)

APPLY(structure)
{
    (void)limits;
    return (is_named(value, structure_name) || qs_is_probe(value) ||
            qs_peer_names_structure(value)) &&
           copy_name(value, cell->structure, sizeof cell->structure);
}

APPLY(reclaim)
{
    (void)limits;
    return (is_named(value, scheme_name) || qs_peer_names_scheme(value)) &&
           copy_name(value, cell->reclaim, sizeof cell->reclaim);
}

APPLY(pair)
{
    char structure[sizeof cell->structure];
    const char *colon = strchr(value, ':');

    if (!colon || (size_t)(colon - value) >= sizeof structure)
        return false;
    memcpy(structure, value, (size_t)(colon - value));
    structure[colon - value] = 0;
    return apply_structure(structure, limits, cell) &&
           apply_reclaim(colon + 1, limits, cell);
}

APPLY(mix)
{
    (void)limits;
    return qs_mix_parse(value, cell);
}

/* Half of the updates insert and half delete, so that the map keeps its size. */
APPLY(update)
{
    unsigned permille;

    (void)limits;
    if (!qs_parse_permille(value, &permille) || permille > 1000 || permille % 2)
        return false;
    qs_mix_clear(cell);
    cell->insert_permille = cell->delete_permille = permille / 2;
    return true;
}

APPLY(dist)
{
    (void)limits;
    return qs_distribution_parse(value, cell);
}

APPLY(keys)
{
    (void)limits;
    if (!qs_parse_count(value, &cell->keys) || cell->keys == 0)
        return false;
    cell->prefill = cell->keys / 2;
    return true;
}

APPLY(size)
{
    uint64_t size;

    (void)limits;
    if (!qs_parse_count(value, &size) || size > UINT64_MAX / 2)
        return false;
    cell->prefill = size;
    cell->keys = size ? 2 * size : 1;
    return true;
}

APPLY(threads)
{
    return qs_limits_parse_threads(value, limits, &cell->threads);
}

/* Whether a list fits the machine is judged before anything runs. */
APPLY(placement)
{
    (void)limits;
    return qs_topology_has_policy(value) &&
           copy_name(value, cell->placement, sizeof cell->placement);
}

static bool apply_choice(const char *value, const char *no, const char *yes, bool *is)
{
    *is = !strcmp(value, yes);
    return *is || !strcmp(value, no);
}

APPLY(oversubscribe)
{
    (void)limits;
    return apply_choice(value, "no", "yes", &cell->oversubscribe);
}

APPLY(prefill)
{
    (void)limits;
    cell->prefill_all = !strcmp(value, "all");
    if (cell->prefill_all) {
        cell->prefill = cell->keys;
        return true;
    }
    cell->prefill_descending = !strcmp(value, "descending");
    if (cell->prefill_descending)
        return cell->prefill_even = true;
    return apply_choice(value, "half", "even", &cell->prefill_even);
}

/* `size` records in all; those that insert have as many more keys to take. */
APPLY(workload)
{
    (void)limits;
    if (!qs_workload_named(value, cell))
        return false;
    if (cell->prefill_all)
        cell->keys = cell->prefill;
    cell->prefill_even = cell->prefill_descending = false;
    return true;
}

APPLY(span)
{
    uint64_t n;

    (void)limits;
    if (!qs_parse_count(value, &n) || n == 0 || n > UINT32_MAX)
        return false;
    cell->span = (unsigned)n;
    return true;
}

APPLY(start)
{
    (void)limits;
    cell->capacity = 0;
    cell->sized = qs_parse_count(value, &cell->capacity) && cell->capacity &&
                  cell->capacity <= UINT32_MAX;
    return cell->sized || apply_choice(value, "grow", "sized", &cell->sized);
}

APPLY(quiesce)
{
    uint64_t every;

    (void)limits;
    if (!qs_parse_count(value, &every) || every == 0 || every > 1000000000)
        return false;
    cell->quiesce_every = (unsigned)every;
    return true;
}

APPLY(warmup)
{
    (void)limits;
    return qs_parse_seconds(value, &cell->warmup_s);
}

APPLY(duration)
{
    (void)limits;
    return qs_parse_seconds(value, &cell->duration_s) && cell->duration_s > 0;
}

APPLY(patience)
{
    (void)limits;
    return qs_parse_seconds(value, &cell->patience_s);
}

APPLY(timeout)
{
    (void)limits;
    return qs_parse_seconds(value, &cell->timeout_s) && cell->timeout_s > 0;
}

APPLY(repeats)
{
    uint64_t n;

    (void)limits, (void)cell;
    return qs_parse_count(value, &n) && n > 0 && n <= 10000;
}

APPLY(seed)
{
    uint64_t n;

    (void)limits, (void)cell;
    return qs_parse_count(value, &n);
}

APPLY(order)
{
    bool ignored;

    (void)limits, (void)cell;
    return apply_choice(value, "interleaved", "sequential", &ignored);
}

static const struct key cell_keys[] = {
    { "structure",
      "a structure of `quiesce list`, or all",
      apply_structure,
      { "pair" } },
    { "reclaim", "a scheme of `quiesce list`, or all", apply_reclaim, { "pair" } },
    { "pair", "STRUCTURE:SCHEME", apply_pair, { "structure", "reclaim" } },
    { "mix",
      "percent of gets/inserts/deletes, 100 together, such as 90/5/5; or "
      "get:50/put:30/rmw:10/range:10",
      apply_mix,
      { "update", "workload" } },
    { "update",
      "percent, half of it inserts and half deletes",
      apply_update,
      { "mix", "workload" } },
    { "span", "a number of keys above 0", apply_span, { NULL } },
    { "dist",
      "uniform, zipf:0.99, hot:20/80, latest:0.99 or sequential",
      apply_dist,
      { "workload" } },
    { "keys", "a number above 0, such as 65536 or 100k", apply_keys, { "size" } },
    { "size", "a number of keys present, such as 100", apply_size, { "keys" } },
    { "threads", "a number above 0, cores, max or 2max", apply_threads, { NULL } },
    { "placement",
      "compact, cores, scatter, numa-rr, one-socket, list:0,2,4-7 or none",
      apply_placement,
      { NULL } },
    { "oversubscribe", "yes or no", apply_oversubscribe, { NULL } },
    { "prefill", "half, even, descending or all", apply_prefill, { "workload" } },
    { "workload", "ycsb-a to ycsb-f", apply_workload, { "mix", "update", "dist" } },
    { "start", "grow, sized or a number of keys to expect", apply_start, { NULL } },
    { "quiesce", "operations between quiescent states", apply_quiesce, { NULL } },
    { "writers", "a number of threads, 0 for all", qs_apply_writers, { NULL } },
    { "churn", "any, lowest or handover", qs_apply_churn, { NULL } },
    { "phases", "a number of them, 0 for none", qs_apply_phases, { NULL } },
    { "stall", "a number of threads, at most 1000", qs_apply_stall, { NULL } },
    { "wake", "percent of the duration, 0 for never", qs_apply_wake, { NULL } },
    { "batch", "a number of nodes, 0 for the scheme's own", qs_apply_batch, { NULL } },
    { "free", "batch or amortised", qs_apply_free, { NULL } },
    { "alloc", "malloc or pool", qs_apply_alloc, { NULL } },
    { "era",
      "a number of allocations, 0 for the scheme's own",
      qs_apply_era,
      { NULL } },
    { "watch", "none or garbage", qs_apply_watch, { NULL } },
    { "latency",
      "off, sampled:64 (one operation in so many) or paced:80% or paced:500k (operations "
      "per second)",
      qs_apply_latency,
      { NULL } },
    { "measure",
      "mix, fill, drain or a number of tasks such as tasks:10k",
      qs_apply_measure,
      { NULL } },
    { "resize",
      "off, a number of buckets such as 8192, or two such as 8192-16384",
      qs_apply_resize,
      { NULL } },
    { "memory",
      "default, first-touch, local, interleave or bind:NODE, or one for tables and one "
      "for nodes such as interleave/local",
      qs_apply_memory,
      { NULL } },
    { "huge_pages", "system, on or off", qs_apply_huge_pages, { NULL } },
};

static const struct key run_keys[] = {
    { "repeats", "a number above 0", apply_repeats, { NULL } },
    { "warmup", "a duration such as 200ms, up to 1000000s", apply_warmup, { NULL } },
    { "duration",
      "a duration such as 200ms, up to 1000000s",
      apply_duration,
      { NULL } },
    { "patience", "a duration such as 50ms, or 0", apply_patience, { NULL } },
    { "order", "interleaved or sequential", apply_order, { NULL } },
    { "seed", "a number", apply_seed, { NULL } },
    { "timeout", "a duration such as 60s, up to 1000000s", apply_timeout, { NULL } },
    { "timeline", "a number of moments, at most 1000", qs_apply_timeline, { NULL } },
};

enum {
    CELL_KEYS = sizeof cell_keys / sizeof *cell_keys,
    RUN_KEYS = sizeof run_keys / sizeof *run_keys
};

const char *qs_cell_key_at(unsigned i)
{
    return i < CELL_KEYS ? cell_keys[i].name : NULL;
}

const char *qs_run_key_at(unsigned i)
{
    return i < RUN_KEYS ? run_keys[i].name : NULL;
}

static const char *any_key_at(unsigned i)
{
    return i < CELL_KEYS ? cell_keys[i].name : qs_run_key_at(i - CELL_KEYS);
}

static const struct key *find_key(const char *name)
{
    for (unsigned i = 0; i < CELL_KEYS; i++)
        if (!strcmp(cell_keys[i].name, name))
            return &cell_keys[i];
    for (unsigned i = 0; i < RUN_KEYS; i++)
        if (!strcmp(run_keys[i].name, name))
            return &run_keys[i];
    return NULL;
}

static bool takes_all(const char *key)
{
    return !strcmp(key, "structure") || !strcmp(key, "reclaim");
}

/* A wrong name gets the list of right ones, anything else what the key takes. */
static void explain(const struct key *key, const char *value, char *error, size_t size)
{
    const char *colon = strchr(value, ':');
    char structure[64];

    if (!strcmp(key->name, "pair") && colon) {
        snprintf(structure, sizeof structure, "%.*s", (int)(colon - value), value);
        if (!is_named(structure, structure_name))
            qs_unknown_name("structure", structure, structure_name, error, size);
        else
            qs_unknown_name("reclaim", colon + 1, scheme_name, error, size);
    } else if (!strcmp(key->name, "structure")) {
        qs_unknown_name("structure", value, structure_name, error, size);
    } else if (!strcmp(key->name, "reclaim")) {
        qs_unknown_name("reclaim", value, scheme_name, error, size);
    } else if (!strcmp(key->name, "workload")) {
        qs_unknown_name("workload", value, qs_workload_name_at, error, size);
    } else {
        snprintf(error, size, "%s = %s: takes %s", key->name, value, key->takes);
    }
}

/* A pair that is named must run. */
static int check_pair(const struct qs_cell *cell, char *error, size_t size)
{
    const struct qs_pair *pair = qs_pair_find(cell->structure, cell->reclaim);

    if ((pair && pair->ops) || qs_peer_find(cell->structure, cell->reclaim))
        return 0;
    snprintf(error, size, "%s does not run over %s: %s", cell->structure, cell->reclaim,
             pair ? pair->reason : "the pair is not in the matrix");
    return -1;
}

static int check_one(const struct key *key, const char *value, char *error, size_t size)
{
    static const struct qs_limits any = { .pus = 1, .cores = 1, .numa_nodes = 1 };
    struct qs_cell cell;

    memset(&cell, 0, sizeof cell);
    if (takes_all(key->name) && !strcmp(value, "all"))
        return 0;
    if (key->apply(value, &any, &cell))
        return key->apply == apply_pair ? check_pair(&cell, error, size) : 0;
    explain(key, value, error, size);
    return -1;
}

/* The value's parts; a list of processors is one part, commas and all. */
static size_t split_value(char *text, char **parts)
{
    if (qs_topology_is_list(text)) {
        parts[0] = text;
        return 1;
    }
    return qs_split(text, parts, QS_LIST);
}

size_t qs_setting_values(const char *value, char **text, char *parts[QS_LIST])
{
    *text = qs_copied(value);
    return split_value(*text, parts);
}

int qs_setting_check(const char *name, const char *value, char *error,
                     size_t error_size)
{
    const struct key *key = find_key(name);
    char *text, *parts[QS_LIST];
    int result = 0;

    if (!key) {
        qs_unknown_name("setting", name, any_key_at, error, error_size);
        return -1;
    }
    size_t n = qs_setting_values(value, &text, parts);
    if (n == 0 || (key >= run_keys && key < run_keys + RUN_KEYS && n > 1)) {
        snprintf(error, error_size, "%s = %s: takes one value, %s", name, value,
                 key->takes);
        result = -1;
    }
    for (size_t i = 0; i < n && result == 0; i++)
        result = check_one(key, parts[i], error, error_size);
    free(text);
    return result;
}

int qs_setting_check_pair(const char *text, char *error, size_t error_size)
{
    const char *equal = strchr(text, '=');
    char key[32];

    if (!equal || equal == text || (size_t)(equal - text) >= sizeof key) {
        snprintf(error, error_size, "'%s' is no setting; write KEY=VALUE", text);
        return -1;
    }
    memcpy(key, text, (size_t)(equal - text));
    key[equal - text] = 0;
    return qs_setting_check(key, equal + 1, error, error_size);
}

bool qs_setting_apply(const char *key, const char *value,
                      const struct qs_limits *limits, struct qs_cell *cell)
{
    return find_key(key)->apply(value, limits, cell);
}

const char *qs_setting_rival(const char *key, unsigned i)
{
    const struct key *k = find_key(key);
    return k && i < 3 ? k->rivals[i] : NULL;
}
