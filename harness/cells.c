/* cells.c - crossing a figure's axes. */
#include "harness/cells.h"

#include <stdio.h>
#include <string.h>

#include "harness/allocate.h"
#include "harness/locality.h"
#include "harness/map_ops.h"
#include "harness/mix.h"
#include "harness/needs.h"
#include "harness/peer.h"

/* A figure may cross to so many cells, days of measuring. */
enum { MOST_CROSSED = 65536, SLOTS = 2 * MOST_CROSSED };

struct expansion {
    const struct qs_figure *figure;
    const struct qs_choices *choices;
    const struct qs_limits *limits;
    struct qs_filter *filters[64]; /* [skip], and --only at the end */
    size_t n_skip;
    bool has_only;
    bool any_all; /* structure or reclaim is "all": refused pairs are left out */
    struct qs_plan *plan;
    uint64_t *ids;    /* of the cells so far: a hash table of SLOTS */
    unsigned crossed; /* cells so far, wanted or not */
    char *error;
    size_t error_size;
};

/* The same source once more, counting less or more, or with texts for keys. */
static bool is_variant(const char *structure)
{
    const char *suffix = strrchr(structure, '_');
    return qs_locality_is_of(structure) ||
           (suffix && (!strcmp(suffix, "_uncounted") || !strcmp(suffix, "_text")));
}

/* For one thread: a limit to compare with, which is measured if it is asked for. */
static bool is_alone(const char *structure)
{
    const struct qs_pair *pair = qs_pair_find(structure, "direct");
    return pair && pair->ops && pair->ops->alone;
}

/* The names "all" stands for: variants are no structures of their own. */
static size_t all_names(const char *key, char *names[QS_LIST])
{
    bool structures = !strcmp(key, "structure");
    const struct qs_named *named;
    size_t n = 0;

    for (unsigned i = 0;
         (named = structures ? qs_structure_at(i) : qs_scheme_at(i)) && n < QS_LIST;
         i++)
        if (!structures || (!is_variant(named->name) && !is_alone(named->name)))
            names[n++] = (char *)named->name;
    return n;
}

/* The values of a key; "all" is replaced.  *text is to be freed. */
static size_t values_of(const struct expansion *x, const char *key, char **text,
                        char *values[QS_LIST])
{
    const char *value = qs_setting_value(x->figure, x->choices, key);

    *text = NULL;
    if (!value)
        return 0;
    if (!strcmp(value, "all") && (!strcmp(key, "structure") || !strcmp(key, "reclaim")))
        return all_names(key, values);
    return qs_setting_values(value, text, values);
}

static bool is_skipped(const struct expansion *x, const struct qs_cell *cell)
{
    struct qs_row row;

    memset(&row, 0, sizeof row);
    row.cell = *cell;
    row.id = qs_cell_id(cell);
    for (size_t i = 0; i < x->n_skip; i++)
        if (qs_filter_match(x->filters[i], &row, x->limits))
            return true;
    return x->has_only && !qs_filter_match(x->filters[x->n_skip], &row, x->limits);
}

/* False if a cell of this id is there already. */
static bool add_id(struct expansion *x, uint64_t id)
{
    size_t slot = id % SLOTS;

    id += !id; /* 0 is an empty slot */
    for (; x->ids[slot]; slot = (slot + 1) % SLOTS)
        if (x->ids[slot] == id)
            return false;
    x->ids[slot] = id;
    return true;
}

static int refuse(const struct expansion *x, const struct qs_cell *cell,
                  const struct qs_pair *pair)
{
    snprintf(x->error, x->error_size,
             "%s: %s does not run over %s: %s; name the pairs that do: pair = "
             "STRUCTURE:SCHEME, ...",
             x->figure->path, cell->structure, cell->reclaim,
             pair ? pair->reason : "the pair is not in the matrix");
    return -1;
}

static int refuse_operation(const struct expansion *x, const struct qs_cell *cell,
                            const struct qs_map_ops *ops)
{
    char mix[QS_MIX_TEXT];

    snprintf(x->error, x->error_size,
             "%s: mix %s: %s has no operation %s; leave it out, or the operation "
             "(structures/README.md lists who offers it)",
             x->figure->path, qs_mix_text(cell, mix), cell->structure,
             qs_mix_lacks(cell, ops));
    return -1;
}

