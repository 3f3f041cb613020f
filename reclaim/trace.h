/* trace.h - static tracepoints, for bpftrace, perf and SystemTap.
 *
 * QS_TRACE(name, a, b) is a probe of provider `quiesce` where the build defines
 * QS_TRACING and <sys/sdt.h> is there (systemtap-sdt-dev): one nop, and a note in the
 * ELF file that says where its arguments are.  Elsewhere it is nothing.
 *
 *   retire(node, bytes)       an unlinked node is given to its scheme
 *   free(node, bytes)         it is freed, or its memory taken for another one
 *   scan(thread, ns)          a look for what may be freed is over, and took so long
 *   epoch(domain, epoch)      the epoch has moved on to this one
 *   cas_failure(site, thread) a compare-and-swap has failed: enum qs_cas_site, and the
 *                             thread's counters
 *   resize(from, to)          a table has another number of buckets
 *
 * What they mean may not change; new ones may come.
 */
#ifndef QS_RECLAIM_TRACE_H
#define QS_RECLAIM_TRACE_H

#ifdef QS_TRACING
#include <sys/sdt.h>
#define QS_TRACE(name, a, b) DTRACE_PROBE2(quiesce, name, a, b)
#else
#define QS_TRACE(name, a, b) ((void)(a), (void)(b))
#endif

#endif
