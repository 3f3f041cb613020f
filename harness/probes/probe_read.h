/* probe_read.h - what a read section costs: enter, read a node through a protected
 * link, leave (template, see probe.h).
 *
 * The section reads as many nodes as the map is sized for, one if for none.
 */
#include "harness/probes/probe.h"

static inline bool prb_get(struct prb *m, struct prb_thread *t, QS_MAP_KEY key,
                           QS_MAP_VALUE *value)
{
    (void)key, (void)value;
    for (unsigned i = 0; i < QS_BURST; i++) {
        prb_enter(t);
        prb_checkpoint(t);
        prb_read(m, t);
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
