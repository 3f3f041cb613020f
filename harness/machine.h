/* machine.h - the facts about this machine and this build that decide what a number
 * means, each with a verdict and a remedy. */
#ifndef QS_HARNESS_MACHINE_H
#define QS_HARNESS_MACHINE_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/topology.h"

struct qs_fact {
    const char *name; /* stable, e.g. "governor"; the key in run.json */
    char value[192];  /* "unknown" if the machine does not tell */
    bool warn;        /* disturbs measurements */
    char remedy[160]; /* what to do about it, if warn */
};

enum { QS_FACTS = 48, QS_FINGERPRINT = 640 };

/* Collects at most QS_FACTS facts, always in the same order; returns their number.
 * Takes half a second the first time, because it watches the load; later calls
 * repeat what the first one found.  Main thread only, as is all that follows. */
size_t qs_machine_facts(const struct qs_topology *t, struct qs_fact facts[QS_FACTS]);

/* Whether an emulator runs this in software: what it counts is right, its times are no
 * machine's. */
bool qs_machine_is_emulated(void);

/* The value of the fact of that name, or "". */
const char *qs_fact_value(const struct qs_fact *facts, size_t n, const char *name);

/* One line for headings: "2 cores, 2 PUs, ...; AMD EPYC, KVM guest; gcc 12.2.0".
 * Returns line. */
char *qs_machine_summary(const struct qs_topology *t, char *line, size_t size);

/* "key=value;..." of everything that must be equal for two results to be one series:
 * sources, compiler, flags, kernel, processor, topology, libraries.  Returns text. */
char *qs_machine_fingerprint(const struct qs_topology *t, char text[QS_FINGERPRINT]);

/* Warns on stderr if numbers of this build mean little: sanitizers, no optimisation. */
void qs_build_warn(void);

/* A member of run.json beside the facts.  value is written as a string, or as it
 * stands (a number, an object) if raw. */
struct qs_json_member {
    const char *name, *value;
    bool raw;
};

enum { QS_RUN_JSON_SCHEMA = 1 };

/* Writes {"schema": 1, "tool": ..., "argv": [...], members..., "fingerprint": ...,
 * "facts": {name: {"value", "warn", "remedy"}}} to path by way of a temporary file and
 * a rename.  0 or -errno. */
int qs_machine_write_json(const char *path, char *const *argv,
                          const struct qs_topology *t,
                          const struct qs_json_member *members, size_t n);

#endif
