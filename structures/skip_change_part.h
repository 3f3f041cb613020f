/* skip_change_part.h - the changes of present keys of skip_list.h, a part of it.
 *
 * Names are mapped there, where (1) to (10) are told, too.
 *
 * Algorithm.  As in hm_change_part.h, on level 0: the node to be replaced is marked on
 * its upper levels, as by a remover; then one CAS on its level 0 both marks it and lets
 * it lead to a new node, which has taken over its successor.  From then on the old node
 * is one that was removed: whoever did it sets SKL_MARKED in its handshake.  And the
 * new one is one that was inserted: its upper levels are linked next, as by an
 * inserter, to places that are searched for anew.
 *
 * What is new to the arguments of skip_list.h: a younger node of a key stands behind
 * the dead one on level 0, linked from it.  A search unlinks the dead one on its way to
 * the younger, and so does the search of the handshake, since it passes all marked
 * nodes of the key, on either side of one that is not.  No link of the younger one ever
 * leads to the dead one: on upper levels it is linked to unmarked nodes alone, and the
 * dead one was marked there before the younger was born.
 *
 * Linearization points
 *   stored, key was present    the CAS (11)
 *   stored, key was absent     the CAS (3) of skip_list.h
 *   removed                    the CAS (7) of skip_list.h
 *   kept                       as get
 *
 * Memory order.
 *   (11) seq_cst CAS: marks level 0 of the old node, after its upper levels; acquires
 *        the successor that the new one took over, and releases the new node
 */

typedef enum qs_verdict skl_change(void *arg, bool present, QS_MAP_VALUE *value);

/* Puts n in the place of old, which is left to be finished; false if another thread has
 * removed or replaced it. */
static inline bool skl_supplant(struct skl_thread *t, struct skl_node *old,
                                struct skl_node *n)
{
    skl_mark_upper(t, old);
    uintptr_t next = qs_load(&old->next[0], relaxed);
    while (!(next & SKL_MARK)) {
        qs_store(&n->next[0], next, relaxed);
        if (qs_counted_cas(QS_COUNTERS(t), QS_SITE_MARK, &old->next[0],
                           &next, /* (11) */
                           (uintptr_t)n | SKL_MARK))
            return true;
    }
    return false;
}

/* Puts n where the search for its key has stopped, which began at that many levels or
 * more, and links its upper ones; false if that place has changed. */
static inline bool skl_store(struct skl *m, struct skl_thread *t, struct skl_node *n,
                             bool present, unsigned levels, struct skl_window *w)
{
    struct skl_node *old = w[0].cur;
    unsigned height = skl_height(n);

    skl_raise(m, t, height);
    if (!(present ? skl_supplant(t, old, n) : skl_link_at(t, n, w)))
        return false;
    if (present)
        skl_finish(m, t, old, SKL_MARKED);
    if (height > 1)
        skl_link_tower(m, t, n, !present && height <= levels, w);
    return true;
}

/* Decides and acts, once or until it took effect; *n is a node if it needed one. */
QS_CALLS_BACK int skl_decide(struct skl *m, struct skl_thread *t, QS_MAP_KEY key,
                             skl_change *change, void *arg, struct skl_node **n,
                             bool *present)
{
    struct skl_window w[QS_MAP_LEVELS];
    QS_MAP_VALUE value = { 0 };

    w[0].cur = NULL; /* gcc does not know that levels > 0 */
    for (;;) {
        unsigned levels = (unsigned)qs_load(&m->levels, relaxed);
        *present = skl_find(m, t, &key, skl_keeps_paths ? SKL_PATH : SKL_FIND, 0, w);
        if (*present)
            value = w[0].cur->value;
        int verdict = change(arg, *present, &value);
        if (verdict == QS_STORE) {
            if (!*n && !(*n = skl_new_node(t, key, value)))
                return -ENOMEM;
            (*n)->value = value;
            if (skl_store(m, t, *n, *present, levels, w))
                return QS_STORE;
        } else if (verdict == QS_KEEP || !*present) {
            return QS_KEEP;
        } else if (skl_take(m, t, w[0].cur, NULL)) {
            return QS_REMOVE;
        }
    }
}

/* Lets change() decide about key, see verdict.h.  The verdict that took effect, QS_KEEP
 * if there was nothing to remove, or -ENOMEM, changing nothing. */
QS_CALLS_BACK int skl_compute(struct skl *m, struct skl_thread *t, QS_MAP_KEY key,
                              skl_change *change, void *arg)
{
    struct skl_node *n = NULL;
    bool present;

    skl_enter(t);
    int verdict = skl_decide(m, t, key, change, arg, &n, &present);
    skl_leave(t);
    if (n && verdict != QS_STORE)
        skl_free_private(t, &skl_class[skl_height(n)], n);
    if (verdict == QS_REMOVE || (verdict == QS_STORE && !present))
        skl_count(m, t, verdict == QS_STORE ? 1 : -1);
    return verdict;
}
