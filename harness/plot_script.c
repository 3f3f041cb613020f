/* plot_script.c - writes a picture as a gnuplot script with its data inside.
 *
 * The script holds the medians and intervals, the style and the commands: a reader can
 * redraw or restyle the figure with gnuplot alone, years later.
 */
#include "harness/plot_script.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/allocate.h"
#include "harness/axis.h"
#include "harness/plot_extras.h"
#include "harness/plot_heat.h"

enum { CAPTION_WIDTH = 100 };

/* Which columns distinguish the curves of this picture, and what the looks follow. */
struct looks {
    bool varies[QS_SERIES_COLUMNS];
    int structure, scheme; /* the column that holds it, or -1 */
    bool by_structure;     /* dashes and markers tell structures apart */
    bool by_scheme;        /* colours tell schemes apart */
    int other;             /* a further column that varies, or -1: dashes follow it */
    bool has_interval, has_hollow;
    size_t n_min, n_max; /* repeats */
};

static void look_at_points(const struct qs_curve *curve, struct looks *l)
{
    for (size_t k = 0; k < curve->n; k++) {
        const struct qs_point *p = &curve->points[k];
        l->has_interval |= !isnan(p->y.lo);
        l->has_hollow |= p->oversubscribed;
        l->n_min = p->y.n < l->n_min ? p->y.n : l->n_min;
        l->n_max = p->y.n > l->n_max ? p->y.n : l->n_max;
    }
}

static struct looks looks_of(const struct qs_drawing *d)
{
    struct looks l = { .structure = -1, .scheme = -1, .other = -1, .n_min = SIZE_MAX };
    const struct qs_curve *curve = d->panel->curves;
    for (size_t c = 0; c < d->panels->n_series_columns; c++) {
        for (size_t i = 1; i < d->panel->n; i++)
            l.varies[c] |= strcmp(curve[i].value[c], curve[0].value[c]) != 0;
        if (strcmp(d->panels->series_columns[c], "structure") == 0)
            l.structure = (int)c;
        else if (strcmp(d->panels->series_columns[c], "reclaim") == 0)
            l.scheme = (int)c;
        else if (l.varies[c])
            l.other = (int)c;
    }
    for (size_t i = 0; i < d->panel->n; i++)
        look_at_points(&curve[i], &l);
    l.by_structure = l.structure >= 0 && l.varies[l.structure];
    l.by_scheme = l.scheme >= 0 && (l.varies[l.scheme] || !l.by_structure);
    return l;
}

/* A name as a gnuplot variable may end. */
static void write_id(FILE *out, const char *name)
{
    for (; *name; name++)
        fputc(isalnum((unsigned char)*name) ? *name : '_', out);
}

/* A string constant; gnuplot reads '' as one apostrophe. */
static void write_quoted(FILE *out, const char *text)
{
    fputc('\'', out);
    for (; *text; text++) {
        if (*text == '\'')
            fputc('\'', out);
        fputc(*text == '\n' ? ' ' : *text, out);
    }
    fputc('\'', out);
}

/* One value in words, as a string expression: name_hp, short_hp, or '2 threads'. */
static void write_value(FILE *out, const char *kind, const char *column,
                        const char *value)
{
    static const struct {
        const char *column, *before, *after;
    } words[] = {
        { "threads", "", " threads" },
        { "keys", "", " keys" },
        { "size", "", " keys present" },
        { "steps", "length ", "" },
        { "prefill", "", " keys present" },
        { "update", "", " % updates" },
        { "update_pct", "", " % updates" },
        { "mix", "", " get/insert/delete" },
        { "dist", "", "" },
        { "workload", "", "" },
        { "span", "ranges of ", " keys" },
        { "op", "", "" },
        { "latency", "", "" },
        { "resize", "resize ", "" },
        { "start", "starts ", "" },
        { "placement", "placement ", "" },
    };
    char text[QS_VALUE_TEXT + 64];
    if (strcmp(column, "structure") == 0 || strcmp(column, "reclaim") == 0) {
        fprintf(out, "%s_", kind);
        write_id(out, value);
        return;
    }
    snprintf(text, sizeof text, "%s %s", column, value);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].column, column) == 0)
            snprintf(text, sizeof text, "%s%s%s", words[i].before, value,
                     words[i].after);
    if (strcmp(column, "mix") == 0 && strchr(value, ':'))
        snprintf(text, sizeof text, "%s", value); /* it names its operations itself */
    if (strcmp(column, "threads") == 0 && strcmp(value, "1") == 0)
        snprintf(text, sizeof text, "1 thread");
    write_quoted(out, text);
}

