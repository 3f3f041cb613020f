/* topology.h - which thread runs where, by hwloc. */
#ifndef QS_HARNESS_TOPOLOGY_H
#define QS_HARNESS_TOPOLOGY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct qs_topology; /* a machine: this one inside its allowed cpuset, or another one */

/* One thread's place. */
struct qs_place {
    unsigned pu, core, numa,
        package; /* pu: the system's number; others: hwloc logical */
};

/* source: NULL for this machine, else an hwloc XML file or a synthetic description.
 * NULL with a sentence in error. */
struct qs_topology *qs_topology_open(const char *source, char *error,
                                     size_t error_size);
void qs_topology_close(struct qs_topology *t);

bool qs_topology_is_this_machine(const struct qs_topology *t);
unsigned qs_topology_pus(const struct qs_topology *t);   /* allowed ones */
unsigned qs_topology_cores(const struct qs_topology *t); /* with an allowed PU */
unsigned qs_topology_numa_nodes(const struct qs_topology *t);
unsigned qs_topology_packages(const struct qs_topology *t);
/* One line such as "2 cores, 2 PUs, 1 NUMA node (allowed: 0-1)". */
const char *qs_topology_summary(const struct qs_topology *t);

/* Computes the places of n threads under a policy: compact, cores, scatter, numa-rr,
 * one-socket, list:0,2,4-7.  With oversubscribe, threads beyond the last PU start over.
 * 0, or -1 with a sentence in error that names the input and the remedy. */
int qs_topology_place(const struct qs_topology *t, const char *policy, unsigned n,
                      bool oversubscribe, struct qs_place *places, char *error,
                      size_t error_size);

/* How far NUMA nodes are from each other, by hwloc's logical numbers: 10 within a node, and
 * what the firmware says between two; 20 where it says nothing. */
unsigned long qs_topology_distance(const struct qs_topology *t, unsigned a, unsigned b);
bool qs_topology_knows_distances(const struct qs_topology *t);

/* Binds the calling thread strictly to its PU and reads the kernel's mask back.
 * 0, or -1 with a sentence in error. */
int qs_topology_bind(const struct qs_topology *t, const struct qs_place *place,
                     char *error, size_t error_size);
/* Whether the calling thread last ran on its PU and may run nowhere else. */
bool qs_topology_is_at(const struct qs_topology *t, const struct qs_place *place);
/* How often the calling thread has changed processors, or -1 if the kernel does not
 * tell. */
long qs_topology_migrations(void);

/* Whether the policy is a list of processors, which holds commas. */
bool qs_topology_is_list(const char *policy);

/* Whether it is none, a list or a policy's name; a list may still be wrong here. */
bool qs_topology_has_policy(const char *policy);

/* The names of the policies for messages and completion. */
const char *qs_topology_policies(void);

/* Prints the machine as text, a bracket for each core with its threads: "[T0 T4]". */
void qs_topology_print(const struct qs_topology *t, const struct qs_place *places,
                       unsigned n, FILE *out);
int qs_topology_export_xml(const struct qs_topology *t, const char *path);
/* Draws the machine with the threads at their places as SVG. 0 or -1 with error. */
int qs_topology_draw(const struct qs_topology *t, const struct qs_place *places,
                     unsigned n, const char *svg_path, char *error, size_t error_size);

#endif
