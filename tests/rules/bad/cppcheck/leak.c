/* leak.c - memory that is lost on one path. */
#include <stdlib.h>

int leak(int n)
{
    char *text = malloc(16);

    if (n > 3)
        return -1;
    free(text);
    return 0;
}
