/* slow_loop.c - a bad sample: a loop that reads the clock at every step. */
#include <stddef.h>
#include <time.h>

void work_while(const volatile int *phase, void (*operation)(void));

void work_while(const volatile int *phase, void (*operation)(void))
{
    while (*phase)
        if (time(NULL))
            operation();
}
