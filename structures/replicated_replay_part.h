/* replicated_replay_part.h - how a replica follows the log, a part of
 * replicated_skip_list.h, where its names are mapped.
 *
 * Every replica does the same updates in the same order to a skip list that differs from
 * the others' in the heights of its nodes alone.
 *
 * Memory order.
 *   (1) turn, acquire load: pairs with its store in replicated_log_part.h, so the entry
 *       is all there.  It says which round of the log the entry belongs to
 *   (2) replayed, release store: entries before it will not be read here any more, and
 *       spares are as they are
 *   (3) completed, a CAS.  It comes before the replica is opened, so that who reads an
 *       update anywhere leaves a `completed` behind that is past it
 *   (4) completed, acquire load: pairs with (3) by whoever completed an update that the
 *       caller knows of
 *   (5) replayed, acquire load: pairs with (2); with less, the reader would not know of
 *       the updates, nor that `writing` was set for them
 */
/* A node for a pair that is not there: the one that the asker brought, or one of this
 * replica's own, which there is even without memory. */
static inline struct rep_node *rep_node_for(struct rep_replica *r, struct rep_thread *t,
                                            struct rep_slot *asker)
{
    struct rep_node *n = asker ? asker->node : rep_core_new(t);

    if (asker) {
        asker->node = NULL;
    } else if (!n) {
        uintptr_t spares = qs_load(&r->spares, relaxed) - 1;
        n = r->spare[spares];
        qs_store(&r->spares, spares, relaxed);
    }
    return n;
}

static inline void rep_insert_at(struct rep_replica *r, struct rep_thread *t,
                                 const struct rep_update *u, struct rep_slot *asker)
{
    struct rep_node *n = rep_node_for(r, t, asker);

    n->key = u->key;
    n->value = u->value;
    rep_core_link(&r->core, t, n);
    qs_tally_own(&r->pairs, 1);
}

/* Removes n, the node of key, once it has been copied. */
static inline void rep_remove_at(struct rep_replica *r, struct rep_thread *t,
                                 const QS_MAP_KEY *key)
{
    struct rep_node *n = rep_core_unlink(&r->core, t, key);

    qs_tally_own(&r->pairs, -(uintptr_t)1);
    rep_retire(t, rep_class_of(n), n);
}

/* Whether the key was as the exchange expects, and then it is done. */
static inline bool rep_exchange_at(struct rep_replica *r, struct rep_thread *t,
                                   const struct rep_update *u, struct rep_node *n,
                                   struct rep_slot *asker)
{
    if (u->was_present != !!n)
        return false;
    /* NOLINTNEXTLINE(bugprone-*,cert-*): bytes, unless the user has something better */
    if (n && !QS_MAP_VALUE_EQUAL(&n->value, &u->expected))
        return false;
    if (u->removes)
        rep_remove_at(r, t, &u->key);
    else if (n)
        n->value = u->value;
    else
        rep_insert_at(r, t, u, asker);
    return true;
}

/* Does the next update of the log to a replica that is closed, and answers the asker
 * unless that is NULL: then another replica does. */
static inline void rep_apply(struct rep_replica *r, struct rep_thread *t,
                             const struct rep_update *u, struct rep_slot *asker)
{
    struct rep_node *n = u->what == QS_REPLICATED_POP
                             ? rep_core_after(&r->core, NULL)
                             : rep_core_find(&r->core, t, &u->key);
    struct rep_answer a = { .result = n != NULL, .was_present = n };

    if (n) {
        a.key = n->key;
        a.value = n->value;
    }
    if (u->what == QS_REPLICATED_EXCHANGE) {
        a.result = rep_exchange_at(r, t, u, n, asker);
    } else if (u->what == QS_REPLICATED_INSERT) {
        a.result = !n;
        if (!n)
            rep_insert_at(r, t, u, asker);
    } else if (n) {
        rep_remove_at(r, t, &a.key);
    }
    if (asker)
        asker->answer = a;
}

/* Applies to a replica that is held and closed what the log has before `upto`. */
static inline void rep_replay(struct rep *m, struct rep_replica *r,
                              struct rep_thread *t, uintptr_t upto)
{
    uintptr_t at = qs_load(&r->replayed, relaxed);
    unsigned turns = 0;

    for (; at < upto; at++) {
        struct rep_entry *e = &m->log[at % QS_MAP_LOG];
        while (qs_load(&e->turn, acquire) != at + 1) /* (1) */
            qs_replicated_wait(&turns);
        rep_apply(r, t, &e->update, NULL);
    }
    qs_store(&r->replayed, at, release); /* (2) */
}

/* Before a replica is opened that has come as far. */
static inline void rep_complete(struct rep *m, uintptr_t upto)
{
    uintptr_t seen = qs_load(&m->completed, relaxed);

    while (seen < upto && !qs_cas(&m->completed, &seen, upto)) /* (3) */
        ;
}

/* Fills up the spare nodes of a replica that is held, as far as there is memory. */
static inline void rep_refill(struct rep_replica *r, struct rep_thread *t)
{
    uintptr_t spares = qs_load(&r->spares, relaxed);

    while (spares < QS_MAP_LOG && (r->spare[spares] = rep_core_new(t)))
        spares++;
    qs_store(&r->spares, spares, relaxed);
    qs_store(&r->is_short, spares < QS_MAP_LOG, relaxed);
}

/* Brings a replica that is held up to a place of the log. */
static inline void rep_catch_up(struct rep *m, struct rep_replica *r,
                                struct rep_thread *t, uintptr_t upto)
{
    if (qs_load(&r->replayed, relaxed) >= upto)
        return;
    rep_close(r);
    rep_replay(m, r, t, upto);
    rep_complete(m, upto);
    rep_open(r);
}

/* A replica that has come as far as every update that was complete before, and stays as
 * it is until the reading ends. */
static inline struct rep_replica *rep_begin_read(struct rep *m, struct rep_thread *t)
{
    struct rep_replica *r = rep_here(m, t);
    unsigned turns = 0;
    uintptr_t upto = qs_load(&m->completed, acquire); /* (4) */

    rep_enter(t);
    while (qs_load(&r->replayed, acquire) < upto) { /* (5) */
        if (rep_claim(r, t)) {
            rep_catch_up(m, r, t, upto);
            rep_release(r);
        } else {
            qs_replicated_wait(&turns);
        }
    }
    rep_join(r, t);
    return r;
}
