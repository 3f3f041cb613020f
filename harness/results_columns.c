/* results_columns.c - the table of cells.csv's columns. */
#include "harness/results_columns.h"

#include <inttypes.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/latency.h"
#include "harness/mix.h"
#include "harness/peer.h"
#include "harness/settings_roles.h"
#include "harness/text.h"

/* liburcu's table swaps inside liburcu, and *_uncounted leaves its counters out: what
 * nobody counted must not look like "no CAS failed".  locked_map makes none: 0. */
bool qs_row_counts_cas(const struct qs_row *row)
{
    const char *structure = row->cell.structure, *end = strstr(structure, "_uncounted");
    return strcmp(structure, "lfht") != 0 && !qs_peer_names_structure(structure) &&
           !(end && end[strlen("_uncounted")] == 0);
}

static double sum_of_sites(const struct qs_row *row, const uint64_t *sites)
{
    double sum = qs_row_counts_cas(row) ? 0 : NAN;
    for (int i = 0; i < QS_SITES; i++)
        sum += qs_count_number(sites[i]);
    return sum;
}

static double per(double part, double whole)
{
    return whole > 0 ? part / whole : NAN;
}

static double cas_tries(const struct qs_row *row)
{
    return sum_of_sites(row, row->sample.cas_tries);
}

static double cas_fails(const struct qs_row *row)
{
    return sum_of_sites(row, row->sample.cas_fails);
}

static double cas_fail_per_op(const struct qs_row *row)
{
    return per(cas_fails(row), qs_count_number(row->sample.ops));
}

static double cas_fail_per_update(const struct qs_row *row)
{
    return per(cas_fails(row), qs_row_updates(row));
}

static double steps_per_op(const struct qs_row *row)
{
    return qs_row_counts_cas(row) ? per(qs_count_number(row->sample.steps),
                                        qs_count_number(row->sample.ops))
                                  : NAN;
}

static double restarts_per_op(const struct qs_row *row)
{
    return qs_row_counts_cas(row) ? per(qs_count_number(row->sample.restarts),
                                        qs_count_number(row->sample.ops))
                                  : NAN;
}

static double update_pct(const struct qs_row *row)
{
    return qs_mix_updates(&row->cell) / 10.0;
}

/* How much larger garbage is at the end than before: 1 if it stays, NaN if there was
 * none. */
static double grown_since(const struct qs_row *row, uint64_t before)
{
    return per(qs_count_number(row->sample.garbage_end), qs_count_number(before));
}

static double unreclaimed_since_half(const struct qs_row *row)
{
    return grown_since(row, row->sample.garbage_half);
}

static double unreclaimed_since_quarter(const struct qs_row *row)
{
    return grown_since(row, row->sample.garbage_quarter);
}

/* For bounds that schemes state per thread. */
static double unreclaimed_per_thread(const struct qs_row *row)
{
    return per(qs_count_number(row->sample.garbage_peak), row->cell.threads);
}

/* Of what was retired in the measurement, the share that was garbage at its end. */
static double unreclaimed_share(const struct qs_row *row)
{
    return per(qs_count_number(row->sample.garbage_end),
               qs_count_number(row->sample.retired));
}

static void spell_prefill(const struct qs_row *row, char *text, size_t size)
{
    snprintf(text, size, "%s",
             row->cell.prefill_all          ? "all"
             : row->cell.prefill_descending ? "descending"
             : row->cell.prefill_even       ? "even"
                                            : "random");
}

static bool parse_prefill(struct qs_row *row, const char *text)
{
    row->cell.prefill_all = !strcmp(text, "all");
    row->cell.prefill_descending = !strcmp(text, "descending");
    row->cell.prefill_even = row->cell.prefill_descending || !strcmp(text, "even");
    return row->cell.prefill_even || row->cell.prefill_all || !*text ||
           !strcmp(text, "random");
}

static void spell_id(const struct qs_row *row, char *text, size_t size)
{
    snprintf(text, size, "%016" PRIx64, row->id);
}

