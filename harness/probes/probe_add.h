/* probe_add.h - the counter of probe_cas.h, added to by one instruction that cannot
 * fail (template, see probe.h).
 */
#include "harness/probes/probe.h"

static inline bool prb_get(struct prb *m, struct prb_thread *t, QS_MAP_KEY key,
                           QS_MAP_VALUE *value)
{
    (void)t, (void)key, (void)value;
    for (unsigned i = 0; i < QS_BURST; i++)
        qs_fetch_add(&m->counter, 1, seq_cst);
    return false;
}

/* The same. */
static inline bool prb_remove(struct prb *m, struct prb_thread *t, QS_MAP_KEY key,
                              QS_MAP_VALUE *value)
{
    return prb_get(m, t, key, value);
}

#include "harness/probes/probe_end.h"
