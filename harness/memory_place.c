/* memory_place.c - placing the memory of a map and reading back where it went.
 *
 * Linux keeps a policy for every area of addresses and one for every thread, and the
 * area's counts.  A table is an area of its own once it is large enough for the C
 * library to map it, TABLE_LEAST bytes; smaller ones lie among the nodes and are placed
 * as they are.
 */
#include <errno.h>
#include <malloc.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "harness/memory_policy.h"
#include "harness/topology_private.h"
#include "reclaim/atomic.h"
#include "reclaim/memory_watch.h"

enum {
    PAGE = 4096,
    TABLE_LEAST = 128 << 10,
    AREAS = 256,
    SAMPLES = 4096,
    SAMPLE_EVERY = 61, /* nodes of a thread */
    MOST_PAGES = 8192, /* of an area that are looked at */
    MOST_NODES = 1024,
    FEWEST_PAGES = 256 /* that are judged */
};

struct area {
    char *start;
    size_t size;
    struct qs_memory_policy policy; /* as done: local has become bind */
};

static struct {
    struct qs_cell cell;
    hwloc_topology_t hwloc;
    const struct qs_topology *topology;
    pthread_mutex_t lock; /* for the areas */
    struct area areas[AREAS];
    unsigned n_areas;
    qs_word samples[SAMPLES], n_samples;
    qs_word refused; /* errno of an area that could not be placed */
    bool active;
} placed = { .lock = PTHREAD_MUTEX_INITIALIZER };

static _Thread_local unsigned until_sample;

static unsigned own_node(void)
{
    int cpu = sched_getcpu();

    for (unsigned i = 0; i < placed.topology->n; i++)
        if ((int)placed.topology->pus[i].place.pu == cpu)
            return hwloc_get_obj_by_type(placed.hwloc, HWLOC_OBJ_NUMANODE,
                                         placed.topology->pus[i].place.numa)
                ->os_index;
    return 0;
}

static hwloc_membind_policy_t policy_of(const struct qs_memory_policy *p)
{
    return p->kind == QS_MEMORY_BIND         ? HWLOC_MEMBIND_BIND
           : p->kind == QS_MEMORY_INTERLEAVE ? HWLOC_MEMBIND_INTERLEAVE
                                             : HWLOC_MEMBIND_FIRSTTOUCH;
}

/* The nodes that pages may come from; to be freed. */
static hwloc_bitmap_t nodes_of(const struct qs_memory_policy *p)
{
    hwloc_bitmap_t nodes =
        hwloc_bitmap_dup(hwloc_topology_get_topology_nodeset(placed.hwloc));

    if (nodes && p->kind == QS_MEMORY_BIND)
        hwloc_bitmap_only(nodes, p->node);
    return nodes;
}

static void bind_area(const struct area *a)
{
    hwloc_bitmap_t nodes = nodes_of(&a->policy);

    if (!nodes ||
        hwloc_set_area_membind(placed.hwloc, a->start, a->size, nodes,
                               policy_of(&a->policy), HWLOC_MEMBIND_BYNODESET))
        qs_store(&placed.refused, nodes ? errno : ENOMEM, relaxed);
    hwloc_bitmap_free(nodes);
}

static void place_area(const struct area *a)
{
    if (a->policy.kind)
        bind_area(a);
    if (placed.cell.huge_pages == QS_HUGE_ON)
        madvise(a->start, a->size, MADV_HUGEPAGE); /* verified at the end */
}

/* An area that grows is the one it was. */
static void add_area(char *start, size_t size)
{
    struct area a = { start, size, placed.cell.table_memory };
    unsigned i = 0;

    if (a.policy.kind == QS_MEMORY_LOCAL)
        a.policy = (struct qs_memory_policy){ QS_MEMORY_BIND, own_node() };
    pthread_mutex_lock(&placed.lock);
    while (i < placed.n_areas && placed.areas[i].start != start)
        i++;
    if (i < AREAS) {
        placed.areas[i] = a;
        placed.n_areas += i == placed.n_areas;
    }
    pthread_mutex_unlock(&placed.lock);
    place_area(&a);
}

static void watch(enum qs_memory_use use, void *memory, size_t size)
{
    if (use == QS_MEMORY_TABLE && size >= TABLE_LEAST) {
        uintptr_t first = ((uintptr_t)memory + PAGE - 1) & -(uintptr_t)PAGE;
        uintptr_t end = ((uintptr_t)memory + size) & -(uintptr_t)PAGE;
        add_area((char *)first, end - first);
    } else if (until_sample == 0 || size >= TABLE_LEAST) {
        uintptr_t i = qs_fetch_add(&placed.n_samples, 1, relaxed);
        qs_store(&placed.samples[i % SAMPLES], (uintptr_t)memory, relaxed);
        until_sample = SAMPLE_EVERY;
    } else {
        until_sample--;
    }
}

