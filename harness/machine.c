/* machine.c - the list of facts, the summary line and the fingerprint. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "harness/machine_private.h"

void qs_fact_add(struct qs_fact_list *list, const char *name, const char *value,
                 const char *remedy)
{
    if (list->n == QS_FACTS)
        return;
    struct qs_fact *fact = &list->facts[list->n++];
    *fact = (struct qs_fact){ .name = name, .warn = remedy };
    snprintf(fact->value, sizeof fact->value, "%s",
             value && *value ? value : "unknown");
    snprintf(fact->remedy, sizeof fact->remedy, "%s", remedy ? remedy : "");
}

void qs_fact_addf(struct qs_fact_list *list, const char *name, const char *remedy,
                  const char *format, ...)
{
    char value[192];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(value, sizeof value, format, arguments);
    va_end(arguments);
    qs_fact_add(list, name, value, remedy);
}

static void add_topology(struct qs_fact_list *list, const struct qs_topology *t)
{
    const char *remedy = NULL;

    if (!qs_topology_is_this_machine(t))
        remedy = "not this machine: threads cannot be bound; unset HWLOC_* variables";
    else if (qs_topology_pus(t) < 2)
        remedy = "one processor: nothing concurrent can be measured; allow more CPUs";
    qs_fact_add(list, "topology", qs_topology_summary(t), remedy);
}

size_t qs_machine_facts(const struct qs_topology *t, struct qs_fact facts[QS_FACTS])
{
    static struct qs_fact collected[QS_FACTS];
    static struct qs_fact_list list;
    static const struct qs_topology *of;

    if (of != t) {
        list = (struct qs_fact_list){ collected, 0 };
        add_topology(&list, t);
        qs_machine_add_system(t, &list);
        qs_machine_add_build(&list);
        of = t;
    }
    memcpy(facts, collected, list.n * sizeof *facts);
    return list.n;
}

const char *qs_fact_value(const struct qs_fact *facts, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(facts[i].name, name))
            return facts[i].value;
    return "";
}

char *qs_machine_summary(const struct qs_topology *t, char *line, size_t size)
{
    struct qs_fact facts[QS_FACTS];
    size_t n = qs_machine_facts(t, facts);
    const char *guest = qs_fact_value(facts, n, "hypervisor");
    unsigned cores = qs_topology_cores(t), nodes = qs_topology_numa_nodes(t);

    snprintf(line, size,
             "%u core%s, %u thread%s, %u NUMA node%s; %s%s%s%s; Linux %s; %s", cores,
             cores == 1 ? "" : "s", qs_topology_pus(t),
             qs_topology_pus(t) == 1 ? "" : "s", nodes, nodes == 1 ? "" : "s",
             qs_fact_value(facts, n, "cpu_model"), strcmp(guest, "none") ? " (" : "",
             strcmp(guest, "none") ? guest : "", strcmp(guest, "none") ? " guest)" : "",
             qs_fact_value(facts, n, "kernel"), qs_fact_value(facts, n, "compiler"));
    return line;
}

char *qs_machine_fingerprint(const struct qs_topology *t, char text[QS_FINGERPRINT])
{
    static const char *const names[] = { "revision",     "compiler",   "flags",
                                         "build",        "sanitizers", "kernel",
                                         "cpu_model",    "topology",   "liburcu",
                                         "urcu_linkage", "hwloc",      "libc",
                                         "allocator" };
    struct qs_fact facts[QS_FACTS];
    size_t n = qs_machine_facts(t, facts), length = 0;

    text[0] = '\0';
    for (size_t i = 0; i < sizeof names / sizeof *names && length < QS_FINGERPRINT; i++)
        length +=
            (size_t)snprintf(text + length, QS_FINGERPRINT - length, "%s%s=%s",
                             i ? ";" : "", names[i], qs_fact_value(facts, n, names[i]));
    return text;
}
