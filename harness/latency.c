/* latency.c - what threads note of single operations, summed up: see latency.h. */
#include "harness/latency.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "harness/allocate.h"
#include "harness/text.h"

static const double SUSPICIOUS_NS = 8000, REFRESH_NS = 100000;

struct qs_latency *qs_latency_new(const struct qs_cell *cell, unsigned thread)
{
    struct qs_latency *l = calloc(1, sizeof *l);

    if (!l)
        return NULL;
    l->watch = qs_stopwatch_get();
    l->every = cell->latency_every ? cell->latency_every : 1;
    l->suspicious = (uint64_t)(SUSPICIOUS_NS * l->watch->ticks_per_ns);
    l->refresh = (uint64_t)(REFRESH_NS * l->watch->ticks_per_ns);
    if (cell->pace > 0)
        l->pace = 1e9 * l->watch->ticks_per_ns * cell->threads / cell->pace;
    qs_stream_seed(&l->random, 1, thread);
    return l;
}

bool qs_latency_look(struct qs_latency *l, uint64_t now)
{
    struct rusage usage;

    getrusage(RUSAGE_THREAD, &usage);
    bool switched = usage.ru_nivcsw != l->switches;
    l->switches = usage.ru_nivcsw;
    l->looked_at = now;
    return switched;
}

void qs_latency_note(struct qs_latency *l, enum qs_operation operation, uint64_t ticks,
                     uint64_t began, uint64_t ended)
{
    ticks = ticks > l->watch->empty ? ticks - l->watch->empty : 0;
    qs_histogram_add(&l->all[operation], ticks);
    if (ended - began >= l->suspicious && qs_latency_look(l, ended))
        qs_histogram_add(&l->switched[operation], ticks);
}

static const struct qs_percentiles no_percentiles = { NAN, NAN, NAN, NAN, NAN,
                                                      NAN, NAN, NAN, NAN };

void qs_latency_none(struct qs_sample *sample)
{
    for (unsigned kind = 0; kind < QS_LATENCY_KINDS; kind++)
        sample->latency[kind] = no_percentiles;
    sample->latency_samples = sample->latency_switched = (uint64_t)-1;
    sample->latency_behind = (uint64_t)-1;
    sample->latency_cost_pct = sample->pace_mops = NAN;
}

void qs_sample_free(struct qs_sample *sample)
{
    free(sample->timeline);
    free(sample->points);
    free(sample->homes);
    sample->timeline = NULL;
    sample->points = NULL;
    sample->homes = NULL;
}

/* One kind of operation of all threads; the last is all of them. */
static void merge(struct qs_latency *const *threads, unsigned n, unsigned kind,
                  struct qs_histogram *all, struct qs_histogram *switched)
{
    memset(all, 0, sizeof *all);
    memset(switched, 0, sizeof *switched);
    for (unsigned i = 0; i < n; i++)
        for (unsigned k = 0; k < QS_OPERATIONS; k++)
            if (kind == QS_LATENCY_ALL || kind == k) {
                qs_histogram_merge(all, &threads[i]->all[k]);
                qs_histogram_merge(switched, &threads[i]->switched[k]);
            }
}

static void set_percentiles(struct qs_percentiles *p, const struct qs_histogram *all,
                            const struct qs_histogram *unswitched, double ticks_per_ns)
{
    p->p50 = qs_histogram_quantile(all, 0.5) / ticks_per_ns;
    p->p90 = qs_histogram_quantile(all, 0.9) / ticks_per_ns;
    p->p99 = qs_histogram_quantile(all, 0.99) / ticks_per_ns;
    p->p999 = qs_histogram_quantile(all, 0.999) / ticks_per_ns;
    p->p9999 = qs_histogram_quantile(all, 0.9999) / ticks_per_ns;
    p->max = qs_histogram_quantile(all, 1) / ticks_per_ns;
    p->p999_unswitched = qs_histogram_quantile(unswitched, 0.999) / ticks_per_ns;
    p->p9999_unswitched = qs_histogram_quantile(unswitched, 0.9999) / ticks_per_ns;
    p->max_unswitched = qs_histogram_quantile(unswitched, 1) / ticks_per_ns;
}

static struct qs_latency_point *add_point(struct qs_sample *s, unsigned kind)
{
    s->points = qs_grown(s->points, s->n_points, sizeof *s->points);
    struct qs_latency_point *p = &s->points[s->n_points++];
    *p = (struct qs_latency_point){ kind, NAN, NAN, NAN, NAN, NAN };
    return p;
}

/* Those percentiles that have at least ten samples beyond them. */
static void add_percentiles(struct qs_sample *s, unsigned kind,
                            const struct qs_histogram *h, double ticks_per_ns)
{
    static const double percentiles[] = { 10,     20,     30,    40,    50,    60,
                                          70,     80,     90,    95,    98,    99,
                                          99.5,   99.8,   99.9,  99.95, 99.98, 99.99,
                                          99.995, 99.998, 99.999 };
    double samples = (double)qs_histogram_total(h);

    for (unsigned i = 0; i < sizeof percentiles / sizeof *percentiles; i++) {
        if (samples * (100 - percentiles[i]) < 999)
            break;
        struct qs_latency_point *p = add_point(s, kind);
        p->percentile = percentiles[i];
        p->latency_ns = qs_histogram_quantile(h, percentiles[i] / 100) / ticks_per_ns;
    }
}

