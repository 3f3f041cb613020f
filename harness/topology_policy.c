/* topology_policy.c - the order in which threads get processors.
 *
 *   compact    logical order: siblings of a core next to each other
 *   cores      one PU of every core, package by package, then their siblings
 *   scatter    as far apart as the machine allows (hwloc_distrib); the places of n
 *              threads are not the first n of n + 1
 *   numa-rr    NUMA nodes in turn, each filling its cores before their siblings
 *   one-socket the package with most processors, one PU of every core before siblings
 *   list:0,2,4-7   as given, by the system's numbers, as os:0,2,4-7; list:L0,L4-L7 by
 *              hwloc's logical ones
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/text.h"
#include "harness/topology_private.h"

struct order {
    const struct qs_topology *t;
    unsigned threads;
    unsigned *pus, n; /* indexes into t->pus */
    char *error;
    size_t error_size;
};

static int by_sibling(const void *a, const void *b, void *topology)
{
    const struct qs_topology *t = topology;
    unsigned i = *(const unsigned *)a, j = *(const unsigned *)b;
    unsigned x = t->pus[i].sibling, y = t->pus[j].sibling;
    return x != y ? (x > y) - (x < y) : (i > j) - (i < j);
}

static int by_turn(const void *a, const void *b, void *topology)
{
    const struct qs_topology *t = topology;
    const struct pu *p = &t->pus[*(const unsigned *)a],
                    *q = &t->pus[*(const unsigned *)b];
    unsigned x = p->rank_in_node, y = q->rank_in_node;
    if (x == y) {
        x = p->place.numa;
        y = q->place.numa;
    }
    return (x > y) - (x < y);
}

static int order_compact(struct order *o)
{
    for (o->n = 0; o->n < o->t->n; o->n++)
        o->pus[o->n] = o->n;
    return 0;
}

static int order_cores(struct order *o)
{
    order_compact(o);
    qsort_r(o->pus, o->n, sizeof *o->pus, by_sibling, (void *)o->t);
    return 0;
}

static int order_numa(struct order *o)
{
    order_compact(o);
    qsort_r(o->pus, o->n, sizeof *o->pus, by_turn, (void *)o->t);
    return 0;
}

/* The package with most allowed processors, the first of several. */
static unsigned largest_package(const struct qs_topology *t)
{
    unsigned largest = 0, most = 0;

    for (unsigned i = 0; i < t->n; i++) {
        unsigned package = t->pus[i].place.package, n = 0;
        for (unsigned j = 0; j < t->n; j++)
            n += t->pus[j].place.package == package;
        if (n > most) {
            most = n;
            largest = package;
        }
    }
    return largest;
}

static int order_one_socket(struct order *o)
{
    unsigned package = largest_package(o->t), n = 0;

    order_cores(o);
    for (unsigned i = 0; i < o->n; i++)
        if (o->t->pus[o->pus[i]].place.package == package)
            o->pus[n++] = o->pus[i];
    o->n = n;
    return 0;
}

static int order_scatter(struct order *o)
{
    hwloc_topology_t h = o->t->hwloc;
    hwloc_obj_t root = hwloc_get_root_obj(h);
    unsigned n = o->threads < o->t->n ? o->threads : o->t->n;
    hwloc_cpuset_t *sets = calloc(n, sizeof *sets);

    if (!sets || hwloc_distrib(h, &root, 1, sets, n, INT_MAX, 0)) {
        free(sets);
        snprintf(o->error, o->error_size, "placement scatter: hwloc cannot distribute");
        return -1;
    }
    for (o->n = 0; o->n < n; o->n++) {
        unsigned pu = (unsigned)hwloc_bitmap_first(sets[o->n]);
        o->pus[o->n] = hwloc_get_pu_obj_by_os_index(h, pu)->logical_index;
        hwloc_bitmap_free(sets[o->n]);
    }
    free(sets);
    return 0;
}

/* Adds the processors numbered first to last; logical says by which number. */
static int list_add(struct order *o, unsigned first, unsigned last, bool logical)
{
    for (unsigned number = first; number <= last; number++) {
        unsigned i = 0;
        while (i < o->t->n && (logical ? i : o->t->pus[i].place.pu) != number)
            i++;
        if (i == o->t->n) {
            snprintf(
                o->error, o->error_size,
                "placement list: processor %s%u is not among the allowed ones (%s)",
                logical ? "L" : "", number, o->t->allowed);
            return -1;
        }
        for (unsigned j = 0; j < o->n; j++)
            if (o->pus[j] == i) {
                snprintf(o->error, o->error_size,
                         "placement list: processor %s%u appears twice; name each once "
                         "and add --oversubscribe to share them",
                         logical ? "L" : "", number);
                return -1;
            }
        o->pus[o->n++] = i;
    }
    return 0;
}