static void write_joined(FILE *out, bool *any, const char *kind, const char *column,
                         const char *value)
{
    if (*any)
        fputs(" . ', ' . ", out);
    write_value(out, kind, column, value);
    *any = true;
}

/* To probes the number of keys is how much a section reads. */
static const char *column_of(const struct qs_drawing *d, const char *column)
{
    const struct qs_figure *f = d->figure;

    for (size_t i = 0; i < f->n_settings; i++)
        if (!strcmp(column, "size") && !strncmp(f->settings[i].value, "probe_", 6) &&
            (!strcmp(f->settings[i].key, "pair") ||
             !strcmp(f->settings[i].key, "structure")))
            return "steps";
    return column;
}

/* The values by which a curve differs from its neighbours. */
static void write_series_title(FILE *out, const struct qs_drawing *d,
                               const struct looks *l, const struct qs_curve *curve)
{
    const char *kind = l->by_structure && l->by_scheme ? "short" : "name";
    bool any = false;
    for (size_t c = 0; c < d->panels->n_series_columns; c++)
        if (l->varies[c])
            write_joined(out, &any, kind, column_of(d, d->panels->series_columns[c]),
                         curve->value[c]);
    if (!any && d->panels->n_series_columns)
        write_joined(out, &any, kind, d->panels->series_columns[0], curve->value[0]);
    if (!any)
        write_quoted(out, d->plot->y);
}

/* What the panel stands for and what all its curves share; the plot's own title where
 * there is neither. */
static void write_title(FILE *out, const struct qs_drawing *d, const struct looks *l)
{
    bool any = false;
    fputs("set title ", out);
    for (size_t c = 0; c < d->panels->n_columns; c++)
        write_joined(out, &any, "name", d->panels->columns[c], d->panel->value[c]);
    for (size_t c = 0; c < d->panels->n_series_columns; c++)
        if (!l->varies[c] && d->panel->n > 1)
            write_joined(out, &any, "name", d->panels->series_columns[c],
                         d->panel->curves[0].value[c]);
    if (!any)
        write_quoted(out, d->plot->title);
    fputs(" noenhanced\n", out);
}

static void write_default(FILE *out, const char *kind, const char *name,
                          const char *value)
{
    fprintf(out, "if (!exists('%s_", kind);
    write_id(out, name);
    fprintf(out, "')) %s_", kind);
    write_id(out, name);
    fprintf(out, " = %s\n", value);
}

/* What style.gp does not know gets a look all the same. */
static void write_defaults(FILE *out, const char *name, size_t number)
{
    char value[64];
    snprintf(value, sizeof value, "'%.40s'", name);
    write_default(out, "name", name, value);
    write_default(out, "short", name, value);
    write_default(out, "color", name, "'#777777'");
    snprintf(value, sizeof value, "%zu", 5 + 2 * (number % 6));
    write_default(out, "mark", name, value);
    snprintf(value, sizeof value, "%zu", 1 + number % 5);
    write_default(out, "dash", name, value);
}

static void write_all_defaults(FILE *out, const struct qs_drawing *d,
                               const struct looks *l)
{
    for (size_t c = 0; c < d->panels->n_columns; c++)
        if (strcmp(d->panels->columns[c], "structure") == 0 ||
            strcmp(d->panels->columns[c], "reclaim") == 0)
            write_defaults(out, d->panel->value[c], 0);
    for (size_t i = 0; i < d->panel->n; i++) {
        if (l->structure >= 0)
            write_defaults(out, d->panel->curves[i].value[l->structure], i);
        if (l->scheme >= 0)
            write_defaults(out, d->panel->curves[i].value[l->scheme], i);
    }
}

