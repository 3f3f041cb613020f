/* stale_read.c - S2.3: a record is marked as deleted and purged later; a reader asks it
 * for its mark, and it is not there any more. */
#include "experiments/gallery/stage.h"

enum { VALUE = 100, LIVE = 1, DELETED = 2 };

struct record {
    qs_word state;
    uint64_t value;
};

static const struct qs_class kind = { .name = "record", .size = sizeof(struct record) };

static qs_word *place; /* to the record, or 0 */

static void begin(struct player *p)
{
    struct record *record = qs_hp_alloc(p->shared, &kind);

    qs_init(&record->state, LIVE);
    record->value = VALUE;
    place = stage_share(sizeof *place);
    qs_init(place, record);
}

static void read_record(const struct record *record)
{
    if (!record || qs_load(&record->state, acquire) != LIVE)
        return;
    stage_tell("the record is live; its value is %d", (int)record->value);
}

static void read_wrong(struct player *p)
{
    (void)p;
    read_record((struct record *)CALL(qs_load(place, acquire)));
}

/* What protect() returns is not freed until leave(). */
static void read_right(struct player *p)
{
    qs_hp_enter(p->shared);
    read_record((struct record *)qs_hp_protect(p->shared, 0, place));
    qs_hp_leave(p->shared);
}

static void delete_and_purge(struct player *p)
{
    qs_hp_enter(p->shared);
    struct record *record = (struct record *)qs_exchange(place, 0, seq_cst);
    qs_store(&record->state, DELETED, release);
    stage_tell("marked as deleted, retired");
    qs_hp_retire(p->shared, &kind, record);
    qs_hp_leave(p->shared);
    DO(qs_hp_flush(p->shared));
}

PROGRAM(stale_read, begin, NULL, { "reader", read_wrong, read_right },
        { "purge", delete_and_purge, delete_and_purge });
