/* nearest.c - the name that somebody may have meant; see text.h. */
#include <string.h>

#include "harness/text.h"

/* Levenshtein's distance; names longer than the table count as far away. */
static unsigned distance(const char *a, const char *b)
{
    enum { LONGEST = 63 };
    unsigned row[LONGEST + 1];
    size_t na = strlen(a), nb = strlen(b);

    if (na > LONGEST || nb > LONGEST)
        return LONGEST;
    for (unsigned j = 0; j <= nb; j++)
        row[j] = j;
    for (unsigned i = 1; i <= na; i++) {
        unsigned diagonal = row[0];
        row[0] = i;
        for (unsigned j = 1; j <= nb; j++) {
            unsigned best = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[nb];
}

const char *qs_nearest(const char *wrong, qs_name_at *names)
{
    /* A third of the letters may be wrong, or the name is a guess and no typo. */
    unsigned least = (unsigned)strlen(wrong) / 3 + 2;
    const char *name, *nearest = NULL;

    for (unsigned i = 0; (name = names(i)); i++) {
        unsigned d = distance(wrong, name);
        if (*wrong && strlen(wrong) > 2 && !strncmp(name, wrong, strlen(wrong)))
            d = 1; /* an abbreviation */
        if (d < least) {
            least = d;
            nearest = name;
        }
    }
    return nearest;
}
