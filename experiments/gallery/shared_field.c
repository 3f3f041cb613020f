/* shared_field.c - S3.3: a lock guards the map, and not what its values point to. */
#include "experiments/gallery/stage.h"

enum { ID = 7 };

struct user {
    qs_word age;
};

struct site {
    struct qs_rwlock lock;
    struct plain_map users; /* id -> struct user * */
    struct user user;
};
static struct site *site;

static void open_site(struct player *p)
{
    site = stage_share(sizeof *site);
    qs_init(&site->user.age, 30);
    qs_rwlock_init(&site->lock);
    plain_map_init(&site->users, 0);
    plain_map_insert(&site->users, p->plain, ID, (uintptr_t)&site->user);
}

static void close_site(void)
{
    plain_map_destroy(&site->users);
}

static void add_a_year(struct user *user) /* in two halves, as ++ does */
{
    long age = CALL(qs_load(&user->age, relaxed));
    long before = CALL(qs_exchange(&user->age, age + 1, relaxed));
    stage_must(before == age, "a year is lost: %ld, not %ld", age + 1, before + 1);
}

static void look_up_then_change(struct player *p)
{
    uint64_t user = 0;
    qs_rwlock_read(&site->lock);
    CALL(plain_map_get(&site->users, p->plain, ID, &user));
    qs_rwlock_release(&site->lock);
    add_a_year((struct user *)user);
}

static void change_under_the_lock(struct player *p)
{
    uint64_t user = 0;
    qs_rwlock_write(&site->lock);
    if (CALL(plain_map_get(&site->users, p->plain, ID, &user)))
        add_a_year((struct user *)user);
    qs_rwlock_release(&site->lock);
}

PROGRAM(shared_field, open_site, close_site,
        { "birthday", look_up_then_change, change_under_the_lock },
        { "import", look_up_then_change, change_under_the_lock });
