/* merge_rows.c - the rows of several runs as those of one: see merge.h. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/allocate.h"
#include "harness/merge.h"

/* Where in a line the columns stand that tell rows apart. */
struct places {
    int figure, cell, rep, status;
};

/* The n-th field of a line, up to a comma or its end; *length may be 0. */
static const char *field(const char *line, int n, size_t *length)
{
    for (; n > 0 && *line; line++)
        n -= *line == ',';
    *length = n ? 0 : strcspn(line, ",\n");
    return line;
}

static int place_of(const char *header, const char *name)
{
    size_t length;

    for (int i = 0;; i++) {
        const char *at = field(header, i, &length);
        if (length == strlen(name) && !strncmp(at, name, length))
            return i;
        if (!at[length] || at[length] == '\n')
            return -1;
    }
}

static struct places find_places(const char *header)
{
    return (struct places){ place_of(header, "figure"), place_of(header, "cell"),
                            place_of(header, "rep"), place_of(header, "status") };
}

static unsigned rep_of(const char *line, const struct places *p)
{
    size_t length;
    return (unsigned)strtoul(field(line, p->rep, &length), NULL, 10);
}

/* "figure cell", and the repeat behind it. */
static void make_key(const char *line, const struct places *p, unsigned rep,
                     char key[96])
{
    size_t figure, cell;
    const char *f = field(line, p->figure, &figure), *c = field(line, p->cell, &cell);

    snprintf(key, 96, "%.*s %.*s %u", (int)figure, f, (int)cell, c, rep);
}

static int compare_rows(const void *left, const void *right)
{
    const struct qs_merge_row *a = left, *b = right;
    int keys = strcmp(a->key, b->key);

    return keys ? keys : (int)b->ok - (int)a->ok;
}

/* The row of that key that is ok, among the first n, which are sorted; or NULL. */
static struct qs_merge_row *find_row(struct qs_merge *m, size_t n, const char *key)
{
    struct qs_merge_row like = { .ok = true };

    snprintf(like.key, sizeof like.key, "%s", key);
    return n ? bsearch(&like, m->rows, n, sizeof like, compare_rows) : NULL;
}

static int refuse_row(struct qs_merge *m, const struct qs_merge_row *there,
                      const struct qs_merge_row *row)
{
    snprintf(
        m->error, sizeof m->error,
        "%s and %s both measured %s (figure, cell, repeat); --renumber keeps both, "
        "as further repeats",
        m->parts[there->part].path, m->parts[row->part].path, row->key);
    return -1;
}

/* How many repeats of the row's cell the first n rows number. */
static unsigned repeats_of(const struct qs_merge *m, size_t n, const char *key)
{
    size_t length = (size_t)(strrchr(key, ' ') - key) + 1, low = 0, high = n;
    unsigned repeats = 0;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strncmp(m->rows[middle].key, key, length) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < n && !strncmp(m->rows[low].key, key, length); low++)
        if (m->rows[low].rep > repeats)
            repeats = m->rows[low].rep; /* they count from 1 */
    return repeats;
}

/* All repeats of a cell go behind those of earlier parts, so that none meets another of
 * its own part. */
static void renumber(struct qs_merge *m, size_t n, const struct places *p,
                     struct qs_merge_row *row)
{
    unsigned repeats = repeats_of(m, n, row->key);

    if (!repeats)
        return;
    row->rep += repeats;
    make_key(row->line, p, row->rep, row->key);
    m->renumbered++;
}

/* Adds a line of a part; those before n are of earlier parts. */
static int add_line(struct qs_merge *m, size_t n, unsigned part, char *line,
                    const struct places *p)
{
    size_t length;
    struct qs_merge_row row = { .line = line, .part = part, .rep = rep_of(line, p) };

    make_key(line, p, row.rep, row.key);
    row.ok = !strncmp(field(line, p->status, &length), "ok", 2);
    struct qs_merge_row *there = row.ok ? find_row(m, n, row.key) : NULL;
    if (there && !strcmp(there->line, line)) {
        m->twice++;
        free(line);
        return 0;
    }
    if (there && !m->renumber) {
        refuse_row(m, there, &row);
        free(line);
        return -1;
    }
    if (row.ok && m->renumber)
        renumber(m, n, p, &row);
    m->rows = qs_grown(m->rows, m->n_rows, sizeof *m->rows);
    m->rows[m->n_rows++] = row;
    return 0;
}

