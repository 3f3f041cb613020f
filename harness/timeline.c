/* timeline.c - see timeline.h. */
#include "harness/timeline.h"

#include <math.h>
#include <string.h>

#include "harness/side_file.h"

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

static unsigned count(const struct qs_row *row)
{
    return row->sample.moments;
}

static void set(struct qs_row *copy, const struct qs_row *row, unsigned i)
{
    const struct qs_moment *moment = &row->sample.timeline[i];

    copy->sample.moment_s = moment->seconds;
    copy->sample.retired = moment->retired;
    copy->sample.freed = moment->freed;
    copy->sample.garbage_end = moment->garbage;
    if (moment->parted)
        note_work(&copy->sample, moment);
}

static const struct qs_side_file file = { .name = "timeline.csv",
                                          .count = count,
                                          .set = set };

int qs_timeline_append(const char *folder, const struct qs_row *row)
{
    return qs_side_append(&file, folder, row);
}

int qs_timeline_read(const char *folder, struct qs_row **rows, size_t *n, char *error,
                     size_t error_size)
{
    return qs_side_read(&file, folder, rows, n, error, error_size);
}

bool qs_timeline_has(const char *x)
{
    return !strcmp(x, "moment_s");
}
