/* soak_torment.c - what befalls the threads of a soak, a millisecond at a time. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "harness/soak_threads.h"
#include "reclaim/system.h"

enum { PATIENCE_MS = 30000 }; /* a round that makes no progress for so long hangs */

/* Until when, by qs_now(), the one thread that is frozen stays so; 0 thaws it. */
static qs_word frozen_until;

/* Other signals come through, as to a thread that sleeps: some schemes send them.  It
 * thaws by itself, since it may hold the allocator's lock, and who torments it may wait
 * for that: starting a thread allocates, and joining one waits for its frees. */
static void on_freeze(int number)
{
    struct timespec nap = { .tv_nsec = 200000 };

    (void)number;
    while (qs_now() < qs_load(&frozen_until, acquire))
        nanosleep(&nap, NULL);
}

static void on_storm(int number)
{
    (void)number;
}

static void catch_signals(void)
{
    struct sigaction freeze = { .sa_handler = on_freeze, .sa_flags = SA_NODEFER },
                     storm = { .sa_handler = on_storm };

    sigaction(SIGUSR1, &freeze, NULL);
    sigaction(SIGUSR2, &storm, NULL);
}

struct torment {
    struct qs_soak *soak;
    struct qs_stream stream;
    struct qs_soak_slot *victim; /* frozen, or NULL */
    unsigned thaw_in, memory_in; /* milliseconds */
    bool starved;
    struct rlimit memory;
    uint64_t calls;      /* at the last look */
    unsigned idle_since; /* milliseconds without a call */
};

static bool has(const struct torment *t, enum qs_soak_fault fault)
{
    return t->soak->round->faults & fault;
}

static struct qs_soak_slot *some_slot(struct torment *t)
{
    struct qs_soak *s = t->soak;
    return &s->slots[qs_stream_below(&t->stream, s->round->cell.threads)];
}

static void thaw(struct torment *t)
{
    qs_store(&frozen_until, 0, release);
    t->victim = NULL;
    t->thaw_in = 1 + (unsigned)qs_stream_below(&t->stream, 10); /* to the next one */
}

/* A slot's thread may have ended since it was last looked at; then nothing answers and
 * the attempt is over after its time as well. */
static void freeze_or_thaw(struct torment *t)
{
    if (t->thaw_in && t->thaw_in--)
        return;
    if (t->victim) {
        thaw(t);
        return;
    }
    struct qs_soak_slot *slot = some_slot(t);
    if (!slot->running || qs_load(&slot->over, acquire))
        return;
    t->victim = slot;
    t->thaw_in = 1 + (unsigned)qs_stream_below(&t->stream, 40);
    qs_store(&frozen_until, qs_now() + 2 * (uint64_t)t->thaw_in * 1000000, release);
    pthread_kill(slot->thread, SIGUSR1);
    t->soak->result->stalls++;
}

static void storm(struct torment *t)
{
    struct qs_soak *s = t->soak;

    for (unsigned i = 0; i < s->round->cell.threads; i++)
        if (s->slots[i].running && !qs_load(&s->slots[i].over, relaxed))
            pthread_kill(s->slots[i].thread, SIGUSR2);
}

static void cancel_reader(struct torment *t)
{
    struct qs_soak_slot *slot = &t->soak->slots[0];

    if (slot->running && t->victim != slot && !qs_load(&slot->over, acquire) &&
        qs_load(&slot->calls, relaxed) && qs_stream_below(&t->stream, 20) == 0) {
        pthread_cancel(slot->thread);
        pthread_join(slot->thread, NULL);
        slot->running = false;
        t->soak->result->vanished++;
    }
}

/* Data that the process has now, in bytes: /proc/self/statm counts it in pages. */
static unsigned long data_size(void)
{
    unsigned long pages = 0;
    FILE *f = fopen("/proc/self/statm", "re");

    if (f && fscanf(f, "%*u %*u %*u %*u %*u %lu", &pages) != 1)
        pages = 0;
    if (f)
        fclose(f);
    return pages * 4096;
}

/* No further page of data: malloc goes on with what it has and then fails. */
static void starve_or_feed(struct torment *t)
{
    struct rlimit none = t->memory;

    if (t->memory_in && t->memory_in--)
        return;
    none.rlim_cur = data_size();
    t->starved = !t->starved && none.rlim_cur;
    setrlimit(RLIMIT_DATA, t->starved ? &none : &t->memory);
    t->memory_in = 5 + (unsigned)qs_stream_below(&t->stream, 50);
}

