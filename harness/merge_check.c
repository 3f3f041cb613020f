/* merge_check.c - whether runs may be one: see merge.h. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/allocate.h"
#include "harness/fingerprint.h"
#include "harness/json.h"
#include "harness/merge.h"

int qs_merge_failed(struct qs_merge *m, const char *name, int error)
{
    snprintf(m->error, sizeof m->error, "%s/%s: %s", m->out, name, strerror(error));
    return -1;
}

static int read_part(struct qs_merge *m, struct qs_merge_part *part)
{
    char path[PATH_MAX];
    struct qs_json json;

    snprintf(path, sizeof path, "%s/run.json", part->path);
    if (qs_json_read(path, &json, m->error, sizeof m->error))
        return -1;
    part->fingerprint = qs_copied(qs_json_text(&json, "fingerprint"));
    part->preset = qs_copied(qs_json_text(&json, "preset"));
    qs_json_free(&json);
    return 0;
}

static int check_build(struct qs_merge *m, size_t i)
{
    char where[512];
    const struct qs_merge_part *first = &m->parts[0], *part = &m->parts[i];

    if (qs_fingerprint_differs(first->fingerprint, part->fingerprint, first->path,
                               part->path, where, sizeof where)) {
        snprintf(m->error, sizeof m->error,
                 "not the same machine and build: %s; keep them apart (quiesce compare "
                 "%s %s), or measure one of them again",
                 where, first->path, part->path);
        return -1;
    }
    if (strcmp(first->preset, part->preset) != 0) {
        snprintf(
            m->error, sizeof m->error,
            "%s is of the preset %s, %s of %s: their repeats are not of one length; "
            "measure one of them again",
            first->path, first->preset, part->path, part->preset);
        return -1;
    }
    return 0;
}

/* Whether another part has a file of this name and another content. */
static int check_figure(struct qs_merge *m, size_t i, const char *name)
{
    char path[PATH_MAX];
    int result = 0;

    snprintf(path, sizeof path, "%s/experiments/%s", m->parts[i].path, name);
    char *text = qs_file_text(path);
    for (size_t k = 0; k < i && text && !result; k++) {
        snprintf(path, sizeof path, "%s/experiments/%s", m->parts[k].path, name);
        char *other = qs_file_text(path);
        result = other && strcmp(text, other) != 0 ? -1 : 0;
        free(other);
        if (result)
            snprintf(m->error, sizeof m->error,
                     "experiments/%s is not the same in %s and %s; a figure has to be "
                     "asked in the same way: measure one of them again",
                     name, m->parts[k].path, m->parts[i].path);
    }
    free(text);
    return result;
}

static int check_figures(struct qs_merge *m, size_t i)
{
    char path[PATH_MAX];
    struct dirent *entry;
    int result = 0;

    snprintf(path, sizeof path, "%s/experiments", m->parts[i].path);
    DIR *folder = opendir(path);
    if (!folder) {
        snprintf(m->error, sizeof m->error, "%s: %s; name the folder of a run", path,
                 strerror(errno));
        return -1;
    }
    while (!result && (entry = readdir(folder)))
        if (strlen(entry->d_name) > 4 &&
            !strcmp(entry->d_name + strlen(entry->d_name) - 4, ".exp"))
            result = check_figure(m, i, entry->d_name);
    closedir(folder);
    return result;
}

int qs_merge_check(struct qs_merge *m)
{
    for (size_t i = 0; i < m->n_parts; i++)
        if (read_part(m, &m->parts[i]) || check_build(m, i) || check_figures(m, i))
            return -1;
    return 0;
}

void qs_merge_free(struct qs_merge *m)
{
    for (size_t i = 0; i < m->n_parts; i++) {
        free(m->parts[i].fingerprint);
        free(m->parts[i].preset);
    }
    for (size_t i = 0; i < m->n_rows; i++)
        free(m->rows[i].line);
    free(m->rows);
    free(m->header);
}