/* Which dashes a curve has for its value in the further column: those of the first
 * curve with that value. */
static unsigned dash_of(const struct qs_drawing *d, int column, size_t i)
{
    const struct qs_curve *curves = d->panel->curves;
    unsigned dash = 1;
    for (size_t k = 0; k < i; k++) {
        bool is_new = true;
        if (strcmp(curves[k].value[column], curves[i].value[column]) == 0)
            return dash_of(d, column, k);
        for (size_t m = 0; m < k; m++)
            is_new &= strcmp(curves[m].value[column], curves[k].value[column]) != 0;
        dash += is_new;
    }
    return dash;
}

/* The variables that hold a curve's colour, marker and dashes. */
static void write_look(FILE *out, const struct qs_drawing *d, const struct looks *l,
                       size_t i)
{
    const struct qs_curve *curve = &d->panel->curves[i];
    char number[16];
    snprintf(number, sizeof number, "%zu", 1 + i % 8);
    const char *structure = l->structure >= 0 ? curve->value[l->structure] : number;
    const char *scheme = l->scheme >= 0 ? curve->value[l->scheme] : number;
    fprintf(out, "c%zu = color_", i + 1);
    write_id(out, l->by_scheme ? scheme : l->by_structure ? structure : number);
    fprintf(out, "; m%zu = mark_", i + 1);
    write_id(out, l->by_structure ? structure : l->by_scheme ? scheme : number);
    fprintf(out, "; d%zu = ", i + 1);
    if (l->by_structure && (l->by_scheme || l->other < 0)) {
        fputs("dash_", out);
        write_id(out, structure);
    } else {
        bool follows = l->other >= 0 && (l->by_scheme || l->by_structure);
        fprintf(out, "%u", follows ? dash_of(d, l->other, i) : 1);
    }
    fputc('\n', out);
}

static void write_data(FILE *out, const struct qs_curve *curve, size_t number)
{
    fprintf(out, "$s%zu << EOD\n", number);
    fprintf(out, "# x median lo hi n oversubscribed\n");
    for (size_t k = 0; k < curve->n; k++) {
        const struct qs_point *p = &curve->points[k];
        fprintf(out, "%.9g %.6g ", p->x, p->y.value);
        if (isnan(p->y.lo))
            fprintf(out, "NaN NaN");
        else
            fprintf(out, "%.6g %.6g", p->y.lo, p->y.hi);
        fprintf(out, " %zu %d\n", p->y.n, p->oversubscribed);
    }
    fprintf(out, "EOD\n");
}

/* Intervals lie under all lines: as a band, or as a bar where a curve is one point. */
static void write_interval(FILE *out, const struct qs_panel *panel, size_t i)
{
    if (panel->curves[i].n > 1 && !panel->n_categories)
        fprintf(out,
                "  $s%zu using (X($1)):(Y($3)):(Y($4)) with filledcurves lc rgb c%zu "
                "notitle, \\\n",
                i + 1, i + 1);
    else
        fprintf(
            out,
            "  $s%zu using (X($1)):(Y($2)):(Y($3)):(Y($4)) with yerrorbars pt 0 lw 1 "
            "lc rgb c%zu notitle, \\\n",
            i + 1, i + 1);
}

/* Markers tell curves apart; more of them than an eye can follow would hide the line.
 */
static void write_spacing(const struct qs_curve *curve, char text[32])
{
    enum { MOST_MARKERS = 30, FEWER = 12 };

    *text = 0;
    if (curve->n > MOST_MARKERS)
        snprintf(text, 32, " every %zu", curve->n / FEWER);
}

