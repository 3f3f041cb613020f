/* flat_change_part.h - read a key, decide, and change it in one step: a part of
 * flat_boxed_part.h, which maps its names.
 *
 * The chain is read in a read phase of its own; the CASes on the header then take
 * effect only if it is still the one that was read.  A slot that was reserved keeps the
 * header from being mistaken for an older one.
 */
#define flb_change   QS_NAME(QS_MAP_NAME, change)
#define flb_look     QS_NAME(QS_MAP_NAME, look)
#define flb_copy     QS_NAME(QS_MAP_NAME, copy)
#define flb_copy_all QS_NAME(QS_MAP_NAME, copy_all)
#define flb_drop     QS_NAME(QS_MAP_NAME, drop)
#define flb_make     QS_NAME(QS_MAP_NAME, make)
#define flb_settle   QS_NAME(QS_MAP_NAME, settle)
#define flb_decide   QS_NAME(QS_MAP_NAME, decide)
#define flb_discard  QS_NAME(QS_MAP_NAME, discard)

/* A change of one key under way. */
struct flb_change {
    struct qs_flat_place place;
    struct flb_view view;
    struct flb_node *fresh; /* for the new value, or NULL */
    struct flb_node *front; /* of the copies of those in front of it, or NULL */
    struct flb_node *last;  /* of them */
    uintptr_t head;         /* of the chain that was read */
};

/* One pass over the chain, in a frame of its own as flb_read_apart(). */
static __attribute__((noinline, unused)) bool flb_look(struct flb *m,
                                                       struct flb_thread *t,
                                                       struct flb_change *c)
{
    return flb_search(m, t, &c->place, &c->view);
}

/* Copies the nodes in front of the one that was found, first to last, into c->front and
 * its successors; false if the bucket has changed. */
static __attribute__((noinline, unused)) bool flb_copy(struct flb *m,
                                                       struct flb_thread *t,
                                                       struct flb_change *c)
{
    struct flb_view v = { .wanted = NULL, .below = UINT64_MAX };

    for (struct flb_node *n = c->front; n; n = flb_next_of(n)) {
        if (!flb_search(m, t, &c->place, &v))
            return false;
        n->number = v.number;
        n->key = v.key;
        n->value = v.value;
        v.below = v.number;
    }
    return true;
}

static __attribute__((noinline, unused)) bool flb_copy_all(struct flb *m,
                                                           struct flb_thread *t,
                                                           struct flb_change *c)
{
    flb_checkpoint(t);
    bool same = flb_copy(m, t, c);
    flb_end_reading(t, 0, NULL);
    return same;
}

/* Frees the copies, and not what the last of them leads to. */
static inline void flb_drop(struct flb_thread *t, struct flb_change *c)
{
    if (c->last)
        qs_init(&c->last->next, 0);
    c->last = NULL;
    while (c->front) {
        struct flb_node *next = flb_next_of(c->front);
        flb_free_private(t, &flb_class, c->front);
        c->front = next;
    }
}

/* Makes copies of the nodes in front, which lead to `rest`, and *chain the first of
 * them, or rest if there are none.  1; 0 if the bucket has changed; or -ENOMEM. */
static inline int flb_make(struct flb *m, struct flb_thread *t, struct flb_change *c,
                           uintptr_t rest, uintptr_t *chain)
{
    *chain = rest;
    for (unsigned i = 0; i < c->view.depth && c->view.present; i++) {
        struct flb_node *n = flb_alloc(t, &flb_class);
        if (!n) {
            flb_drop(t, c);
            return -ENOMEM;
        }
        qs_init(&n->next, c->front);
        c->last = c->last ? c->last : n;
        c->front = n;
    }
    if (!c->last)
        return 1;
    if (!flb_copy_all(m, t, c)) {
        flb_drop(t, c);
        return 0;
    }
    qs_store(&c->last->next, rest, relaxed);
    *chain = (uintptr_t)c->front;
    return 1;
}

