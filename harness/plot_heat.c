/* plot_heat.c - see plot_heat.h. */
#include "harness/plot_heat.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/allocate.h"
#include "harness/axis.h"

bool qs_is_heat(const struct qs_plot *plot)
{
    return !strcmp(plot->kind, "heat");
}

/* All places of x, each once, ascending. */
struct places {
    double *x;
    size_t n;
};

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static struct places places_of(const struct qs_panel *panel)
{
    struct places p = { NULL, 0 };
    size_t kept = 0;

    for (size_t i = 0; i < panel->n; i++)
        for (size_t k = 0; k < panel->curves[i].n; k++) {
            p.x = qs_grown(p.x, p.n, sizeof *p.x);
            p.x[p.n++] = panel->curves[i].points[k].x;
        }
    if (p.n)
        qsort(p.x, p.n, sizeof *p.x, compare);
    for (size_t i = 0; i < p.n; i++)
        if (!kept || p.x[i] > p.x[kept - 1])
            p.x[kept++] = p.x[i];
    p.n = kept;
    return p;
}

static size_t index_of(const struct places *p, double x)
{
    size_t i = 0;
    while (i + 1 < p->n && p->x[i] < x)
        i++;
    return i;
}

static void write_map(FILE *out, const struct qs_panel *panel, const struct places *p)
{
    fputs("$map << EOD\n# column row median\n", out);
    for (size_t i = 0; i < panel->n; i++)
        for (size_t k = 0; k < panel->curves[i].n; k++)
            fprintf(out, "%zu %zu %.6g\n", index_of(p, panel->curves[i].points[k].x), i,
                    panel->curves[i].points[k].y.value);
    fputs("EOD\n", out);
}

/* A line's name is what it differs in: a pair as "structure:scheme". */
static void write_name(FILE *out, const struct qs_drawing *d, size_t row)
{
    for (size_t c = 0; c < d->panels->n_series_columns; c++)
        fprintf(out, "%s%s", c ? ":" : "", d->panel->curves[row].value[c]);
}

static void write_marks(FILE *out, const struct qs_drawing *d, const struct places *p)
{
    const struct qs_panel *panel = d->panel;
    size_t step = 1 + p->n / 9;

    fputs("set xtics (", out);
    for (size_t i = 0; i < p->n; i += step)
        fprintf(out, "%s'%s' %zu", i ? ", " : "",
                panel->n_categories ? panel->categories[i] : "", i);
    fputs(")\n", out);
    for (size_t i = 0; i < p->n && !panel->n_categories; i += step)
        fprintf(out, "set xtics add ('%.6g' %zu)\n", p->x[i], i);
    fputs("set ytics (", out);
    for (size_t i = 0; i < panel->n; i++) {
        fputs(i ? ", '" : "'", out);
        write_name(out, d, i);
        fprintf(out, "' %zu", i);
    }
    fputs(") noenhanced\n", out);
}

/* The least and the greatest median. */
static void find_range(const struct qs_panel *panel, double *least, double *most)
{
    *least = INFINITY;
    *most = 0;
    for (size_t i = 0; i < panel->n; i++)
        for (size_t k = 0; k < panel->curves[i].n; k++) {
            double value = panel->curves[i].points[k].y.value;
            *least = fmin(*least, value);
            *most = fmax(*most, value);
        }
}

/* gnuplot ends at a colour for the logarithm of nothing, which a short repeat may
 * measure. */
static bool has_log_colours(const struct qs_drawing *d)
{
    double least, most;

    find_range(d->panel, &least, &most);
    return d->plot->ylog && least > 0;
}

/* Light to dark, which print and colour-blind eyes keep apart. */
void qs_heat_write_axes(FILE *out, const struct qs_drawing *d)
{
    struct places p = places_of(d->panel);
    bool log = has_log_colours(d);

    write_map(out, d->panel, &p);
    write_marks(out, d, &p);
    fprintf(out,
            "set xrange [-0.5:%zu.5]\nset yrange [-0.5:%zu.5]\nset grid noytics\n"
            "set ylabel '%s' noenhanced\nset cblabel '%s' noenhanced offset 1,0\n"
            "set palette defined (0 '#f7f4e9', 0.35 '#E69F00', 0.7 '#D55E00', 1 "
            "'#3b0f00')\nset cbrange [%s:*]\n%sset cbtics scale 0.4\nset key off\n"
            "set rmargin 14\nset style fill solid 1 noborder\n",
            p.n ? p.n - 1 : 0, d->panel->n - 1,
            qs_axis_label(d->panels->series_columns[0]), qs_axis_label(d->plot->y),
            log ? "*" : "0", log ? "set logscale cb\n" : "");
    free(p.x);
}

/* Where tiles are wide enough for a number it is in them, white on the dark ones: those
 * beyond the middle of the colours. */
static void write_numbers(FILE *out, const struct qs_drawing *d)
{
    double least, most;

    find_range(d->panel, &least, &most);
    double middle = has_log_colours(d) ? sqrt(least * most) : most / 2;
    static const char *const colours[] = { "<", "'black'", ">=", "'white'" };
    for (unsigned i = 0; i < 4; i += 2)
        fprintf(out,
                ", $map using 1:2:($3 %s %.6g ? sprintf('%%.3g', $3) : '') with labels "
                "textcolor rgb %s notitle",
                colours[i], middle, colours[i + 1]);
}

void qs_heat_write_plot(FILE *out, const struct qs_drawing *d)
{
    enum { FEW = 6 };
    struct places p = places_of(d->panel);

    fputs("plot $map using 1:2:(0.48):(0.46):3 with boxxyerror lc palette notitle",
          out);
    if (p.n <= FEW)
        write_numbers(out, d);
    putc('\n', out);
    free(p.x);
}
