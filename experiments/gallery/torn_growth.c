/* torn_growth.c - S4.2: new mask, old cells: a table is published in parts. */
#include "experiments/gallery/stage.h"

enum { KEY = 3 };

struct table {
    qs_word mask, *cells; /* cells - 1; leads to them */
};

struct map {
    qs_word mask, cells, table; /* in parts; or in one: a struct table * */
    struct table small, large;
};
static struct map *map;

static void begin(struct player *p)
{
    (void)p;
    map = stage_share(sizeof *map);
    map->large.cells = stage_share(4 * sizeof(qs_word));
    map->small.cells = stage_share(2 * sizeof(qs_word));
    qs_init(&map->small.mask, 1);
    qs_init(&map->large.mask, 3);
    qs_init(&map->mask, 1);
    qs_init(&map->cells, map->small.cells);
    qs_init(&map->table, &map->small);
}

static void grow_in_parts(struct player *p)
{
    (void)p;
    DO(qs_store(&map->mask, 3, release));
    DO(qs_store(&map->cells, map->large.cells, release));
}

static void grow_in_one(struct player *p)
{
    (void)p;
    DO(qs_store(&map->table, &map->large, release));
}

static void look_in_parts(struct player *p)
{
    (void)p;
    uintptr_t mask = (uintptr_t)CALL(qs_load(&map->mask, acquire));
    const qs_word *cells = (qs_word *)qs_load(&map->cells, acquire);
    CALL(qs_load(&cells[KEY & mask], acquire));
}

static void look_in_one(struct player *p)
{
    (void)p;
    const struct table *table = (struct table *)qs_load(&map->table, acquire);
    uintptr_t mask = (uintptr_t)CALL(qs_load(&table->mask, acquire));
    CALL(qs_load(&table->cells[KEY & mask], acquire));
}

PROGRAM(torn_growth, begin, NULL, { "growth", grow_in_parts, grow_in_one },
        { "reader", look_in_parts, look_in_one });
