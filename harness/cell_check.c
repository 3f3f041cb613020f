/* cell_check.c - what can be said against a cell before it runs. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "harness/map_ops.h"
#include "harness/memory_policy.h"
#include "harness/mix.h"
#include "harness/peer.h"
#include "harness/runner.h"
#include "harness/text.h"

enum { MOST_THREADS = 4096 };

/* Where a check writes its sentence. */
struct complaint {
    char *text;
    size_t size;
};

static int complain(struct complaint *c, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static int complain(struct complaint *c, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(c->text, c->size, format, arguments);
    va_end(arguments);
    return -1;
}

static const char *structure_name(unsigned i)
{
    const struct qs_named *named = qs_structure_at(i);
    return named ? named->name : NULL;
}

static const char *scheme_name(unsigned i)
{
    const struct qs_named *named = qs_scheme_at(i);
    return named ? named->name : NULL;
}

static bool is_among(const char *name, qs_name_at *names)
{
    const char *known;

    for (unsigned i = 0; (known = names(i)); i++)
        if (!strcmp(known, name))
            return true;
    return false;
}

static int check_pair(const struct qs_cell *cell, struct complaint *c)
{
    const struct qs_pair *pair = qs_pair_find(cell->structure, cell->reclaim);

    if (pair && pair->ops)
        return 0;
    if (!is_among(cell->structure, structure_name) && !qs_is_probe(cell->structure))
        qs_unknown_name("structure", cell->structure, structure_name, c->text, c->size);
    else if (!is_among(cell->reclaim, scheme_name))
        qs_unknown_name("reclaimer", cell->reclaim, scheme_name, c->text, c->size);
    else
        complain(c, "%s does not run under %s: %s; see quiesce list", cell->structure,
                 cell->reclaim, pair ? pair->reason : "the pair is not in the matrix");
    return -1;
}

static int check_work(const struct qs_cell *cell, struct complaint *c)
{
    char text[QS_MIX_TEXT];

    if (!cell->keys)
        return complain(c, "--keys 0: at least one key is needed, for example 100k");
    if (cell->prefill > cell->keys)
        return complain(c, "prefill %llu: there are only %llu keys",
                        (unsigned long long)cell->prefill,
                        (unsigned long long)cell->keys);
    if (cell->prefill_even && cell->prefill > (cell->keys + 1) / 2)
        return complain(c, "prefill %llu: only %llu of the keys are even",
                        (unsigned long long)cell->prefill,
                        (unsigned long long)(cell->keys + 1) / 2);
    if (cell->insert_permille + cell->delete_permille > 1000)
        return complain(c, "mix: inserts and deletes are more than 100 percent; write "
                           "get/insert/delete, for example 90/5/5");
    if (!(cell->theta >= 0 && cell->theta <= 10))
        return complain(c, "%s: theta must be from 0 to 10; for example zipf:0.99",
                        qs_distribution_text(cell, text));
    if (cell->fresh_inserts && cell->prefill_even)
        return complain(c,
                        "%s: keys come in the order of the prefill, which has to be "
                        "a random one; prefill = half or all",
                        *qs_workload_name(cell) ? qs_workload_name(cell)
                                                : qs_distribution_text(cell, text));
    return 0;
}

/* The operations that not every map offers. */
static int check_operations(const struct qs_cell *cell, struct complaint *c)
{
    const struct qs_pair *pair = qs_pair_find(cell->structure, cell->reclaim);
    const char *lacking = qs_mix_lacks(cell, pair->ops);
    char mix[QS_MIX_TEXT];

    if (lacking)
        return complain(c,
                        "mix %s: %s has no operation %s; structures/README.md lists "
                        "who offers it",
                        qs_mix_text(cell, mix), cell->structure, lacking);
    if (cell->range_permille && !cell->span)
        return complain(c,
                        "span = 0: a range visits one key at least; for example 100");
    return 0;
}

/* Bytes that the system could still give, or 0 if it does not tell. */
static double available_memory(void)
{
    FILE *f = fopen("/proc/meminfo", "re");
    unsigned long long kb = 0;
    char line[256];

    while (f && fgets(line, sizeof line, f) &&
           sscanf(line, "MemAvailable: %llu kB", &kb) != 1)
        ;
    if (f)
        fclose(f);
    return (double)kb * 1024;
}

/* No node is smaller than its header, key, value and link: below this no map of so many
 * keys can be filled, and trying ends in swapping or in the hands of the OOM killer. */
static int check_memory(const struct qs_cell *cell, struct complaint *c)
{
    enum { LEAST_NODE = 48, WORTH_A_LOOK = 1000000 };
    double needed = (double)cell->prefill * LEAST_NODE;

    if (cell->prefill < WORTH_A_LOOK)
        return 0;
    double available = available_memory();
    if (available <= 0 || needed <= available)
        return 0;
    return complain(c,
                    "--keys %llu: the %llu that are there at first need %.1f GB at "
                    "least, and %.1f GB are available; use fewer",
                    (unsigned long long)cell->keys, (unsigned long long)cell->prefill,
                    needed / 1e9, available / 1e9);
}

/* The roles of threads: who updates, who stalls. */
static int check_roles(const struct qs_cell *cell, struct complaint *c)
{
    bool updates = qs_mix_updates(cell);

    if (cell->writers > cell->threads)
        return complain(c, "writers = %u: there are only %u threads", cell->writers,
                        cell->threads);
    if (cell->writers && !cell->churn_lowest && !updates)
        return complain(c,
                        "writers = %u: the mix has no updates for them to do; "
                        "for example mix = 0/50/50",
                        cell->writers);
    if (cell->churn_lowest && !cell->writers)
        return complain(c, "churn = lowest: say how many threads do so, for example "
                           "writers = 1");
    if (cell->churn_lowest && (!cell->prefill_even || cell->prefill < cell->writers))
        return complain(c,
                        "churn = lowest: each writer needs a key of its own; "
                        "prefill = even or descending, and size at least %u",
                        cell->writers);
    if (cell->hand_over && (!cell->writers || cell->writers == cell->threads))
        return complain(c,
                        "churn = handover: some threads bring keys and the others take "
                        "them; for example threads = 2 and writers = 1");
    if (cell->hand_over && (!cell->insert_permille || !cell->delete_permille))
        return complain(c, "churn = handover: inserts and deletes; mix = 0/50/50");
    if (cell->wake_percent && !cell->stall)
        return complain(c, "wake = %u%%: no thread stalls; for example stall = 1",
                        cell->wake_percent);
    return 0;
}

/* Parts of the measurement in which all threads do one thing. */
static int check_phases(const struct qs_cell *cell, struct complaint *c)
{
    if (!cell->phases)
        return 0;
    if (!cell->timeline || cell->timeline % cell->phases)
        return complain(c,
                        "phases = %u: timeline has to be a multiple of it, for example "
                        "timeline = %u",
                        cell->phases, 10 * cell->phases);
    if (cell->writers || cell->watch_garbage || cell->latency)
        return complain(c, "phases = %u: takes no writers, watch or latency",
                        cell->phases);
    if (!qs_mix_updates(cell))
        return complain(c,
                        "phases = %u: the mix has no updates to take turns with reads; "
                        "for example mix = 0/50/50",
                        cell->phases);
    return 0;
}

/* What has an end of its own. */
static int check_task(const struct qs_cell *cell, struct complaint *c)
{
    const char *task = cell->measure_fill    ? "fill"
                       : cell->measure_drain ? "drain"
                                             : "tasks";

    if (cell->resize_to)
        return complain(c, "measure = %s: takes no resize", task);
    if (cell->measure_fill && (cell->insert_permille != 1000 || !cell->prefill))
        return complain(c, "measure = fill: inserts keys and does nothing else; mix = "
                           "0/100/0, and keys at least 2");
    if (cell->measure_drain && (cell->delete_permille != 1000 || !cell->prefill))
        return complain(c, "measure = drain: removes keys and does nothing else; mix = "
                           "0/0/100, and keys at least 2");
    if (cell->measure_drain && !cell->span)
        return complain(c, "measure = drain: threads take chunks of the keys; say how "
                           "large, for example span = 10k");
    if (cell->pace_percent)
        return complain(c,
                        "measure = %s: has no warm-up to take a share of; give a "
                        "rate, for example latency = paced:500k",
                        task);
    if (cell->writers || cell->stall || cell->timeline || cell->watch_garbage)
        return complain(c, "measure = %s: takes no writers, stall, timeline or watch",
                        task);
    return 0;
}

/* What is measured besides throughput. */
static int check_measure(const struct qs_cell *cell, struct complaint *c)
{
    if (cell->pace_percent && !(cell->warmup_s > 0))
        return complain(c,
                        "latency = paced:%u%%: of what the warm-up manages; give it "
                        "time, or a rate, for example paced:500k",
                        cell->pace_percent);
    const struct qs_pair *pair = qs_pair_find(cell->structure, cell->reclaim);
    if (cell->resize && pair && !pair->ops->resize)
        return complain(c, "resize: %s has no such operation; see structures/README.md",
                        cell->structure);
    return qs_cell_is_task(cell) ? check_task(cell, c) : 0;
}

static int check_schedule(const struct qs_cell *cell, struct complaint *c)
{
    if (!cell->threads)
        return complain(c, "--threads 0: at least one thread is needed");
    if (cell->threads > MOST_THREADS)
        return complain(c, "--threads %u: at most %d are supported", cell->threads,
                        MOST_THREADS);
    if (!cell->quiesce_every)
        return complain(c, "--quiesce 0: at least one operation lies between two "
                           "quiescent states");
    if (!(cell->duration_s > 0))
        return complain(c, "--duration 0: a measurement takes time, for example 1s");
    return 0;
}

static int check_alone(const struct qs_cell *cell, struct complaint *c)
{
    const struct qs_pair *pair = qs_pair_find(cell->structure, cell->reclaim);

    if (!pair->ops->alone || cell->threads + cell->stall == 1)
        return 0;
    return complain(c,
                    "--threads %u: %s is for one thread alone, a limit to compare "
                    "with; use --threads 1",
                    cell->threads + cell->stall, cell->structure);
}

static int check_placement(const struct qs_cell *cell,
                           const struct qs_topology *topology, struct complaint *c)
{
    struct qs_place places[MOST_THREADS];

    if (!qs_topology_is_this_machine(topology))
        return complain(c, "this topology is not this machine's: it can be placed on "
                           "(quiesce place) but not measured on; unset HWLOC_SYNTHETIC "
                           "and HWLOC_XMLFILE");
    if (qs_memory_check(cell, topology, c->text, c->size))
        return -1;
    if (!strcmp(cell->placement, "none"))
        return 0;
    return qs_topology_place(topology, cell->placement, cell->threads,
                             cell->oversubscribe, places, c->text, c->size);
}

static int check_built(const struct qs_cell *cell, struct complaint *c)
{
    const struct qs_peer *peer = qs_peer_find(cell->structure, cell->reclaim);

    if (qs_peer_is_built(peer))
        return 0;
    return complain(c,
                    "%s: its program is not built%s%s; scripts/install-deps --peers, "
                    "then scripts/build",
                    cell->structure, *peer->package ? ", which takes " : "",
                    peer->package);
}

int qs_cell_check(const struct qs_cell *cell, const struct qs_topology *topology,
                  char *error, size_t error_size)
{
    struct complaint c = { error, error_size };

    if (qs_peer_names_structure(cell->structure)) {
        if (qs_peer_check(cell, error, error_size) || check_built(cell, &c) ||
            check_work(cell, &c) || check_schedule(cell, &c))
            return -1;
        return check_placement(cell, topology, &c);
    }
    if (check_pair(cell, &c) || check_work(cell, &c) || check_roles(cell, &c) ||
        check_phases(cell, &c) || check_measure(cell, &c) ||
        check_operations(cell, &c) || check_schedule(cell, &c) || check_alone(cell, &c))
        return -1;
    if (qs_topology_is_this_machine(topology) && check_memory(cell, &c))
        return -1;
    return check_placement(cell, topology, &c);
}
