/* fingerprint.c - see fingerprint.h. */
#include "harness/fingerprint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/allocate.h"

/* "key=value" against another of the kind. */
static void tell(const char *one, const char *other, const char *there,
                 const char *here, char *text, size_t size)
{
    const char *equal = strchr(one, '='), *mine = strchr(other, '=');

    snprintf(text, size, "%.*s: '%s' %s, '%s' %s", equal ? (int)(equal - one) : 0, one,
             equal ? equal + 1 : one, there, mine ? mine + 1 : other, here);
}

bool qs_fingerprint_differs(const char *one, const char *other, const char *there,
                            const char *here, char *text, size_t size)
{
    char *left = qs_copied(one), *right = qs_copied(other);
    char *rest_left = left, *rest_right = right, *a = NULL, *b = NULL;
    bool same = true;

    while (same && (a = strsep(&rest_left, ";")) && (b = strsep(&rest_right, ";")))
        same = !strcmp(a, b);
    if (!same)
        tell(a, b, there, here, text, size);
    else
        snprintf(text, size, "the fingerprint has another form");
    free(left);
    free(right);
    return strcmp(one, other) != 0;
}
