/* probe_cas.h - a counter that all threads share: read it, look around, and replace
 * what was read by one more, until that works (template, see probe.h).
 *
 * This is what D. Alistarh, K. Censor-Hillel and N. Shavit ("Are Lock-Free Concurrent
 * Algorithms Practically Wait-Free?", J. ACM 63(4), 2016) call scan and validate.  What
 * is done after a failure is the parameter QS_PROBE_BACKOFF: nothing; a constant pause;
 * one that doubles; or waiting for a slice of time in which every other thread leaves
 * the counter alone (after D. Dice, D. Hendler and I. Mirsky, "Lightweight Contention
 * Management for Efficient Compare-and-Swap Operations", Euro-Par 2013).  The scan is
 * as long as the map is sized for, less one step.
 */
#include "harness/probes/probe.h"

#ifndef QS_PROBE_BACKOFF
#define QS_PROBE_BACKOFF QS_PROBE_AT_ONCE
#endif

#define prb_scan  QS_NAME(QS_MAP_NAME, scan)
#define prb_wait  QS_NAME(QS_MAP_NAME, wait)
#define prb_turn  QS_NAME(QS_MAP_NAME, turn)
#define prb_count QS_NAME(QS_MAP_NAME, count)

/* Steps that depend on each other, so that none can be left out. */
static inline void prb_scan(const struct prb *m, uintptr_t seen)
{
    for (size_t n = 1; n < m->section; n++) {
        seen = seen * 3 + n;
        QS_PROBE_USE(seen);
    }
}

/* Until it is the thread's turn, or at once if it is. */
static inline void prb_turn(struct prb_thread *t)
{
    unsigned group = ((struct qs_thread *)t)->index % QS_PROBE_TURNS;

    while ((qs_clock_system() >> QS_PROBE_SLICE) % QS_PROBE_TURNS != group)
        qs_pause();
}

/* Pauses and returns for how long to do so the next time. */
static inline unsigned prb_wait(unsigned pauses)
{
    const unsigned backoff = QS_PROBE_BACKOFF;

    if (backoff == QS_PROBE_AT_ONCE)
        return pauses;
    for (unsigned i = 0; i < pauses; i++)
        qs_pause();
    return backoff == QS_PROBE_LONGER && pauses < QS_PROBE_LONGEST ? 2 * pauses
                                                                   : pauses;
}

static inline void prb_count(struct prb *m, struct prb_thread *t)
{
    const unsigned backoff = QS_PROBE_BACKOFF;
    unsigned pauses =
        backoff == QS_PROBE_LONGER ? QS_PROBE_SHORTEST : QS_PROBE_CONSTANT;

    for (;;) {
        uintptr_t seen = qs_load(&m->counter, acquire);
        prb_scan(m, seen);
        if (qs_counted_cas(QS_COUNTERS(t), QS_SITE_OTHER, &m->counter, &seen, seen + 1))
            return;
        if (backoff == QS_PROBE_IN_TURN)
            prb_turn(t);
        else
            pauses = prb_wait(pauses);
    }
}

static inline bool prb_get(struct prb *m, struct prb_thread *t, QS_MAP_KEY key,
                           QS_MAP_VALUE *value)
{
    (void)key, (void)value;
    for (unsigned i = 0; i < QS_BURST; i++)
        prb_count(m, t);
    return false;
}

/* The same. */
static inline bool prb_remove(struct prb *m, struct prb_thread *t, QS_MAP_KEY key,
                              QS_MAP_VALUE *value)
{
    return prb_get(m, t, key, value);
}

#undef QS_PROBE_BACKOFF
#undef prb_scan
#undef prb_wait
#undef prb_turn
#undef prb_count
#include "harness/probes/probe_end.h"
