/* text.h - reading what people type, and answering when it is wrong. */
#ifndef QS_HARNESS_TEXT_H
#define QS_HARNESS_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Exit statuses of the tool, see CONTRACT in README.md. */
enum {
    QS_EXIT_DONE = 0,
    QS_EXIT_CONTRADICTED = 1, /* a claim is contradicted, a check failed */
    QS_EXIT_USAGE = 2,
    QS_EXIT_FAILED = 3, /* a cell failed; a file could not be written */
    QS_EXIT_MACHINE = 4,
    QS_EXIT_INTERRUPTED = 130
};

/* Prints "quiesce: ..." as one line to stderr and ends the program with that status. */
_Noreturn void qs_die(int status, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Each returns false on anything but a whole, finite, non-negative value. */
bool qs_parse_count(const char *text, uint64_t *value); /* 12, 100k, 1M, 2G */
enum { QS_LONGEST_S = 1000000 };                        /* eleven days */
bool qs_parse_seconds(const char *text, double *value); /* 200ms, 1s, 5m; 1 = 1s */
bool qs_parse_number(const char *text, double *value);
bool qs_parse_permille(const char *text, unsigned *value); /* 12.5% or 12.5 -> 125 */
/* "90/5/5" in percent get/insert/delete; false also if the sum is not 100. */
bool qs_parse_mix(const char *text, unsigned *insert_permille,
                  unsigned *delete_permille);
/* A number of threads, or "cores", "max" (all allowed processors), "2max" and so on,
 * which ask to oversubscribe. */
struct qs_topology;
bool qs_parse_threads(const char *text, const struct qs_topology *t, unsigned *threads,
                      bool *oversubscribe);

/* Splits at commas, trimming blanks.  Returns the number of parts, at most max; the
 * parts point into text, which is changed. */
size_t qs_split(char *text, char **parts, size_t max);

/* Calls the i-th name until NULL. */
typedef const char *qs_name_at(unsigned i);

/* The name nearest to the wrong one, or NULL if none is near. */
const char *qs_nearest(const char *wrong, qs_name_at *names);

/* Writes "no WHAT 'wrong' (did you mean 'x'? there are: a b c)" to message. */
void qs_unknown_name(const char *what, const char *wrong, qs_name_at *names,
                     char *message, size_t size);

#endif
