/* early_publish.c - S3.4: a map within a map is found before it is one. */
#include "experiments/gallery/stage.h"

enum { USER = 7, KEY = 1, VALUE = 100 };

struct site {
    struct shared_map users; /* id -> struct shared_map *, the user's settings */
};
static struct site *site;

static struct shared_map *settings;

static void open_site(struct player *p)
{
    (void)p;
    site = stage_share(sizeof *site);
    settings = stage_share(sizeof *settings);
    shared_map_init(&site->users, 0);
}

static void close_site(void)
{
    shared_map_destroy(settings);
    shared_map_destroy(&site->users);
}

static void publish_then_fill(struct player *p)
{
    CALL(shared_map_insert(&site->users, p->shared, USER, (uintptr_t)settings));
    CALL(shared_map_init(settings, 0));
    CALL(shared_map_insert(settings, p->shared, KEY, VALUE));
}

/* Insertion publishes: whoever finds the pointer finds what was written before. */
static void fill_then_publish(struct player *p)
{
    CALL(shared_map_init(settings, 0));
    CALL(shared_map_insert(settings, p->shared, KEY, VALUE));
    CALL(shared_map_insert(&site->users, p->shared, USER, (uintptr_t)settings));
}

static void read_setting(struct player *p)
{
    uint64_t inner = 0, value;

    if (CALL(shared_map_get(&site->users, p->shared, USER, &inner)))
        CALL(shared_map_get((struct shared_map *)inner, p->shared, KEY, &value));
}

PROGRAM(early_publish, open_site, close_site,
        { "login", publish_then_fill, fill_then_publish },
        { "reader", read_setting, read_setting });
