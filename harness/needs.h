/* needs.h - what a figure or a claim asks of the machine: "pus >= 2, quiet". */
#ifndef QS_HARNESS_NEEDS_H
#define QS_HARNESS_NEEDS_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/filter.h"

/* 0, or -1 with a sentence in error.  Needs are joined by commas; each is
 * pus|cores|numa >= NUMBER, or quiet. */
int qs_needs_check(const char *text, char *error, size_t error_size);

/* Whether a machine of these limits offers them; if not, reason says what is missing.
 * Whether it was quiet only a measurement tells: that one is left out. */
bool qs_needs_met(const char *needs, const struct qs_limits *limits, char *reason,
                  size_t reason_size);

/* Whether they include a quiet machine. */
bool qs_needs_quiet(const char *needs);

#endif
