/* queue_instance.c - one queue of uint64_t as a qs_map_ops: see subject.h. */
#include <errno.h>

#include "harness/map_ops.h"
#include "structures/template.h"

#include RECLAIM_HEADER

#define QS_QUEUE_NAME    INSTANCE
#define QS_QUEUE_RECLAIM RECLAIM
#define QS_QUEUE_VALUE   uint64_t
#include STRUCTURE_HEADER

struct object {
    struct INSTANCE queue;
};

static int init_object(struct object *o)
{
    return QS_NAME(INSTANCE, init)(&o->queue);
}

static void destroy_object(struct object *o)
{
    QS_NAME(INSTANCE, destroy)(&o->queue);
}

#include "tests/explore/instance_part.h"

static int push(struct qs_map *m, struct qs_thread *t, uint64_t key, uint64_t value)
{
    (void)key;
    int error = I(push)(&m->object.queue, thread_of(t), value);
    return error ? error : 1;
}

static bool pop(struct qs_map *m, struct qs_thread *t, uint64_t key, uint64_t *value)
{
    (void)key;
    return I(pop)(&m->object.queue, thread_of(t), value);
}

static void sum_up(struct qs_map *m, struct qs_map_sum *sum)
{
    *sum = (struct qs_map_sum){ .keys = I(length)(&m->object.queue) };
}

const struct qs_map_ops I(map_ops) = { INSTANCE_OPERATIONS, .insert = push,
                                       .remove = pop, .sum = sum_up };
