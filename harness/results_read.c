/* results_read.c - reads cells.csv back, whole rows only. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/results_columns.h"

enum { MOST_COLUMNS = 256 };

struct reader {
    const char *path;
    unsigned long line;
    const struct qs_column *columns[MOST_COLUMNS]; /* NULL: unknown here */
    size_t width;
    struct qs_row *rows;
    size_t n, room, torn;
    char *error;
    size_t error_size;
};

/* Splits at commas in place; empty fields count.  Returns how many there are. */
static size_t split(char *line, char *fields[MOST_COLUMNS])
{
    size_t n = 0;
    for (char *rest = line; rest && n < MOST_COLUMNS;)
        fields[n++] = strsep(&rest, ",");
    return n;
}

static int read_header(struct reader *r, char *line)
{
    char *names[MOST_COLUMNS];
    bool named = false;
    r->width = split(line, names);
    for (size_t i = 0; i < r->width; i++) {
        r->columns[i] = qs_column_find(names[i]);
        named |= strcmp(names[i], "structure") == 0;
    }
    if (named)
        return 0;
    snprintf(r->error, r->error_size,
             "%s:1: no column 'structure': not a cells.csv, or its header is lost",
             r->path);
    return -EBADMSG;
}

static struct qs_row *add_row(struct reader *r)
{
    if (r->n == r->room) {
        size_t room = r->room ? 2 * r->room : 64;
        struct qs_row *rows = realloc(r->rows, room * sizeof *rows);
        if (!rows)
            return NULL;
        r->rows = rows;
        r->room = room;
    }
    struct qs_row *row = &r->rows[r->n++];
    memset(row, 0, sizeof *row);
    for (size_t i = 0; i < qs_column_count; i++)
        qs_column_parse(&qs_columns[i], row, "");
    return row;
}

/* "list:0,2" is written with semicolons. */
static void restore_commas(char *text)
{
    for (; *text; text++)
        if (*text == ';')
            *text = ',';
}

static int read_row(struct reader *r, char *line)
{
    char *fields[MOST_COLUMNS];
    if (split(line, fields) != r->width) {
        r->torn++;
        return 0;
    }
    struct qs_row *row = add_row(r);
    if (!row)
        return -ENOMEM;
    for (size_t i = 0; i < r->width; i++) {
        if (!r->columns[i] || qs_column_parse(r->columns[i], row, fields[i]))
            continue;
        snprintf(r->error, r->error_size, "%s:%lu: column '%s' cannot be '%s'", r->path,
                 r->line, r->columns[i]->name, fields[i]);
        return -EBADMSG;
    }
    restore_commas(row->cell.placement);
    row->sample.valid = strcmp(row->status, "ok") == 0;
    return 0;
}

static int read_line(struct reader *r, char *line, size_t length)
{
    r->line++;
    if (line[length - 1] != '\n') {
        r->torn++;
        return 0;
    }
    line[length - 1] = 0;
    return r->line == 1 ? read_header(r, line) : read_row(r, line);
}

int qs_results_read(const char *path, struct qs_row **rows, size_t *n, size_t *torn,
                    char *error, size_t error_size)
{
    struct reader r = { .path = path, .error = error, .error_size = error_size };
    char *line = NULL;
    size_t size = 0;
    ssize_t length;
    int result = 0;
    FILE *file = fopen(path, "re");
    if (!file)
        return -errno;
    while (result == 0 && (length = getline(&line, &size, file)) > 0)
        result = read_line(&r, line, (size_t)length);
    if (result == 0 && ferror(file))
        result = -EIO;
    free(line);
    fclose(file);
    if (result != 0) {
        free(r.rows);
        return result;
    }
    *rows = r.rows;
    *n = r.n;
    if (torn)
        *torn = r.torn;
    return 0;
}
