/* probe_retire.h - what an update costs: a new node takes the place of an old one,
 * which is retired (template, see probe.h).
 *
 * All threads share one link; a get reads its node as probe_read.h does.
 */
#include "harness/probes/probe.h"

static inline bool prb_get(struct prb *m, struct prb_thread *t, QS_MAP_KEY key,
                           QS_MAP_VALUE *value)
{
    (void)key, (void)value;
    for (unsigned i = 0; i < QS_BURST; i++) {
        prb_enter(t);
        prb_checkpoint(t);
        struct qs_probe_node *node =
            (struct qs_probe_node *)prb_protect(t, 0, &m->link[0]);
        QS_PROBE_USE(node->value);
        prb_leave(t);
    }
    return false;
}

/* Out of memory, the old node stays. */
static inline bool prb_remove(struct prb *m, struct prb_thread *t, QS_MAP_KEY key,
                              QS_MAP_VALUE *value)
{
    (void)key, (void)value;
    for (unsigned i = 0; i < QS_BURST; i++) {
        prb_enter(t);
        struct qs_probe_node *node = prb_alloc(t, &qs_probe_class);
        if (node) {
            node->value = i;
            void *old = (void *)qs_exchange(&m->link[0], node, seq_cst);
            prb_retire(t, &qs_probe_class, old);
        }
        prb_leave(t);
    }
    return false;
}

#include "harness/probes/probe_end.h"