static bool parse_id(struct qs_row *row, const char *text)
{
    char *end;
    row->id = strtoull(text, &end, 16);
    return *end == 0;
}

/* A yes-or-no field with a word for either. */
#define CHOICE(field, yes, no)                                                \
    static void spell_##field(const struct qs_row *row, char *text, size_t n) \
    {                                                                         \
        snprintf(text, n, "%s", row->cell.field ? yes : no);                  \
    }                                                                         \
    static bool parse_##field(struct qs_row *row, const char *text)           \
    {                                                                         \
        row->cell.field = strcmp(text, yes) == 0;                             \
        return row->cell.field || !*text || strcmp(text, no) == 0;            \
    }
CHOICE(fresh_inserts, "new", "any")
CHOICE(pool, "pool", "malloc")
CHOICE(amortise, "amortised", "batch")
CHOICE(oversubscribe, "1", "0")

static void spell_churn(const struct qs_row *row, char *text, size_t size)
{
    snprintf(text, size, "%s",
             row->cell.hand_over      ? "handover"
             : row->cell.churn_lowest ? "lowest"
                                      : "any");
}

static bool parse_churn(struct qs_row *row, const char *text)
{
    row->cell.churn_lowest = strcmp(text, "lowest") == 0;
    row->cell.hand_over = strcmp(text, "handover") == 0;
    return row->cell.churn_lowest || row->cell.hand_over || !*text ||
           strcmp(text, "any") == 0;
}

static void spell_latency(const struct qs_row *row, char *text, size_t size)
{
    if (size >= QS_LATENCY_TEXT)
        qs_latency_text(&row->cell, text);
}

static bool parse_latency(struct qs_row *row, const char *text)
{
    return !*text || qs_latency_parse(text, &row->cell);
}

/* What the times are of. */
static void spell_lat_mode(const struct qs_row *row, char *text, size_t size)
{
    static const char *const modes[] = { "", "service", "intended" };
    snprintf(text, size, "%s", modes[row->cell.latency]);
}

/* The slowest thread against the fastest: 1 if all are alike. */
static double fairness(const struct qs_row *row)
{
    return per(row->sample.mops_thread_min, row->sample.mops_thread_max);
}

static void spell_start(const struct qs_row *row, char *text, size_t size)
{
    if (row->cell.capacity)
        snprintf(text, size, "%" PRIu64, row->cell.capacity);
    else
        snprintf(text, size, "%s", row->cell.sized ? "sized" : "grow");
}

static bool parse_start(struct qs_row *row, const char *text)
{
    row->cell.capacity = 0;
    row->cell.sized =
        !strcmp(text, "sized") || qs_parse_count(text, &row->cell.capacity);
    return row->cell.sized || !*text || !strcmp(text, "grow");
}

static double resizes_per_s(const struct qs_row *row)
{
    return per(qs_count_number(row->sample.resizes), row->sample.seconds);
}

/* Of a map that was filled and not changed since. */
static double keys_per_bucket(const struct qs_row *row)
{
    return per((double)row->cell.prefill, qs_count_number(row->sample.buckets));
}

/* What a structure had to change by CAS, apart from attempts that failed. */
static double cas_ok_per_op(const struct qs_row *row)
{
    return per(cas_tries(row) - cas_fails(row), qs_count_number(row->sample.ops));
}

/* Keys that ranges met, and the time of one where all operations are ranges. */
static double visited_per_op(const struct qs_row *row)
{
    return per(qs_count_number(row->sample.visited), qs_count_number(row->sample.ops));
}

static double cpu_ns_per_visit(const struct qs_row *row)
{
    return row->cell.range_permille == 1000
               ? per(row->sample.cpu_ns_per_op, visited_per_op(row))
               : NAN;
}

static double cycles_per_op(const struct qs_row *row)
{
    return per(qs_count_number(row->sample.cycles), qs_count_number(row->sample.ops));
}

static double instructions_per_op(const struct qs_row *row)
{
    return per(qs_count_number(row->sample.instructions),
               qs_count_number(row->sample.ops));
}

