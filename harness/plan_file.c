/* plan_file.c - plan.csv. */
#include "harness/plan_file.h"

#include <inttypes.h>
#include <string.h>

/* A list of processors holds commas, a field may not. */
static void put_text(FILE *out, const char *text)
{
    for (; *text; text++)
        putc(*text == ',' ? ';' : *text, out);
    putc(',', out);
}

static void put_cell(FILE *out, const struct qs_plan *plan, const struct qs_cell *c)
{
    struct qs_row row;
    char text[QS_VALUE_TEXT];

    memset(&row, 0, sizeof row);
    row.cell = *c;
    put_text(out, plan->figure->id);
    fprintf(out, "%016" PRIx64 ",%u,%.4g,", qs_cell_id(c), plan->repeats,
            qs_cell_seconds(c));
    put_text(out, c->structure);
    put_text(out, c->reclaim);
    fprintf(out, "%u,", c->threads);
    put_text(out, c->placement);
    fprintf(out, "%d,%" PRIu64 ",%" PRIu64 ",%s,%s,", c->oversubscribe, c->keys,
            c->prefill, c->prefill_even ? "even" : "random",
            c->sized ? "sized" : "grow");
    put_text(out, qs_row_value_text(&row, "mix", text));
    put_text(out, qs_row_value_text(&row, "dist", text));
    fprintf(out, "%u,%g,%g\n", c->quiesce_every, c->warmup_s, c->duration_s);
}

void qs_plan_write(FILE *out, const struct qs_plan *plans, size_t n)
{
    fputs("figure,cell,repeats,seconds,structure,reclaim,threads,placement,"
          "oversubscribe,keys,prefill,prefill_mode,start,mix,dist,quiesce_every,"
          "warmup_s,duration_s\n",
          out);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < plans[i].n; k++)
            put_cell(out, &plans[i], &plans[i].cells[k]);
}
