/* fault_signals.c - signals rain on threads that operate; handlers look keys up. */
#include <signal.h>

#include "tests/faults/crowd.h"

enum { KEYS = 64, MEMBERS = 4 };

static void ignore(int number)
{
    (void)number;
}

/* Without SA_RESTART, so that whatever waits in the kernel is interrupted. */
static void catch_with(void (*handler)(int))
{
    struct sigaction action = { .sa_handler = handler };
    sigaction(SIGUSR2, &action, NULL);
}

/* About a thousand signals a second to each thread. */
const char *fault_signal_storm(const struct qs_map_ops *ops)
{
    struct qs_thread *t;
    struct qs_map *m = fault_open(ops, 0, 0, &t);
    struct crowd c = { .ops = ops, .map = m, .keys = KEYS };

    catch_with(ignore);
    ops->offline(t);
    crowd_start(&c, MEMBERS);
    for (unsigned i = 0; i < 200 * fault_length(); i++) {
        for (unsigned k = 0; k < MEMBERS; k++)
            pthread_kill(c.members[k].thread, SIGUSR2);
        fault_sleep_ms(1);
    }
    crowd_end(&c);
    ops->online(t);
    bool right = crowd_agrees(&c) &&
                 fault_settle(ops, m, t) <= fault_stats(ops, m).retired_nodes;
    return fault_close(ops, m, t) && right ? "exact" : FAULT_WRONG;
}

/* One thread with two registrations: one for itself, one for its handler.  Keys of
 * [KEYS, 2 * KEYS) are always there, so a handler knows what it has to find. */
static struct {
    const struct qs_map_ops *ops;
    struct qs_map *map;
    struct qs_thread *own, *handlers;
    struct crowd_member member;
    qs_word ready, stop, lookups, wrong, operations;
    uint64_t next;
} interrupted;

static void look_up(int number)
{
    uint64_t key = KEYS + interrupted.next++ % KEYS, value = 0;

    (void)number;
    if (!interrupted.ops->get(interrupted.map, interrupted.handlers, key, &value) ||
        value != crowd_value(key))
        qs_tally_own(&interrupted.wrong, 1);
    interrupted.ops->get(interrupted.map, interrupted.handlers, key - KEYS, &value);
    qs_tally_own(&interrupted.lookups, 1);
}

static void *interrupted_main(void *unused)
{
    const struct qs_map_ops *ops = interrupted.ops;

    (void)unused;
    interrupted.own = ops->thread_register(interrupted.map);
    interrupted.handlers = ops->thread_register(interrupted.map);
    REQUIRE(interrupted.own && interrupted.handlers);
    for (uint64_t key = KEYS; key < 2 * KEYS; key++)
        REQUIRE(ops->insert(interrupted.map, interrupted.own, key, crowd_value(key)) ==
                1);
    qs_store(&interrupted.ready, 1, release);
    while (!qs_load(&interrupted.stop, relaxed)) {
        for (unsigned i = 0; i < 16; i++)
            crowd_operate(&interrupted.member, interrupted.own);
        ops->quiesce(interrupted.own);
        ops->quiesce(interrupted.handlers);
        qs_tally_own(&interrupted.operations, 16);
    }
    catch_with(SIG_IGN);
    ops->thread_unregister(interrupted.handlers);
    ops->thread_unregister(interrupted.own);
    return NULL;
}

/* Content that is known whatever came between: the keys that were always there. */
static bool holds_what_it_should(struct crowd *c, const struct crowd_member *member)
{
    c->members[0] = *member;
    c->n = 1;
    for (uint64_t key = KEYS; key < 2 * KEYS; key++) {
        c->members[0].added++;
        c->members[0].key_sum += key;
        c->members[0].value_sum += crowd_value(key);
    }
    return crowd_agrees(c);
}

const char *fault_handler_lookup(const struct qs_map_ops *ops)
{
    struct qs_thread *t;
    struct qs_map *m = fault_open(ops, 0, 4, &t);
    struct crowd other = { .ops = ops, .map = m, .keys = KEYS }, c = other;
    unsigned enough = 500 * fault_length();
    bool blocks = false;
    pthread_t thread;

    if (ops->frees_at_once) /* its readers lock, so no handler may read */
        return "-";
    ops->offline(t);
    catch_with(look_up);
    interrupted.ops = ops;
    interrupted.map = m;
    interrupted.member = (struct crowd_member){ .crowd = &other, .random = 1 };
    REQUIRE(!pthread_create(&thread, NULL, interrupted_main, NULL));
    blocks = !fault_wait_for(&interrupted.ready, 1, 5);
    for (unsigned i = 0; i < enough && !blocks; i++) {
        uintptr_t lookups = qs_load(&interrupted.lookups, acquire);
        pthread_kill(thread, SIGUSR2);
        blocks = !fault_wait_for(&interrupted.lookups, lookups + 1, 2);
    }
    if (blocks)
        return FAULT_BLOCKS;
    qs_store(&interrupted.stop, 1, relaxed);
    pthread_join(thread, NULL);
    ops->online(t);
    bool right = !qs_load(&interrupted.wrong, acquire) &&
                 holds_what_it_should(&c, &interrupted.member);
    fault_settle(ops, m, t);
    return fault_close(ops, m, t) && right ? "exact" : FAULT_WRONG;
}
