/* probe_cas_backoff.h - probe_cas.h with pauses that double after each failure. */
#define QS_PROBE_BACKOFF QS_PROBE_LONGER
#include "harness/probes/probe_cas.h"
