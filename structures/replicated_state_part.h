/* replicated_state_part.h - what replicas and their log consist of, and who may touch a
 * replica, a part of replicated_skip_list.h, where its names are mapped.
 *
 * A replica is held by one thread at a time, the combiner.  It keeps readers out while it
 * applies updates.  Readers of a replica each write to a line of their own, and read one
 * that combiners write.
 *
 * Memory order.
 *   (1) held, a CAS from 0 to 1: acquires (2), hence the skip list and what lies beside
 *   (2) held, release store of 0
 *   (3) readers, a fetch_add: seq_cst, as are (4), (5) and (6).  Of a reader and a
 *       combiner that come at once, either the reader sees `writing` or the combiner
 *       sees the reader
 *   (4) writing, load of the reader; acquires (7)
 *   (5) writing, store of 1
 *   (6) readers, load of the combiner; acquires (8): nobody reads what is changed
 *   (7) writing, release store of 0
 *   (8) readers, release fetch_add
 */
#ifndef QS_STRUCTURES_REPLICATED_LOG_PART_H
#define QS_STRUCTURES_REPLICATED_LOG_PART_H

enum qs_replicated_what {
    QS_REPLICATED_INSERT,
    QS_REPLICATED_REMOVE,
    QS_REPLICATED_EXCHANGE, /* stores or removes if a key is as it was found */
    QS_REPLICATED_POP       /* removes the first pair */
};

enum qs_replicated_state {
    QS_REPLICATED_FREE,
    QS_REPLICATED_TAKEN,
    QS_REPLICATED_ASKED,
    QS_REPLICATED_ANSWERED
};

/* In loops that wait for another thread, which may want the processor. */
static inline void qs_replicated_wait(unsigned *turns)
{
    if (++*turns % 32)
        qs_pause();
    else
        qs_yield();
}
#endif

/* What replicas are to do, one after the other and all of them the same. */
struct rep_update {
    enum qs_replicated_what what;
    bool was_present, removes; /* of an exchange: what was found, what is to be */
    QS_MAP_KEY key;
    QS_MAP_VALUE value, expected;
};

struct rep_answer {
    int result;       /* 1: done, 0: not, -ENOMEM */
    bool was_present; /* of an exchange that was not done: what there is */
    QS_MAP_KEY key;
    QS_MAP_VALUE value;
};

/* Where a thread leaves an update, and says that it reads. */
struct rep_slot {
    _Alignas(QS_CACHE_LINE) qs_word state;
    struct rep_update update;
    struct rep_node *node; /* to be linked here; who asked brings it, to be sure */
    struct rep_answer answer;
    _Alignas(QS_CACHE_LINE) qs_word readers; /* several where threads share a slot */
};

struct rep_entry {
    _Alignas(QS_CACHE_LINE) qs_word turn; /* 1 + the place that it was written for */
    struct rep_update update;
};

struct rep_replica {
    _Alignas(QS_CACHE_LINE) qs_word held;
    _Alignas(QS_CACHE_LINE) qs_word replayed; /* places of the log, from 0 */
    qs_word spares, is_short; /* the last try to have more of them failed */
    _Alignas(QS_CACHE_LINE) qs_word writing;
    qs_word pairs;
    struct rep_core core;
    struct rep_node *spare[QS_MAP_LOG]; /* for updates of others, without memory */
    struct rep_slot slots[QS_MAP_SLOTS];
};

struct rep {
    struct rep_replica *replicas;
    struct rep_entry *log; /* in a circle */
    _Alignas(QS_CACHE_LINE) qs_word tail;
    _Alignas(QS_CACHE_LINE) qs_word completed; /* some replica has come as far */
};

static inline struct rep_replica *rep_here(struct rep *m, struct rep_thread *t)
{
    return &m->replicas[QS_MAP_REPLICA_OF(t) % QS_MAP_REPLICAS];
}

/* Takes a replica unless somebody has it. */
static inline bool rep_claim(struct rep_replica *r, struct rep_thread *t)
{
    uintptr_t nobody = 0;

    return !qs_load(&r->held, relaxed) &&
           qs_counted_cas(QS_COUNTERS(t), QS_SITE_OTHER, &r->held, &nobody,
                          1); /* (1) */
}

static inline void rep_release(struct rep_replica *r)
{
    qs_store(&r->held, 0, release); /* (2) */
}

/* Keeps readers out of a replica that the caller holds. */
static inline void rep_close(struct rep_replica *r)
{
    unsigned turns = 0;

    qs_store(&r->writing, 1, seq_cst); /* (5) */
    for (unsigned i = 0; i < QS_MAP_SLOTS; i++)
        while (qs_load(&r->slots[i].readers, seq_cst)) /* (6) */
            qs_replicated_wait(&turns);
}

static inline void rep_open(struct rep_replica *r)
{
    qs_store(&r->writing, 0, release); /* (7) */
}

/* Keeps a replica as it is until rep_end_read(). */
static inline void rep_join(struct rep_replica *r, struct rep_thread *t)
{
    struct rep_slot *s = &r->slots[((struct qs_thread *)t)->index % QS_MAP_SLOTS];
    unsigned turns = 0;

    for (;;) {
        qs_fetch_add(&s->readers, 1, seq_cst); /* (3) */
        if (!qs_load(&r->writing, seq_cst))    /* (4) */
            return;
        qs_fetch_add(&s->readers, -(uintptr_t)1, release); /* (8) */
        while (qs_load(&r->writing, relaxed))
            qs_replicated_wait(&turns);
    }
}

static inline void rep_end_read(struct rep_replica *r, struct rep_thread *t)
{
    struct rep_slot *s = &r->slots[((struct qs_thread *)t)->index % QS_MAP_SLOTS];

    qs_fetch_add(&s->readers, -(uintptr_t)1, release); /* (8) */
    rep_leave(t);
}
