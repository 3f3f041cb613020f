/* fuzz_results.c - cells.csv: a row that was read is written as it was read. */
#include <errno.h>

#include "harness/results.h"
#include "tests/fuzz/fuzz.h"

enum { LINE = 8192 };

static struct qs_row *read_rows(const char *text, size_t size, size_t *n)
{
    char error[512] = "", path[64];
    struct qs_row *rows = NULL;
    size_t torn = 0;
    int fd = fuzz_file((const uint8_t *)text, size, path);
    int result = qs_results_read(path, &rows, n, &torn, error, sizeof error);

    close(fd);
    if (result)
        *n = 0;
    EXPECT(result != -EBADMSG || *error);
    return result ? NULL : rows;
}

/* Writes the row to line and reads it from there; to be freed. */
static struct qs_row *pass(const struct qs_row *row, char line[LINE])
{
    static char file[2 * LINE];
    size_t n = 0;

    EXPECT(qs_results_format(row, line, LINE) < LINE);
    int length = snprintf(file, sizeof file, "%s\n%s", qs_results_header(), line);
    struct qs_row *read = read_rows(file, (size_t)length, &n);
    EXPECT(n == 1);
    return read;
}

/* What was written once, and so rounded to nine digits, stays as it is, with the
 * columns that are derived from it. */
static void check_row(const struct qs_row *row)
{
    static char first[LINE], line[LINE], again[LINE];
    struct qs_row *rounded = pass(row, first);
    struct qs_row *read = pass(rounded, line);

    qs_results_format(read, again, sizeof again);
    EXPECT(!strcmp(line, again));
    free(rounded);
    free(read);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    size_t n = 0;
    struct qs_row *rows = read_rows((const char *)bytes, size, &n);

    for (size_t i = 0; i < n && i < 3; i++)
        check_row(&rows[i]);
    free(rows);
    return 0;
}
