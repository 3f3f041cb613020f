/* results.c - writing rows of cells.csv, and asking rows for values by name. */
#include "harness/results.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/results_columns.h"

enum { HEADER_TEXT = 8192, ROW_TEXT = 8192 };

const char *qs_results_header(void)
{
    static char header[HEADER_TEXT];
    size_t used = 0;
    if (*header)
        return header;
    for (size_t i = 0; i < qs_column_count; i++)
        used += (size_t)snprintf(header + used, sizeof header - used, "%s%s",
                                 i ? "," : "", qs_columns[i].name);
    return header;
}

size_t qs_results_format(const struct qs_row *row, char *line, size_t size)
{
    char text[QS_COLUMN_TEXT_SIZE];
    size_t used = 0;
    for (size_t i = 0; i < qs_column_count; i++) {
        qs_column_format(&qs_columns[i], row, text);
        size_t room = used < size ? size - used : 0;
        used += (size_t)snprintf(room ? line + used : NULL, room, "%s%s", text,
                                 i + 1 < qs_column_count ? "," : "\n");
    }
    return used;
}

int qs_results_write(int fd, const char *text, size_t length)
{
    for (size_t done = 0; done < length;) {
        ssize_t n = write(fd, text + done, length - done);
        if (n < 0 && errno != EINTR)
            return -errno;
        done += n > 0 ? (size_t)n : 0;
    }
    return 0;
}

/* Only a regular file can be empty; a pipe's reader is told by the caller. */
static bool is_empty_file(int fd)
{
    struct stat status;
    return fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size == 0;
}

int qs_results_append(int fd, const struct qs_row *row)
{
    char text[HEADER_TEXT + ROW_TEXT];
    size_t used = 0;
    if (is_empty_file(fd))
        used = (size_t)snprintf(text, sizeof text, "%s\n", qs_results_header());
    used += qs_results_format(row, text + used, sizeof text - used);
    int result = qs_results_write(fd, text, used);
    if (result == 0 && fdatasync(fd) != 0 && errno != EINVAL && errno != EROFS)
        result = -errno;
    return result;
}

/* Where the last whole line ends. */
static off_t end_of_lines(int fd, off_t size)
{
    char byte = 0;
    while (size > 0 && pread(fd, &byte, 1, size - 1) == 1 && byte != '\n')
        size--;
    return size;
}

int qs_results_open(const char *path)
{
    struct stat status;
    int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0)
        return -errno;
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
        return fd;
    off_t end = end_of_lines(fd, status.st_size);
    if (end == status.st_size || ftruncate(fd, end) == 0)
        return fd;
    int error = -errno;
    close(fd);
    return error;
}

double qs_results_number(const struct qs_row *row, const char *column, bool *known)
{
    const struct qs_column *c = qs_column_find(column);
    if (known)
        *known = c != NULL;
    return c ? qs_column_number(c, row) : NAN;
}

/* Keeps one copy of every text ever asked for, so that the answers stay valid: a run
 * has a handful of mixes and distributions. */
static const char *kept(const char *text)
{
    static struct word {
        struct word *next;
        char text[];
    } * words;
    for (struct word *w = words; w; w = w->next)
        if (strcmp(w->text, text) == 0)
            return w->text;
    struct word *w = malloc(sizeof *w + strlen(text) + 1);
    if (!w)
        return NULL;
    strcpy(w->text, text);
    w->next = words;
    words = w;
    return w->text;
}

const char *qs_results_text(const struct qs_row *row, const char *column)
{
    char text[QS_COLUMN_TEXT_SIZE];
    const struct qs_column *c = qs_column_find(column);
    if (!c || (c->kind != QS_COLUMN_TEXT && c->kind != QS_COLUMN_SPELT))
        return NULL;
    if (c->kind == QS_COLUMN_TEXT)
        return (const char *)row + c->offset;
    c->spell(row, text, sizeof text);
    return kept(text);
}