static void write_curve(FILE *out, const struct qs_panel *panel, bool hollow, size_t i)
{
    char every[32];
    size_t n = i + 1;
    write_spacing(&panel->curves[i], every);
    if (!panel->n_categories)
        fprintf(out,
                "  $s%zu using (X($1)):(Y($2)) with lines lw 2 dt d%zu lc rgb c%zu "
                "notitle, \\\n",
                n, n, n);
    if (hollow)
        fprintf(
            out,
            "  $s%zu%s using (X($1)):($6 == 1 ? Y($2) : NaN) with points pt m%zu lc rgb "
            "'#ffffff' notitle, \\\n"
            "  $s%zu%s using (X($1)):($6 == 1 ? Y($2) : NaN) with points pt m%zu-1 lw 1.5 "
            "lc rgb c%zu notitle, \\\n",
            n, every, n, n, every, n, n);
    fprintf(
        out,
        "  $s%zu%s using (X($1)):($6 == 1 ? NaN : Y($2)) with points pt m%zu lc rgb c%zu "
        "notitle, \\\n",
        n, every, n, n);
}

static bool has_law(const struct qs_drawing *d)
{
    return !strcmp(d->plot->fit, "usl") && !d->panel->n_categories &&
           qs_panel_has_law(d->panel);
}

static void write_plot(FILE *out, const struct qs_drawing *d, const struct looks *l)
{
    if (d->panel->n > 4)
        fputs("set style fill transparent solid 0.09 noborder\n", out);
    fputs("plot \\\n", out);
    if (has_law(d))
        qs_script_law_curves(out, d->panel);
    for (size_t i = 0; l->has_interval && i < d->panel->n; i++)
        write_interval(out, d->panel, i);
    for (size_t i = 0; i < d->panel->n; i++)
        write_curve(out, d->panel, l->has_hollow, i);
    for (size_t i = 0; i < d->panel->n; i++) {
        fprintf(out,
                "  keyentry with linespoints lw 2 dt d%zu pt m%zu lc rgb c%zu title ",
                i + 1, i + 1, i + 1);
        write_series_title(out, d, l, &d->panel->curves[i]);
        fputs(i + 1 < d->panel->n ? " noenhanced, \\\n" : " noenhanced\n", out);
    }
}

/* Breaks the caption into lines at blanks.  Returns how many. */
static unsigned write_wrapped(FILE *out, char *text)
{
    size_t column = 0;
    unsigned lines = 1;
    for (char *word; (word = strsep(&text, " ")) != NULL;) {
        if (column && column + strlen(word) >= CAPTION_WIDTH) {
            fputs("\\n", out);
            column = 0;
            lines++;
        }
        column += (size_t)fprintf(out, "%s", column ? " " : "");
        for (; *word; word++, column++)
            if (*word != '"' && *word != '\\')
                fputc(*word, out);
    }
    return lines;
}

/* Under the picture: what it shows, from how many repeats, measured where.  Places are
 * parts of the height, since lines of text are not as high in every format. */
static void write_caption(FILE *out, const struct qs_drawing *d, const struct looks *l,
                          unsigned height)
{
    enum { CAPTION_FOOT = 12, CAPTION_LINE = 14, AXIS_ROOM = 62 };
    char text[1024], repeats[48], noise[64] = "";
    double floor = qs_panel_noise(d->panel);
    snprintf(repeats, sizeof repeats, l->n_min == l->n_max ? "%zu" : "%zu to %zu",
             l->n_min, l->n_max);
    if (!isnan(floor))
        snprintf(noise, sizeof noise, "; grey bar: noise of a point, %.2g %%",
                 100 * floor);
    snprintf(
        text, sizeof text, "%s%sMedian of %s repeats%s%s%s%s.%s%s",
        *d->plot->title ? d->plot->title : d->figure->title, ". ", repeats,
        qs_is_heat(d->plot) ? ""
        : l->has_interval   ? "; band: 95 % interval"
                            : "; too few for an interval",
        l->has_hollow && !qs_is_heat(d->plot) ? "; hollow: more threads than processors"
                                              : "",
        qs_is_heat(d->plot) ? "" : noise,
        has_law(d) ? "; thin: universal scalability law, fitted; dotted: the same, "
                     "extrapolated, not measured"
                   : "",
        *d->caption ? " " : "", d->caption);
    fputs("caption = \"", out);
    unsigned lines = write_wrapped(out, text);
    unsigned top = CAPTION_FOOT + CAPTION_LINE * (lines - 1);
    fprintf(out,
            "\"\nset label 99 caption at screen 0.015, screen %.4f left noenhanced "
            "font \",9.5\" textcolor rgb \"#666666\"\nset bmargin at screen %.4f\n",
            (double)top / height, (double)(top + AXIS_ROOM) / height);
}

