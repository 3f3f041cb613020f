/* probe.h - what the probes share: a few nodes behind links, and the rest of a map's
 * functions, which do nothing (template, included by each probe_X.h).
 *
 * Parameters: those of a map, QS_MAP_NAME and QS_MAP_RECLAIM.  They stay defined; the
 * probe undefines them.
 */
#include <errno.h>

#include "harness/clock.h"
#include "harness/probes/key_path.h"
#include "reclaim/rwlock.h"
#include "reclaim/reclaim.h"
#include "structures/template.h"

#ifndef QS_HARNESS_PROBE_H
#define QS_HARNESS_PROBE_H

/* Keeps the compiler from leaving out reads whose results nobody wants. */
#define QS_PROBE_USE(value) __asm__ __volatile__("" ::"r"(value))

enum { QS_PROBE_LINKS = 16, QS_PROBE_THREADS = 64 };

/* What to do when a CAS has failed, and for how many pauses. */
enum { QS_PROBE_AT_ONCE, QS_PROBE_AS_LONG, QS_PROBE_LONGER, QS_PROBE_IN_TURN };
enum { QS_PROBE_SHORTEST = 4, QS_PROBE_LONGEST = 1024, QS_PROBE_CONSTANT = 32 };

/* Whose turn it is: of so many groups of threads, each for 2^14 ns. */
enum { QS_PROBE_SLICE = 14, QS_PROBE_TURNS = 2 };

struct qs_probe_node {
    uint64_t value;
};

/* What a thread has to itself. */
struct qs_probe_own {
    _Alignas(QS_CACHE_LINE) struct qs_mutex mutex;
    _Alignas(QS_CACHE_LINE) struct qs_key_path path;
};

static const struct qs_class qs_probe_class = { .name = "probed",
                                                .size = sizeof(struct qs_probe_node) };
#endif

#define prb            QS_MAP_NAME
#define prb_cursor     QS_NAME(QS_MAP_NAME, cursor)
#define prb_free_nodes QS_NAME(QS_MAP_NAME, free_nodes)
#define prb_read       QS_NAME(QS_MAP_NAME, read)
#define prb_init       QS_NAME(QS_MAP_NAME, init)
#define prb_destroy    QS_NAME(QS_MAP_NAME, destroy)
#define prb_get        QS_NAME(QS_MAP_NAME, get)
#define prb_insert     QS_NAME(QS_MAP_NAME, insert)
#define prb_remove     QS_NAME(QS_MAP_NAME, remove)
#define prb_next       QS_NAME(QS_MAP_NAME, next)
#define prb_thread     QS_SCHEME(QS_MAP_RECLAIM, thread)
#define prb_enter      QS_SCHEME(QS_MAP_RECLAIM, enter)
#define prb_leave      QS_SCHEME(QS_MAP_RECLAIM, leave)
#define prb_checkpoint QS_SCHEME(QS_MAP_RECLAIM, checkpoint)
#define prb_protect    QS_SCHEME(QS_MAP_RECLAIM, protect)
#define prb_alloc      QS_SCHEME(QS_MAP_RECLAIM, alloc)
#define prb_retire     QS_SCHEME(QS_MAP_RECLAIM, retire)
#define prb_prefix     QS_SCHEME(QS_MAP_RECLAIM, prefix)

/* What threads write has lines of its own.  Each probe uses a part of it. */
struct prb {
    _Alignas(QS_CACHE_LINE) qs_word link[QS_PROBE_LINKS];
    _Alignas(QS_CACHE_LINE) qs_word counter;
    _Alignas(QS_CACHE_LINE) size_t section; /* nodes that a read section reads */
    _Alignas(QS_CACHE_LINE) struct qs_mutex mutex;
    _Alignas(QS_CACHE_LINE) struct qs_rwlock rwlock;
    struct qs_probe_own own[QS_PROBE_THREADS];
};

struct prb_cursor {
    char unused;
};

static inline void prb_free_nodes(struct prb *m)
{
    for (unsigned i = 0; i < QS_PROBE_LINKS; i++)
        if (qs_load(&m->link[i], relaxed))
            qs_node_free((void *)qs_load(&m->link[i], relaxed));
}

static inline void prb_destroy(struct prb *m)
{
    prb_free_nodes(m);
    qs_mutex_destroy(&m->mutex);
    qs_rwlock_destroy(&m->rwlock);
    for (unsigned i = 0; i < QS_PROBE_THREADS; i++)
        qs_mutex_destroy(&m->own[i].mutex);
}

static inline int prb_init(struct prb *m, size_t capacity)
{
    for (unsigned i = 0; i < QS_PROBE_LINKS; i++) {
        struct qs_probe_node *n = qs_node_alloc(&qs_probe_class, prb_prefix);
        if (!n) {
            prb_free_nodes(m);
            return -ENOMEM;
        }
        n->value = i;
        qs_init(&m->link[i], n);
    }
    qs_init(&m->counter, 0);
    m->section = capacity ? capacity : 1;
    qs_mutex_init(&m->mutex);
    qs_rwlock_init(&m->rwlock);
    for (unsigned i = 0; i < QS_PROBE_THREADS; i++)
        qs_mutex_init(&m->own[i].mutex);
    return 0;
}

static inline int prb_insert(struct prb *m, struct prb_thread *t, QS_MAP_KEY key,
                             QS_MAP_VALUE value)
{
    (void)m, (void)t, (void)key, (void)value;
    return 0;
}

static inline bool prb_next(struct prb *m, struct prb_cursor *c, QS_MAP_KEY *key,
                            QS_MAP_VALUE *value)
{
    (void)m, (void)c, (void)key, (void)value;
    return false;
}

/* A section of reads through protected links. */
static inline void prb_read(struct prb *m, struct prb_thread *t)
{
    for (size_t n = 0; n < m->section; n++) {
        qs_word *link = &m->link[n % QS_PROBE_LINKS];
        struct qs_probe_node *node = (struct qs_probe_node *)prb_protect(t, 0, link);
        QS_PROBE_USE(node->value);
    }
}

/* probe_end.h undefines all of this. */