static double llc_misses_per_op(const struct qs_row *row)
{
    return per(qs_count_number(row->sample.llc_misses),
               qs_count_number(row->sample.ops));
}

/* Of the attempts, those that worked. */
static double cas_ok_share(const struct qs_row *row)
{
    return per(cas_tries(row) - cas_fails(row), cas_tries(row));
}

static double retired_per_op(const struct qs_row *row)
{
    return per(qs_count_number(row->sample.retired), qs_count_number(row->sample.ops));
}

/* Gets that found nothing. */
static double misses(const struct qs_row *row)
{
    return qs_count_number(row->sample.gets) - qs_count_number(row->sample.hits);
}

#define FIELD(f) \
    .offset = offsetof(struct qs_row, f), .size = sizeof((struct qs_row *)0)->f
#define TEXT(n, f)                                  \
    {                                               \
        .name = n, .kind = QS_COLUMN_TEXT, FIELD(f) \
    }
#define UNSIGNED(n, f)                                  \
    {                                                   \
        .name = n, .kind = QS_COLUMN_UNSIGNED, FIELD(f) \
    }
#define COUNT(n, f)                                  \
    {                                                \
        .name = n, .kind = QS_COLUMN_COUNT, FIELD(f) \
    }
#define COUNTED(n, f)                                  \
    {                                                  \
        .name = n, .kind = QS_COLUMN_COUNTED, FIELD(f) \
    }
#define REAL(n, f)                                  \
    {                                               \
        .name = n, .kind = QS_COLUMN_REAL, FIELD(f) \
    }
#define DERIVED_BY(n, f)                                  \
    {                                                     \
        .name = n, .kind = QS_COLUMN_DERIVED, .derive = f \
    }
#define DERIVED(f) DERIVED_BY(#f, f)
#define SPELT(n, s, p)                                             \
    {                                                              \
        .name = n, .kind = QS_COLUMN_SPELT, .spell = s, .parse = p \
    }
#define ABSENT(n)                           \
    {                                       \
        .name = n, .kind = QS_COLUMN_ABSENT \
    }