/* The letters of the curve's name in the key. */
static size_t name_length(const struct qs_drawing *d, const struct looks *l,
                          const struct qs_curve *curve)
{
    char *title = NULL;
    size_t size;
    FILE *out = qs_needed(open_memstream(&title, &size));

    write_series_title(out, d, l, curve);
    fclose(out);
    size = qs_title_length(title, d->style);
    free(title);
    return size;
}

/* Room for the key above the picture: the longer the names, the fewer columns; and for
 * the lines of a heat map. */
static unsigned height_of(const struct qs_drawing *d, const struct looks *l)
{
    enum { LINES = 13 };
    size_t longest = 1;

    if (qs_is_heat(d->plot))
        return 396 + (d->panel->n > LINES ? 17 * (unsigned)(d->panel->n - LINES) : 0);
    for (size_t i = 0; i < d->panel->n; i++) {
        size_t length = name_length(d, l, &d->panel->curves[i]);
        longest = length > longest ? length : longest;
    }
    unsigned columns = 480 / (unsigned)(30 + 7 * longest);
    columns = columns < 1 ? 1 : columns > 4 ? 4 : columns;
    unsigned rows = ((unsigned)d->panel->n + columns - 1) / columns;
    return 396 + 17 * rows;
}

/* gnuplot takes letters only for the prefix of an SVG's ids. */
static void write_svg_output(FILE *out, const char *name, unsigned height)
{
    fprintf(out, "set terminal svg size 520,%u font 'sans-serif,13' name '", height);
    write_id(out, name);
    fprintf(out, "'\nset output '%s.svg'\n", name);
}

static void write_pdf_output(FILE *out, const char *name, unsigned height)
{
    fprintf(out,
            "set terminal pdfcairo size 14.5cm,%.2fcm font 'sans,13' fontscale 0.6\n"
            "set output '%s.pdf'\nreplot\nunset output\n",
            height * 14.5 / 520, name);
}

static void write_axes(FILE *out, const struct qs_drawing *d)
{
    if (qs_is_heat(d->plot)) {
        qs_heat_write_axes(out, d);
        return;
    }
    qs_axis_write_x(out, d->panel, d->plot->x, d->plot->xlog);
    qs_axis_write_y(out, d->panel, d->plot->ylog);
    qs_script_noise(out, d->panel);
    if (has_law(d))
        qs_script_laws(out, d->panel);
}

void qs_script_write(FILE *out, const struct qs_drawing *d)
{
    struct looks l = looks_of(d);
    fprintf(out,
            "# %s.gp - %s\n# Drawn by `gnuplot %s.gp`: writes %s.svg and %s.pdf.\n\n",
            d->panel->name, d->figure->title, d->panel->name, d->panel->name,
            d->panel->name);
    for (size_t i = 0; i < d->panel->n; i++)
        write_data(out, &d->panel->curves[i], i + 1);
    fprintf(out, "\n%s\n", d->style);
    write_all_defaults(out, d, &l);
    for (size_t i = 0; i < d->panel->n; i++)
        write_look(out, d, &l, i);
    fputc('\n', out);
    write_title(out, d, &l);
    fprintf(out, "set xlabel '%s' noenhanced\nset ylabel '%s' noenhanced\n",
            qs_axis_label(column_of(d, d->plot->x)), qs_axis_label(d->plot->y));
    write_axes(out, d);
    unsigned height = height_of(d, &l);
    write_caption(out, d, &l, height);
    write_svg_output(out, d->panel->name, height);
    if (qs_is_heat(d->plot))
        qs_heat_write_plot(out, d);
    else
        write_plot(out, d, &l);
    write_pdf_output(out, d->panel->name, height);
}