static int refuse_so_many(const struct expansion *x)
{
    snprintf(x->error, x->error_size,
             "%s: the axes cross to more than %d cells; give them fewer values",
             x->figure->path, MOST_CROSSED);
    return -1;
}

/* Adds a cell, unless it is there already, too wide, or of a peer that is not built. */
static int add_cell(struct expansion *x, const struct qs_cell *cell, bool is_built)
{
    struct qs_plan *plan = x->plan;

    if (!add_id(x, qs_cell_id(cell)))
        return 0;
    if (cell->threads > x->limits->pus && !cell->oversubscribe) {
        plan->too_wide++;
        return 0;
    }
    if (!is_built) {
        plan->absent++;
        plan->absent_s += qs_cell_seconds(cell);
        return 0;
    }
    plan->cells = qs_grown(plan->cells, plan->n, sizeof *plan->cells);
    plan->cells[plan->n++] = *cell;
    return 0;
}

/* Of a peer: an experiment may name those that only some machines have. */
static int finish_peer(struct expansion *x, const struct qs_peer *peer,
                       const struct qs_cell *cell)
{
    char why[160];

    if (is_skipped(x, cell))
        return 0;
    if (qs_peer_check(cell, why, sizeof why)) {
        snprintf(x->error, x->error_size, "%s: %s", x->figure->path, why);
        return -1;
    }
    return add_cell(x, cell, qs_peer_is_built(peer));
}

/* A cell with all its values: adds it, unless it is not wanted. */
static int finish(struct expansion *x, struct qs_cell *cell)
{
    const struct qs_pair *pair = qs_pair_find(cell->structure, cell->reclaim);
    const struct qs_peer *peer = qs_peer_find(cell->structure, cell->reclaim);

    qs_mix_complete(cell);
    if (++x->crossed > MOST_CROSSED)
        return refuse_so_many(x);
    if (peer)
        return finish_peer(x, peer, cell);
    if (!pair || !pair->ops)
        return x->any_all ? 0 : refuse(x, cell, pair);
    if (is_skipped(x, cell))
        return 0;
    if (qs_mix_lacks(cell, pair->ops))
        return x->any_all ? 0 : refuse_operation(x, cell, pair->ops);
    return add_cell(x, cell, true);
}

/* Crosses the values of the i-th key with those of all later ones. */
static int expand(struct expansion *x, unsigned i, struct qs_cell *cell)
{
    const char *key = qs_cell_key_at(i);
    char *text, *values[QS_LIST];

    if (!key)
        return finish(x, cell);
    size_t n = values_of(x, key, &text, values);
    int result = n ? 0 : expand(x, i + 1, cell);
    for (size_t k = 0; k < n && result == 0; k++) {
        struct qs_cell next = *cell;
        qs_setting_apply(key, values[k], x->limits, &next);
        result = expand(x, i + 1, &next);
    }
    free(text);
    return result;
}

static bool says_all(const struct expansion *x, const char *key)
{
    const char *value = qs_setting_value(x->figure, x->choices, key);
    return value && !strcmp(value, "all");
}

/* Together they must say what to run. */
static int check_given(const struct expansion *x)
{
    static const char *const needed[][3] = { { "structure", "pair", "pair" },
                                             { "reclaim", "pair", "pair" },
                                             { "threads", "threads", "threads" },
                                             { "keys", "size", "size" },
                                             { "mix", "update", "workload" } };

    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        if (qs_setting_value(x->figure, x->choices, needed[i][0]) ||
            qs_setting_value(x->figure, x->choices, needed[i][1]) ||
            qs_setting_value(x->figure, x->choices, needed[i][2]))
            continue;
        snprintf(x->error, x->error_size, "%s: nothing gives %s; --set %s=...",
                 x->figure->path, needed[i][0], needed[i][0]);
        return -1;
    }
    return 0;
}

static int add_filter(struct expansion *x, size_t at, const char *text)
{
    if (at < sizeof x->filters / sizeof *x->filters) {
        x->filters[at] = qs_filter_parse(text, x->error, x->error_size);
        return x->filters[at] ? 0 : -1;
    }
    snprintf(x->error, x->error_size, "%s: too many [skip] lines", x->figure->path);
    return -1;
}

