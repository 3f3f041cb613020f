/* merge_files.c - what a merged folder holds besides rows: see merge.h. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/allocate.h"
#include "harness/json.h"
#include "harness/merge.h"

static int write_text(struct qs_merge *m, const char *name, const char *text)
{
    char path[PATH_MAX];

    snprintf(path, sizeof path, "%s/%s", m->out, name);
    FILE *out = fopen(path, "we");
    if (!out)
        return qs_merge_failed(m, name, errno);
    bool whole = fputs(text, out) >= 0;
    return fclose(out) || !whole ? qs_merge_failed(m, name, errno) : 0;
}

/* Of the first part that has it, unless it is there already. */
static int copy_file(struct qs_merge *m, size_t part, const char *name)
{
    char path[PATH_MAX];

    snprintf(path, sizeof path, "%s/%s", m->out, name);
    if (!access(path, F_OK))
        return 0;
    snprintf(path, sizeof path, "%s/%s", m->parts[part].path, name);
    char *text = qs_file_text(path);
    int result = text ? write_text(m, name, text) : 0;
    free(text);
    return result;
}

static int copy_experiments(struct qs_merge *m, size_t part)
{
    char path[PATH_MAX], name[300];
    struct dirent *entry;
    int result = 0;

    snprintf(path, sizeof path, "%s/experiments", m->parts[part].path);
    DIR *folder = opendir(path);
    while (folder && !result && (entry = readdir(folder))) {
        snprintf(name, sizeof name, "experiments/%s", entry->d_name);
        if (entry->d_name[0] != '.' && strcmp(entry->d_name, "options") != 0)
            result = copy_file(m, part, name);
    }
    if (folder)
        closedir(folder);
    return result;
}

/* Lines of several files, each once, in the order they come. */
struct lines {
    char **line;
    size_t n;
};

static bool has_line(const struct lines *l, const char *text)
{
    for (size_t i = 0; i < l->n; i++)
        if (!strcmp(l->line[i], text))
            return true;
    return false;
}

static void add_lines(struct lines *l, const char *path)
{
    char *text = qs_file_text(path), *rest = text, *line;

    while (text && (line = strsep(&rest, "\n")))
        if (*line && !has_line(l, line)) {
            l->line = qs_grown(l->line, l->n, sizeof *l->line);
            l->line[l->n++] = qs_copied(line);
        }
    free(text);
}

static bool begins(const char *line, const char *word)
{
    return !strncmp(line, word, strlen(word));
}

/* What all parts were asked; how each of them chose among its cells is forgotten. */
static bool is_wanted(const struct qs_merge *m, const char *line)
{
    char path[PATH_MAX];

    if (!begins(line, "only ") && !begins(line, "set "))
        return true;
    for (size_t i = 0; i < m->n_parts; i++) {
        struct lines own = { 0 };
        snprintf(path, sizeof path, "%s/experiments/options", m->parts[i].path);
        add_lines(&own, path);
        bool has = has_line(&own, line);
        for (size_t k = 0; k < own.n; k++)
            free(own.line[k]);
        free(own.line);
        if (!has)
            return false;
    }
    return true;
}

static int merge_lines(struct qs_merge *m, const char *name)
{
    char path[PATH_MAX], *text = NULL;
    struct lines all = { 0 };
    size_t size;
    FILE *out = qs_needed(open_memstream(&text, &size));

    for (size_t i = 0; i < m->n_parts; i++) {
        snprintf(path, sizeof path, "%s/%s", m->parts[i].path, name);
        add_lines(&all, path);
    }
    for (size_t i = 0; i < all.n; i++) {
        if (is_wanted(m, all.line[i]))
            fprintf(out, "%s\n", all.line[i]);
        free(all.line[i]);
    }
    free(all.line);
    fclose(out);
    int result = write_text(m, name, qs_needed(text));
    free(text);
    return result;
}

int qs_merge_write_files(struct qs_merge *m)
{
    for (size_t i = 0; i < m->n_parts; i++)
        if (copy_experiments(m, i))
            return -1;
    return merge_lines(m, "experiments/options") || merge_lines(m, "plan.csv") ||
                   copy_file(m, 0, "topology.xml") || copy_file(m, 0, "run.json")
               ? -1
               : 0;
}
