/* machine_private.h - how the files of machine collect facts. */
#ifndef QS_HARNESS_MACHINE_PRIVATE_H
#define QS_HARNESS_MACHINE_PRIVATE_H

#include "harness/machine.h"

struct qs_fact_list {
    struct qs_fact *facts;
    size_t n;
};

/* Adds a fact; value NULL or empty: "unknown".  remedy NULL: nothing to warn of. */
void qs_fact_add(struct qs_fact_list *list, const char *name, const char *value,
                 const char *remedy);
void qs_fact_addf(struct qs_fact_list *list, const char *name, const char *remedy,
                  const char *format, ...) __attribute__((format(printf, 4, 5)));

void qs_machine_add_build(struct qs_fact_list *list); /* machine_build.c */
/* machine_system.c */
void qs_machine_add_system(const struct qs_topology *t, struct qs_fact_list *list);

/* First line of a file of /proc or /sys, below $QS_SYSROOT if that is set, which lets
 * a test show another machine.  False if it cannot be read. */
bool qs_machine_read(const char *path, char *line, size_t size);

#endif
