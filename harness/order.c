/* order.c - the order of repeats. */
#include "harness/order.h"

#include "harness/allocate.h"
#include "harness/workload.h"

struct steps {
    struct qs_step *step;
    size_t n;
};

static void add(struct steps *s, size_t plan, size_t cell, unsigned rep)
{
    s->step = qs_grown(s->step, s->n, sizeof *s->step);
    s->step[s->n++] = (struct qs_step){ plan, cell, rep };
}

/* Fisher and Yates. */
static void shuffle(struct qs_step *step, size_t n, uint64_t seed)
{
    struct qs_stream random;

    qs_stream_seed(&random, seed, 0);
    for (size_t i = n; i > 1; i--) {
        size_t k = qs_stream_below(&random, i);
        struct qs_step other = step[k];
        step[k] = step[i - 1];
        step[i - 1] = other;
    }
}

/* Adds one repeat of every cell of the interleaved plans.  Returns how many. */
static size_t add_round(struct steps *s, const struct qs_plan *plans, size_t n,
                        unsigned rep)
{
    size_t before = s->n;

    for (size_t p = 0; p < n; p++)
        for (size_t c = 0;
             plans[p].interleaved && rep <= plans[p].repeats && c < plans[p].n; c++)
            add(s, p, c, rep);
    if (s->n > before)
        shuffle(s->step + before, s->n - before, plans[0].seed ^ (uint64_t)rep << 32);
    return s->n - before;
}

size_t qs_steps_make(const struct qs_plan *plans, size_t n, struct qs_step **steps)
{
    struct steps s = { NULL, 0 };

    for (unsigned rep = 1; add_round(&s, plans, n, rep) > 0; rep++)
        continue;
    for (size_t p = 0; p < n; p++)
        for (size_t c = 0; !plans[p].interleaved && c < plans[p].n; c++)
            for (unsigned rep = 1; rep <= plans[p].repeats; rep++)
                add(&s, p, c, rep);
    *steps = s.step;
    return s.n;
}

static size_t add_wanted(struct steps *s, const struct qs_plan *plans, size_t n,
                         bool *const *wanted, unsigned again)
{
    size_t before = s->n;

    for (size_t p = 0; p < n; p++)
        for (size_t c = 0; again <= plans[p].repeats && c < plans[p].n; c++)
            if (wanted[p][c])
                add(s, p, c, plans[p].repeats + again);
    if (s->n > before)
        shuffle(s->step + before, s->n - before, plans[0].seed ^ (uint64_t)again << 48);
    return s->n - before;
}

size_t qs_steps_again(const struct qs_plan *plans, size_t n, bool *const *wanted,
                      struct qs_step **steps)
{
    struct steps s = { NULL, 0 };

    for (unsigned again = 1; add_wanted(&s, plans, n, wanted, again) > 0; again++)
        continue;
    *steps = s.step;
    return s.n;
}

uint64_t qs_step_seed(const struct qs_plan *plan, unsigned rep)
{
    uint64_t state = plan->seed + rep;
    return qs_splitmix(&state) >>
           1; /* files hold it as a number with room for a sign */
}
