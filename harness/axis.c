/* axis.c - ranges, scales and marks of a drawing's axes. */
#include "harness/axis.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/allocate.h"

static const struct {
    const char *column, *label;
} labels[] = {
    { "threads", "threads" },
    { "moment_s", "time since the measurement began [s]" },
    { "unreclaimed_end", "garbage [nodes]" },
    { "retired_avg", "own garbage of a thread [nodes]" },
    { "keys", "size of the key range" },
    { "size", "keys present" },
    { "steps", "length of a section" },
    { "prefill", "keys present" },
    { "update", "share of updates [%]" },
    { "update_pct", "share of updates [%]" },
    { "mops", "throughput [million operations/s]" },
    { "mops_thread_min", "slowest thread [million operations/s]" },
    { "mops_thread_max", "fastest thread [million operations/s]" },
    { "cpu_ns_per_op", "CPU time per operation [ns]" },
    { "cas_tries", "CAS attempts" },
    { "cas_fails", "failed CAS" },
    { "cas_fail_per_op", "failed CAS per operation" },
    { "cas_fail_per_update", "failed CAS per update" },
    { "steps_per_op", "nodes visited per operation" },
    { "restarts_per_op", "searches begun anew per operation" },
    { "unreclaimed_peak", "garbage at its peak [nodes]" },
    { "unreclaimed_peak_bytes", "garbage at its peak [bytes]" },
    { "rss_peak_kb", "resident memory at its peak [kB]" },
    { "ctx_switches", "context switches" },
    { "migrations", "migrations between processors" },
    { "page_faults", "page faults" },
    { "lat_samples", "operations timed" },
    { "latency_ns", "time of an operation [ns]" },
    { "percentile", "percentile" },
    { "within_ns", "time of an operation" },
    { "within_pct", "operations that take at most so long [%]" },
    { "beyond_pct", "operations that take longer [%]" },
    { "fairness", "slowest thread / fastest" },
    { "resizes_per_s", "resizes per second" },
    { "moved", "nodes moved by resizing" },
    { "buckets", "buckets" },
    { "keys_per_bucket", "keys per bucket" },
    { "misses", "present keys not found" },
    { "cas_ok_per_op", "successful CAS per operation" },
    { "cas_ok_share", "CAS that succeed, of those tried" },
    { "visited_per_op", "keys visited per operation" },
    { "cpu_ns_per_visit", "CPU time per key visited [ns]" },
    { "span", "keys at a time" },
    { "cycles_per_op", "processor cycles per operation" },
    { "instructions_per_op", "instructions per operation" },
    { "llc_misses_per_op", "misses of the last cache per operation" },
    { "retired", "nodes retired" },
    { "freed", "nodes freed" },
    { "misplaced_pct", "pages on another NUMA node than asked for [%]" },
    { "crowding", "slowdown of the core that was shared most" },
    { "given_up", "attempts before: on shared cores, or without a processor" },
    { "huge_kb", "memory in huge pages [kB]" },
    { "retired_per_op", "nodes retired per operation" },
    { "look", "look at the claims that asked for it" },
    { "cas_remote_share", "CAS on words of another NUMA node, of all" },
    { "cas_remote_per_update", "CAS on words of another NUMA node per update" },
    { "remote_frees", "nodes freed on another NUMA node than theirs" },
    { "thread_node", "NUMA node of the thread" },
    { "home_node", "NUMA node of the word" },
    { "node_tries_pct", "CAS [% of all]" },
    { "node_fail_pct", "failed CAS [% of those there]" },
};

/* "insert_p999_ns" as "99.9 % of inserts within [ns]"; NULL for other columns. */
static const char *label_percentile(const char *column)
{
    static const char *const kinds[] = { "get", "insert", "delete",
                                         "put", "rmw",    "range" };
    static const struct {
        const char *measure, *before, *after;
    } measures[] = {
        { "p50_ns", "50 % of ", " within [ns]" },
        { "p90_ns", "90 % of ", " within [ns]" },
        { "p99_ns", "99 % of ", " within [ns]" },
        { "p999_ns", "99.9 % of ", " within [ns]" },
        { "p9999_ns", "99.99 % of ", " within [ns]" },
        { "max_ns", "longest of ", " [ns]" },
        { "p999_unswitched_ns", "99.9 % of ", ", not switched, within [ns]" },
        { "p9999_unswitched_ns", "99.99 % of ", ", not switched, within [ns]" },
        { "max_unswitched_ns", "longest of ", ", not switched [ns]" },
    };
    static char label[64];
    const char *kind = "operation", *measure = column;

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strncmp(column, kinds[i], strlen(kinds[i])) == 0) {
            kind = kinds[i];
            measure = column + strlen(kind) + 1;
        }
    for (size_t i = 0; i < sizeof measures / sizeof *measures; i++)
        if (strcmp(measure, measures[i].measure) == 0) {
            snprintf(label, sizeof label, "%s%ss%s", measures[i].before, kind,
                     measures[i].after);
            return label;
        }
    return NULL;
}

