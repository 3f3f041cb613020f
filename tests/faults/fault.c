/* fault.c - see fault.h. */
#include "tests/faults/fault.h"

#include <unistd.h>

#include "reclaim/system.h"

struct qs_map *fault_open(const struct qs_map_ops *ops, size_t capacity, unsigned batch,
                          struct qs_thread **t)
{
    struct qs_map_config config = { .capacity = capacity, .reclaim.batch = batch };
    struct qs_map *m = ops->create(&config);

    REQUIRE(m);
    *t = ops->thread_register(m);
    REQUIRE(*t);
    return m;
}

bool fault_close(const struct qs_map_ops *ops, struct qs_map *m, struct qs_thread *t)
{
    return (!t || !ops->thread_unregister(t)) && !ops->destroy(m);
}

uint64_t fault_settle(const struct qs_map_ops *ops, struct qs_map *m,
                      struct qs_thread *t)
{
    for (unsigned i = 0; i < 3; i++) {
        ops->quiesce(t);
        ops->flush(t);
        ops->offline(t);
        ops->barrier(m);
        ops->online(t);
    }
    return fault_stats(ops, m).garbage_nodes;
}

void fault_sleep_ms(unsigned ms)
{
    struct timespec nap = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };
    while (nanosleep(&nap, &nap))
        ;
}

bool fault_wait_for(const qs_word *word, uintptr_t value, double seconds)
{
    uint64_t end = qs_now() + (uint64_t)(seconds * 1e9);

    while (qs_load(word, acquire) < value) {
        if (qs_now() > end)
            return false;
        usleep(200);
    }
    return true;
}

unsigned fault_length(void)
{
    const char *given = getenv("QS_FAULT_LENGTH");
    return given ? (unsigned)strtoul(given, NULL, 0) : 1;
}