#define SITE(site, n)                                             \
    COUNTED("cas_" n "_tries", sample.cas_tries[QS_SITE_##site]), \
        COUNTED("cas_" n "_fails", sample.cas_fails[QS_SITE_##site])

/* Times of one kind of operation; those of all together begin among older columns. */
#define TAIL(kind, k)                                                         \
    REAL(kind "p9999_ns", sample.latency[k].p9999),                           \
        REAL(kind "p999_unswitched_ns", sample.latency[k].p999_unswitched),   \
        REAL(kind "p9999_unswitched_ns", sample.latency[k].p9999_unswitched), \
        REAL(kind "max_unswitched_ns", sample.latency[k].max_unswitched)
#define PERCENTILES(kind, k)                          \
    REAL(kind "p50_ns", sample.latency[k].p50),       \
        REAL(kind "p90_ns", sample.latency[k].p90),   \
        REAL(kind "p99_ns", sample.latency[k].p99),   \
        REAL(kind "p999_ns", sample.latency[k].p999), \
        REAL(kind "max_ns", sample.latency[k].max), TAIL(kind, k)

const struct qs_column qs_columns[] = {
    /* Results of other versions and of other people stand in this order: add at the
     * end only. */
    TEXT("run", run),
    TEXT("figure", figure),
    SPELT("cell", spell_id, parse_id),
    UNSIGNED("rep", rep),
    UNSIGNED("seq", seq),
    TEXT("status", status),
    TEXT("structure", cell.structure),
    TEXT("reclaim", cell.reclaim),
    UNSIGNED("threads", cell.threads),
    TEXT("placement", cell.placement),
    SPELT("memory", qs_spell_memory, qs_parse_memory),
    SPELT("alloc", spell_pool, parse_pool),
    UNSIGNED("keys", cell.keys),
    UNSIGNED("prefill", cell.prefill),
    DERIVED(update_pct),
    SPELT("dist", qs_spell_dist, qs_parse_dist),
    UNSIGNED("seed", seed),
    REAL("warmup_s", cell.warmup_s),
    REAL("duration_s", cell.duration_s),
    COUNT("ops", sample.ops),
    REAL("mops", sample.mops),
    REAL("mops_thread_min", sample.mops_thread_min),
    REAL("mops_thread_max", sample.mops_thread_max),
    COUNT("reads", sample.gets),
    COUNT("inserts", sample.inserts),
    COUNT("removes", sample.deletes),
    DERIVED(cas_tries),
    DERIVED(cas_fails),
    DERIVED(cas_fail_per_op),
    COUNTED("restarts", sample.restarts),
    COUNT("retired", sample.retired),
    COUNT("freed", sample.freed),
    COUNT("unreclaimed_peak", sample.garbage_peak),
    COUNT("rss_peak_kb", sample.rss_peak_kb),
    SPELT("lat_mode", spell_lat_mode, NULL),
    REAL("p50_ns", sample.latency[QS_LATENCY_ALL].p50),
    REAL("p90_ns", sample.latency[QS_LATENCY_ALL].p90),
    REAL("p99_ns", sample.latency[QS_LATENCY_ALL].p99),
    REAL("p999_ns", sample.latency[QS_LATENCY_ALL].p999),
    REAL("max_ns", sample.latency[QS_LATENCY_ALL].max),
    COUNT("cycles", sample.cycles),
    COUNT("instructions", sample.instructions),
    COUNT("llc_misses", sample.llc_misses),
    COUNT("ctx_switches", sample.ctx_switches),
    COUNT("migrations", sample.migrations),
    COUNT("page_faults", sample.page_faults),
    ABSENT("energy_j"),
    TEXT("start_utc", sample.start_utc),
    TEXT("error", sample.error),
    SPELT("mix", qs_spell_mix, qs_parse_mix_of),
    SPELT("prefill_mode", spell_prefill, parse_prefill),
    SPELT("start", spell_start, parse_start),
    SPELT("oversubscribe", spell_oversubscribe, parse_oversubscribe),
    UNSIGNED("quiesce_every", cell.quiesce_every),
    REAL("cpu_ns_per_op", sample.cpu_ns_per_op),
    COUNTED("steps", sample.steps),
    DERIVED(steps_per_op),
    DERIVED(restarts_per_op),
    DERIVED(cas_fail_per_update),
    COUNT("hits", sample.hits),
    COUNT("inserted", sample.inserted),
    COUNT("deleted", sample.deleted),
    COUNT("unreclaimed_peak_bytes", sample.garbage_peak_bytes),
    SITE(LINK, "link"),
    SITE(MARK, "mark"),
    SITE(UNLINK, "unlink"),
    SITE(UPPER_LINK, "upper_link"),
    SITE(UPPER_MARK, "upper_mark"),
    SITE(UPPER_UNLINK, "upper_unlink"),
    SITE(TABLE, "table"),
    SITE(OTHER, "other"),
    REAL("seconds", sample.seconds),
    UNSIGNED("writers", cell.writers),
    SPELT("churn", spell_churn, parse_churn),
    UNSIGNED("phases", cell.phases),
    UNSIGNED("stall", cell.stall),
    UNSIGNED("wake_pct", cell.wake_percent),
    UNSIGNED("batch", cell.batch),
    REAL("moment_s", sample.moment_s),
    COUNT("unreclaimed_quarter", sample.garbage_quarter),
    COUNT("unreclaimed_half", sample.garbage_half),
    COUNT("unreclaimed_end", sample.garbage_end),
    DERIVED(unreclaimed_since_quarter),
    DERIVED(unreclaimed_since_half),
    DERIVED(unreclaimed_share),
    DERIVED(unreclaimed_per_thread),
    REAL("retired_avg", sample.retired_avg),
    REAL("read_cpu_ns", sample.read_cpu_ns),
    REAL("update_cpu_ns", sample.update_cpu_ns),
    SPELT("free", spell_amortise, parse_amortise),
    REAL("scan_ns", sample.scan_ns),
    COUNT("longest_scan_ns", sample.longest_scan_ns),
    COUNT("delay_p50_ns", sample.delay_p50_ns),
    COUNT("delay_p99_ns", sample.delay_p99_ns),
    COUNT("oldest_ns", sample.oldest_ns),
    UNSIGNED("era", cell.era),
    SPELT("latency", spell_latency, parse_latency),
    SPELT("measure", qs_spell_measure, qs_parse_measure),
    TAIL("", QS_LATENCY_ALL),
    PERCENTILES("get_", QS_GET),
    PERCENTILES("insert_", QS_INSERT),
    PERCENTILES("delete_", QS_DELETE),
    COUNT("lat_samples", sample.latency_samples),
    COUNT("lat_switched", sample.latency_switched),
    COUNT("lat_behind", sample.latency_behind),
    REAL("lat_cost_pct", sample.latency_cost_pct),
    REAL("pace_mops", sample.pace_mops),
    TEXT("op", sample.op),
    REAL("percentile", sample.point.percentile),
    REAL("latency_ns", sample.point.latency_ns),
    REAL("within_ns", sample.point.within_ns),
    REAL("within_pct", sample.point.within_pct),
    REAL("beyond_pct", sample.point.beyond_pct),
    SPELT("resize", qs_spell_resize, qs_parse_resize),
    COUNT("resizes", sample.resizes),
    DERIVED(resizes_per_s),
    COUNTED("moved", sample.moved),
    COUNT("buckets", sample.buckets),
    REAL("draw_ns", sample.draw_ns),
    DERIVED(keys_per_bucket),
    DERIVED(cas_ok_per_op),
    DERIVED(fairness),
    DERIVED(misses),
    SPELT("workload", qs_spell_workload, NULL),
    UNSIGNED("span", cell.span),
    SPELT("inserts_of", spell_fresh_inserts, parse_fresh_inserts),
    COUNT("puts", sample.puts),
    COUNT("rmws", sample.rmws),
    COUNT("ranges", sample.ranges),
    COUNT("visited", sample.visited),
    DERIVED(visited_per_op),
    DERIVED(cpu_ns_per_visit),
    DERIVED(cas_ok_share),
    DERIVED(cycles_per_op),
    DERIVED(instructions_per_op),
    DERIVED(llc_misses_per_op),
    PERCENTILES("put_", QS_PUT),
    PERCENTILES("rmw_", QS_RMW),
    PERCENTILES("range_", QS_RANGE),
    SPELT("huge_pages", qs_spell_huge, qs_parse_huge),
    TEXT("table_pages", sample.table_pages),
    TEXT("node_pages", sample.node_pages),
    REAL("misplaced_pct", sample.misplaced_pct),
    REAL("crowding", sample.crowding),
    UNSIGNED("given_up", sample.given_up),
    COUNT("huge_kb", sample.huge_kb),
    DERIVED(retired_per_op),
    UNSIGNED("look", look),
    COUNT("cas_local_tries", sample.cas_local_tries),
    COUNT("cas_local_fails", sample.cas_local_fails),
    COUNT("cas_remote_tries", sample.cas_remote_tries),
    COUNT("cas_remote_fails", sample.cas_remote_fails),
    COUNT("cas_homeless", sample.cas_homeless),
    DERIVED_BY("cas_remote_share", qs_cas_remote_share),
    DERIVED_BY("cas_remote_per_update", qs_cas_remote_per_update),
    COUNT("thread_node", sample.home.thread_node),
    COUNT("home_node", sample.home.home_node),
    COUNT("node_tries", sample.home.tries),
    COUNT("node_fails", sample.home.fails),
    REAL("node_tries_pct", sample.home.tries_pct),
    REAL("node_fail_pct", sample.home.fail_pct),
    COUNT("remote_frees", sample.remote_frees),
};
_Static_assert(QS_SITES == 8, "a new site needs its two columns above");

const size_t qs_column_count = sizeof qs_columns / sizeof *qs_columns;
