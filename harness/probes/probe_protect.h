/* probe_protect.h - what protecting a node costs, inside an operation that goes on
 * (template, see probe.h).
 */
#include "harness/probes/probe.h"

static inline bool prb_get(struct prb *m, struct prb_thread *t, QS_MAP_KEY key,
                           QS_MAP_VALUE *value)
{
    (void)key, (void)value;
    prb_enter(t);
    prb_checkpoint(t);
    for (unsigned i = 0; i < QS_BURST; i++) {
        qs_word *link = &m->link[i % QS_PROBE_LINKS];
        struct qs_probe_node *node = (struct qs_probe_node *)prb_protect(t, 0, link);
        QS_PROBE_USE(node->value);
    }
    prb_leave(t);
    return false;
}

/* The same. */
static inline bool prb_remove(struct prb *m, struct prb_thread *t, QS_MAP_KEY key,
                              QS_MAP_VALUE *value)
{
    return prb_get(m, t, key, value);
}

#include "harness/probes/probe_end.h"
