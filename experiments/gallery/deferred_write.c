/* deferred_write.c - S3.1: what is deferred to the end of a function happens after the
 * lock was released in its middle. */
#include "experiments/gallery/stage.h"

enum { SESSION = 7 };

struct site {
    struct qs_rwlock lock;
    struct plain_map seen; /* session -> when */
};
static struct site *site;

static void open_site(struct player *p)
{
    (void)p;
    site = stage_share(sizeof *site);
    qs_rwlock_init(&site->lock);
    plain_map_init(&site->seen, 0);
}

static void close_site(void)
{
    plain_map_destroy(&site->seen);
}

static void note(struct player *const *p)
{
    CALL(plain_map_insert(&site->seen, (*p)->plain, SESSION, 1));
}

/* The destructor of a variable is C's way to defer. */
static void look_up(struct player *p)
{
    __attribute__((cleanup(note))) struct player *deferred = p;
    uint64_t when;

    qs_rwlock_read(&site->lock);
    CALL(plain_map_get(&site->seen, deferred->plain, SESSION, &when));
    qs_rwlock_release(&site->lock);
}

static void look_up_and_note(struct player *p)
{
    uint64_t when;

    qs_rwlock_write(&site->lock);
    if (!CALL(plain_map_get(&site->seen, p->plain, SESSION, &when)))
        note(&p);
    qs_rwlock_release(&site->lock);
}

PROGRAM(deferred_write, open_site, close_site, { "request", look_up, look_up_and_note },
        { "another", look_up, look_up_and_note });
