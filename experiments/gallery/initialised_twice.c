/* initialised_twice.c - S1.6: whoever comes first makes the map, and two come first. */
#include "experiments/gallery/stage.h"

enum { USER = 7 };

static qs_word *users; /* struct shared_map *, or 0 */

static void begin(struct player *p)
{
    (void)p;
    users = stage_share(sizeof *users);
    qs_init(users, 0);
}

static void end(void)
{
    shared_map_destroy((struct shared_map *)qs_load(users, relaxed));
}

static struct shared_map *make(void)
{
    struct shared_map *map = stage_share(sizeof *map);

    shared_map_init(map, 0);
    return map;
}

/* Into the map that there is now; is it still there afterwards? */
static void enter(struct player *p)
{
    struct shared_map *map = (struct shared_map *)qs_load(users, acquire);

    CALL(shared_map_insert(map, p->shared, USER, 0));
    uintptr_t now = (uintptr_t)CALL(qs_load(users, acquire));
    stage_must(now == (uintptr_t)map, "what was entered is gone with the first map");
}

static void make_if_there_is_none(struct player *p)
{
    if (!CALL(qs_load(users, acquire)))
        DO(qs_store(users, make(), release));
    enter(p);
}

/* Both make one; whose CAS fails throws it away. */
static void offer(struct player *p)
{
    struct shared_map *mine = make();

    if (!CALL(qs_cas(users, &(uintptr_t){ 0 }, mine)))
        shared_map_destroy(mine);
    enter(p);
}

PROGRAM(initialised_twice, begin, end, { "first", make_if_there_is_none, offer },
        { "second", make_if_there_is_none, offer });
