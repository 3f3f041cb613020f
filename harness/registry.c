/* registry.c - the matrix as tables: which pairs there are and which of them run. */
#include <string.h>

#include "harness/map_ops.h"

#define MAP(structure, scheme) \
    extern const struct qs_map_ops structure##_##scheme##_map_ops;
#define UNCOUNTED(structure, scheme) \
    extern const struct qs_map_ops structure##_uncounted_##scheme##_map_ops;
#include "harness/matrix.def"

static const struct qs_pair pairs[] = {
#define MAP(structure, scheme) \
    { #structure, #scheme, &structure##_##scheme##_map_ops, NULL },
#define UNCOUNTED(structure, scheme)                                               \
    { #structure "_uncounted", #scheme, &structure##_uncounted_##scheme##_map_ops, \
      NULL },
#define REFUSED(structure, scheme, why) { #structure, #scheme, NULL, why },
#include "harness/matrix.def"
};

static const struct qs_named structures[] = {
#define STRUCTURE(name, about) { #name, about },
#include "harness/matrix.def"
};

static const struct qs_named schemes[] = {
#define SCHEME(name, about) { #name, about },
#include "harness/matrix.def"
};

#define AT(table, i) ((i) < sizeof(table) / sizeof *(table) ? &(table)[i] : NULL)

const struct qs_pair *qs_pair_at(unsigned i)
{
    return AT(pairs, i);
}

const struct qs_named *qs_structure_at(unsigned i)
{
    return AT(structures, i);
}

const struct qs_named *qs_scheme_at(unsigned i)
{
    return AT(schemes, i);
}

const struct qs_pair *qs_pair_find(const char *structure, const char *reclaim)
{
    const struct qs_pair *p;

    for (unsigned i = 0; (p = qs_pair_at(i)); i++)
        if (!strcmp(p->structure, structure) && !strcmp(p->reclaim, reclaim))
            return p;
    return NULL;
}
