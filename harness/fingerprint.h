/* fingerprint.h - where two fingerprints of run.json differ. */
#ifndef QS_HARNESS_FINGERPRINT_H
#define QS_HARNESS_FINGERPRINT_H

#include <stdbool.h>
#include <stddef.h>

/* Whether they do; if so, says in which part: "compiler: 'gcc 12' there, 'clang 14'
 * here", with the words given for there and here. */
bool qs_fingerprint_differs(const char *one, const char *other, const char *there,
                            const char *here, char *text, size_t size);

#endif
