/* fault.c - see fault.h. */
#include "tests/faults/fault.h"

#include <dirent.h>
#include <unistd.h>

#include "reclaim/system.h"

_Thread_local volatile sig_atomic_t fault_is_freeing;

struct qs_map *fault_open(const struct qs_map_ops *ops, size_t capacity, unsigned batch,
                          struct qs_thread **t)
{
    struct qs_map_config config = { .capacity = capacity, .reclaim.batch = batch };
    struct qs_map *m = ops->create(&config);

    REQUIRE(m);
    *t = ops->thread_register(m);
    REQUIRE(*t);
    return m;
}

bool fault_close(const struct qs_map_ops *ops, struct qs_map *m, struct qs_thread *t)
{
    return (!t || !ops->thread_unregister(t)) && !ops->destroy(m);
}

uint64_t fault_settle(const struct qs_map_ops *ops, struct qs_map *m,
                      struct qs_thread *t)
{
    for (unsigned i = 0; i < 3; i++) {
        ops->quiesce(t);
        ops->flush(t);
        ops->offline(t);
        ops->barrier(m);
        ops->online(t);
    }
    return fault_stats(ops, m).garbage_nodes;
}

void fault_sleep_ms(unsigned ms)
{
    struct timespec nap = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };
    while (nanosleep(&nap, &nap))
        ;
}

enum { NAP_US = 200, NAPS = 100, LOOK_NS = NAP_US * NAPS * 1000, THREADS = 256 };
static const double LONGEST_S = 240;

/* The threads of this process at a look, and what processor time they had had. */
struct look {
    uint64_t ns;
    unsigned n;
    struct {
        pid_t thread;
        uint64_t cpu_ns;
    } seen[THREADS];
};

/* In the kernel's numbers, which need no handle of the thread. */
static uint64_t cpu_ns_of(pid_t thread)
{
    struct timespec t = { 0 };

    clock_gettime((clockid_t)(~(unsigned)thread << 3 | 6), &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* Whether it runs, or would if it had a processor. */
static bool is_runnable(pid_t thread)
{
    char path[64], line[512];

    snprintf(path, sizeof path, "/proc/self/task/%d/stat", (int)thread);
    FILE *f = fopen(path, "re");
    const char *behind_name = f && fgets(line, sizeof line, f) ? strrchr(line, ')') : 0;
    if (f)
        fclose(f);
    return behind_name && behind_name[1] && behind_name[2] == 'R';
}

/* What it had at the look before, or now if it was not there. */
static uint64_t had_before(const struct look *before, pid_t thread, uint64_t now)
{
    for (unsigned i = 0; i < before->n; i++)
        if (before->seen[i].thread == thread)
            return before->seen[i].cpu_ns;
    return now;
}

/* Whether another thread could go on and had less than a tenth of a processor since the
 * look before, which this one takes the place of. */
static bool somebody_starves(struct look *last)
{
    struct look before = *last;
    DIR *tasks = opendir("/proc/self/task");
    bool starves = false;

    *last = (struct look){ .ns = qs_now() };
    for (struct dirent *d; tasks && last->n < THREADS && (d = readdir(tasks));) {
        pid_t thread = atoi(d->d_name);
        if (!thread || thread == gettid())
            continue;
        uint64_t cpu_ns = cpu_ns_of(thread);
        last->seen[last->n].thread = thread;
        last->seen[last->n++].cpu_ns = cpu_ns;
        uint64_t had = cpu_ns - had_before(&before, thread, cpu_ns);
        starves |= had < (last->ns - before.ns) / 10 && is_runnable(thread);
    }
    if (tasks)
        closedir(tasks);
    return starves;
}

bool fault_wait_for(const qs_word *word, uintptr_t value, double seconds)
{
    struct look last = { .ns = qs_now() };
    uint64_t begin = last.ns;
    double counted = 0;

    for (unsigned naps = 1; qs_load(word, acquire) < value; naps++) {
        usleep(NAP_US);
        if (naps % NAPS)
            continue;
        uint64_t before = last.ns;
        if (!somebody_starves(&last)) /* nor this thread, which sleeps no longer */
            counted += fmin((double)(last.ns - before), 2.0 * LOOK_NS) / 1e9;
        if (counted >= seconds || (double)(last.ns - begin) / 1e9 > LONGEST_S)
            return qs_load(word, acquire) >= value;
    }
    return true;
}

unsigned fault_length(void)
{
    const char *given = getenv("QS_FAULT_LENGTH");
    return given ? (unsigned)strtoul(given, NULL, 0) : 1;
}
