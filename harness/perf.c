/* perf.c - see perf.h. */
#include "harness/perf.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct {
    const char *name;
    uint64_t config;
} events[QS_PERF_EVENTS] = {
    [QS_CYCLES] = { "cycles", PERF_COUNT_HW_CPU_CYCLES },
    [QS_INSTRUCTIONS] = { "instructions", PERF_COUNT_HW_INSTRUCTIONS },
    [QS_LLC_MISSES] = { "llc-misses", PERF_COUNT_HW_CACHE_MISSES },
};

static int open_event(uint64_t config)
{
    struct perf_event_attr attributes = {
        .type = PERF_TYPE_HARDWARE,
        .size = sizeof attributes,
        .config = config,
        .exclude_kernel = 1,
        .exclude_hv = 1,
        .read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING,
    };

    return (int)syscall(SYS_perf_event_open, &attributes, 0, -1, -1,
                        PERF_FLAG_FD_CLOEXEC);
}

void qs_perf_open(struct qs_perf *perf)
{
    for (unsigned i = 0; i < QS_PERF_EVENTS; i++)
        perf->fd[i] = open_event(events[i].config);
}

void qs_perf_close(struct qs_perf *perf)
{
    for (unsigned i = 0; i < QS_PERF_EVENTS; i++)
        if (perf->fd[i] >= 0)
            close(perf->fd[i]);
}

static uint64_t read_event(int fd)
{
    struct {
        uint64_t count, enabled, running;
    } seen;

    if (fd < 0 || read(fd, &seen, sizeof seen) != sizeof seen || !seen.running)
        return QS_PERF_NONE;
    if (seen.running == seen.enabled)
        return seen.count;
    return (uint64_t)((double)seen.count * (double)seen.enabled / (double)seen.running);
}

void qs_perf_read(const struct qs_perf *perf, uint64_t counts[QS_PERF_EVENTS])
{
    for (unsigned i = 0; i < QS_PERF_EVENTS; i++)
        counts[i] = read_event(perf->fd[i]);
}

/* Why the kernel refused, and what helps. */
static void explain(int error, char *text, size_t size, char *remedy,
                    size_t remedy_size)
{
    *remedy = 0;
    if (error == EACCES || error == EPERM) {
        snprintf(text, size, "none: not allowed");
        snprintf(remedy, remedy_size,
                 "columns cycles, instructions and llc_misses stay empty; sudo sysctl "
                 "kernel.perf_event_paranoid=2, or allow perf_event_open");
    } else if (error == ENOENT || error == EOPNOTSUPP || error == ENODEV) {
        snprintf(text, size, "none: this machine shows its guests no counters");
    } else {
        snprintf(text, size, "none: %s", strerror(error));
    }
}

char *qs_perf_available(char *text, size_t size, char *remedy, size_t remedy_size)
{
    struct qs_perf perf;
    size_t used = 0;
    int error = 0;

    *text = *remedy = 0;
    for (unsigned i = 0; i < QS_PERF_EVENTS; i++) {
        perf.fd[i] = open_event(events[i].config);
        if (perf.fd[i] < 0)
            error = errno;
        else if (used < size)
            used += (size_t)snprintf(text + used, size - used, "%s%s", used ? ", " : "",
                                     events[i].name);
    }
    qs_perf_close(&perf);
    if (!used)
        explain(error, text, size, remedy, remedy_size);
    return text;
}
