/* topology.c - a machine as hwloc sees it, and binding threads to it.
 *
 * This machine is seen inside its allowed cpuset: hwloc leaves out what cgroups forbid,
 * and the affinity mask the process was started with (taskset, a batch system) is
 * applied on top.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/topology_private.h"

/* hwloc builds what a description asks for, object by object: the product of its
 * numbers, "pack:2 core:4" or "2 4", bounds the time and the memory. */
static bool is_too_large(const char *description)
{
    double objects = 1;

    for (const char *word = description; *word; word += strspn(word, " ")) {
        size_t length = strcspn(word, " ");
        const char *colon = memchr(word, ':', length);
        double number = strtod(colon ? colon + 1 : word, NULL);
        objects *= number > 1 ? number : 1;
        word += length;
    }
    return objects > QS_MOST_PUS;
}

static int load_source(hwloc_topology_t h, const char *source)
{
    if (!source)
        return 0;
    if (!access(source, R_OK))
        return hwloc_topology_set_xml(h, source);
    return hwloc_topology_set_synthetic(h, source);
}

/* Leaves only what this thread may run on. */
static int apply_affinity(hwloc_topology_t h)
{
    hwloc_bitmap_t mine = hwloc_bitmap_alloc();
    int error = hwloc_get_cpubind(h, mine, HWLOC_CPUBIND_THREAD);

    /* An operating system that cannot tell has no such mask. */
    if (!error && !hwloc_bitmap_iszero(mine))
        error = hwloc_topology_restrict(h, mine, 0);
    else
        error = 0;
    hwloc_bitmap_free(mine);
    return error;
}

static unsigned ancestor_index(hwloc_topology_t h, hwloc_obj_type_t type,
                               hwloc_obj_t pu, unsigned otherwise)
{
    hwloc_obj_t o = hwloc_get_ancestor_obj_by_type(h, type, pu);
    return o ? o->logical_index : otherwise;
}

/* The first NUMA node, in logical order, whose processors include this one: nodes of
 * memory alone include none. */
static unsigned node_of(hwloc_topology_t h, hwloc_obj_t pu)
{
    for (hwloc_obj_t node = NULL;
         (node = hwloc_get_next_obj_by_type(h, HWLOC_OBJ_NUMANODE, node));)
        if (hwloc_bitmap_isset(node->cpuset, pu->os_index))
            return node->logical_index;
    return 0;
}

static void describe_pus(struct qs_topology *t)
{
    for (unsigned i = 0; i < t->n; i++) {
        hwloc_obj_t o = hwloc_get_obj_by_type(t->hwloc, HWLOC_OBJ_PU, i);
        struct pu *p = &t->pus[i];
        p->place.pu = o->os_index;
        p->place.core = ancestor_index(t->hwloc, HWLOC_OBJ_CORE, o, i);
        p->place.package = ancestor_index(t->hwloc, HWLOC_OBJ_PACKAGE, o, 0);
        p->place.numa = node_of(t->hwloc, o);
        for (unsigned j = 0; j < i; j++)
            p->sibling += t->pus[j].place.core == p->place.core;
    }
    for (unsigned i = 0; i < t->n; i++)
        for (unsigned j = 0; j < t->n; j++) {
            struct pu *p = &t->pus[i], *q = &t->pus[j];
            if (q->place.numa == p->place.numa &&
                (q->sibling < p->sibling || (q->sibling == p->sibling && j < i)))
                p->rank_in_node++;
        }
}

/* How many different cores, nodes or packages the processors have. */
static unsigned count_different(const struct qs_topology *t, size_t offset)
{
    unsigned n = 0;

    for (unsigned i = 0; i < t->n; i++) {
        unsigned j = 0;
        const char *mine = (const char *)&t->pus[i].place + offset;
        while (j < i &&
               memcmp((const char *)&t->pus[j].place + offset, mine, sizeof(unsigned)))
            j++;
        n += j == i;
    }
    return n;
}

static const char *plural(unsigned n)
{
    return n == 1 ? "" : "s";
}

static void summarise(struct qs_topology *t)
{
    hwloc_bitmap_list_snprintf(t->allowed, sizeof t->allowed,
                               hwloc_topology_get_topology_cpuset(t->hwloc));
    t->cores = count_different(t, offsetof(struct qs_place, core));
    t->numa_nodes = count_different(t, offsetof(struct qs_place, numa));
    t->packages = count_different(t, offsetof(struct qs_place, package));
    unsigned nodes = (unsigned)hwloc_get_nbobjs_by_type(t->hwloc, HWLOC_OBJ_NUMANODE);
    char memory[48] = "";
    if (nodes > t->numa_nodes)
        snprintf(memory, sizeof memory, " (and %u more of memory)",
                 nodes - t->numa_nodes);
    snprintf(t->summary, sizeof t->summary,
             "%u package%s, %u core%s, %u PU%s, %u NUMA node%s%s (allowed: %s)",
             t->packages, plural(t->packages), t->cores, plural(t->cores), t->n,
             plural(t->n), t->numa_nodes, plural(t->numa_nodes), memory, t->allowed);
}

/* hwloc takes its own variables, and silently the real machine if it cannot: their
 * name, or NULL. */
