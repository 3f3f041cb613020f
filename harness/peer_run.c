/* peer_run.c - one repeat of a peer's cell: what is asked, and whether the answer can
 * be a number. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness/peer.h"

enum { LINE = 4096 };

/* Where threads are to be: the system's numbers of processors, or none. */
static int add_places(const struct qs_cell *cell, const struct qs_topology *topology,
                      char *line, char *error, size_t error_size)
{
    struct qs_place *places = calloc(cell->threads, sizeof *places);
    size_t used = strlen(line);
    int result = -1;

    if (!places)
        snprintf(error, error_size, "no memory");
    else if (!strcmp(cell->placement, "none"))
        result = 0;
    else
        result = qs_topology_place(topology, cell->placement, cell->threads,
                                   cell->oversubscribe, places, error, error_size);
    for (unsigned i = 0; !result && strcmp(cell->placement, "none"); i++) {
        if (i == cell->threads || used + 16 > LINE)
            break;
        used += (size_t)snprintf(line + used, LINE - used, "%s%u",
                                 i ? "," : " cpus=", places[i].pu);
    }
    free(places);
    return result;
}

static int make_request(const struct qs_cell *cell, const struct qs_topology *topology,
                        uint64_t seed, char *line, char *error, size_t error_size)
{
    uint64_t capacity = !cell->sized     ? 0
                        : cell->capacity ? cell->capacity
                                         : cell->prefill;

    snprintf(line, LINE,
             "run threads=%u keys=%" PRIu64 " prefill=%" PRIu64 " capacity=%" PRIu64
             " insert=%u delete=%u quiesce=%u seed=%" PRIu64
             " warmup=%.9g duration=%.9g placement=%s oversubscribe=%d",
             cell->threads, cell->keys, cell->prefill, capacity, cell->insert_permille,
             cell->delete_permille, cell->quiesce_every, seed, cell->warmup_s,
             cell->duration_s, cell->placement, cell->oversubscribe);
    if (add_places(cell, topology, line, error, error_size))
        return -1;
    strcat(line, "\n");
    return 0;
}

/* What a peer must tell, and where it goes. */
struct answer {
    uint64_t added; /* keys that operations of all phases added, less those they took */
    uint64_t left;  /* keys in the map at the end */
    uint64_t work;
    double cpu_ns;
};

static const char *read_answer(const char *line, struct qs_sample *s, struct answer *a)
{
    const struct {
        const char *name;
        uint64_t *to;
    } counts[] = { { "gets", &s->gets },         { "inserts", &s->inserts },
                   { "deletes", &s->deletes },   { "hits", &s->hits },
                   { "inserted", &s->inserted }, { "deleted", &s->deleted },
                   { "added", &a->added },       { "left", &a->left },
                   { "work", &a->work } };
    const struct {
        const char *name;
        double *to;
    } reals[] = { { "seconds", &s->seconds },
                  { "mops", &s->mops },
                  { "cpu_ns", &a->cpu_ns } };

    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        if (!qs_peer_count(line, counts[i].name, counts[i].to))
            return counts[i].name;
    for (size_t i = 0; i < sizeof reals / sizeof *reals; i++)
        if (!qs_peer_real(line, reals[i].name, reals[i].to))
            return reals[i].name;
    return NULL;
}

/* What only some peers can tell. */
static void read_more(const char *line, struct qs_sample *s)
{
    uint64_t switches;

    if (!qs_peer_real(line, "mops_min", &s->mops_thread_min))
        s->mops_thread_min = NAN;
    if (!qs_peer_real(line, "mops_max", &s->mops_thread_max))
        s->mops_thread_max = NAN;
    s->ctx_switches = qs_peer_count(line, "switches", &switches) ? (long)switches : -1;
}

static void judge(struct qs_sample *s, const struct answer *a, uint64_t work)
{
    s->valid = false;
    if (a->work != work)
        snprintf(s->error, sizeof s->error,
                 "its program did other work: draws of %" PRIu64 ", not of %" PRIu64,
                 a->work, work);
    else if (a->added != a->left)
        snprintf(s->error, sizeof s->error,
                 "the map holds %" PRIu64 " keys; its operations left %" PRIu64,
                 a->left, a->added);
    else
        s->valid = true;
}

/* Counters of our own maps that a peer does not have. */
static void blank(struct qs_sample *s)
{
    const uint64_t none = (uint64_t)-1;

    s->retired = s->freed = s->garbage_peak = s->garbage_peak_bytes = none;
    s->garbage_quarter = s->garbage_half = s->garbage_end = none;
    s->longest_scan_ns = s->delay_p50_ns = s->delay_p99_ns = s->oldest_ns = none;
    s->moved = s->buckets = s->cycles = s->instructions = s->llc_misses = none;
    s->migrations = s->page_faults = -1;
    s->scan_ns = s->draw_ns = s->retired_avg = s->read_cpu_ns = s->update_cpu_ns = NAN;
}

static void note_start(struct qs_sample *sample)
{
    time_t now = time(NULL);
    struct tm utc;

    gmtime_r(&now, &utc);
    strftime(sample->start_utc, sizeof sample->start_utc, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

int qs_peer_run(const struct qs_peer *peer, const struct qs_cell *cell,
                const struct qs_topology *topology, uint64_t seed, struct qs_sample *s)
{
    double timeout_s = (cell->timeout_s > 0 ? cell->timeout_s : 60) + cell->warmup_s +
                       cell->duration_s;
    char request[LINE], line[LINE];
    struct answer answer;

    blank(s);
    if (make_request(cell, topology, seed, request, s->error, sizeof s->error))
        return -1;
    note_start(s);
    if (qs_peer_ask(peer, request, timeout_s, line, sizeof line, s->error,
                    sizeof s->error))
        return -1;
    const char *words = strchr(line, ' ') ? strchr(line, ' ') + 1 : "";
    bool failed = !strncmp(line, "failed ", 7), wrong = !strncmp(line, "wrong ", 6);
    if (failed || wrong) {
        snprintf(s->error, sizeof s->error, "%.*s", (int)strcspn(words, "\n"), words);
        return failed ? -1 : 0;
    }
    const char *lacking =
        strncmp(line, "done ", 5) ? "done" : read_answer(line, s, &answer);
    if (lacking) {
        snprintf(s->error, sizeof s->error, "its program's answer lacks %s: %.60s",
                 lacking, line);
        return -1;
    }
    read_more(line, s);
    s->ops = s->gets + s->inserts + s->deletes;
    s->cpu_ns_per_op = s->ops ? answer.cpu_ns / (double)s->ops : NAN;
    s->rss_peak_kb = qs_peer_rss_peak(peer);
    judge(s, &answer, qs_peer_work(cell, seed));
    return 0;
}