/* glibc gives back the unused end of a thread's heap when a large block is freed, above
 * a threshold and but for some padding; malloc_trim() leaves it.  Pages that stayed would
 * lie where an earlier cell had them. */
static void trim_own_heap(void)
{
    enum { LARGE = 100 << 10, DEFAULT = 128 << 10 };

    pthread_mutex_lock(&placed.lock);
    mallopt(M_TOP_PAD, 0);
    mallopt(M_TRIM_THRESHOLD, 0);
    void *block = malloc(LARGE);
    __asm__ __volatile__("" ::"r"(block)); /* or the pair would be left out */
    free(block);
    mallopt(M_TOP_PAD, DEFAULT);
    mallopt(M_TRIM_THRESHOLD, DEFAULT);
    pthread_mutex_unlock(&placed.lock);
}

int qs_memory_join(char *error, size_t error_size)
{
    const struct qs_memory_policy *p = &placed.cell.node_memory;

    if (!placed.active || !p->kind)
        return 0;
    hwloc_bitmap_t nodes = nodes_of(p);
    int failed =
        !nodes || hwloc_set_membind(placed.hwloc, nodes, policy_of(p),
                                    HWLOC_MEMBIND_THREAD | HWLOC_MEMBIND_BYNODESET);
    int reason = errno;
    hwloc_bitmap_free(nodes);
    trim_own_heap();
    if (failed)
        snprintf(error, error_size,
                 "memory: the kernel refuses the thread's policy (%s); use memory = "
                 "default",
                 strerror(reason));
    return failed ? -1 : 0;
}

/* The C library's threshold moves unless it is set; set, it stays what it was at
 * first. */
static int begin_placing(char *error, size_t error_size)
{
    mallopt(M_MMAP_THRESHOLD, TABLE_LEAST);
    placed.n_areas = 0;
    qs_store(&placed.n_samples, 0, relaxed);
    qs_store(&placed.refused, 0, relaxed);
    placed.active = true;
    if (qs_memory_join(error, error_size))
        return -1;
    qs_memory_watch(watch);
    return 0;
}

int qs_memory_begin(const struct qs_cell *cell, const struct qs_topology *topology,
                    char *error, size_t error_size)
{
    placed.cell = *cell;
    placed.topology = topology;
    placed.hwloc = topology->hwloc;
    if (cell->huge_pages == QS_HUGE_OFF && prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0)) {
        snprintf(error, error_size,
                 "huge_pages = off: the kernel refuses (%s); use huge_pages = system",
                 strerror(errno));
        return -1;
    }
    if (!cell->table_memory.kind && cell->huge_pages != QS_HUGE_ON)
        return 0;
    return begin_placing(error, error_size);
}

void qs_memory_end(void)
{
    if (placed.cell.huge_pages == QS_HUGE_OFF)
        prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0);
    if (!placed.active)
        return;
    qs_memory_watch(NULL);
    hwloc_set_membind(placed.hwloc, hwloc_topology_get_topology_nodeset(placed.hwloc),
                      HWLOC_MEMBIND_DEFAULT,
                      HWLOC_MEMBIND_THREAD | HWLOC_MEMBIND_BYNODESET);
    placed.active = false;
}

/* Pages by the system's number of their node. */
struct count {
    unsigned long on[MOST_NODES], all;
};

/* The node that the kernel has the page on, or -1 if there is no page. */
static int node_of_page(uintptr_t page, hwloc_bitmap_t where)
{
    hwloc_bitmap_zero(where);
    if (hwloc_get_area_memlocation(placed.hwloc, (void *)page, PAGE, where,
                                   HWLOC_MEMBIND_BYNODESET))
        return -1;
    return hwloc_bitmap_first(where);
}

static void count_page(struct count *c, uintptr_t address, hwloc_bitmap_t where)
{
    int node = node_of_page(address & -(uintptr_t)PAGE, where);

    if (node >= 0 && node < MOST_NODES) {
        c->on[node]++;
        c->all++;
    }
}

/* A table that has been freed since, and its addresses used for something else, has
 * lost its policy. */
static bool is_still_placed(const struct area *a)
{
    hwloc_membind_policy_t policy;
    hwloc_bitmap_t nodes = hwloc_bitmap_alloc(), wanted = nodes_of(&a->policy);
    bool is = nodes && wanted && a->policy.kind &&
              !hwloc_get_area_membind(placed.hwloc, a->start, PAGE, nodes, &policy,
                                      HWLOC_MEMBIND_BYNODESET) &&
              policy == policy_of(&a->policy) &&
              (policy != HWLOC_MEMBIND_BIND || hwloc_bitmap_isequal(nodes, wanted));
    hwloc_bitmap_free(nodes);
    hwloc_bitmap_free(wanted);
    return is;
}

static void write_count(const struct count *c, char *text, size_t size)
{
    size_t length = 0;

    *text = 0;
    for (unsigned i = 0; i < MOST_NODES && length + 24 < size; i++)
        if (c->on[i])
            length += (size_t)snprintf(text + length, size - length, "%s%u:%lu",
                                       length ? " " : "", i, c->on[i]);
}

