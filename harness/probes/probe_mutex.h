/* probe_mutex.h - one node read under a mutex that all threads share (template, see
 * probe.h).
 */
#include "harness/probes/probe.h"

static inline bool prb_get(struct prb *m, struct prb_thread *t, QS_MAP_KEY key,
                           QS_MAP_VALUE *value)
{
    (void)key, (void)value;
    for (unsigned i = 0; i < QS_BURST; i++) {
        qs_mutex_lock(&m->mutex);
        prb_read(m, t);
        qs_mutex_unlock(&m->mutex);
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
