/* counter_instance.c - a striped count as a qs_map_ops: see subject.h. */
#include <errno.h>

#include "harness/map_ops.h"
#include "structures/template.h"

#include RECLAIM_HEADER
#include STRUCTURE_HEADER

struct object {
    struct qs_striped_count count;
};

static int init_object(struct object *o)
{
    qs_striped_count_init(&o->count);
    return 0;
}

static void destroy_object(struct object *o)
{
    (void)o;
}

#include "tests/explore/instance_part.h"

/* The count changes by ones. */
static int add(struct qs_map *m, struct qs_thread *t, uint64_t key, uint64_t value)
{
    (void)key;
    for (uint64_t i = 0; i < value; i++)
        qs_striped_count_add(&m->object.count, t, 1);
    return 1;
}

static bool get(struct qs_map *m, struct qs_thread *t, uint64_t key, uint64_t *value)
{
    (void)t;
    (void)key;
    *value = qs_striped_count_sum(&m->object.count);
    return true;
}

static void sum_up(struct qs_map *m, struct qs_map_sum *sum)
{
    *sum = (struct qs_map_sum){ .keys = qs_striped_count_sum(&m->object.count) };
}

const struct qs_map_ops I(map_ops) = { INSTANCE_OPERATIONS, .insert = add, .get = get,
                                       .sum = sum_up };