static int prepare_filters(struct expansion *x)
{
    for (; x->n_skip < x->figure->n_skip; x->n_skip++)
        if (add_filter(x, x->n_skip, x->figure->skip[x->n_skip]))
            return -1;
    if (x->choices->only && add_filter(x, x->n_skip, x->choices->only))
        return -1;
    x->has_only = x->choices->only != NULL;
    return 0;
}

static void apply_run_key(const struct expansion *x, const char *key,
                          struct qs_cell *cell)
{
    const char *value = qs_setting_value(x->figure, x->choices, key);

    if (value)
        qs_setting_apply(key, value, x->limits, cell);
}

/* What a file leaves open. */
static struct qs_cell first_cell(const struct expansion *x)
{
    struct qs_cell cell;

    memset(&cell, 0, sizeof cell);
    strcpy(cell.placement, "cores");
    cell.quiesce_every = 100;
    cell.warmup_s = 0.1;
    cell.duration_s = 1;
    cell.timeout_s = 60;
    apply_run_key(x, "warmup", &cell);
    apply_run_key(x, "duration", &cell);
    cell.patience_s = QS_PATIENCE_ITS_OWN;
    apply_run_key(x, "patience", &cell);
    apply_run_key(x, "timeout", &cell);
    apply_run_key(x, "timeline", &cell);
    return cell;
}

static uint64_t run_count(const struct expansion *x, const char *key,
                          uint64_t otherwise)
{
    const char *value = qs_setting_value(x->figure, x->choices, key);

    if (value)
        qs_parse_count(value, &otherwise);
    return otherwise;
}

static int expand_all(struct expansion *x)
{
    struct qs_cell cell = first_cell(x);
    const char *order = qs_setting_value(x->figure, x->choices, "order");

    if (check_given(x) || prepare_filters(x))
        return -1;
    x->any_all = says_all(x, "structure") || says_all(x, "reclaim");
    x->plan->repeats = (unsigned)run_count(x, "repeats", 7);
    x->plan->seed = run_count(x, "seed", 1);
    x->plan->interleaved = !order || !strcmp(order, "interleaved");
    return expand(x, 0, &cell);
}

int qs_plan_make(const struct qs_figure *figure, const struct qs_choices *choices,
                 const struct qs_limits *limits, struct qs_plan *plan, char *error,
                 size_t error_size)
{
    struct expansion x = { .figure = figure,
                           .choices = choices,
                           .limits = limits,
                           .plan = plan,
                           .error = error,
                           .error_size = error_size };

    memset(plan, 0, sizeof *plan);
    plan->figure = figure;
    x.ids = qs_needed(calloc(SLOTS, sizeof *x.ids));
    int result = expand_all(&x);
    free(x.ids);
    for (size_t i = 0; i < x.n_skip + x.has_only; i++)
        qs_filter_free(x.filters[i]);
    if (result)
        qs_plan_free(plan);
    else if (!qs_needs_met(figure->needs, limits, plan->unmet, sizeof plan->unmet))
        plan->n = 0;
    return result;
}

void qs_plan_free(struct qs_plan *plan)
{
    free(plan->cells);
    memset(plan, 0, sizeof *plan);
}

/* Creating and destroying threads and map and looking for strangers on the cores costs
 * milliseconds, each key a fraction of a microsecond; in a list, each key passes all
 * those before it. */
static double set_up_seconds(const struct qs_cell *cell)
{
    double keys = (double)cell->prefill, passed = 0;

    if (!strncmp(cell->structure, "hm_list", 7) && !cell->prefill_descending)
        passed = keys * keys * 1e-9;
    return 0.01 + 0.0002 * cell->threads + 4e-7 * keys + passed;
}

double qs_cell_seconds(const struct qs_cell *cell)
{
    return cell->warmup_s + cell->duration_s + set_up_seconds(cell);
}

double qs_plan_seconds(const struct qs_plan *plan)
{
    double seconds = 0;

    for (size_t i = 0; i < plan->n; i++)
        seconds += plan->repeats * qs_cell_seconds(&plan->cells[i]);
    return seconds;
}
