/* experiment_files.c - finding experiment files by name, and giving them back. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/allocate.h"
#include "harness/experiment.h"

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* The folder beside the one that lies `up` above the program. */
static bool beside_program(int up, const char *folder, char *path, size_t size)
{
    char program[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);

    if (length < 0)
        return false;
    program[length] = 0;
    for (; up >= 0; up--) {
        char *slash = strrchr(program, '/');
        if (!slash)
            return false;
        *slash = 0;
    }
    return snprintf(path, size, "%s/%s", program, folder) < (int)size &&
           is_folder(path);
}

char *qs_experiments_folder(const char *given, char *path, size_t size, char *error,
                            size_t error_size)
{
    if (given && is_folder(given) && snprintf(path, size, "%s", given) < (int)size)
        return path;
    if (given) {
        snprintf(error, error_size, "--experiments %s: no such folder", given);
        return NULL;
    }
    if (is_folder("experiments") && snprintf(path, size, "experiments") < (int)size)
        return path;
    /* Of build/release/quiesce, and of bin/quiesce. */
    if (beside_program(2, "experiments", path, size) ||
        beside_program(1, "share/quiesce/experiments", path, size))
        return path;
    snprintf(
        error, error_size,
        "no folder ./experiments here; go to the tree, or name one with --experiments "
        "DIR where the verb takes it");
    return NULL;
}

static int is_experiment(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot && dot != entry->d_name && !strcmp(dot, ".exp");
}

/* The ids of the folder's files, for messages about a wrong one. */
static struct dirent **listed;
static int n_listed;

static const char *listed_at(unsigned i)
{
    return (int)i < n_listed ? listed[i]->d_name : NULL;
}

/* Reads the folder; the names lose their ".exp".  0 or -errno. */
static int list_folder(const char *folder)
{
    n_listed = folder ? scandir(folder, &listed, is_experiment, alphasort) : 0;
    for (int i = 0; i < n_listed; i++)
        *strrchr(listed[i]->d_name, '.') = 0;
    return n_listed < 0 ? -errno : 0;
}

static void forget_folder(void)
{
    for (int i = 0; i < n_listed; i++)
        free(listed[i]);
    free(listed);
    listed = NULL;
    n_listed = 0;
}

static bool is_listed(const char *name)
{
    const char *id;
    for (unsigned i = 0; (id = listed_at(i)); i++)
        if (!strcmp(id, name))
            return true;
    return false;
}

static int add_file(struct qs_figures *figures, const char *path, char *error,
                    size_t error_size)
{
    struct qs_figure *f = qs_experiment_read(path, error, error_size);

    if (!f)
        return -1;
    for (size_t i = 0; i < figures->n; i++) {
        if (!strcmp(figures->figure[i]->id, f->id)) {
            snprintf(error, error_size, "%s: there is a figure '%s' already, %s", path,
                     f->id, figures->figure[i]->path);
            qs_figure_free(f);
            return -1;
        }
    }
    figures->figure = qs_grown(figures->figure, figures->n, sizeof *figures->figure);
    figures->figure[figures->n++] = f;
    return 0;
}

static int add_listed(struct qs_figures *figures, const char *folder, const char *id,
                      char *error, size_t error_size)
{
    char path[PATH_MAX];

    if (!is_listed(id)) {
        qs_unknown_name("experiment", id, listed_at, error, error_size);
        return -1;
    }
    snprintf(path, sizeof path, "%s/%s.exp", folder, id);
    return add_file(figures, path, error, error_size);
}

static bool is_in_group(const struct qs_figure *f, const char *group)
{
    size_t length = strlen(group);

    for (const char *at = f->group; *at; at += strspn(at, ", ")) {
        size_t word = strcspn(at, ", ");
        if (word == length && !strncmp(at, group, length))
            return true;
        at += word;
    }
    return false;
}

static bool is_added(const struct qs_figures *figures, const char *id)
{
    for (size_t i = 0; i < figures->n; i++)
        if (!strcmp(figures->figure[i]->id, id))
            return true;
    return false;
}