const char *qs_axis_label(const char *column)
{
    const char *label = label_percentile(column);

    if (label)
        return label;
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        if (strcmp(labels[i].column, column) == 0)
            return labels[i].label;
    return column;
}

/* What a set of values spans. */
struct span {
    double most, most_value, least_positive; /* most_value: without intervals */
    bool has_zero;
};

static void extend(struct span *s, double value)
{
    if (!isfinite(value))
        return;
    s->most = fmax(s->most, value);
    s->has_zero |= value <= 0;
    if (value > 0)
        s->least_positive = fmin(s->least_positive, value);
}

static struct span span_of(const struct qs_panel *panel)
{
    struct span s = { -INFINITY, -INFINITY, INFINITY, false };
    for (size_t i = 0; i < panel->n; i++)
        for (size_t k = 0; k < panel->curves[i].n; k++) {
            const struct qs_estimate *y = &panel->curves[i].points[k].y;
            extend(&s, y->value);
            extend(&s, y->lo);
            extend(&s, y->hi);
            s.most_value = fmax(s.most_value, y->value);
        }
    return s;
}

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* The different x that were measured, ascending; to be freed. */
static double *measured(const struct qs_panel *panel, size_t *n)
{
    double *x = NULL;
    size_t all = 0;
    for (size_t i = 0; i < panel->n; i++)
        for (size_t k = 0; k < panel->curves[i].n; k++) {
            x = qs_grown(x, all, sizeof *x);
            x[all++] = panel->curves[i].points[k].x;
        }
    *n = 0;
    if (!all)
        return x;
    qsort(x, all, sizeof *x, compare);
    for (size_t i = 0; i < all; i++)
        if (i == 0 || x[i] != x[*n - 1])
            x[(*n)++] = x[i];
    return x;
}

/* 2^16, 100k or 12: the shortest spelling in which a reader sees the step. */
static char *spell(double value, bool in_powers, char text[32])
{
    int exponent;
    frexp(value, &exponent);
    if (in_powers && value > 0)
        snprintf(text, 32, "2^{%d}", exponent - 1);
    else if (value >= 1e6 && fmod(value, 1e5) == 0)
        snprintf(text, 32, "%gM", value / 1e6);
    else if (value >= 1e4 && fmod(value, 1e3) == 0)
        snprintf(text, 32, "%gk", value / 1e3);
    else
        snprintf(text, 32, "%g", value);
    return text;
}

/* Whether all are powers of two (or zero) and some too long to be written out. */
static bool are_powers(const double *x, size_t n)
{
    int exponent;
    for (size_t i = 0; i < n; i++)
        if (x[i] != 0 && frexp(x[i], &exponent) != 0.5)
            return false;
    return n && x[n - 1] >= 4096;
}

/* How wide a mark's label is, as a share of the axis. */
static double width_of(const char *label)
{
    size_t letters = strlen(label) - (strchr(label, '{') ? 3 : 0);
    return 0.02 * (double)letters + 0.03;
}

/* Marks every measured x, and names those whose names have room; the last one always.
 */
static void write_marks(FILE *out, const double *x, const double *at, size_t n)
{
    double span = n > 1 ? at[n - 1] - at[0] : 1, taken = -1;
    bool powers = are_powers(x, n);
    char text[32];
    double last = 1 - width_of(spell(n ? x[n - 1] : 0, powers, text)) / 2;
    fprintf(out, "set xtics (");
    for (size_t i = 0; i < n; i++) {
        double place = (at[i] - at[0]) / span,
               half = width_of(spell(x[i], powers, text)) / 2;
        bool fits = i + 1 == n || (place - half > taken && place + half < last);
        fprintf(out, "%s\"%s\" X(%.9g)%s", i ? ", " : "", fits ? text : "", x[i],
                fits ? "" : " 1");
        taken = fits ? place + half : taken;
    }
    fprintf(out, ")\n");
}

static void write_categories(FILE *out, const struct qs_panel *panel)
{
    fprintf(out, "X(v) = v\nset xrange [-0.5:%.1f]\nset xtics (",
            (double)panel->n_categories - 0.5);
    for (size_t i = 0; i < panel->n_categories; i++)
        fprintf(out, "%s\"%s\" %zu", i ? ", " : "", panel->categories[i], i);
    fprintf(out, ") noenhanced\n");
}

/* The x at which a zero is drawn on a logarithmic axis. */
static double foot_of_x(const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (x[i] > 0)
            return x[i] / 2;
    return 1;
}

/* How x is drawn.  Percentiles: the closer to 100, the wider, one step per nine. */
enum scale { LINEAR, LOGARITHMIC, NINES };

static double place_of(enum scale scale, double x, double foot)
{
    if (scale == NINES)
        return -log10(1 - x / 100);
    return scale == LOGARITHMIC ? log2(x > 0 ? x : foot) : x;
}

