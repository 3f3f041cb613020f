/* probe_cas_slices.h - probe_cas.h with waiting for a slice of time after a failure. */
#define QS_PROBE_BACKOFF QS_PROBE_IN_TURN
#include "harness/probes/probe_cas.h"