/* Adds the figures of a group: how many there are, or -1. */
static int add_group(struct qs_figures *figures, const char *folder, const char *group,
                     char *error, size_t error_size)
{
    const char *id;
    int n = 0;

    for (unsigned i = 0; (id = listed_at(i)); i++) {
        if (is_added(figures, id))
            continue;
        if (add_listed(figures, folder, id, error, error_size))
            return -1;
        if (is_in_group(figures->figure[figures->n - 1], group))
            n++;
        else
            qs_figure_free(figures->figure[--figures->n]);
    }
    return n;
}

static bool is_path(const char *name)
{
    const char *dot = strrchr(name, '.');
    return strchr(name, '/') || (dot && !strcmp(dot, ".exp"));
}

static int add_all(struct qs_figures *figures, const char *folder, char *error,
                   size_t error_size)
{
    for (int i = 0; i < n_listed; i++)
        if (add_listed(figures, folder, listed_at((unsigned)i), error, error_size))
            return -1;
    if (figures->n)
        return 0;
    snprintf(error, error_size, "no .exp file in %s", folder);
    return -1;
}

/* A file, a figure, a group, or "all"; "default" is all of them where no figure says
 * that it is one. */
static int add_named(struct qs_figures *figures, const char *folder, const char *name,
                     char *error, size_t error_size)
{
    if (is_path(name))
        return add_file(figures, name, error, error_size);
    if (is_listed(name))
        return add_listed(figures, folder, name, error, error_size);
    int n = add_group(figures, folder, name, error, error_size);
    if (n)
        return n < 0 ? -1 : 0;
    if (!strcmp(name, "all") || !strcmp(name, QS_DEFAULT_GROUP))
        return add_all(figures, folder, error, error_size);
    return add_listed(figures, folder, name, error, error_size);
}

int qs_figures_read(const char *folder, char *const *names, size_t n,
                    struct qs_figures *figures, char *error, size_t error_size)
{
    int result = list_folder(folder);

    memset(figures, 0, sizeof *figures);
    if (result) {
        snprintf(error, error_size, "%s: %s", folder, strerror(-result));
        return -1;
    }
    if (n == 0)
        result = add_all(figures, folder, error, error_size);
    for (size_t i = 0; i < n && result == 0; i++)
        result = add_named(figures, folder, names[i], error, error_size);
    forget_folder();
    if (result)
        qs_figures_free(figures);
    return result;
}

static void free_texts(char **const *texts, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(*texts[i]);
}
#define FREE_TEXTS(...)                                  \
    do {                                                 \
        char **const texts[] = { __VA_ARGS__ };          \
        free_texts(texts, sizeof texts / sizeof *texts); \
    } while (0)

void qs_figure_free(struct qs_figure *f)
{
    if (!f)
        return;
    for (size_t i = 0; i < f->n_settings; i++)
        FREE_TEXTS(&f->settings[i].key, &f->settings[i].value);
    for (size_t i = 0; i < f->n_skip; i++)
        free(f->skip[i]);
    for (struct qs_plot *p = f->plots; p && p < f->plots + f->n_plots; p++)
        FREE_TEXTS(&p->name, &p->title, &p->x, &p->y, &p->series, &p->panel, &p->where,
                   &p->fit, &p->kind);
    for (struct qs_claim *c = f->claims; c && c < f->claims + f->n_claims; c++)
        FREE_TEXTS(&c->id, &c->say, &c->where, &c->test, &c->paper, &c->needs);
    FREE_TEXTS(&f->path, &f->id, &f->title, &f->paper, &f->question, &f->group,
               &f->part,
               &f->needs);
    free(f->settings);
    free(f->skip);
    free(f->skip_line);
    free(f->plots);
    free(f->claims);
    free(f);
}

void qs_figures_free(struct qs_figures *figures)
{
    for (size_t i = 0; i < figures->n; i++)
        qs_figure_free(figures->figure[i]);
    free(figures->figure);
    memset(figures, 0, sizeof *figures);
}
