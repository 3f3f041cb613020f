/* probe_own_lock.h - one node read under a mutex that the thread has to itself
 * (template, see probe.h).
 */
#include "harness/probes/probe.h"

static inline bool prb_get(struct prb *m, struct prb_thread *t, QS_MAP_KEY key,
                           QS_MAP_VALUE *value)
{
    struct qs_probe_own *own =
        &m->own[((struct qs_thread *)t)->index % QS_PROBE_THREADS];
    (void)key, (void)value;
    for (unsigned i = 0; i < QS_BURST; i++) {
        qs_mutex_lock(&own->mutex);
        prb_read(m, t);
        qs_mutex_unlock(&own->mutex);
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
