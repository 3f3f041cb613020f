/* replicated_log_part.h - how updates come into the log and are answered, a part of
 * replicated_skip_list.h, where its names are mapped.
 *
 * Who holds one replica and needs another to move on only tries to take it, so nobody
 * waits for anybody in a circle; and who has taken places in the log fills them before
 * it waits for anything.
 *
 * Memory order.
 *   (1) replayed, acquire load: pairs with (4) and its like in replicated_replay_part.h,
 *       before entries are written again, and before spares are counted, which an
 *       earlier look might find too many of
 *   (2) tail, a CAS that takes places; what they hold is published by (3) alone
 *   (3) turn, release store: an entry can be read
 *   (4) replayed, release store: the replica has come past its own updates
 *   (5) state, acquire load of the combiner: pairs with (8)
 *   (6) state, release store: the answer is there
 *   (7) state, a CAS to taken: acquires (10)
 *   (8) state, release store: the request is there
 *   (9) state, acquire load of who waits: pairs with (6)
 *   (10) state, release store: the slot may be taken again
 */

/* Whether n updates may be appended at a place: no replica has yet to read what they
 * overwrite, and each has a spare node for all that are then ahead of it. */
static inline bool rep_has_room(struct rep *m, const struct rep_replica *mine,
                                uintptr_t at, unsigned n, unsigned nodes)
{
    for (unsigned i = 0; i < QS_MAP_REPLICAS; i++) {
        struct rep_replica *r = &m->replicas[i];
        uintptr_t ahead = at - qs_load(&r->replayed, acquire); /* (1) */
        if (ahead + n > QS_MAP_LOG)
            return false;
        if (nodes && r != mine && qs_load(&r->spares, relaxed) < ahead + nodes)
            return false;
    }
    return true;
}

/* Makes room: brings every replica up to a place, but those that others hold, who do the
 * same if they want room.  False if there was not the memory. */
static inline bool rep_help(struct rep *m, struct rep_replica *mine,
                            struct rep_thread *t, uintptr_t at, unsigned nodes)
{
    bool is_supplied = true;

    for (unsigned i = 0; i < QS_MAP_REPLICAS; i++) {
        struct rep_replica *r = &m->replicas[i];
        if (r == mine || rep_claim(r, t)) {
            rep_catch_up(m, r, t, at);
            if (QS_MAP_REPLICAS > 1)
                rep_refill(r, t);
            if (r != mine)
                rep_release(r);
        }
        if (r != mine && qs_load(&r->is_short, relaxed) &&
            qs_load(&r->spares, relaxed) < nodes)
            is_supplied = false;
    }
    return is_supplied;
}

/* Answers those of a batch that need memory, and returns how many are left. */
static inline unsigned rep_refuse(struct rep_slot *batch[], unsigned n)
{
    unsigned left = 0;

    for (unsigned i = 0; i < n; i++) {
        if (!batch[i]->node) {
            batch[left++] = batch[i];
            continue;
        }
        batch[i]->answer = (struct rep_answer){ .result = -ENOMEM };
        qs_store(&batch[i]->state, QS_REPLICATED_ANSWERED, release); /* (6) */
    }
    return left;
}

/* Takes places in the log for a batch, or for what memory is left for; *n becomes how
 * many.  The first place. */
static inline uintptr_t rep_take_places(struct rep *m, struct rep_replica *mine,
                                        struct rep_thread *t, struct rep_slot *batch[],
                                        unsigned *n)
{
    uintptr_t at = qs_load(&m->tail, relaxed);
    unsigned nodes = 0, turns = 0;

    for (unsigned i = 0; i < *n; i++)
        nodes += batch[i]->node != NULL;
    while (*n) {
        if (rep_has_room(m, mine, at, *n, nodes)) {
            if (qs_counted_cas(QS_COUNTERS(t), QS_SITE_OTHER, &m->tail, &at,
                               at + *n)) /* (2) */
                break;
            continue;
        }
        if (!rep_help(m, mine, t, at, nodes)) {
            *n = rep_refuse(batch, *n);
            nodes = 0;
        }
        qs_replicated_wait(&turns);
        at = qs_load(&m->tail, relaxed);
    }
    return at;
}

