/* cancelled_parent.c - S3.6: a parent that is cancelled walks through its children,
 * and a child that is done removes itself. */
#include "experiments/gallery/stage.h"

enum { CHILDREN = 2, CHILD = 1 };

struct parent {
    struct shared_map children; /* number -> state */
};
static struct parent *parent;

static void begin(struct player *p)
{
    parent = stage_share(sizeof *parent);
    shared_map_init(&parent->children, 0);
    for (uint64_t child = 1; child <= CHILDREN; child++)
        shared_map_insert(&parent->children, p->shared, child, 0);
}

static void end(void)
{
    shared_map_destroy(&parent->children);
}

/* next() walks through a map at rest. */
static void cancel_by_cursor(struct player *p)
{
    struct shared_map_cursor at = { 0 };
    uint64_t child = 0, state;

    (void)p;
    while (CALL(shared_map_next(&parent->children, &at, &child, &state)))
        stage_tell("cancels child %d", (int)child);
}

static bool cancel(void *nothing, const uint64_t *child, const uint64_t *state)
{
    (void)nothing;
    (void)state;
    stage_tell("cancels child %d", (int)*child);
    return true;
}

static void cancel_each(struct player *p)
{
    DO(shared_map_for_each(&parent->children, p->shared, cancel, NULL));
}

static void leave(struct player *p)
{
    CALL(shared_map_remove(&parent->children, p->shared, CHILD, NULL));
    DO(qs_hp_flush(p->shared));
}

PROGRAM(cancelled_parent, begin, end, { "parent", cancel_by_cursor, cancel_each },
        { "child", leave, leave });
