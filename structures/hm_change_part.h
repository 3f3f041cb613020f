/* hm_change_part.h - read a key, decide, and change it in one step: a part of
 * hm_core.h.
 *
 * Names are mapped there, where (1) to (5) are told, too.
 *
 * Algorithm.  The value of a node never changes.  To replace it, a new node n takes
 * over old's successor, and one CAS on old's link, from that successor to n with the
 * mark, removes old and puts n in its place.  Whoever meets the marked node unlinks it
 * as any other, which leads its predecessor to n.
 *
 * Why that is enough.
 *   - The key is never absent in between, nor present twice: old is unmarked until (6),
 *     and n is linked from (6) on, since old is; no search goes past a marked node but
 *     by unlinking it, so none that comes later can miss n.
 *   - n takes over what old leads to in the moment of (6): anything else, an insertion
 *     behind old or an unlinking there, changes old's link, and the CAS fails.  That
 *     the successor came back in between is no harm: it is the same link again.
 *   - No second path leads to any node: old's link, which never changes again, leads to
 *     n alone, so a successor is unlinked at n.
 *   - n is followed from links without a mark alone, as any node: old is left before.
 *     So every scheme carries it, n being born before it was linked.
 *   - Removals search again when their mark fails, since the key may be there still.
 *
 * Linearization points
 *   stored, key was present    the CAS (6) that marks the old node with the new link
 *   stored, key was absent     the CAS (3) of hm_core.h
 *   removed                    the CAS (4) of hm_core.h
 *   kept                       as find
 *
 * Memory order.
 *   (6) seq_cst CAS: marks old, and releases the new node's content to whoever acquires
 *       the link, be it from old or from where the unlinking passes it on
 *
 * Progress: lock-free.  Each retry means that another thread's CAS changed this key, or
 * its neighbourhood.  change() is called once per attempt.
 *
 * Reclamation: as hm_core.h.  old stays protected in the slot of w.cur while it is read
 * and unlinked; n is not touched once it is linked.
 */

typedef enum qs_verdict hmc_change(void *arg, bool present, HM_CORE_VALUE *value);

/* Puts n in the place of w->cur, which stays to be unlinked; false if its link changed
 * meanwhile. */
static inline bool hmc_supplant(struct hmc_thread *t, struct hmc_node *n,
                                struct hmc_window *w)
{
    uintptr_t expected = w->next;

    qs_store(&n->next, expected, relaxed);
    if (!qs_counted_cas(QS_COUNTERS(t), QS_SITE_MARK, &w->cur->next,
                        &expected, /* (6) */
                        (uintptr_t)n | HMC_MARK))
        return false;
    w->next = (uintptr_t)n;
    return true;
}

/* Puts n where the search for its key has stopped; false if that changed meanwhile. */
static inline bool hmc_store(struct hmc_thread *t, qs_word *head,
                             const HM_CORE_KEY *key, struct hmc_node *n, bool present,
                             struct hmc_window *w)
{
    if (!present)
        return hmc_link_at(t, n, QS_SITE_LINK, w);
    if (!hmc_supplant(t, n, w))
        return false;
    hmc_discard(t, head, key, w);
    return true;
}

/* Lets change() decide about key, see verdict.h.  Returns the verdict that took effect,
 * QS_KEEP if there was nothing to remove, or -ENOMEM, having changed nothing; *present
 * is whether the key was present. */
QS_CALLS_BACK int hmc_compute(struct hmc_thread *t, qs_word *head,
                              const HM_CORE_KEY *key, hmc_change *change, void *arg,
                              bool *present)
{
    struct hmc_window w;
    struct hmc_node *n = NULL;
    HM_CORE_VALUE value = { 0 };
    int verdict;

    for (;;) {
        if ((*present = hmc_find(t, head, key, &w)))
            value = w.cur->value;
        verdict = change(arg, *present, &value);
        if (verdict == QS_STORE) {
            if (!n && !(n = hmc_alloc(t, &hmc_class)))
                return -ENOMEM;
            n->key = *key;
            n->value = value;
            if (hmc_store(t, head, key, n, *present, &w))
                return QS_STORE;
        } else if (verdict == QS_KEEP || !*present) {
            verdict = QS_KEEP;
            break;
        } else if (hmc_mark(t, &w)) {
            hmc_discard(t, head, key, &w);
            break;
        }
    }
    if (n)
        hmc_free_private(t, &hmc_class, n);
    return verdict;
}
