/* progress.h - how far a long measurement is, and what it found so far.
 *
 * On a terminal: one bar on stderr with the time left, redrawn in place.  Elsewhere, or
 * with TERM=dumb: a plain line on stderr every ten seconds.  Result lines go to stdout
 * and stay.  Main thread only.
 */
#ifndef QS_HARNESS_PROGRESS_H
#define QS_HARNESS_PROGRESS_H

/* seconds: what all steps are planned to take together. */
void qs_progress_begin(double seconds, unsigned steps);

/* The step called label starts now. */
void qs_progress_now(const char *label);

/* The step is over; it was planned to take so many seconds.  The time left is the
 * planned rest, stretched by what the steps so far really took. */
void qs_progress_step(double planned_seconds);

/* Prints a line to stdout (to stderr after qs_progress_results_to_stderr()), above the
 * bar, in the manner of printf, without a newline. */
void qs_progress_line(const char *format, ...) __attribute__((format(printf, 1, 2)));
void qs_progress_results_to_stderr(void);

/* The same to stderr, as "quiesce: ...". */
void qs_progress_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Removes the bar. */
void qs_progress_end(void);

/* "1:05", "2 h 03 min": a duration for people.  Returns text. */
enum { QS_DURATION_TEXT = 32 };
char *qs_duration_text(double seconds, char text[QS_DURATION_TEXT]);

#endif
