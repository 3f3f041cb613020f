/* plot.c - the verb plot: scripts and pictures of a run. */
#include "harness/plot.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/allocate.h"
#include "harness/gnuplot.h"
#include "harness/latency_file.h"
#include "harness/locality_file.h"
#include "harness/plot_script.h"
#include "harness/timeline.h"
#include "harness/verbs.h"

struct rows {
    const struct qs_row *row;
    size_t n;
};

/* The file that holds the points of a plot over this column. */
static struct rows rows_over(const struct qs_run_dir *run, const char *x)
{
    if (qs_timeline_has(x))
        return (struct rows){ run->moments, run->n_moments };
    if (qs_latency_has(x))
        return (struct rows){ run->latencies, run->n_latencies };
    if (qs_locality_has(x))
        return (struct rows){ run->homes, run->n_homes };
    return (struct rows){ run->rows, run->n };
}

int qs_figure_visit(const struct qs_run_dir *run, const struct qs_figure *figure,
                    qs_panel_visitor *visit, void *context, char *error,
                    size_t error_size)
{
    for (size_t i = 0; i < figure->n_plots; i++) {
        struct qs_panels panels;
        struct rows rows = rows_over(run, figure->plots[i].x);
        if (qs_panels_gather(figure, &figure->plots[i], rows.row, rows.n, &run->limits,
                             &panels, error, error_size) != 0)
            return -1;
        if (qs_latency_has(figure->plots[i].x))
            qs_panels_drop_rare(&panels);
        for (size_t k = 0; k < panels.n; k++)
            visit(figure, &figure->plots[i], &panels, &panels.panel[k], context);
        qs_panels_free(&panels);
    }
    return 0;
}

struct drawing_room {
    char folder[600], *style, caption[400];
    bool scripts_only;
    int drawn, status;
    char *error;
    size_t error_size;
};

static void fail(struct drawing_room *room, int status, const char *what,
                 const char *why)
{
    room->status = status;
    snprintf(room->error, room->error_size, "%s: %s", what, why);
}

static bool write_script(struct drawing_room *room, const struct qs_drawing *drawing,
                         const char *name)
{
    char file[900];
    snprintf(file, sizeof file, "%s/%s", room->folder, name);
    FILE *out = fopen(file, "we");
    if (out) {
        qs_script_write(out, drawing);
        bool whole = !ferror(out);
        if (fclose(out) == 0 && whole)
            return true;
    }
    fail(room, QS_EXIT_FAILED, file, strerror(errno));
    return false;
}

static void draw(const struct qs_figure *figure, const struct qs_plot *plot,
                 const struct qs_panels *panels, const struct qs_panel *panel,
                 void *context)
{
    struct drawing_room *room = context;
    struct qs_drawing drawing = { figure, plot,        panels,
                                  panel,  room->style, room->caption };
    char name[QS_PANEL_TEXT + 4];
    if (room->status != QS_EXIT_DONE)
        return;
    snprintf(name, sizeof name, "%s.gp", panel->name);
    if (!write_script(room, &drawing, name))
        return;
    if (!room->scripts_only &&
        qs_gnuplot_run(room->folder, name, room->error, room->error_size) != 0)
        room->status = QS_EXIT_FAILED;
    room->drawn += room->status == QS_EXIT_DONE;
}

static void write_room_caption(const struct qs_run_dir *run, struct drawing_room *room)
{
    snprintf(room->caption, sizeof room->caption, "%s%s",
             qs_json_text(&run->facts, "machine"),
             qs_run_is_quick(run) ? "; quick run: not for citing" : "");
}

/* The run's own copy of style.gp, or the tool's. */
static char *read_style(const struct qs_run_dir *run, char *file, size_t size)
{
    char folder[512], error[256];
    snprintf(file, size, "%s/style.gp", run->experiments);
    char *style = qs_file_text(file);
    if (style ||
        !qs_experiments_folder(NULL, folder, sizeof folder, error, sizeof error))
        return style;
    snprintf(file, size, "%s/style.gp", folder);
    return qs_file_text(file);
}

static bool prepare(const struct qs_run_dir *run, struct drawing_room *room)
{
    char file[700];
    snprintf(room->folder, sizeof room->folder, "%s/figures", run->path);
    if (mkdir(room->folder, 0777) != 0 && errno != EEXIST) {
        fail(room, QS_EXIT_FAILED, room->folder, strerror(errno));
        return false;
    }
    if (!room->scripts_only && !qs_gnuplot_is_there()) {
        fail(room, QS_EXIT_MACHINE, "gnuplot",
             "not found; apt-get install gnuplot-nox, or --scripts-only");
        return false;
    }
    room->style = read_style(run, file, sizeof file);
    if (!room->style)
        fail(room, QS_EXIT_FAILED, file,
             "cannot be read; name its folder with --experiments");
    write_room_caption(run, room);
    return room->style;
}

int qs_plot_run(const struct qs_run_dir *run, bool scripts_only, int *status,
                char *error, size_t error_size)
{
    struct drawing_room room = { .scripts_only = scripts_only,
                                 .error = error,
                                 .error_size = error_size };
    if (prepare(run, &room)) {
        for (size_t i = 0; i < run->figures.n && room.status == QS_EXIT_DONE; i++)
            if (qs_figure_visit(run, run->figures.figure[i], draw, &room, error,
                                error_size) != 0)
                room.status = QS_EXIT_USAGE;
        free(room.style);
    }
    *status = room.status;
    return room.status == QS_EXIT_DONE ? room.drawn : -1;
}

struct arguments {
    const char *folder, *experiments;
    bool scripts_only;
};

static const struct argp_option options[] = {
    { "scripts-only", 's', NULL, 0, "write the gnuplot scripts, draw nothing", 0 },
    { "experiments", 'e', "DIR", 0,
      "folder of the .exp files and style.gp (default: the run's own copies, else "
      "./experiments)",
      0 },
    { 0 }
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct arguments *a = state->input;
    switch (key) {
    case 's':
        a->scripts_only = true;
        return 0;
    case 'e':
        a->experiments = text;
        return 0;
    case ARGP_KEY_ARG:
        if (a->folder)
            argp_error(state, "one folder at a time");
        a->folder = text;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    options,
    parse,
    "[DIR]",
    "Draws the figures of a run again: DIR/figures/*.gp, .svg and .pdf.\v"
    "DIR is the folder of a run; the newest one below ./results if left out.  Each .gp "
    "file holds its data and its style: `gnuplot FILE.gp` redraws it.",
    NULL,
    NULL,
    NULL
};

int qs_verb_plot(int argc, char **argv)
{
    struct arguments a = { 0 };
    struct qs_run_dir run;
    char newest[512], error[QS_EXPERIMENT_ERROR + 256];
    int status = QS_EXIT_USAGE, drawn = -1;
    argp_parse(&argp, argc, argv, 0, NULL, &a);
    if (!a.folder)
        a.folder = qs_run_dir_newest(newest, sizeof newest, error, sizeof error);
    if (a.folder &&
        qs_run_dir_open(a.folder, a.experiments, &run, error, sizeof error) == 0) {
        drawn = qs_plot_run(&run, a.scripts_only, &status, error, sizeof error);
        qs_run_dir_close(&run);
    }
    if (drawn < 0) {
        fprintf(stderr, "quiesce: %s\n", error);
        return status;
    }
    if (drawn == 0)
        fprintf(stderr, "quiesce: %s: no rows of a figure known in %s\n", a.folder,
                run.experiments);
    printf("%d figures in %s/figures\n", drawn, a.folder);
    return QS_EXIT_DONE;
}