/* All parts have the columns of the first. */
static int take_header(struct qs_merge *m, const char *path, const char *line)
{
    struct places p = find_places(line);

    if (p.figure < 0 || p.cell < 0 || p.rep < 0 || p.status < 0)
        snprintf(m->error, sizeof m->error,
                 "%s: no columns figure, cell, rep, status: not the cells.csv of a run",
                 path);
    else if (m->header && strcmp(m->header, line) != 0)
        snprintf(m->error, sizeof m->error,
                 "%s: not the columns of %s/cells.csv: another version wrote it; "
                 "measure one of them again",
                 path, m->parts[0].path);
    else if (!m->header)
        m->header = qs_copied(line);
    return *m->error ? -1 : 0;
}

static int read_part(struct qs_merge *m, unsigned part)
{
    char path[PATH_MAX], *line = NULL;
    size_t size = 0, before = m->n_rows;
    struct places places;
    int result = 0;

    snprintf(path, sizeof path, "%s/cells.csv", m->parts[part].path);
    FILE *in = fopen(path, "re");
    if (!in || getline(&line, &size, in) <= 0) {
        snprintf(m->error, sizeof m->error, "%s: %s; name the folder of a run", path,
                 in ? "holds nothing" : strerror(errno));
        result = -1;
    } else {
        result = take_header(m, path, line);
    }
    places = find_places(m->header ? m->header : "");
    while (!result && getline(&line, &size, in) > 0)
        if (strchr(line, '\n')) /* a torn last line is none */
            result = add_line(m, before, part, qs_copied(line), &places);
    free(line);
    if (in)
        fclose(in);
    if (m->n_rows)
        qsort(m->rows, m->n_rows, sizeof *m->rows, compare_rows);
    return result;
}

int qs_merge_read_rows(struct qs_merge *m)
{
    for (unsigned part = 0; part < m->n_parts; part++)
        if (read_part(m, part))
            return -1;
    return 0;
}

/* Writes a line with another number in place of its repeat's. */
static void put_line(FILE *out, const char *line, const struct places *p, unsigned rep)
{
    size_t length;
    const char *at = field(line, p->rep, &length);

    fprintf(out, "%.*s%u%s", (int)(at - line), line, rep, at + length);
}

static int write_cells(struct qs_merge *m)
{
    char path[PATH_MAX];
    struct places p = find_places(m->header);

    snprintf(path, sizeof path, "%s/cells.csv", m->out);
    FILE *out = fopen(path, "we");
    if (!out)
        return qs_merge_failed(m, "cells.csv", errno);
    fputs(m->header, out);
    for (size_t i = 0; i < m->n_rows; i++)
        put_line(out, m->rows[i].line, &p, m->rows[i].rep);
    bool whole = !ferror(out);
    return fclose(out) || !whole ? qs_merge_failed(m, "cells.csv", errno) : 0;
}

/* The row of cells.csv that a line of another file of that part is about: the key is
 * that of the part, which renumbering may have changed. */
static const struct qs_merge_row *row_of(const struct qs_merge *m, unsigned part,
                                         const char *line, const struct places *p,
                                         const struct places *of_cells)
{
    char key[96], own[96];

    make_key(line, p, rep_of(line, p), key);
    for (size_t i = 0; i < m->n_rows; i++) {
        const struct qs_merge_row *row = &m->rows[i];
        if (row->part != part)
            continue;
        make_key(row->line, of_cells, rep_of(row->line, of_cells), own);
        if (!strcmp(own, key))
            return row;
    }
    return NULL;
}

static void copy_lines(const struct qs_merge *m, unsigned part, const char *name,
                       FILE **out)
{
    char path[PATH_MAX], *line = NULL, last[96] = "", key[96];
    const struct qs_merge_row *row = NULL;
    struct places p, of_cells = find_places(m->header);
    size_t size = 0;

    snprintf(path, sizeof path, "%s/%s", m->parts[part].path, name);
    FILE *in = fopen(path, "re");
    if (in && getline(&line, &size, in) > 0) {
        p = find_places(line);
        if (!*out) {
            snprintf(path, sizeof path, "%s/%s", m->out, name);
            *out = fopen(path, "we");
            if (*out)
                fputs(line, *out);
        }
        while (*out && getline(&line, &size, in) > 0) {
            make_key(line, &p, rep_of(line, &p), key);
            if (strcmp(key, last) != 0)
                row = row_of(m, part, line, &p, &of_cells);
            memcpy(last, key, sizeof last);
            if (row && strchr(line, '\n'))
                put_line(*out, line, &p, row->rep);
        }
    }
    free(line);
    if (in)
        fclose(in);
}

int qs_merge_write_rows(struct qs_merge *m)
{
    static const char *const others[] = { "latency.csv", "timeline.csv",
                                          "locality.csv" };

    if (write_cells(m))
        return -1;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        FILE *out = NULL;
        for (unsigned part = 0; part < m->n_parts; part++)
            copy_lines(m, part, others[i], &out);
        if (out && fclose(out))
            return qs_merge_failed(m, others[i], errno);
    }
    return 0;
}
