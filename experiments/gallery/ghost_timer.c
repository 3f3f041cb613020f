/* ghost_timer.c - S3.7: resetting a timer does not call back an expiry that is on its
 * way: the session that was prolonged is gone. */
#include "experiments/gallery/stage.h"

enum { SESSION = 7, ARMED = 1, RESET = 2 };

struct site {
    struct shared_map sessions; /* id -> how often its timer was armed */
};
static struct site *site;

static void open_site(struct player *p)
{
    site = stage_share(sizeof *site);
    shared_map_init(&site->sessions, 0);
    shared_map_insert(&site->sessions, p->shared, SESSION, ARMED);
}

static void close_site(void)
{
    shared_map_destroy(&site->sessions);
}

static void prolong(struct player *p)
{
    CALL(shared_map_replace(&site->sessions, p->shared, SESSION, RESET, NULL));
}

static void expire(struct player *p)
{
    uint64_t armed = ARMED;

    CALL(shared_map_remove(&site->sessions, p->shared, SESSION, &armed));
    stage_must(armed == ARMED, "expiry %d removes a session whose timer was reset",
               ARMED);
}

static enum qs_verdict remove_if_mine(void *mine, bool present, uint64_t *armed)
{
    return present && *armed == *(uint64_t *)mine ? QS_REMOVE : QS_KEEP;
}

/* Decides and removes in one. */
static void expire_if_not_reset(struct player *p)
{
    uint64_t mine = ARMED;

    CALL(
        shared_map_compute(&site->sessions, p->shared, SESSION, remove_if_mine, &mine));
}

PROGRAM(ghost_timer, open_site, close_site, { "timer", expire, expire_if_not_reset },
        { "user", prolong, prolong });
