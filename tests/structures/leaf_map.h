/* leaf_map.h - the map `map` of one_map.h as a leaf_list of integers, and its leaves. */
#ifndef QS_TESTS_LEAF_MAP_H
#define QS_TESTS_LEAF_MAP_H

#include "structures/template.h"

#define QS_MAP_NAME    map
#define QS_MAP_RECLAIM SCHEME
#define QS_MAP_KEY     uint64_t
#define QS_MAP_VALUE   uint64_t
#include "structures/leaf_list.h"

#include "tests/structures/one_map.h"

/* How many there are. */
static inline size_t leaves(void)
{
    size_t n = 0;

    for (uintptr_t next = qs_load(&map.first, relaxed); next; n++)
        next = qs_load(&((struct map_leaf *)(next & ~QS_TAG_MASK))->next, relaxed);
    return n;
}

#endif
