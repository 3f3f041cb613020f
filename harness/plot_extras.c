/* plot_extras.c - see plot_extras.h. */
#include "harness/plot_extras.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/allocate.h"

/* Calls f(point) for all points that have such a number and returns their median. */
static double median_of(const struct qs_panel *panel,
                        double (*f)(const struct qs_point *point))
{
    double *values = NULL;
    size_t n = 0;

    for (size_t i = 0; i < panel->n; i++)
        for (size_t k = 0; k < panel->curves[i].n; k++) {
            double value = f(&panel->curves[i].points[k]);
            if (isnan(value))
                continue;
            values = qs_grown(values, n, sizeof *values);
            values[n++] = value;
        }
    double median = qs_median(values, n);
    free(values);
    return median;
}

static double noise_of(const struct qs_point *p)
{
    return isfinite(p->noise) ? p->noise : NAN; /* relative, so none around 0 */
}

static double height_of(const struct qs_point *p)
{
    return p->y.value > 0 ? p->y.value : NAN;
}

double qs_panel_noise(const struct qs_panel *panel)
{
    return median_of(panel, noise_of);
}

void qs_script_noise(FILE *out, const struct qs_panel *panel)
{
    double noise = qs_panel_noise(panel), middle = median_of(panel, height_of);

    if (isnan(noise) || isnan(middle))
        return;
    fprintf(
        out,
        "set arrow 98 from graph 0.012, first Y(%.6g) to graph 0.012, first Y(%.6g) "
        "nohead front lw 5 lc rgb '#999999'\n",
        middle * fmax(1 - noise, 0), middle * (1 + noise));
}

/* Solves a 3 by 3 system by elimination with pivots; false if it has no one answer. */
static bool solve(double a[3][4], double x[3])
{
    for (int i = 0; i < 3; i++) {
        int pivot = i;
        for (int k = i + 1; k < 3; k++)
            pivot = fabs(a[k][i]) > fabs(a[pivot][i]) ? k : pivot;
        if (fabs(a[pivot][i]) < 1e-12)
            return false;
        for (int c = 0; c < 4; c++) {
            double kept = a[i][c];
            a[i][c] = a[pivot][c];
            a[pivot][c] = kept;
        }
        for (int k = 0; k < 3; k++) {
            double factor = k == i ? 0 : a[k][i] / a[i][i];
            for (int c = 0; c < 4; c++)
                a[k][c] -= factor * a[i][c];
        }
    }
    for (int i = 0; i < 3; i++)
        x[i] = a[i][3] / a[i][i];
    return true;
}

/* Which of the three terms are fitted: the others are zero. */
static bool fit_terms(const struct qs_curve *curve, const bool use[3], double x[3])
{
    double a[3][4] = { { 0 } };

    for (size_t i = 0; i < curve->n; i++) {
        const struct qs_point *p = &curve->points[i];
        double n = p->x, y = n / p->y.value;
        double term[3] = { 1, use[1] ? n - 1 : 0, use[2] ? n * (n - 1) : 0 };
        if (p->oversubscribed || !(p->y.value > 0))
            continue;
        for (int r = 0; r < 3; r++) {
            for (int c = 0; c < 3; c++)
                a[r][c] += term[r] * term[c] / (y * y);
            a[r][3] += term[r] / y;
        }
    }
    for (int r = 0; r < 3; r++)
        if (!use[r])
            a[r][r] = 1;
    return solve(a, x);
}

static size_t count_places(const struct qs_curve *curve, double *last)
{
    size_t n = 0;

    for (size_t i = 0; i < curve->n; i++)
        if (!curve->points[i].oversubscribed && curve->points[i].y.value > 0) {
            n++;
            *last = fmax(*last, curve->points[i].x);
        }
    return n;
}

struct qs_scalability qs_fit_scalability(const struct qs_curve *curve)
{
    struct qs_scalability law = { NAN, NAN, NAN, 0 };
    bool use[3] = { true, true, true };
    double x[3];

    if (count_places(curve, &law.last) < 3 || !fit_terms(curve, use, x))
        return law;
    if (x[2] < 0) {
        use[2] = false;
        if (!fit_terms(curve, use, x))
            return law;
    }
    if (x[1] < 0) {
        use[1] = false;
        if (!fit_terms(curve, use, x))
            return law;
    }
    law.rate = 1 / x[0];
    law.sigma = x[1] / x[0];
    law.kappa = x[2] / x[0];
    return law;
}

bool qs_panel_has_law(const struct qs_panel *panel)
{
    for (size_t i = 0; i < panel->n; i++)
        if (!isnan(qs_fit_scalability(&panel->curves[i]).rate))
            return true;
    return false;
}

void qs_script_laws(FILE *out, const struct qs_panel *panel)
{
    double last = 0;

    for (size_t i = 0; i < panel->n; i++) {
        struct qs_scalability law = qs_fit_scalability(&panel->curves[i]);
        if (isnan(law.rate))
            continue;
        fprintf(out, "L%zu(n) = %.6g * n / (1 + %.6g * (n - 1) + %.6g * n * (n - 1))\n",
                i + 1, law.rate, law.sigma, law.kappa);
        last = fmax(last, law.last);
    }
    if (last > 0)
        fprintf(out, "set xrange [*:%g]\n", 4 * last);
}

void qs_script_law_curves(FILE *out, const struct qs_panel *panel)
{
    const char *sample = "sample ";

    for (size_t i = 0; i < panel->n; i++) {
        struct qs_scalability law = qs_fit_scalability(&panel->curves[i]);
        if (isnan(law.rate))
            continue;
        fprintf(
            out,
            "  %s[1:%g] '+' using (X($1)):(Y(L%zu($1))) with lines lw 1 lc rgb "
            "c%zu notitle, \\\n"
            "  [%g:%g] '+' using (X($1)):(Y(L%zu($1))) with lines lw 1.5 dt 3 lc rgb "
            "c%zu notitle, \\\n",
            sample, law.last, i + 1, i + 1, law.last, 4 * law.last, i + 1, i + 1);
        sample = "";
    }
}

/* The letters of what the style gives the variable. */
static size_t variable_length(const char *name, size_t length, const char *style)
{
    for (const char *at = style; (at = strstr(at, name)); at += length) {
        const char *value = at + length + strspn(at + length, " ");
        bool begins = at == style || strchr(" ;\n", at[-1]);
        if (begins && *value == '=' && (value = strchr(value, '"')))
            return strcspn(value + 1, "\"");
    }
    return length;
}

size_t qs_title_length(const char *expression, const char *style)
{
    size_t letters = 0, length;

    for (const char *at = expression; *at; at += length) {
        char name[QS_VALUE_TEXT];
        bool quoted = *at == '\'';
        at += quoted;
        length = strcspn(at, quoted ? "'" : " .'");
        snprintf(name, sizeof name, "%.*s", (int)length, at);
        letters += quoted ? length : length ? variable_length(name, length, style) : 0;
        length += quoted && at[length] ? 1 : 0;
        if (!quoted)
            length += strspn(at + length, " .");
    }
    return letters;
}
