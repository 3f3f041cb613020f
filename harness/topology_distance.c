/* topology_distance.c - how far apart processors are, as far as the firmware tells. */
#include <hwloc.h>
#include <hwloc/distances.h>

#include "harness/topology_private.h"

enum { LOCAL = 10, REMOTE = 20 }; /* what firmware says that says nothing better */

/* The firmware's matrix, or NULL. */
static struct hwloc_distances_s *matrix_of(const struct qs_topology *t)
{
    struct hwloc_distances_s *d = NULL;
    unsigned n = 1;

    if (hwloc_distances_get_by_type(t->hwloc, HWLOC_OBJ_NUMANODE, &n, &d, 0, 0) || !n)
        return NULL;
    return d;
}

static unsigned long value_between(struct hwloc_distances_s *d,
                                   const struct qs_topology *t, unsigned a, unsigned b)
{
    hwloc_obj_t from = hwloc_get_obj_by_type(t->hwloc, HWLOC_OBJ_NUMANODE, a),
                to = hwloc_get_obj_by_type(t->hwloc, HWLOC_OBJ_NUMANODE, b);
    hwloc_uint64_t there = 0, back = 0;

    if (!d || !from || !to ||
        hwloc_distances_obj_pair_values(d, from, to, &there, &back))
        return a == b ? LOCAL : REMOTE;
    return (unsigned long)there;
}

bool qs_topology_knows_distances(const struct qs_topology *t)
{
    struct hwloc_distances_s *d = matrix_of(t);

    if (d)
        hwloc_distances_release(t->hwloc, d);
    return d != NULL;
}

unsigned long qs_topology_distance(const struct qs_topology *t, unsigned a, unsigned b)
{
    struct hwloc_distances_s *d = matrix_of(t);
    unsigned long value = value_between(d, t, a, b);

    if (d)
        hwloc_distances_release(t->hwloc, d);
    return value;
}
