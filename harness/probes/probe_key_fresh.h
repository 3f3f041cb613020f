/* probe_key_fresh.h - the text of a key, built in memory of its own, hashed and retired:
 * the next call has another one (template, see probe.h).
 *
 * Under `direct` its memory goes back at once; under other schemes it waits as it would
 * for a garbage collector.
 */
#include "harness/probes/probe.h"

static const struct qs_class probe_key_class = { .name = "key path",
                                                 .size = sizeof(struct qs_key_path) };

/* Out of memory, there is no key. */
static inline bool prb_get(struct prb *m, struct prb_thread *t, QS_MAP_KEY key,
                           QS_MAP_VALUE *value)
{
    (void)m, (void)value;
    for (unsigned i = 0; i < QS_BURST; i++) {
        prb_enter(t);
        struct qs_key_path *path = prb_alloc(t, &probe_key_class);
        if (path) {
            QS_PROBE_USE(qs_key_path_make(path, (uint32_t)key, (uint16_t)i));
            prb_retire(t, &probe_key_class, path);
        }
        prb_leave(t);
    }
    return false;
}

/* The same. */
static inline bool prb_remove(struct prb *m, struct prb_thread *t, QS_MAP_KEY key,
                              QS_MAP_VALUE *value)
{
    return prb_get(m, t, key, value);
}

#include "harness/probes/probe_end.h"
