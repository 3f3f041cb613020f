/* control.c - our own michael_hash as a peer: what it measures beside the same map in
 * the tool is what being a program of its own does to a number.
 */
#include <string.h>

#include "harness/peers/program_map.h"

extern const struct qs_map_ops michael_hash_qsbr_map_ops;

const struct qs_map_ops *peer_ops(const char *structure, const char *reclaim)
{
    return !strcmp(structure, "michael_hash_apart") && !strcmp(reclaim, "qsbr")
               ? &michael_hash_qsbr_map_ops
               : NULL;
}
