/* report.h - a run as one HTML file. */
#ifndef QS_HARNESS_REPORT_H
#define QS_HARNESS_REPORT_H

#include <stddef.h>

/* Writes DIR/report.html from what lies in DIR: cells.csv, claims.csv, run.json,
 * experiments/, figures/, placement/.  0, or -1 with a sentence in error. */
int qs_report_write(const char *run_dir, char *error, size_t error_size);

/* Puts the fault matrix that was run with this tool into the run's folder. */
void qs_report_take_faults(const char *run_dir);

#endif
