/* crowd.c - see crowd.h. */
#include "tests/faults/crowd.h"

#include <errno.h>

enum { BETWEEN_QUIESCE = 32 };

static void insert(struct crowd_member *m, struct qs_thread *t, uint64_t key)
{
    struct crowd *c = m->crowd;
    int inserted = c->ops->insert(c->map, t, key, crowd_value(key));

    if (inserted == 1) {
        m->added++;
        m->key_sum += key;
        m->value_sum += crowd_value(key);
    } else if (inserted) {
        m->failed++;
    }
}

static void remove_key(struct crowd_member *m, struct qs_thread *t, uint64_t key)
{
    struct crowd *c = m->crowd;
    uint64_t value = 0;

    if (!c->ops->remove(c->map, t, key, &value))
        return;
    m->removed++;
    m->key_sum -= key;
    m->value_sum -= value;
    m->wrong += value != crowd_value(key);
}

void crowd_operate(struct crowd_member *m, struct qs_thread *t)
{
    struct crowd *c = m->crowd;
    uint64_t key = c->first_key + check_random_below(&m->random, c->keys), value;

    switch (check_random_below(&m->random, 3)) {
    case 0:
        insert(m, t, key);
        break;
    case 1:
        remove_key(m, t, key);
        break;
    default:
        if (c->ops->get(c->map, t, key, &value))
            m->wrong += value != crowd_value(key);
    }
}

static void *member_main(void *argument)
{
    struct crowd_member *m = argument;
    struct crowd *c = m->crowd;
    struct qs_thread *t = c->ops->thread_register(c->map);

    REQUIRE(t);
    for (uint64_t i = 1; !qs_load(&c->stop, relaxed) && (!c->each || i <= c->each);
         i++) {
        crowd_operate(m, t);
        if (i % BETWEEN_QUIESCE == 0) {
            c->ops->quiesce(t);
            qs_tally_shared(&c->done, BETWEEN_QUIESCE);
        }
    }
    if (c->ops->thread_unregister(t))
        m->wrong++;
    qs_fetch_add(&c->ended, 1, release);
    return NULL;
}

unsigned crowd_start(struct crowd *c, unsigned n)
{
    REQUIRE(n <= CROWD_MAX);
    qs_store(&c->stop, 0, relaxed);
    qs_store(&c->ended, 0, relaxed);
    for (c->n = 0; c->n < n; c->n++) {
        struct crowd_member *m = &c->members[c->n];
        *m = (struct crowd_member){ .crowd = c, .random = check_seed() + c->n };
        if (pthread_create(&m->thread, NULL, member_main, m))
            break;
    }
    return c->n;
}

bool crowd_stops(struct crowd *c)
{
    qs_store(&c->stop, 1, relaxed);
    return fault_wait_for(&c->ended, c->n, 3);
}

void crowd_end(struct crowd *c)
{
    if (!c->each)
        qs_store(&c->stop, 1, relaxed);
    for (unsigned i = 0; i < c->n; i++)
        pthread_join(c->members[i].thread, NULL);
}

bool crowd_agrees(const struct crowd *c)
{
    uint64_t keys = 0, key_sum = 0, value_sum = 0;
    struct qs_map_sum sum;
    unsigned wrong = 0;

    for (unsigned i = 0; i < c->n; i++) {
        const struct crowd_member *m = &c->members[i];
        keys += m->added - m->removed;
        key_sum += m->key_sum;
        value_sum += m->value_sum;
        wrong += m->wrong + m->failed;
    }
    c->ops->sum(c->map, &sum);
    return !wrong && sum.keys == keys && sum.key_sum == key_sum &&
           sum.value_sum == value_sum;
}
