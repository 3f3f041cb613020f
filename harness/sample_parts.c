/* sample_parts.c - what the threads did from moment to moment of a timeline. */
#include "harness/crew.h"

static void add_part(struct qs_moment *m, const struct qs_mark *b,
                     const struct qs_mark *e, unsigned burst)
{
    m->gets += (e->tally.gets - b->tally.gets) * burst;
    m->inserts += (e->tally.inserts - b->tally.inserts) * burst;
    m->deletes += (e->tally.deletes - b->tally.deletes) * burst;
    m->puts += e->tally.puts - b->tally.puts;
    m->rmws += e->tally.rmws - b->tally.rmws;
    m->ranges += e->tally.ranges - b->tally.ranges;
    m->ops = m->gets + m->inserts + m->deletes + m->puts + m->rmws + m->ranges;
    for (unsigned i = 0; i < QS_SITES; i++) {
        m->cas_tries[i] += e->counters.cas_tries[i] - b->counters.cas_tries[i];
        m->cas_fails[i] += e->counters.cas_fails[i] - b->counters.cas_fails[i];
    }
    m->restarts += e->counters.restarts - b->counters.restarts;
    m->steps += e->counters.steps - b->counters.steps;
    m->parted = true;
    m->cpu_ns += (double)(e->cpu_ns - b->cpu_ns);
}

void qs_sample_sum_up_parts(struct qs_crew *c)
{
    for (unsigned i = 0; i < c->started; i++) {
        const struct qs_worker *w = c->workers[i];
        for (unsigned part = 0; part < c->sample->moments && w->parts; part++)
            add_part(&c->sample->timeline[part], part ? &w->parts[part - 1] : &w->begin,
                     &w->parts[part], c->run.ops->burst);
    }
}
