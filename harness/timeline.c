/* timeline.c - see timeline.h. */
#include "harness/timeline.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/allocate.h"

static void name_file(const char *folder, char path[PATH_MAX + 16])
{
    snprintf(path, PATH_MAX + 16, "%s/timeline.csv", folder);
}

/* What the threads did since the moment before. */
static void note_work(struct qs_sample *s, const struct qs_moment *m)
{
    s->ops = m->ops;
    s->gets = m->gets;
    s->inserts = m->inserts;
    s->deletes = m->deletes;
    s->puts = m->puts;
    s->rmws = m->rmws;
    s->ranges = m->ranges;
    s->restarts = m->restarts;
    s->steps = m->steps;
    memcpy(s->cas_tries, m->cas_tries, sizeof s->cas_tries);
    memcpy(s->cas_fails, m->cas_fails, sizeof s->cas_fails);
    s->cpu_ns_per_op = m->ops ? m->cpu_ns / (double)m->ops : NAN;
    s->mops = m->length > 0 ? (double)m->ops / m->length / 1e6 : NAN;
    s->seconds = m->length;
}

static void print_moment(FILE *out, const struct qs_row *row,
                         const struct qs_moment *moment)
{
    struct qs_row at = *row;
    char line[8192];

    at.sample.moment_s = moment->seconds;
    at.sample.retired = moment->retired;
    at.sample.freed = moment->freed;
    at.sample.garbage_end = moment->garbage;
    if (moment->parted)
        note_work(&at.sample, moment);
    qs_results_format(&at, line, sizeof line);
    fputs(line, out);
}

int qs_timeline_append(const char *folder, const struct qs_row *row)
{
    char path[PATH_MAX + 16], *text = NULL;
    size_t size;

    if (!row->sample.moments)
        return 0;
    name_file(folder, path);
    int fd = qs_results_open(path);
    if (fd < 0)
        return fd;
    FILE *out = qs_needed(open_memstream(&text, &size));
    if (lseek(fd, 0, SEEK_END) == 0)
        fprintf(out, "%s\n", qs_results_header());
    for (unsigned i = 0; i < row->sample.moments; i++)
        print_moment(out, row, &row->sample.timeline[i]);
    fclose(out);
    int error = qs_results_write(fd, text, size);
    free(text);
    close(fd);
    return error;
}

int qs_timeline_read(const char *folder, struct qs_row **rows, size_t *n, char *error,
                     size_t error_size)
{
    char path[PATH_MAX + 16];
    size_t torn;

    *rows = NULL;
    *n = 0;
    name_file(folder, path);
    if (access(path, F_OK))
        return 0;
    int result = qs_results_read(path, rows, n, &torn, error, error_size);
    if (result && result != -EBADMSG)
        snprintf(error, error_size, "%s: %s", path, strerror(-result));
    return result ? -1 : 0;
}

bool qs_timeline_has(const char *x)
{
    return !strcmp(x, "moment_s");
}
