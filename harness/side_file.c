/* side_file.c - see side_file.h. */
#include "harness/side_file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/allocate.h"
#include "harness/results_columns.h"

enum { PATH_TEXT = PATH_MAX + 32 };

static void print_header(FILE *out, const struct qs_side_file *file)
{
    if (!file->columns)
        fputs(qs_results_header(), out);
    for (size_t i = 0; file->columns && i < file->n_columns; i++)
        fprintf(out, "%s%s", i ? "," : "", file->columns[i]);
    putc('\n', out);
}

static void print_row(FILE *out, const struct qs_side_file *file,
                      const struct qs_row *row)
{
    char text[QS_COLUMN_TEXT_SIZE], line[8192];

    if (!file->columns) {
        qs_results_format(row, line, sizeof line);
        fputs(line, out);
        return;
    }
    for (size_t i = 0; i < file->n_columns; i++) {
        qs_column_format(qs_column_find(file->columns[i]), row, text);
        fprintf(out, "%s%s", i ? "," : "", text);
    }
    putc('\n', out);
}

int qs_side_append(const struct qs_side_file *file, const char *folder,
                   const struct qs_row *row)
{
    char path[PATH_TEXT], *text = NULL;
    unsigned rows = file->count(row);
    size_t size;

    if (!rows)
        return 0;
    snprintf(path, sizeof path, "%s/%s", folder, file->name);
    int fd = qs_results_open(path);
    if (fd < 0)
        return fd;
    FILE *out = qs_needed(open_memstream(&text, &size));
    if (lseek(fd, 0, SEEK_END) == 0)
        print_header(out, file);
    for (unsigned i = 0; i < rows; i++) {
        struct qs_row copy = *row;
        file->set(&copy, row, i);
        print_row(out, file, &copy);
    }
    fclose(out);
    int error = qs_results_write(fd, text, size);
    free(text);
    close(fd);
    return error;
}

int qs_side_read(const struct qs_side_file *file, const char *folder,
                 struct qs_row **rows, size_t *n, char *error, size_t error_size)
{
    char path[PATH_TEXT];
    size_t torn;

    *rows = NULL;
    *n = 0;
    snprintf(path, sizeof path, "%s/%s", folder, file->name);
    if (access(path, F_OK))
        return 0;
    int result = qs_results_read(path, rows, n, &torn, error, error_size);
    if (result && result != -EBADMSG)
        snprintf(error, error_size, "%s: %s", path, strerror(-result));
    return result ? -1 : 0;
}
