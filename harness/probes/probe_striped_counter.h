/* probe_striped_counter.h - adding one to a counter in cells, structures/striped_counter.h
 * (template, see probe_object_part.h); probe_cas.h and probe_add.h are its rivals.
 */
#include "structures/striped_counter.h"

static inline int probe_setup(struct qs_striped_counter *c)
{
    qs_striped_counter_init(c);
    return 0;
}

#define QS_PROBE_OBJECT    struct qs_striped_counter
#define QS_PROBE_SETUP(o)  probe_setup(o)
#define QS_PROBE_ACT(o, t) qs_striped_counter_add(o, t, 1)
#include "harness/probes/probe_object_part.h"