/* Reads digits alone: no blank, no sign.  NULL if there are none or too many. */
static const char *read_number(const char *text, unsigned *number)
{
    size_t digits = strspn(text, "0123456789");

    if (!digits || digits > 7)
        return NULL;
    *number = (unsigned)strtoul(text, NULL, 10);
    return text + digits;
}

/* "4", "4-7" or "L4-L7", up to the comma or the end.  NULL if it is neither. */
static const char *read_range(const char *text, unsigned *first, unsigned *last)
{
    bool logical = *text == 'L';
    const char *rest = read_number(text + logical, first);

    *last = *first;
    if (rest && *rest == '-')
        rest = read_number(rest + 1 + (logical && rest[1] == 'L'), last);
    if (!rest || *last < *first || (*rest == ',' && !rest[1]))
        return NULL;
    return *rest == ',' ? rest + 1 : *rest ? NULL : rest;
}

static int order_list(struct order *o, const char *list)
{
    while (*list) {
        bool logical = *list == 'L';
        unsigned first = 0, last = 0;
        const char *rest = read_range(list, &first, &last);
        if (!rest) {
            snprintf(o->error, o->error_size,
                     "placement list: not a list of processors at '%s'; write "
                     "list:0,2,4-7",
                     list);
            return -1;
        }
        if (list_add(o, first, last, logical))
            return -1;
        list = rest;
    }
    if (!o->n)
        snprintf(o->error, o->error_size,
                 "placement list: no processor given; write list:0,2,4-7");
    return o->n ? 0 : -1;
}

static const struct {
    const char *name;
    int (*order)(struct order *o);
} policies[] = {
    { "compact", order_compact },       { "cores", order_cores },
    { "scatter", order_scatter },       { "numa-rr", order_numa },
    { "one-socket", order_one_socket },
};

/* What follows list: or os:, or NULL. */
static const char *list_of(const char *policy)
{
    return !strncmp(policy, "list:", 5) ? policy + 5
           : !strncmp(policy, "os:", 3) ? policy + 3
                                        : NULL;
}

bool qs_topology_is_list(const char *policy)
{
    return list_of(policy);
}

static const char *policy_at(unsigned i)
{
    enum { N = sizeof policies / sizeof *policies };
    return i < N ? policies[i].name : i == N ? "list:0,2,4-7" : NULL;
}

bool qs_topology_has_policy(const char *policy)
{
    for (unsigned i = 0; i < sizeof policies / sizeof *policies; i++)
        if (!strcmp(policy, policies[i].name))
            return true;
    return !strcmp(policy, "none") || list_of(policy);
}

const char *qs_topology_policies(void)
{
    return "compact cores scatter numa-rr one-socket list:0,2,4-7";
}

static int order_by(struct order *o, const char *policy)
{
    if (list_of(policy))
        return order_list(o, list_of(policy));
    for (unsigned i = 0; i < sizeof policies / sizeof *policies; i++)
        if (!strcmp(policy, policies[i].name))
            return policies[i].order(o);
    qs_unknown_name("placement", policy, policy_at, o->error, o->error_size);
    return -1;
}

int qs_topology_place(const struct qs_topology *t, const char *policy, unsigned n,
                      bool oversubscribe, struct qs_place *places, char *error,
                      size_t error_size)
{
    struct order o = { t, n, calloc(t->n, sizeof *o.pus), 0, error, error_size };

    if (!o.pus) {
        snprintf(error, error_size, "no memory");
        return -1;
    }
    int failed = order_by(&o, policy);
    if (!failed && n > o.n && !oversubscribe) {
        snprintf(error, error_size,
                 "--threads %u: only %u PU%s %s (%s); add --oversubscribe or "
                 "--placement none",
                 n, o.n, o.n == 1 ? "" : "s",
                 o.n == t->n                   ? "allowed"
                 : qs_topology_is_list(policy) ? "listed"
                                               : "there",
                 o.n == t->n ? t->allowed : policy);
        failed = -1;
    }
    for (unsigned i = 0; !failed && i < n; i++)
        places[i] = t->pus[o.pus[i % o.n]].place;
    free(o.pus);
    return failed;
}
