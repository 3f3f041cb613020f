/* topology_private.h - what the files of topology share. */
#ifndef QS_HARNESS_TOPOLOGY_PRIVATE_H
#define QS_HARNESS_TOPOLOGY_PRIVATE_H

#include <hwloc.h>

#include "harness/topology.h"

enum { QS_MOST_PUS = 8192 }; /* describing a machine takes time quadratic in them */

/* A processor, in hwloc's logical order. */
struct pu {
    struct qs_place place;
    unsigned sibling;      /* how many PUs of its core come before it */
    unsigned rank_in_node; /* its turn when its NUMA node fills cores before siblings */
};

struct qs_topology {
    hwloc_topology_t hwloc;
    struct pu *pus;
    unsigned n, cores, numa_nodes, packages;
    bool here;
    char allowed[128], summary[320];
};

#endif
