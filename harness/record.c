/* record.c - memory of recorded calls. */
#include <stdlib.h>
#include <string.h>

#include "harness/record.h"

/* Values of a thread are numbered from thread * 10^9 + 1: short enough to read. */
static const uint64_t VALUES_EACH = 1000000000;

struct qs_log *qs_logs_make(unsigned threads, size_t calls_each)
{
    size_t size = threads * calls_each * sizeof(struct qs_call);
    struct qs_log *logs = qs_memory_alloc_lines(threads * sizeof *logs);
    struct qs_call *calls = logs ? malloc(size + 1) : NULL;

    if (!calls) {
        qs_memory_free(logs);
        return NULL;
    }
    memset(calls, 0xff, size);
    for (unsigned i = 0; i < threads; i++)
        logs[i] = (struct qs_log){ .calls = calls + i * calls_each,
                                   .most = calls_each,
                                   .value = i * VALUES_EACH,
                                   .thread = (uint16_t)i };
    return logs;
}

/* Small numbers are easier to read; differences are all that counts. */
static void begin_at_zero(struct qs_history *h)
{
    uint64_t first = QS_NEVER;

    for (size_t i = 0; i < h->n; i++)
        if (h->calls[i].invoke < first)
            first = h->calls[i].invoke;
    for (size_t i = 0; i < h->n; i++) {
        h->calls[i].invoke -= first;
        if (h->calls[i].answer != QS_NEVER)
            h->calls[i].answer -= first;
    }
}

void qs_logs_gather(struct qs_log *logs, unsigned threads, struct qs_history *h)
{
    *h = (struct qs_history){ .calls = logs[0].calls };
    for (unsigned i = 0; i < threads; i++) {
        memmove(h->calls + h->n, logs[i].calls, logs[i].n * sizeof *h->calls);
        h->n += logs[i].n;
    }
    qs_memory_free(logs);
    begin_at_zero(h);
}
