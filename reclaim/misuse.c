/* misuse.c - see misuse.h. */
#include "reclaim/misuse.h"

#include <stdio.h>
#include <stdlib.h>

void (*qs_on_misuse)(const char *sentence);

/* As assert() does, the one thing of this library that writes and ends a program. */
void qs_misuse(const char *sentence)
{
    if (qs_on_misuse)
        qs_on_misuse(sentence);
    else
        fprintf(stderr, "quiesce: %s\n", sentence);
    abort();
}
