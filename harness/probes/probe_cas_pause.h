/* probe_cas_pause.h - probe_cas.h with a constant pause after each failure. */
#define QS_PROBE_BACKOFF QS_PROBE_AS_LONG
#include "harness/probes/probe_cas.h"
