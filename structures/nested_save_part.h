/* nested_save_part.h - keeps a map's parameters while another map is made of them: a
 * part of the nested_ headers and of rcu_objects_map.h.
 */
#ifndef QS_STRUCTURES_NESTED_SAVE_PART_H
#define QS_STRUCTURES_NESTED_SAVE_PART_H

#include <stdint.h>

/* For numbers of parents: the finaliser of splitmix64. */
static inline uint64_t qs_nested_mix(uint64_t x)
{
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}
#endif

#pragma push_macro("QS_MAP_NAME")
#pragma push_macro("QS_MAP_RECLAIM")
#pragma push_macro("QS_MAP_KEY")
#pragma push_macro("QS_MAP_VALUE")
#pragma push_macro("QS_MAP_HASH")
#pragma push_macro("QS_MAP_EQUAL")
