/* line_model.c - see line_model.h. */
#include "harness/line_model.h"

#include <errno.h>
#include <stdlib.h>

static const double LEAST_HIT_NS = 0.1;

enum step { WORKS, READS, SWAPS };

struct virtual_thread {
    double ready; /* when it does its next step */
    enum step step;
    unsigned line, left; /* the line that it wants; swaps of this operation to come */
    uint64_t seen;       /* writes that it read there */
    uint64_t random;
};

struct line {
    double free; /* nobody else wants it any more */
    unsigned owner;
    unsigned copies;    /* others that have one, too */
    uint64_t writes;    /* tells what is in it */
    uint64_t takeovers; /* by which copies elsewhere went */
};

struct simulation {
    const struct qs_line_model *model;
    struct qs_line_sample *sample;
    struct virtual_thread *threads;
    struct line *lines;
    uint64_t *copy; /* 1 + takeovers when a thread last got one, by thread and line */
};

/* Marsaglia's xorshift. */
static uint64_t draw(struct virtual_thread *t)
{
    t->random ^= t->random << 13;
    t->random ^= t->random >> 7;
    t->random ^= t->random << 17;
    return t->random;
}

static double fraction(struct virtual_thread *t)
{
    return (double)(draw(t) >> 11) / (double)((uint64_t)1 << 53);
}

/* Draws how many swaps come, so that their mean is what was asked for. */
static unsigned draw_swaps(struct virtual_thread *t, double mean)
{
    unsigned whole = (unsigned)mean;
    return whole + (fraction(t) < mean - whole);
}

/* Work that takes as long each time would let threads fall into step. */
static double draw_work(struct virtual_thread *t, double mean)
{
    return mean * (0.5 + fraction(t));
}

static bool has_copy(const struct simulation *s, unsigned thread, unsigned line)
{
    const struct line *l = &s->lines[line];
    return l->owner == thread ||
           s->copy[(size_t)thread * s->model->lines + line] == l->takeovers + 1;
}

/* Has the line come to the thread, to read it or for itself alone; when it is there. */
static double fetch(struct simulation *s, unsigned thread, unsigned line, bool alone)
{
    const struct qs_line_model *m = s->model;
    struct virtual_thread *t = &s->threads[thread];
    struct line *l = &s->lines[line];
    bool is_here = has_copy(s, thread, line) && (!alone || !l->copies);

    if (is_here) /* nobody need be asked */
        return t->ready + m->hit_ns;
    double start = t->ready > l->free ? t->ready : l->free;
    /* Copies elsewhere are taken away in the time that the line itself would take. */
    double cost = m->cost_ns[(size_t)thread * m->threads + l->owner];
    if (l->owner == thread)
        cost = m->cost_ns[(size_t)thread * m->threads + (thread + 1) % m->threads];
    l->free = start + cost;
    s->sample->moves++;
    s->sample->moved_ns += cost;
    return l->free + m->hit_ns;
}

static void read_line(struct simulation *s, unsigned thread)
{
    struct virtual_thread *t = &s->threads[thread];
    struct line *l = &s->lines[t->line];
    bool is_new = !has_copy(s, thread, t->line);

    t->ready = fetch(s, thread, t->line, false) + s->model->window_ns;
    l->copies += is_new;
    s->copy[(size_t)thread * s->model->lines + t->line] = l->takeovers + 1;
    t->seen = l->writes;
    t->step = SWAPS;
}

/* A swap takes the line for the thread alone, whether it succeeds or not. */
static void swap_line(struct simulation *s, unsigned thread)
{
    struct virtual_thread *t = &s->threads[thread];
    struct line *l = &s->lines[t->line];
    bool succeeds = s->model->adds || l->writes == t->seen;

    t->ready = fetch(s, thread, t->line, true);
    l->owner = thread;
    l->copies = 0;
    l->takeovers++;
    l->writes += succeeds;
    s->sample->tries++;
    s->sample->fails += !succeeds;
    t->left -= succeeds;
    t->step = succeeds ? WORKS : SWAPS;
    t->seen = l->writes; /* as a failed swap tells */
    if (!succeeds)
        t->ready += s->model->window_ns;
}

/* The end of an operation, or its next swap. */
static void work(struct simulation *s, unsigned thread)
{
    struct virtual_thread *t = &s->threads[thread];

    if (!t->left) {
        s->sample->operations++;
        t->left = draw_swaps(t, s->model->swaps);
        t->ready += draw_work(t, s->model->work_ns);
        if (!t->left)
            return;
    }
    t->line = (unsigned)(draw(t) % s->model->lines);
    t->step = s->model->adds ? SWAPS : READS;
}

static unsigned next_thread(const struct simulation *s)
{
    unsigned next = 0;
    for (unsigned i = 1; i < s->model->threads; i++)
        if (s->threads[i].ready < s->threads[next].ready)
            next = i;
    return next;
}

static void simulate(struct simulation *s)
{
    static void (*const steps[])(struct simulation *, unsigned) = { work, read_line,
                                                                    swap_line };

    for (;;) {
        unsigned thread = next_thread(s);
        if (s->threads[thread].ready > s->model->duration_ns)
            return;
        steps[s->threads[thread].step](s, thread);
    }
}

int qs_line_model_run(const struct qs_line_model *model, struct qs_line_sample *sample)
{
    struct simulation s = {
        .sample = sample,
        .threads = calloc(model->threads, sizeof *s.threads),
        .lines = calloc(model->lines, sizeof *s.lines),
        .copy = calloc((size_t)model->threads * model->lines, sizeof *s.copy),
    };
    bool has_memory = s.threads && s.lines && s.copy;
    struct qs_line_model timed = *model;

    /* Time has to go on, also for one who has all that it wants. */
    timed.hit_ns = model->hit_ns > LEAST_HIT_NS ? model->hit_ns : LEAST_HIT_NS;
    s.model = &timed;

    *sample = (struct qs_line_sample){ 0 };
    for (unsigned i = 0; has_memory && i < model->threads; i++) {
        struct virtual_thread *t = &s.threads[i];
        t->random = (model->seed + i + 1) * 0x9e3779b97f4a7c15u;
        t->left = draw_swaps(t, model->swaps);
        t->ready = draw_work(t, model->work_ns);
    }
    for (unsigned i = 0; has_memory && i < model->lines; i++)
        s.lines[i].owner = i % model->threads;
    if (has_memory)
        simulate(&s);
    free(s.threads);
    free(s.lines);
    free(s.copy);
    return has_memory ? 0 : -ENOMEM;
}