static const char *ignored_variable(hwloc_topology_t h)
{
    static const char *const names[] = { "HWLOC_SYNTHETIC", "HWLOC_XMLFILE" };

    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if (getenv(names[i]) && hwloc_topology_is_thissystem(h) &&
            !getenv("HWLOC_THISSYSTEM"))
            return names[i];
    return NULL;
}

static const char *load(struct qs_topology *t, const char *source)
{
    static char ignored[96];
    if (source && access(source, R_OK) && is_too_large(source))
        return "more than 8192 processors are not supported; write smaller numbers";
    if (hwloc_topology_init(&t->hwloc))
        return "hwloc cannot start";
    hwloc_topology_set_type_filter(t->hwloc, HWLOC_OBJ_MISC,
                                   HWLOC_TYPE_FILTER_KEEP_ALL);
    if (load_source(t->hwloc, source) || hwloc_topology_load(t->hwloc))
        return "neither a readable hwloc XML file nor a synthetic description such as "
               "'pack:2 [numa] core:4 pu:2'";
    if (!source && ignored_variable(t->hwloc)) {
        snprintf(ignored, sizeof ignored,
                 "hwloc does not understand %s; correct or unset it",
                 ignored_variable(t->hwloc));
        return ignored;
    }
    t->here = !source && hwloc_topology_is_thissystem(t->hwloc);
    if (t->here && apply_affinity(t->hwloc))
        return "its affinity mask cannot be applied";
    int n = hwloc_get_nbobjs_by_type(t->hwloc, HWLOC_OBJ_PU);
    if (n <= 0 || n > QS_MOST_PUS)
        return n <= 0 ? "it has no processor" : "it has more than 8192 processors";
    t->n = (unsigned)n;
    t->pus = calloc(t->n, sizeof *t->pus);
    return t->pus ? NULL : "no memory";
}

struct qs_topology *qs_topology_open(const char *source, char *error, size_t error_size)
{
    struct qs_topology *t = calloc(1, sizeof *t);
    const char *reason = t ? load(t, source) : "no memory";

    if (reason) {
        snprintf(error, error_size, "topology '%s': %s",
                 source ? source : "of this machine", reason);
        if (t)
            qs_topology_close(t);
        return NULL;
    }
    describe_pus(t);
    summarise(t);
    return t;
}

void qs_topology_close(struct qs_topology *t)
{
    if (t->hwloc)
        hwloc_topology_destroy(t->hwloc);
    free(t->pus);
    free(t);
}

bool qs_topology_is_this_machine(const struct qs_topology *t)
{
    return t->here;
}

unsigned qs_topology_pus(const struct qs_topology *t)
{
    return t->n;
}

unsigned qs_topology_cores(const struct qs_topology *t)
{
    return t->cores;
}

unsigned qs_topology_numa_nodes(const struct qs_topology *t)
{
    return t->numa_nodes;
}

unsigned qs_topology_packages(const struct qs_topology *t)
{
    return t->packages;
}

const char *qs_topology_summary(const struct qs_topology *t)
{
    return t->summary;
}

/* What the kernel says now, not what hwloc was asked for: on a topology that is not
 * this machine's, binding succeeds and does nothing. */
static bool is_bound_to(unsigned pu)
{
    size_t size = CPU_ALLOC_SIZE(pu + 1 < 1024 ? 1024 : 8192);
    cpu_set_t *mask = malloc(size);
    bool bound = mask && !sched_getaffinity(0, size, mask) &&
                 CPU_COUNT_S(size, mask) == 1 && CPU_ISSET_S(pu, size, mask);
    free(mask);
    return bound;
}

int qs_topology_bind(const struct qs_topology *t, const struct qs_place *place,
                     char *error, size_t error_size)
{
    if (!t->here) {
        snprintf(error, error_size,
                 "this topology is not this machine's: threads cannot be bound to it");
        return -1;
    }
    hwloc_bitmap_t set = hwloc_bitmap_alloc();
    int failed =
        !set || hwloc_bitmap_only(set, place->pu) ||
        hwloc_set_cpubind(t->hwloc, set, HWLOC_CPUBIND_THREAD | HWLOC_CPUBIND_STRICT);
    int reason = errno;
    hwloc_bitmap_free(set);
    if (!failed && is_bound_to(place->pu))
        return 0;
    snprintf(error, error_size,
             "a thread cannot be bound to PU %u (%s); try --placement none", place->pu,
             failed ? strerror(reason) : "the kernel reports another mask");
    return -1;
}

/* Asks the kernel rather than hwloc, which allocates memory to answer. */
bool qs_topology_is_at(const struct qs_topology *t, const struct qs_place *place)
{
    return t->here && sched_getcpu() == (int)place->pu && is_bound_to(place->pu);
}

long qs_topology_migrations(void)
{
    FILE *f = fopen("/proc/thread-self/sched", "re");
    char line[128];
    long n = -1;

    while (f && n < 0 && fgets(line, sizeof line, f))
        if (sscanf(line, "se.nr_migrations : %ld", &n) != 1)
            n = -1;
    if (f)
        fclose(f);
    return n;
}

int qs_topology_export_xml(const struct qs_topology *t, const char *path)
{
    return hwloc_topology_export_xml(t->hwloc, path, 0);
}
