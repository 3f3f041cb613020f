/* report.c - a finding in words: see search.h. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/explore/search.h"

static void print_command(const struct qs_map_ops *ops, const struct qx_failure *f,
                          const char *program)
{
    char *schedule = qx_schedule_format(&f->schedule);

    printf("repeat: quiesce check --structure %s --reclaim %s --model %s%s \\\n"
           "    --program '%s' --replay '%s'\n",
           ops->structure, ops->reclaim, qx_model_names[f->settings.model],
           f->settings.reuse ? " --reuse" : "", program, schedule ? schedule : "");
    free(schedule);
}

void qx_explain(const struct qs_map_ops *ops, const struct qx_failure *f,
                const char *svg_path)
{
    char program[QX_PROGRAM_TEXT];

    qx_program_format(&f->program, program);
    qx_settings = f->settings;
    qx_settings.trace = true;
    qx_follow(&f->schedule);
    qx_program_run(ops, &f->program, 0);
    qx_follow(NULL);
    qx_settings.trace = false;
    printf("%s:%s: %s\n  %s\n", ops->structure, ops->reclaim,
           qx_kind_name(f->finding.kind), f->finding.text);
    printf("  found after %lu executions; smallest: %s, model %s, %u decisions\n",
           (unsigned long)f->executions, program, qx_model_names[f->settings.model],
           f->schedule.n);
    printf("operations, with the steps from call to answer:\n");
    qx_history_print();
    printf("steps:\n");
    qx_trace_print();
    print_command(ops, f, program);
    (void)svg_path;
}