/* Ten moments per power of ten, from where it begins to where it ends. */
static void add_shares(struct qs_sample *s, unsigned kind, const struct qs_histogram *h,
                       double ticks_per_ns)
{
    static const double decade[] = { 10, 12.5, 16, 20, 25, 31.5, 40, 50, 63, 80 };

    for (unsigned i = 0; i < 130; i++) { /* an hour and more: all there can be */
        unsigned power = i / 10;
        double ns = decade[i % 10] * pow(10, power);
        double within = qs_histogram_within(h, ns * ticks_per_ns);
        if (!(within > 0))
            continue;
        struct qs_latency_point *p = add_point(s, kind);
        p->within_ns = ns;
        p->within_pct = 100 * within;
        p->beyond_pct = within < 1 ? 100 * (1 - within) : NAN;
        if (within >= 1)
            break;
    }
}

static void sum_up_kind(struct qs_sample *s, unsigned kind,
                        const struct qs_histogram *all,
                        const struct qs_histogram *switched, double ticks_per_ns)
{
    struct qs_histogram *unswitched = qs_needed(malloc(sizeof *unswitched));

    *unswitched = *all;
    qs_histogram_subtract(unswitched, switched);
    set_percentiles(&s->latency[kind], all, unswitched, ticks_per_ns);
    add_percentiles(s, kind, all, ticks_per_ns);
    add_shares(s, kind, all, ticks_per_ns);
    free(unswitched);
}

/* Operations per second that were due, in millions. */
static double pace_of(struct qs_latency *const *threads, unsigned n)
{
    double mops = 0;

    for (unsigned i = 0; i < n; i++)
        if (threads[i]->pace > 0)
            mops += 1e3 * threads[i]->watch->ticks_per_ns / threads[i]->pace;
    return mops > 0 ? mops : NAN;
}

void qs_latency_sum_up(struct qs_sample *s, struct qs_latency *const *threads,
                       unsigned n, double cpu_ns)
{
    const struct qs_stopwatch *watch = qs_stopwatch_get();
    struct qs_histogram *all = qs_needed(malloc(2 * sizeof *all));

    for (unsigned kind = 0; kind < QS_LATENCY_KINDS; kind++) {
        merge(threads, n, kind, &all[0], &all[1]);
        sum_up_kind(s, kind, &all[0], &all[1], watch->ticks_per_ns);
    }
    s->latency_samples = qs_histogram_total(&all[0]);
    s->latency_switched = qs_histogram_total(&all[1]);
    s->latency_behind = 0;
    for (unsigned i = 0; i < n; i++)
        s->latency_behind += threads[i]->behind;
    s->latency_cost_pct = 100 * (double)s->latency_samples * watch->sample_ns / cpu_ns;
    s->pace_mops = pace_of(threads, n);
    free(all);
}

char *qs_latency_text(const struct qs_cell *cell, char text[QS_LATENCY_TEXT])
{
    if (cell->latency == QS_LATENCY_SERVICE)
        snprintf(text, QS_LATENCY_TEXT, "sampled:%u", cell->latency_every);
    else if (cell->latency == QS_LATENCY_OFF)
        strcpy(text, "off");
    else if (cell->pace_percent)
        snprintf(text, QS_LATENCY_TEXT, "paced:%u%%", cell->pace_percent);
    else
        snprintf(text, QS_LATENCY_TEXT, "paced:%.10g", cell->pace);
    return text;
}

static bool parse_pace(const char *text, struct qs_cell *cell)
{
    unsigned permille;
    uint64_t rate;

    if (strchr(text, '%')) {
        if (!qs_parse_permille(text, &permille) || permille < 10 || permille % 10)
            return false;
        cell->pace_percent = permille / 10;
        return true;
    }
    if (!qs_parse_count(text, &rate) || !rate)
        return false;
    cell->pace = (double)rate;
    return true;
}

bool qs_latency_parse(const char *text, struct qs_cell *cell)
{
    uint64_t every;

    cell->latency = QS_LATENCY_OFF;
    cell->latency_every = cell->pace_percent = 0;
    cell->pace = 0;
    if (!strcmp(text, "off"))
        return true;
    if (!strncmp(text, "paced:", 6)) {
        cell->latency = QS_LATENCY_INTENDED;
        return parse_pace(text + 6, cell);
    }
    if (strncmp(text, "sampled:", 8) || !qs_parse_count(text + 8, &every) || !every ||
        every > 1000000000)
        return false;
    cell->latency = QS_LATENCY_SERVICE;
    cell->latency_every = (unsigned)every;
    return true;
}
