/* report.c - a finding in words: see search.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/text.h"
#include "tests/explore/history.h"
#include "tests/explore/search.h"
#include "tests/explore/trace.h"

static void print_command(const struct qx_subject *subject, const struct qx_failure *f,
                          const char *program)
{
    char *schedule = qx_schedule_format(&f->schedule);

    printf("repeat: quiesce check --structure %s --reclaim %s --model %s%s \\\n"
           "    --program '%s' --replay '%s'\n",
           subject->structure, subject->reclaim, qx_model_names[f->settings.model],
           f->settings.reuse ? " --reuse" : "", program, schedule ? schedule : "");
    free(schedule);
}

/* What is wrong with answers happened in calls. */
static bool is_about_answers(enum qx_kind kind)
{
    return kind == QX_NOT_LINEARIZABLE || kind == QX_WRONG_COUNT;
}

static void run_traced(const struct qx_subject *subject, const struct qx_failure *f)
{
    qx_settings = f->settings;
    qx_settings.trace = true;
    qx_follow(&f->schedule);
    qx_program_run(subject, &f->program, 0);
    qx_follow(NULL);
    qx_settings.trace = false;
}

static void draw(const struct qx_subject *subject, const struct qx_failure *f,
                 const char *path)
{
    char title[160];
    struct qx_drawing drawing = { .title = title };

    drawing.detail = is_about_answers(f->finding.kind) ? QX_IN_CALLS : QX_EVERYTHING;
    snprintf(title, sizeof title, "%s under %s: %s, model %s", subject->structure,
             subject->reclaim, qx_kind_name(f->finding.kind),
             qx_model_names[f->settings.model]);
    if (!qx_trace_draw(path, &drawing))
        qs_die(QS_EXIT_FAILED, "check: cannot write %s: %s", path, strerror(errno));
}

void qx_explain(const struct qx_subject *subject, const struct qx_failure *f,
                const char *svg_path)
{
    char program[QX_PROGRAM_TEXT];

    qx_program_format(subject->sort, &f->program, program);
    run_traced(subject, f);
    printf("%s:%s: %s\n  %s\n", subject->structure, subject->reclaim,
           qx_kind_name(f->finding.kind), f->finding.text);
    printf("  found after %lu executions by %s; smallest: %s, model %s, %u decisions\n",
           (unsigned long)f->executions, qx_strategy_names[f->strategy], program,
           qx_model_names[f->settings.model], f->schedule.n);
    printf("calls, with the steps from call to answer:\n");
    qx_history_print();
    printf("steps:\n");
    qx_trace_print(is_about_answers(f->finding.kind));
    print_command(subject, f, program);
    if (svg_path)
        draw(subject, f, svg_path);
}