/* Reads the key's chain: c->view, under the header of c->place. */
static inline void flb_settle(struct flb *m, struct flb_thread *t, struct flb_change *c)
{
    struct qs_thread *base = (struct qs_thread *)t;
    struct qs_flat_place *p = &c->place;

    for (;;) {
        flb_checkpoint(t);
        bool same = flb_look(m, t, c);
        flb_end_reading(t, 0, NULL);
        if (same)
            break;
        if (p->mine < 0 || !qs_flat_review(&m->table, base, c->view.hash, p))
            qs_flat_locate(&m->table, base, c->view.hash, p);
    }
    c->head = p->found < 0 ? 0 : p->word;
}

/* Tries to let the verdict take effect, as qs_flat_apply(). */
static inline int flb_decide(struct flb *m, struct flb_thread *t, struct flb_change *c,
                             enum qs_verdict verdict, QS_MAP_VALUE value)
{
    struct qs_thread *base = (struct qs_thread *)t;
    uintptr_t rest = c->view.present ? c->view.after : c->head, chain;

    if (verdict == QS_KEEP || (verdict == QS_REMOVE && !c->view.present))
        return qs_flat_apply(&m->table, base, c->view.hash, &c->place, QS_KEEP, 0);
    if (verdict == QS_STORE) {
        struct flb_node *n = c->fresh ? c->fresh : flb_alloc(t, &flb_class);
        if (!n)
            return -ENOMEM;
        c->fresh = n;
        n->number = c->view.present ? c->view.number : c->view.greatest + 1;
        n->key = *c->view.wanted;
        n->value = value;
        qs_init(&n->next, rest);
        rest = (uintptr_t)n;
    }
    int made = flb_make(m, t, c, rest, &chain);
    if (made < 0)
        return made;
    int applied = !made ? 0
                        : qs_flat_apply(&m->table, base, c->view.hash, &c->place,
                                        chain ? QS_STORE : QS_REMOVE, chain);
    if (applied <= 0)
        flb_drop(t, c);
    return applied;
}

/* Retires the nodes of the old chain that are not in the new one. */
static inline void flb_discard(struct flb_thread *t, const struct flb_change *c)
{
    struct flb_node *n = (struct flb_node *)c->head;

    for (unsigned i = 0; c->view.present && i <= c->view.depth; i++) {
        struct flb_node *next = flb_next_of(n);
        flb_retire(t, &flb_class, n);
        n = next;
    }
}

/* Lets `change` decide about key, see verdict.h.  The verdict that took effect, QS_KEEP
 * if there was nothing to remove, or -ENOMEM. */
QS_CALLS_BACK int flb_compute(struct flb *m, struct flb_thread *t, QS_MAP_KEY key,
                              enum qs_verdict (*change)(void *arg, bool present,
                                                        QS_MAP_VALUE *value),
                              void *arg)
{
    struct qs_thread *base = (struct qs_thread *)t;
    struct flb_change c = { .place.patience = QS_FLAT_PATIENCE,
                            .view.hash = flb_hash(&key),
                            .view.wanted = &key };
    enum qs_verdict verdict;
    int applied;

    flb_enter(t);
    qs_flat_locate(&m->table, base, c.view.hash, &c.place);
    do {
        flb_settle(m, t, &c);
        QS_MAP_VALUE value = c.view.value;
        verdict = change(arg, c.view.present, &value);
        applied = flb_decide(m, t, &c, verdict, value);
    } while (!applied);
    if (applied < 0 && c.place.mine >= 0)
        qs_flat_release(&m->table, base, c.place.index, UINT64_C(1) << 2 * c.place.mine,
                        c.place.header);
    if (verdict == QS_REMOVE && !c.view.present)
        verdict = QS_KEEP;
    if (applied > 0 && verdict != QS_KEEP)
        flb_discard(t, &c);
    flb_leave(t);
    if (c.fresh && (applied < 0 || verdict != QS_STORE))
        flb_free_private(t, &flb_class, c.fresh);
    if (applied < 0)
        return applied;
    qs_flat_note(&m->table, base, verdict, c.view.present);
    return (int)verdict;
}

#undef flb_change
#undef flb_look
#undef flb_copy
#undef flb_copy_all
#undef flb_drop
#undef flb_make
#undef flb_settle
#undef flb_decide
#undef flb_discard
