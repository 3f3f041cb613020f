/* report_parts.h - the parts of a report, in the order in which they are read. */
#ifndef QS_HARNESS_REPORT_PARTS_H
#define QS_HARNESS_REPORT_PARTS_H

#include <stdio.h>

#include "harness/claims.h"
#include "harness/groups.h"
#include "harness/run_dir.h"

struct qs_report {
    FILE *out;
    const struct qs_run_dir *run;
    struct qs_judgement *judgements; /* of all claims, in the figures' order */
    size_t n_judgements;
    struct qs_groups groups;
    char options[512]; /* of `quiesce run`, as this run had them */
    int failed;
    bool in_grid; /* of pictures */
    char *error;
    size_t error_size;
};

extern const char qs_report_style[]; /* CSS */

void qs_report_head(struct qs_report *report);
void qs_report_warnings(struct qs_report *report);
void qs_report_claims(struct qs_report *report);
void qs_report_figures(struct qs_report *report);
void qs_report_placements(struct qs_report *report);
void qs_report_environment(struct qs_report *report);
void qs_report_medians(struct qs_report *report);
void qs_report_faults(struct qs_report *report);

#endif
