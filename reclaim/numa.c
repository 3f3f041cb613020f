/* numa.c - the processor's NUMA node, asked of the kernel without a system call where the
 * C library knows how. */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "reclaim/numa.h"

/* What the system says of its nodes does not change; whoever comes first asks, and those
 * who ask at the same time find the same.  0: nobody has. */
static qs_word how_many;

/* "0" is one node, "0-1" and "0,2" are several, of which the last number is the greatest.
 * Nodes without processors count: then the remainder by which a replica is chosen may
 * leave one of them unused, no more. */
static unsigned count_nodes(void)
{
    char list[256] = "";
    FILE *file = fopen("/sys/devices/system/node/online", "re");
    const char *last = list;

    if (file) {
        if (!fgets(list, sizeof list, file))
            list[0] = '\0';
        fclose(file);
    }
    for (const char *c = list; *c; c++)
        if (*c == '-' || *c == ',')
            last = c + 1;
    return (unsigned)atoi(last) + 1;
}

unsigned qs_numa_nodes(void)
{
    uintptr_t known = qs_load(&how_many, relaxed);

    if (!known) {
        known = count_nodes();
        qs_store(&how_many, known, relaxed);
    }
    return (unsigned)known;
}

static bool ask_for_node(unsigned *node)
{
    unsigned processor;
#ifdef __GLIBC__
    return !getcpu(&processor, node);
#else
    return !syscall(SYS_getcpu, &processor, node, NULL);
#endif
}

unsigned qs_numa_share(const struct qs_thread *t)
{
    unsigned node;

    return qs_numa_nodes() > 1 && ask_for_node(&node) ? node : t->index;
}

unsigned qs_numa_node(void)
{
    unsigned node, nodes = qs_numa_nodes();

    return nodes > 1 && ask_for_node(&node) && node < nodes ? node : 0;
}