static void write_scale(FILE *out, enum scale scale, double low, double high,
                        double foot)
{
    if (scale == LOGARITHMIC)
        fprintf(out, "set logscale x 2\nX(v) = v > 0 ? v : %.9g\n", foot);
    else
        fprintf(out, "X(v) = %s\n", scale == NINES ? "-log10(1 - v / 100.0)" : "v");
    fprintf(out, "set xrange [%.9g:%.9g]\n", scale == LOGARITHMIC ? exp2(low) : low,
            scale == LOGARITHMIC ? exp2(high) : high);
}

/* Powers of ten, as durations. */
static void write_durations(FILE *out, const double *x, size_t n)
{
    static const char *const units[] = { "ns", "µs", "ms", "s" };
    const char *between = "";

    fprintf(out, "set xtics (");
    for (int power = 0; power < 12; power++) {
        double ns = pow(10, power);
        if (n && ns >= x[0] * 0.999 && ns <= x[n - 1] * 1.001) {
            fprintf(out, "%s\"%g %s\" %g", between, pow(10, power % 3),
                    units[power / 3], ns);
            between = ", ";
        }
    }
    fprintf(out, ")\n");
}

void qs_axis_write_x(FILE *out, const struct qs_panel *panel, const char *column,
                     bool logarithmic)
{
    size_t n;
    enum scale scale = strcmp(column, "percentile") == 0 ? NINES
                       : logarithmic                     ? LOGARITHMIC
                                                         : LINEAR;
    if (panel->n_categories) {
        write_categories(out, panel);
        return;
    }
    double *x = measured(panel, &n);
    double *at = qs_needed(calloc(n + 1, sizeof *at)), foot = foot_of_x(x, n);
    for (size_t i = 0; i < n; i++)
        at[i] = place_of(scale, x[i], foot);
    double margin = n > 1 ? 0.035 * (at[n - 1] - at[0]) : 0.5;
    write_scale(out, scale, at[0] - margin, at[n ? n - 1 : 0] + margin, foot);
    if (logarithmic && strcmp(column, "within_ns") == 0)
        write_durations(out, x, n);
    else if (strcmp(column, "moment_s") == 0)
        fputs("set xtics autofreq\n", out);
    else
        write_marks(out, x, at, n);
    free(at);
    free(x);
}

/* One wide interval must not flatten all curves: it leaves at the top. */
static void write_linear_y(FILE *out, const struct span *s)
{
    double top = fmin(1.05 * s->most, fmax(1.7 * s->most_value, 0.35 * s->most));
    fprintf(out, "Y(v) = v\n");
    if (s->most > 0)
        fprintf(out, "set yrange [0:%.6g]\n", top);
    else
        fprintf(out,
                "set yrange [0:1]\n"
                "set label 98 \"0 in every repeat\" at graph 0.5, graph 0.5 center "
                "textcolor rgb \"#666666\"\n");
}

static void write_power(FILE *out, const char *between, int digit, int power)
{
    if (power >= -2 && power <= 3)
        fprintf(out, "%s\"%g\" %de%d", between, digit * pow(10, power), digit, power);
    else if (digit == 1)
        fprintf(out, "%s\"10^{%d}\" 1e%d", between, power, power);
    else
        fprintf(out, "%s\"%d·10^{%d}\" %de%d", between, digit, power, digit, power);
}

/* Powers of ten, and 2 and 5 between them where there are few. */
static void write_powers(FILE *out, double low, double high)
{
    static const int digits[] = { 1, 2, 5 };
    int first = (int)floor(log10(low)), last = (int)ceil(log10(high));
    int finest = log10(high / low) > 2 ? 1 : 3;
    const char *between = "set ytics (";
    for (int power = first; power <= last; power++)
        for (int i = 0; i < finest; i++) {
            double value = digits[i] * pow(10, power);
            if (value < low * 0.999 || value > high * 1.001)
                continue;
            write_power(out, between, digits[i], power);
            between = ", ";
        }
    if (*between == ',')
        fprintf(out, ")\n");
}

void qs_axis_write_y(FILE *out, const struct qs_panel *panel, bool logarithmic)
{
    struct span s = span_of(panel);
    if (!logarithmic || !(s.most > 0)) {
        write_linear_y(out, &s);
        return;
    }
    double low = s.least_positive / 1.3, high = s.most * 1.3, foot = low;
    write_powers(out, low, high);
    if (s.has_zero) {
        /* A strip below the smallest value, cut off by a dotted line. */
        foot = low / 3;
        fprintf(out, "set ytics add (\"0\" %.6g)\n", foot);
        fprintf(out,
                "set arrow 98 from graph 0, first %.6g to graph 1, first %.6g nohead "
                "dashtype 3 lc rgb \"#999999\"\n",
                low / 1.5, low / 1.5);
        low = foot / 1.3;
    }
    fprintf(out, "Y(v) = v > 0 ? v : v == v ? %.6g : NaN\n", foot);
    fprintf(out, "set logscale y 10\nset yrange [%.6g:%.6g]\n", low, high);
}
