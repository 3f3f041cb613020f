/* split_update_part.h - insert, remove, and read a key, decide and change it in one
 * step: a part of split_ordered.h.
 *
 * Algorithm of replacing.  The value of a node never changes.  To replace it, a new
 * node takes over the old one's successor, and one CAS on the old one's link, from that
 * successor to the new node with the mark, removes the old and puts the new one in its
 * place.  The key is never absent in between, nor present twice.  A search that meets
 * the old node, marked, goes on as behind any removed one, and comes to the new node
 * next.  Had the old one's link changed since it was read, the CAS would have failed.
 *
 * Linearization points
 *   insert, true     the CAS (1) that links the node.  The link was read unmarked, so
 *                    its holder is in the list; an equal key would stand between it and
 *                    the node that it led to
 *   remove, true     the CAS (2) that marks the node
 *   both, false      as the search that decided it, see split_ordered.h
 *   compute: stored, the key was present    the CAS (3) that marks the old node
 *   compute: stored or removed otherwise    as insert and remove
 *   compute: kept                           as the search
 *
 * Memory order.
 *   (1) seq_cst CAS: releases the new node's content
 *   (2) seq_cst CAS: marks; passes on what the search acquired
 *   (3) seq_cst CAS: marks the old node, releases the new one's content
 *
 * Progress: lock-free.  Each retry means that another thread's CAS changed this key or
 * its neighbourhood.  change() is called once per attempt.
 */

/* What an update is about. */
static inline struct spo_want spo_wish(const QS_MAP_KEY *key)
{
    uint64_t hash = QS_MAP_HASH(key);

    return (struct spo_want){ .hash = hash, .key = key };
}

static inline struct spo_node *spo_new_node(struct spo_thread *t,
                                            const struct spo_want *want,
                                            QS_MAP_VALUE value)
{
    struct spo_node *n = spo_alloc(t, &spo_class);

    if (n) {
        if (!spo_plain_keys)
            *spo_kept_hash(n) = want->hash;
        n->key = *want->key;
        n->value = value;
    }
    return n;
}

/* Links n, which is nobody's yet, where the search stopped. */
static inline bool spo_try_insert(struct spo_thread *t, const struct spo_window *w,
                                  struct spo_node *n)
{
    uintptr_t expected = w->link;

    qs_store(&n->link, w->link & ~SPO_PENDING, relaxed);
    return qs_counted_cas(QS_COUNTERS(t), QS_SITE_LINK, w->prev, &expected, /* (1) */
                          (uintptr_t)n);
}

/* Adds key with value.  1 if inserted, 0 if key is present already, -ENOMEM. */
static inline int spo_insert(struct spo *m, struct spo_thread *t, QS_MAP_KEY key,
                             QS_MAP_VALUE value)
{
    struct spo_want want = spo_wish(&key);
    struct spo_node *n = NULL;
    struct spo_window w;
    int result = 0;

    spo_enter(t);
    while (!result && !spo_find(m, t, &want, &w)) {
        if (!n && !(n = spo_new_node(t, &want, value)))
            result = -ENOMEM;
        else if (spo_try_insert(t, &w, n))
            result = 1;
    }
    spo_leave(t);
    if (result > 0)
        spo_count(m, t, 1);
    else if (n)
        spo_free_private(t, &spo_class, n);
    return result;
}

/* Marks the node that was found; false if it was removed or changed meanwhile. */
static inline bool spo_try_remove(struct spo_thread *t, const struct spo_window *w)
{
    uintptr_t expected = w->next;

    return qs_counted_cas(QS_COUNTERS(t), QS_SITE_MARK, &w->cur->link,
                          &expected, /* (2) */
                          w->next | SPO_MARK);
}

/* Sees to it that the marked node that was found is unlinked. */
static inline void spo_discard(struct spo *m, struct spo_thread *t,
                               const struct spo_want *want, struct spo_window *w)
{
    if (!spo_unlink(t, w))
        spo_find(m, t, want, w); /* unlinks it on the way, unless done */
}

/* Removes key and copies its value to *value unless value is NULL; false if absent. */
static inline bool spo_remove(struct spo *m, struct spo_thread *t, QS_MAP_KEY key,
                              QS_MAP_VALUE *value)
{
    struct spo_want want = spo_wish(&key);
    struct spo_window w;
    bool removed = false;

    spo_enter(t);
    while (!removed && spo_find(m, t, &want, &w))
        removed = spo_try_remove(t, &w);
    if (removed) {
        if (value)
            *value = w.cur->value;
        spo_discard(m, t, &want, &w);
    }
    spo_leave(t);
    if (removed)
        spo_count(m, t, -1);
    return removed;
}

typedef enum qs_verdict spo_change(void *arg, bool present, QS_MAP_VALUE *value);

/* Puts n in the place of the node that was found; false if its link changed meanwhile.
 */
static inline bool spo_try_replace(struct spo_thread *t, struct spo_window *w,
                                   struct spo_node *n)
{
    uintptr_t expected = w->next;

    qs_store(&n->link, expected, relaxed);
    if (!qs_counted_cas(QS_COUNTERS(t), QS_SITE_MARK, &w->cur->link,
                        &expected, /* (3) */
                        (uintptr_t)n | SPO_MARK))
        return false;
    w->next = (uintptr_t)n;
    return true;
}

/* Stores value; 1 if that took effect, 0 to try again, -ENOMEM.  *n is a node that is
 * nobody's yet, made here, or NULL. */
static inline int spo_try_store(struct spo *m, struct spo_thread *t,
                                const struct spo_want *want, bool present,
                                QS_MAP_VALUE value, struct spo_window *w,
                                struct spo_node **n)
{
    if (!*n && !(*n = spo_new_node(t, want, value)))
        return -ENOMEM;
    (*n)->value = value;
    if (!present)
        return spo_try_insert(t, w, *n);
    if (!spo_try_replace(t, w, *n))
        return 0;
    spo_discard(m, t, want, w);
    return 1;
}

/* Lets change() decide about key, see verdict.h.  The verdict that took effect, QS_KEEP
 * if there was nothing to remove, or -ENOMEM, changing nothing. */
QS_CALLS_BACK int spo_compute(struct spo *m, struct spo_thread *t, QS_MAP_KEY key,
                              spo_change *change, void *arg)
{
    struct spo_want want = spo_wish(&key);
    struct spo_node *n = NULL;
    QS_MAP_VALUE value = { 0 };
    struct spo_window w;
    int verdict, done = 0;
    bool present;

    spo_enter(t);
    do {
        if ((present = spo_find(m, t, &want, &w)))
            value = w.cur->value;
        verdict = change(arg, present, &value);
        if (verdict == QS_STORE) {
            done = spo_try_store(m, t, &want, present, value, &w, &n);
        } else if (verdict == QS_REMOVE && present) {
            if ((done = spo_try_remove(t, &w)))
                spo_discard(m, t, &want, &w);
        } else {
            verdict = QS_KEEP;
            done = 1;
        }
    } while (!done);
    spo_leave(t);
    if (n && verdict != QS_STORE)
        spo_free_private(t, &spo_class, n);
    if (done < 0)
        return done;
    if (verdict == QS_REMOVE || (verdict == QS_STORE && !present))
        spo_count(m, t, verdict == QS_STORE ? 1 : -1);
    return verdict;
}
