/* paths.c - memory that is freed twice on one path: only who follows paths sees it. */
#include <stdlib.h>

void free_twice(int n)
{
    char *text = malloc(16);

    if (n > 3)
        free(text);
    free(text);
}