static inline void rep_append(struct rep *m, uintptr_t at, struct rep_slot *batch[],
                              unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        struct rep_entry *e = &m->log[(at + i) % QS_MAP_LOG];
        e->update = batch[i]->update;
        qs_store(&e->turn, at + i + 1, release); /* (3) */
    }
}

/* Those who wait for an answer. */
static inline unsigned rep_gather(struct rep_replica *r, struct rep_slot *batch[])
{
    unsigned n = 0;

    for (unsigned i = 0; i < QS_MAP_SLOTS; i++)
        if (qs_load(&r->slots[i].state, acquire) == QS_REPLICATED_ASKED) /* (5) */
            batch[n++] = &r->slots[i];
    return n;
}

/* Does what is asked for at a replica that is held. */
static inline void rep_combine(struct rep *m, struct rep_replica *r,
                               struct rep_thread *t)
{
    struct rep_slot *batch[QS_MAP_SLOTS];
    unsigned n = rep_gather(r, batch);
    uintptr_t at = rep_take_places(m, r, t, batch, &n);

    if (!n)
        return;
    rep_append(m, at, batch, n);
    rep_close(r);
    rep_replay(m, r, t, at);
    for (unsigned i = 0; i < n; i++)
        rep_apply(r, t, &batch[i]->update, batch[i]);
    qs_store(&r->replayed, at + n, release); /* (4) */
    rep_complete(m, at + n);
    rep_open(r);
    for (unsigned i = 0; i < n; i++)
        qs_store(&batch[i]->state, QS_REPLICATED_ANSWERED, release); /* (6) */
}

/* A slot of the thread's own, unless others share it. */
static inline struct rep_slot *rep_take_slot(struct rep_replica *r,
                                             struct rep_thread *t)
{
    unsigned turns = 0;

    for (unsigned i = ((struct qs_thread *)t)->index;; i++) {
        struct rep_slot *s = &r->slots[i % QS_MAP_SLOTS];
        uintptr_t state = QS_REPLICATED_FREE;
        if (!qs_load(&s->state, relaxed) &&
            qs_cas(&s->state, &state, QS_REPLICATED_TAKEN)) /* (7) */
            return s;
        qs_replicated_wait(&turns);
    }
}

/* Has an update done, by this thread or another one. */
static inline struct rep_answer rep_ask(struct rep *m, struct rep_thread *t,
                                        const struct rep_update *u)
{
    bool may_link = u->what == QS_REPLICATED_INSERT ||
                    (u->what == QS_REPLICATED_EXCHANGE && !u->was_present);
    struct rep_node *n = may_link ? rep_core_new(t) : NULL;

    if (may_link && !n)
        return (struct rep_answer){ .result = -ENOMEM };
    rep_enter(t);
    struct rep_replica *r = rep_here(m, t);
    struct rep_slot *s = rep_take_slot(r, t);
    unsigned turns = 0;
    s->update = *u;
    s->node = n;
    qs_store(&s->state, QS_REPLICATED_ASKED, release);              /* (8) */
    while (qs_load(&s->state, acquire) != QS_REPLICATED_ANSWERED) { /* (9) */
        if (rep_claim(r, t)) {
            rep_combine(m, r, t);
            rep_release(r);
        } else {
            qs_replicated_wait(&turns);
        }
    }
    struct rep_answer answer = s->answer;
    n = s->node;                                      /* nobody needed it */
    qs_store(&s->state, QS_REPLICATED_FREE, release); /* (10) */
    if (n)
        rep_free_private(t, rep_class_of(n), n);
    rep_leave(t);
    return answer;
}
