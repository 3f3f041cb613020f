/* program.c - a peer's program in C or C++: reads requests, runs them as cells of the
 * harness, writes answers.
 *
 * usage: PROGRAM STRUCTURE SCHEME, with requests on standard input.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/map_ops.h"
#include "harness/peer.h"
#include "harness/peers/program_map.h"
#include "harness/runner.h"

enum { LINE = 4096 };

/* The matrix of this program is its one map. */
static struct qs_pair pair;
static struct qs_map_ops ops;

static void (*own_sum)(struct qs_map *m, struct qs_map_sum *sum);
static uint64_t left; /* keys of the latest map when it was summed up */

static void noted_sum(struct qs_map *m, struct qs_map_sum *sum)
{
    own_sum(m, sum);
    left = sum->keys;
}

const struct qs_pair *qs_pair_at(unsigned i)
{
    return i ? NULL : &pair;
}

const struct qs_pair *qs_pair_find(const char *structure, const char *reclaim)
{
    return !strcmp(structure, pair.structure) && !strcmp(reclaim, pair.reclaim) ? &pair
                                                                                : NULL;
}

const struct qs_named *qs_structure_at(unsigned i)
{
    (void)i;
    return NULL;
}

const struct qs_named *qs_scheme_at(unsigned i)
{
    (void)i;
    return NULL;
}

const struct qs_pair *qs_probe_at(unsigned i)
{
    (void)i;
    return NULL;
}

bool qs_is_probe(const char *structure)
{
    (void)structure;
    return false;
}

/* Returns the name of what is missing, or NULL. */
static const char *read_request(const char *line, struct qs_cell *cell, uint64_t *seed)
{
    uint64_t threads, insert, delete, quiesce, oversubscribe;
    const struct {
        const char *name;
        uint64_t *to;
    } counts[] = { { "threads", &threads },
                   { "keys", &cell->keys },
                   { "prefill", &cell->prefill },
                   { "capacity", &cell->capacity },
                   { "insert", &insert },
                   { "delete", &delete },
                   { "quiesce", &quiesce },
                   { "oversubscribe", &oversubscribe },
                   { "seed", seed } };

    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        if (!qs_peer_count(line, counts[i].name, counts[i].to))
            return counts[i].name;
    cell->threads = (unsigned)threads;
    cell->insert_permille = (unsigned)insert;
    cell->delete_permille = (unsigned)delete;
    cell->quiesce_every = (unsigned)quiesce;
    cell->oversubscribe = oversubscribe;
    cell->sized = cell->capacity > 0;
    if (!qs_peer_real(line, "warmup", &cell->warmup_s))
        return "warmup";
    if (!qs_peer_real(line, "duration", &cell->duration_s))
        return "duration";
    return qs_peer_text(line, "placement", cell->placement, sizeof cell->placement)
               ? NULL
               : "placement";
}

/* A sample is valid if the map holds as many keys as were added to it. */
static void answer(const struct qs_sample *s, uint64_t work)
{
    printf("done seconds=%.9g gets=%" PRIu64 " inserts=%" PRIu64 " deletes=%" PRIu64
           " hits=%" PRIu64 " inserted=%" PRIu64 " deleted=%" PRIu64
           " mops=%.9g mops_min=%.9g mops_max=%.9g cpu_ns=%.9g switches=%ld"
           " added=%" PRIu64 " left=%" PRIu64 " work=%" PRIu64 "\n",
           s->seconds, s->gets, s->inserts, s->deletes, s->hits, s->inserted,
           s->deleted, s->mops, s->mops_thread_min, s->mops_thread_max,
           s->ops ? s->cpu_ns_per_op * (double)s->ops : 0, s->ctx_switches, left, left,
           work);
}

static void run(const char *line, const struct qs_topology *topology)
{
    struct qs_cell cell = { .timeout_s = 3600 }; /* the tool's own ends it */
    struct qs_sample sample;
    uint64_t seed;
    const char *missing = read_request(line, &cell, &seed);

    if (missing) {
        printf("failed the request does not say %s\n", missing);
        return;
    }
    snprintf(cell.structure, sizeof cell.structure, "%s", pair.structure);
    snprintf(cell.reclaim, sizeof cell.reclaim, "%s", pair.reclaim);
    if (qs_run_cell(&cell, topology, seed, &sample))
        printf("failed %s\n", sample.error);
    else if (!sample.valid)
        printf("wrong %s\n", sample.error);
    else
        answer(&sample, qs_peer_work(&cell, seed));
    qs_sample_free(&sample);
}

int main(int argc, char **argv)
{
    char line[LINE], error[256];

    pair = (struct qs_pair){ .structure = argc > 1 ? argv[1] : "",
                             .reclaim = argc > 2 ? argv[2] : "" };
    const struct qs_map_ops *found = peer_ops(pair.structure, pair.reclaim);
    if (!found) {
        fprintf(stderr, "%s: no map %s under %s here\n", argv[0], pair.structure,
                pair.reclaim);
        return 2;
    }
    ops = *found;
    own_sum = ops.sum;
    ops.sum = noted_sum;
    pair.ops = &ops;
    struct qs_topology *topology = qs_topology_open(NULL, error, sizeof error);
    if (!topology) {
        fprintf(stderr, "%s: %s\n", argv[0], error);
        return 4;
    }
    while (fgets(line, sizeof line, stdin)) {
        run(line, topology);
        fflush(stdout);
    }
    qs_topology_close(topology);
    return 0;
}
