/* bugs.c - a program with one bug of each kind, by name: what each tool must report.
 *
 * Its output and exit status without a tool mean nothing.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static long shared;

static void *count(void *unused)
{
    for (int i = 0; i < 10000; i++)
        shared++;
    return unused;
}

/* Two threads write a plain variable. */
static int race(int one)
{
    pthread_t other;

    if (pthread_create(&other, NULL, count, NULL))
        return 1;
    count(NULL);
    pthread_join(other, NULL);
    return shared == one;
}

/* The only pointer to a block is overwritten. */
static int leak(int one)
{
    static char *lost;

    for (int i = 0; i <= one; i++)
        lost = strdup("nobody frees the first of these");
    int length = (int)strlen(lost);
    free(lost);
    lost = NULL;
    return length == one;
}

static void end(char *text, int one)
{
    if (one)
        free(text);
}

/* A node is read after it was freed. */
static int after_free(int one)
{
    char *text = strdup("freed, then read");

    end(text, one);
    return text[one] == 'x'; /* NOLINT */
}

/* A number grows past the end of its type. */
static int overflow(int one)
{
    int most = 0x7fffffff;

    return most + one < 0;
}

/* A branch hangs on memory that was never written. */
static int uninitialised(int one)
{
    int *number = malloc(sizeof *number * 4);
    int answer = 0;

    if (number && number[one] > 3) /* NOLINT */
        answer = puts("more than three");
    free(number);
    return answer;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(int one);
    } bugs[] = { { "race", race },
                 { "leak", leak },
                 { "after_free", after_free },
                 { "overflow", overflow },
                 { "uninitialised", uninitialised } };

    for (size_t i = 0; argc == 2 && i < sizeof bugs / sizeof *bugs; i++)
        if (!strcmp(argv[1], bugs[i].name))
            return bugs[i].run(argc - 1);
    return 2;
}
