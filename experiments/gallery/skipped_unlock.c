/* skipped_unlock.c - S3.8: the way out that nobody tried holds the lock for ever. */
#include "experiments/gallery/stage.h"

enum { USER = 7 };

struct site {
    struct qs_rwlock lock;
    struct plain_map users;
};
static struct site *site;

static void open_site(struct player *p)
{
    (void)p;
    site = stage_share(sizeof *site);
    qs_rwlock_init(&site->lock);
    plain_map_init(&site->users, 0);
}

static void close_site(void)
{
    plain_map_destroy(&site->users);
}

static void sign_up(struct player *p)
{
    qs_rwlock_write(&site->lock);
    if (!CALL(plain_map_insert(&site->users, p->plain, USER, 0))) {
        stage_tell("error: the user exists");
        return;
    }
    qs_rwlock_release(&site->lock);
}

/* One way out. */
static void sign_up_and_leave(struct player *p)
{
    qs_rwlock_write(&site->lock);
    bool is_new = CALL(plain_map_insert(&site->users, p->plain, USER, 0));
    qs_rwlock_release(&site->lock);
    if (!is_new)
        stage_tell("error: the user exists");
}

static void look_up(struct player *p)
{
    uint64_t value;

    qs_rwlock_read(&site->lock);
    CALL(plain_map_get(&site->users, p->plain, USER, &value));
    qs_rwlock_release(&site->lock);
}

PROGRAM(skipped_unlock, open_site, close_site, { "first", sign_up, sign_up_and_leave },
        { "second", sign_up, sign_up_and_leave }, { "reader", look_up, look_up });
