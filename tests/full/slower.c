/* slower.c - makes a tool that takes about a tenth longer: after some lookups in a
 * split-ordered map under ebr it makes one more, of a key that was asked for before.
 * Counting them and calling from here costs as much again as the lookup does.
 * The linker sends the calls here (--wrap); same_twice.sh has to notice. */
#include <string.h>

#include "harness/map_ops.h"

const struct qs_pair *__real_qs_pair_find(const char *structure, const char *reclaim);
const struct qs_pair *__wrap_qs_pair_find(const char *structure, const char *reclaim);

static const struct qs_map_ops *quick;
static _Thread_local unsigned lookups;
static _Thread_local uint64_t former; /* as cold as the next one: not the last key */

static bool get_and_more(struct qs_map *m, struct qs_thread *t, uint64_t key,
                         uint64_t *value)
{
    uint64_t ignored;

    if (++lookups % 20 == 0) {
        quick->get(m, t, former, &ignored);
        former = key;
    }
    return quick->get(m, t, key, value);
}

const struct qs_pair *__wrap_qs_pair_find(const char *structure, const char *reclaim)
{
    static struct qs_map_ops ops;
    static struct qs_pair slow;
    const struct qs_pair *pair = __real_qs_pair_find(structure, reclaim);

    if (!pair || strcmp(structure, "split_ordered") != 0 || strcmp(reclaim, "ebr") != 0)
        return pair;
    if (!quick) {
        quick = pair->ops;
        ops = *pair->ops;
        ops.get = get_and_more;
        slow = *pair;
        slow.ops = &ops;
    }
    return &slow;
}