/* Pages that contradict the policy; of an interleaved number, those beyond a node's
 * share. */
static double misplaced(const struct count *c, const struct qs_memory_policy *p)
{
    hwloc_const_nodeset_t nodes = hwloc_topology_get_topology_nodeset(placed.hwloc);
    double share = (double)c->all / hwloc_bitmap_weight(nodes), beyond = 0;

    if (p->kind == QS_MEMORY_BIND)
        return (double)(c->all - (p->node < MOST_NODES ? c->on[p->node] : 0));
    if (p->kind != QS_MEMORY_INTERLEAVE)
        return 0;
    for (unsigned i = 0; i < MOST_NODES; i++)
        if ((double)c->on[i] > share)
            beyond += (double)c->on[i] - share;
    return beyond;
}

static double count_tables(struct count *all, hwloc_bitmap_t where)
{
    double wrong = 0;

    for (unsigned i = 0; i < placed.n_areas; i++) {
        const struct area *a = &placed.areas[i];
        struct count *c = calloc(1, sizeof *c);
        size_t pages = a->size / PAGE, step = pages / MOST_PAGES + 1;
        for (size_t p = 0; c && p < pages && is_still_placed(a); p += step)
            count_page(c, (uintptr_t)a->start + p * PAGE, where);
        if (c)
            wrong += misplaced(c, &a->policy);
        for (unsigned k = 0; c && k < MOST_NODES; k++)
            all->on[k] += c->on[k];
        all->all += c ? c->all : 0;
        free(c);
    }
    return wrong;
}

static int compare_pages(const void *left, const void *right)
{
    uintptr_t a = *(const uintptr_t *)left, b = *(const uintptr_t *)right;
    return (a > b) - (a < b);
}

/* Every page once, however often nodes in it were sampled. */
static double count_nodes(struct count *c, hwloc_bitmap_t where)
{
    static uintptr_t pages[SAMPLES];
    uintptr_t n = qs_load(&placed.n_samples, relaxed);

    n = n < SAMPLES ? n : SAMPLES;
    for (uintptr_t i = 0; i < n; i++)
        pages[i] = qs_load(&placed.samples[i], relaxed) & -(uintptr_t)PAGE;
    qsort(pages, n, sizeof *pages, compare_pages);
    for (uintptr_t i = 0; i < n; i++)
        if (i == 0 || pages[i] != pages[i - 1])
            count_page(c, pages[i], where);
    return misplaced(c, &placed.cell.node_memory);
}

static long huge_kb(void)
{
    FILE *f = fopen("/proc/self/smaps_rollup", "re");
    char line[256];
    long kb = -1;

    while (f && fgets(line, sizeof line, f) &&
           sscanf(line, "AnonHugePages: %ld kB", &kb) != 1)
        ;
    if (f)
        fclose(f);
    return kb;
}

/* The allocator keeps some pages of earlier cells, which in a map of less than a megabyte
 * are many; and dealing in turn is even only in the long run. */
static bool is_wrong(const struct qs_sample *s, unsigned long pages)
{
    return s->misplaced_pct > 10 && pages >= FEWEST_PAGES &&
           placed.cell.table_memory.kind != QS_MEMORY_INTERLEAVE &&
           placed.cell.node_memory.kind != QS_MEMORY_INTERLEAVE;
}

static void judge(struct qs_sample *s, double wrong, unsigned long pages)
{
    int refused = (int)qs_load(&placed.refused, relaxed);

    s->misplaced_pct = pages ? 100 * wrong / (double)pages : NAN;
    if (s->error[0])
        return;
    if (refused)
        snprintf(s->error, sizeof s->error,
                 "memory: the kernel refuses to place a table (%s)", strerror(refused));
    else if (is_wrong(s, pages))
        snprintf(s->error, sizeof s->error,
                 "memory: %.0f %% of the pages are not where they should be; is there "
                 "room on the nodes?",
                 s->misplaced_pct);
    s->valid = s->valid && !s->error[0];
}

void qs_memory_verify(struct qs_sample *sample)
{
    sample->misplaced_pct = NAN;
    sample->huge_kb = huge_kb();
    if (!placed.active || !placed.cell.table_memory.kind)
        return;
    struct count *tables = calloc(1, sizeof *tables), *nodes = calloc(1, sizeof *nodes);
    hwloc_bitmap_t where = hwloc_bitmap_alloc();
    if (tables && nodes && where) {
        double wrong = count_tables(tables, where) + count_nodes(nodes, where);
        write_count(tables, sample->table_pages, sizeof sample->table_pages);
        write_count(nodes, sample->node_pages, sizeof sample->node_pages);
        judge(sample, wrong, tables->all + nodes->all);
    }
    hwloc_bitmap_free(where);
    free(tables);
    free(nodes);
}
