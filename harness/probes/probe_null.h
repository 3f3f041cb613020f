/* probe_null.h - nothing: what the harness itself costs, drawing keys, calling and
 * counting (template, see probe.h).
 */
#include "harness/probes/probe.h"

static inline bool prb_get(struct prb *m, struct prb_thread *t, QS_MAP_KEY key,
                           QS_MAP_VALUE *value)
{
    (void)m, (void)t, (void)key, (void)value;
    return false;
}

/* The same. */
static inline bool prb_remove(struct prb *m, struct prb_thread *t, QS_MAP_KEY key,
                              QS_MAP_VALUE *value)
{
    return prb_get(m, t, key, value);
}

#include "harness/probes/probe_end.h"
