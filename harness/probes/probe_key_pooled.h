/* probe_key_pooled.h - the text of a key, built where the thread has built the one
 * before, and hashed (template, see probe.h); probe_key_fresh.h is its rival.
 */
#include "harness/probes/probe.h"

static inline bool prb_get(struct prb *m, struct prb_thread *t, QS_MAP_KEY key,
                           QS_MAP_VALUE *value)
{
    struct qs_key_path *path =
        &m->own[((struct qs_thread *)t)->index % QS_PROBE_THREADS].path;

    (void)value;
    for (unsigned i = 0; i < QS_BURST; i++)
        QS_PROBE_USE(qs_key_path_make(path, (uint32_t)key, (uint16_t)i));
    return false;
}

/* The same. */
static inline bool prb_remove(struct prb *m, struct prb_thread *t, QS_MAP_KEY key,
                              QS_MAP_VALUE *value)
{
    return prb_get(m, t, key, value);
}

#include "harness/probes/probe_end.h"