/* Joins who has ended, and fills the place again if there is work left.  Under want of
 * memory a thread may not start; another attempt follows. */
static bool refill(struct torment *t)
{
    struct qs_soak *s = t->soak;
    bool all_done = true;

    for (unsigned i = 0; i < s->round->cell.threads; i++) {
        struct qs_soak_slot *slot = &s->slots[i];
        if (slot->running && qs_load(&slot->over, acquire)) {
            pthread_join(slot->thread, NULL);
            slot->running = false;
            s->result->ended++;
        }
        bool done = qs_load(&slot->done, acquire) || (slot->reads_only && s->logs);
        all_done &= done;
        if (!slot->running && !qs_load(&slot->done, acquire) && !t->starved)
            qs_soak_start(slot);
    }
    return all_done;
}

static void look_at_garbage(struct qs_soak *s)
{
    struct qs_soak_result *r = s->result;
    struct qs_stats stats;

    s->ops->stats(s->map, &stats);
    qs_soak_show(s, &stats);
    if (stats.garbage_nodes > r->garbage_peak)
        r->garbage_peak = stats.garbage_nodes;
    if (r->garbage_bound && r->garbage_peak > r->garbage_bound)
        qs_soak_find(s,
                     "%llu nodes are garbage under a scheme that is robust, %llu are "
                     "the bound",
                     (unsigned long long)r->garbage_peak,
                     (unsigned long long)r->garbage_bound);
}

/* Calls made since the last look, or a finding after a long time without any. */
static void look_at_progress(struct torment *t)
{
    struct qs_soak *s = t->soak;
    uint64_t calls = 0;

    for (unsigned i = 0; i < s->round->cell.threads; i++)
        calls += qs_load(&s->slots[i].calls, relaxed);
    t->idle_since = calls == t->calls ? t->idle_since + 1 : 0;
    t->calls = s->result->calls = calls;
    if (t->idle_since > PATIENCE_MS)
        qs_soak_find(s, "no thread has made a call for %d s", PATIENCE_MS / 1000);
}

static void torment_once(struct torment *t)
{
    if (has(t, QS_SOAK_STALL))
        freeze_or_thaw(t);
    if (has(t, QS_SOAK_STORM))
        storm(t);
    if (has(t, QS_SOAK_VANISH))
        cancel_reader(t);
    if (has(t, QS_SOAK_MEMORY))
        starve_or_feed(t);
    look_at_garbage(t->soak);
    look_at_progress(t);
}

/* Ends everything that may still be going on, and waits for the threads. */
static void release(struct torment *t)
{
    struct qs_soak *s = t->soak;

    qs_store(&s->stop, 1, relaxed);
    if (t->starved)
        setrlimit(RLIMIT_DATA, &t->memory);
    qs_store(&frozen_until, 0, release);
    for (unsigned i = 0; i < s->round->cell.threads; i++)
        if (s->slots[i].running)
            pthread_join(s->slots[i].thread, NULL);
}

static void *end_early(void *nothing)
{
    pthread_exit(nothing);
}

/* The first thread that ends so has the C library load what unwinds its stack, and abort
 * the process if there is no memory for that.  Better before there is none. */
static void load_unwinder(void)
{
    pthread_t thread;

    if (!pthread_create(&thread, NULL, end_early, NULL))
        pthread_join(thread, NULL);
}

bool qs_soak_torment(struct qs_soak *s)
{
    struct torment t = { .soak = s };
    struct timespec millisecond = { .tv_nsec = 1000000 };
    uint64_t end = qs_now() + s->round->milliseconds * UINT64_C(1000000);
    bool done = false;

    catch_signals();
    load_unwinder();
    qs_stream_seed(&t.stream, s->round->seed, 1);
    getrlimit(RLIMIT_DATA, &t.memory);
    while (!done && !s->result->finding[0] && (s->logs || qs_now() < end)) {
        done = refill(&t);
        torment_once(&t);
        nanosleep(&millisecond, NULL);
    }
    if (s->result->finding[0])
        return false; /* threads that hang cannot be waited for */
    release(&t);
    look_at_progress(&t);
    return true;
}
