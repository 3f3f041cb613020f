/* double_purge.c - S2.3: two collectors see the same mark, and both purge. */
#include "experiments/gallery/stage.h"

enum { LIVE = 1, DELETED = 2 };

struct record {
    qs_word state;
};

static const struct qs_class kind = { .name = "record", .size = sizeof(struct record) };

static qs_word *place; /* to the record, or 0 */

static void begin(struct player *p)
{
    struct record *record = qs_hp_alloc(p->shared, &kind);

    qs_init(&record->state, DELETED);
    place = stage_share(sizeof *place);
    qs_init(place, record);
}

static bool is_deleted(const struct record *record)
{
    return record && qs_load(&record->state, acquire) == DELETED;
}

static void purge_what_is_marked(struct player *p)
{
    qs_hp_enter(p->shared);
    struct record *record = (struct record *)qs_hp_protect(p->shared, 0, place);
    if (is_deleted(record)) {
        stage_tell("the record is marked: purges it");
        qs_store(place, 0, release);
        qs_hp_retire(p->shared, &kind, record);
    }
    qs_hp_leave(p->shared);
}

/* Only whoever took it out may purge it. */
static void purge_what_was_taken(struct player *p)
{
    qs_hp_enter(p->shared);
    uintptr_t found = qs_hp_protect(p->shared, 0, place);
    if (is_deleted((struct record *)found) && qs_cas(place, &found, 0)) {
        stage_tell("has taken the record: purges it");
        qs_hp_retire(p->shared, &kind, (struct record *)found);
    }
    qs_hp_leave(p->shared);
}

PROGRAM(double_purge, begin, NULL,
        { "collector", purge_what_is_marked, purge_what_was_taken },
        { "collector", purge_what_is_marked, purge_what_was_taken });
