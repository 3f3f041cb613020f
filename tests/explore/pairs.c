/* pairs.c - the pairs this explorer was built with; PAIRS names the generated list. */
#include "harness/map_ops.h"

#define MAP(structure, scheme) \
    extern const struct qs_map_ops structure##_##scheme##_map_ops;
#include PAIRS
#undef MAP

static const struct qs_pair pairs[] = {
#define MAP(structure, scheme) \
    { #structure, #scheme, &structure##_##scheme##_map_ops, NULL },
#include PAIRS
#undef MAP
};

const struct qs_pair *qs_pair_at(unsigned i)
{
    return i < sizeof pairs / sizeof *pairs ? &pairs[i] : NULL;
}
