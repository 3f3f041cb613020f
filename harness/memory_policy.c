/* memory_policy.c - memory placement as text, and whether a machine can do it. */
#include "harness/memory_policy.h"

#include <stdio.h>
#include <string.h>

#include "harness/text.h"
#include "harness/topology_private.h"

static const char *const kinds[] = { "default", "first-touch", "local", "interleave" };

static void write_policy(const struct qs_memory_policy *p, char *text, size_t size)
{
    if (p->kind == QS_MEMORY_BIND)
        snprintf(text, size, "bind:%u", p->node);
    else
        snprintf(text, size, "%s", kinds[p->kind]);
}

static bool is_same(const struct qs_memory_policy *a, const struct qs_memory_policy *b)
{
    return a->kind == b->kind && a->node == b->node;
}

char *qs_memory_text(const struct qs_cell *cell, char text[QS_MEMORY_TEXT])
{
    write_policy(&cell->table_memory, text, QS_MEMORY_TEXT);
    if (!is_same(&cell->table_memory, &cell->node_memory)) {
        size_t length = strlen(text);
        text[length++] = '/';
        write_policy(&cell->node_memory, text + length, QS_MEMORY_TEXT - length);
    }
    return text;
}

static bool read_policy(const char *text, size_t length, struct qs_memory_policy *p)
{
    char word[32];
    uint64_t node;

    if (snprintf(word, sizeof word, "%.*s", (int)length, text) >= (int)sizeof word)
        return false;
    for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (!strcmp(word, kinds[i])) {
            *p = (struct qs_memory_policy){ .kind = (enum qs_memory_kind)i };
            return true;
        }
    if (strncmp(word, "bind:", 5) != 0 || !qs_parse_count(word + 5, &node) ||
        node > 100000)
        return false;
    *p = (struct qs_memory_policy){ QS_MEMORY_BIND, (unsigned)node };
    return true;
}

/* Placed memory is placed altogether, so that every page has somewhere to be. */
bool qs_memory_parse(const char *text, struct qs_cell *cell)
{
    size_t first = strcspn(text, "/");
    struct qs_memory_policy table, nodes;

    if (!read_policy(text, first, &table))
        return false;
    nodes = table;
    if (text[first] && !read_policy(text + first + 1, strlen(text + first + 1), &nodes))
        return false;
    if (!table.kind != !nodes.kind)
        return false;
    cell->table_memory = table;
    cell->node_memory = nodes;
    return true;
}

static const char *const huge[] = { "system", "on", "off" };

const char *qs_huge_text(const struct qs_cell *cell)
{
    return huge[cell->huge_pages];
}

bool qs_huge_parse(const char *text, struct qs_cell *cell)
{
    for (unsigned i = 0; i < sizeof huge / sizeof *huge; i++)
        if (!strcmp(text, huge[i])) {
            cell->huge_pages = (enum qs_huge_pages)i;
            return true;
        }
    return false;
}

static int check_policy(const struct qs_memory_policy *p, const struct qs_topology *t,
                        char *error, size_t error_size)
{
    char nodes[128];

    if (p->kind != QS_MEMORY_BIND ||
        hwloc_get_numanode_obj_by_os_index(t->hwloc, p->node))
        return 0;
    hwloc_bitmap_list_snprintf(nodes, sizeof nodes,
                               hwloc_topology_get_topology_nodeset(t->hwloc));
    snprintf(error, error_size, "memory = bind:%u: there is no such NUMA node; use %s",
             p->node, nodes);
    return -1;
}

int qs_memory_check(const struct qs_cell *cell, const struct qs_topology *topology,
                    char *error, size_t error_size)
{
    if (check_policy(&cell->table_memory, topology, error, error_size))
        return -1;
    return check_policy(&cell->node_memory, topology, error, error_size);
}
