/* cow_map.h - map whose whole content is one immutable page, copied to be changed
 * (template).
 *
 * Copy on write as Go's atomic.Value is used for it (sync/atomic, "maintain a scalable
 * frequently read, but infrequently updated data structure using copy-on-write"), and
 * Java's CopyOnWriteArrayList.  It differs in that writers take no lock: who loses the
 * race copies again.  A page has a version, so that two views can be told apart.
 *
 * Parameters, undefined again at the end:
 *   QS_MAP_NAME         prefix of everything generated; also `struct QS_MAP_NAME`
 *   QS_MAP_RECLAIM      scheme; its header is already included
 *   QS_MAP_KEY          key type
 *   QS_MAP_VALUE        value type, copied in and out
 *   QS_MAP_HASH(k)      uint64_t hash of a `const QS_MAP_KEY *`
 *   QS_MAP_EQUAL(a, b)  whether two `const QS_MAP_KEY *` are equal
 *
 * Algorithm.  One word leads to the page: all pairs, side by side, in the order of
 * their hashes.  A lookup searches it by halves.  To change a key, a thread makes a
 * page with the change, whose version is greater by one, and swings the word to it.  So
 * a store costs a copy of the whole map, and a read one protected load: for small maps
 * that are read much.  A view visits the pairs of one page, hence of one moment.
 *
 * Removing must not fail for want of memory.  Then, and only then, it sets the pair's
 * bit in the page that is there, which a view that is under way may see or not. Whoever
 * copies a page seals these bits first; a remover without memory who finds them sealed
 * waits until the page is replaced.
 *
 * Linearization points
 *   insert, put, remove and so on, done   the CAS (2) of the page; of a remove without
 *                          memory the CAS (4) of the pair's bit
 *   everything else, view  the protect (1) of the page; if a pair of it is found gone,
 *                          the CAS (4) that came between
 *
 * Memory order.
 *   (1) page, protect: pairs with (2), sees the page filled
 *   (2) page, seq_cst CAS: publishes the new page and unlinks the old one, in the total
 *       order that schemes argue over
 * Those of the bits are told in cow_map_page_part.h.
 *
 * Progress: get and view make one attempt; what changes keys is lock-free, but for a
 * remove without memory, which waits for whoever has sealed the page.
 *
 * Reclamation: one slot, for the page.  Whose CAS (2) replaced a page retires it.
 *
 * Read phases: the load of the page alone; it is kept beyond that.
 *
 * All operations but init, destroy and next may run on any registered threads at once.
 */
#if !defined QS_MAP_NAME || !defined QS_MAP_RECLAIM || !defined QS_MAP_KEY || \
    !defined QS_MAP_VALUE || !defined QS_MAP_HASH || !defined QS_MAP_EQUAL
#error \
    "cow_map.h: QS_MAP_NAME, _RECLAIM, _KEY, _VALUE, _HASH and _EQUAL must be defined"
#endif

#include <errno.h>

#include "reclaim/reclaim.h"
#include "structures/pair_tally.h"
#include "structures/template.h"
#include "structures/verdict.h"

#define cwm              QS_MAP_NAME
#define cwm_pair         QS_NAME(QS_MAP_NAME, pair)
#define cwm_page         QS_NAME(QS_MAP_NAME, page)
#define cwm_classes      QS_NAME(QS_MAP_NAME, page_classes)
#define cwm_page_new     QS_NAME(QS_MAP_NAME, page_new)
#define cwm_page_setup   QS_NAME(QS_MAP_NAME, page_setup)
#define cwm_class_of     QS_NAME(QS_MAP_NAME, class_of)
#define cwm_gone_word    QS_NAME(QS_MAP_NAME, gone_word)
#define cwm_is_gone      QS_NAME(QS_MAP_NAME, is_gone)
#define cwm_seal         QS_NAME(QS_MAP_NAME, seal)
#define cwm_note_gone    QS_NAME(QS_MAP_NAME, note_gone)
#define cwm_index        QS_NAME(QS_MAP_NAME, index)
#define cwm_copy         QS_NAME(QS_MAP_NAME, copy)
#define cwm_cursor       QS_NAME(QS_MAP_NAME, cursor)
#define cwm_spot         QS_NAME(QS_MAP_NAME, spot)
#define cwm_page_apart   QS_NAME(QS_MAP_NAME, page_apart)
#define cwm_page_now     QS_NAME(QS_MAP_NAME, page_now)
#define cwm_look         QS_NAME(QS_MAP_NAME, look)
#define cwm_swing        QS_NAME(QS_MAP_NAME, swing)
#define cwm_take         QS_NAME(QS_MAP_NAME, take)
#define cwm_change_to    QS_NAME(QS_MAP_NAME, change_to)
#define cwm_init         QS_NAME(QS_MAP_NAME, init)
#define cwm_destroy      QS_NAME(QS_MAP_NAME, destroy)
#define cwm_get          QS_NAME(QS_MAP_NAME, get)
#define cwm_compute      QS_NAME(QS_MAP_NAME, compute)
#define cwm_view         QS_NAME(QS_MAP_NAME, view)
#define cwm_for_each     QS_NAME(QS_MAP_NAME, for_each)
#define cwm_clear        QS_NAME(QS_MAP_NAME, clear)
#define cwm_clear_by_one QS_NAME(QS_MAP_NAME, clear_by_one)
#define cwm_count        QS_NAME(QS_MAP_NAME, count)
#define cwm_size         QS_NAME(QS_MAP_NAME, size)
#define cwm_next         QS_NAME(QS_MAP_NAME, next)
#define cwm_thread       QS_SCHEME(QS_MAP_RECLAIM, thread)
#define cwm_enter        QS_SCHEME(QS_MAP_RECLAIM, enter)
#define cwm_leave        QS_SCHEME(QS_MAP_RECLAIM, leave)
#define cwm_checkpoint   QS_SCHEME(QS_MAP_RECLAIM, checkpoint)
#define cwm_protect      QS_SCHEME(QS_MAP_RECLAIM, protect)
#define cwm_commit       QS_SCHEME(QS_MAP_RECLAIM, commit)
#define cwm_alloc        QS_SCHEME(QS_MAP_RECLAIM, alloc)
#define cwm_free_private QS_SCHEME(QS_MAP_RECLAIM, free_private)
#define cwm_retire       QS_SCHEME(QS_MAP_RECLAIM, retire)
#define cwm_prefix       QS_SCHEME(QS_MAP_RECLAIM, prefix)

_Static_assert(QS_SCHEME(QS_MAP_RECLAIM, is_a_reclaim_scheme),
               "QS_MAP_RECLAIM must name a scheme whose header is included");
_Static_assert(!QS_SCHEME(QS_MAP_RECLAIM, frees_at_once),
               "readers hold a page without a lock: direct would free it under them");

#include "structures/cow_map_page_part.h"

struct cwm {
    _Alignas(QS_CACHE_LINE) qs_word page; /* struct cwm_page *, never 0 */
    struct qs_pair_tally pairs;
};

/* A walk through a map at rest; starts zeroed. */
struct cwm_cursor {
    size_t index;
};

/* Where a key is in a page, or would be. */
struct cwm_spot {
    struct cwm_page *page; /* protected */
    size_t index;
    bool is_present;
};

static inline void cwm_count(struct cwm *m, struct cwm_thread *t, ptrdiff_t pairs)
{
    qs_pair_tally_add(&m->pairs, (struct qs_thread *)t, (int)pairs);
}

/* Makes an empty map; there is no use for the capacity.  0 or -ENOMEM. */
static inline int cwm_init(struct cwm *m, size_t capacity)
{
    struct cwm_page *page = qs_node_alloc(&cwm_classes[0], cwm_prefix);

    (void)capacity;
    if (!page)
        return -ENOMEM;
    cwm_page_setup(page, 0);
    qs_init(&m->page, page);
    qs_pair_tally_init(&m->pairs);
    return 0;
}

/* Frees everything that is in the map; no other thread may use it. */
static inline void cwm_destroy(struct cwm *m)
{
    qs_node_free((void *)qs_load(&m->page, relaxed));
}

/* A restart goes back into a frame that knows nothing of this one. */
static __attribute__((noinline, unused)) struct cwm_page *cwm_page_apart(
    struct cwm *m, struct cwm_thread *t)
{
    struct cwm_page *page = (struct cwm_page *)cwm_protect(t, 0, &m->page); /* (1) */

    cwm_commit(t, 1, (void *[]){ page });
    return page;
}

/* The page of this moment, which stays until leave or the next one. */
static inline struct cwm_page *cwm_page_now(struct cwm *m, struct cwm_thread *t)
{
    if (!QS_SCHEME(QS_MAP_RECLAIM, restarts))
        return (struct cwm_page *)cwm_protect(t, 0, &m->page); /* (1) */
    cwm_checkpoint(t);
    return cwm_page_apart(m, t);
}

static inline void cwm_look(struct cwm *m, struct cwm_thread *t, const QS_MAP_KEY *key,
                            struct cwm_spot *spot)
{
    spot->page = cwm_page_now(m, t);
    spot->is_present = cwm_index(t, spot->page, key, &spot->index) &&
                       !cwm_is_gone(spot->page, spot->index);
}

/* Copies the value of key to *value.  False, leaving *value alone, if key is absent. */
static inline bool cwm_get(struct cwm *m, struct cwm_thread *t, QS_MAP_KEY key,
                           QS_MAP_VALUE *value)
{
    struct cwm_spot spot;

    cwm_enter(t);
    cwm_look(m, t, &key, &spot);
    if (spot.is_present)
        *value = spot.page->pairs[spot.index].value;
    cwm_leave(t);
    return spot.is_present;
}

/* Puts a page in the place of another, which it retires; frees it and returns false if
 * that is not there any more. */
static inline bool cwm_swing(struct cwm *m, struct cwm_thread *t, struct cwm_page *from,
                             struct cwm_page *to)
{
    uintptr_t expected = (uintptr_t)from;

    if (qs_counted_cas(QS_COUNTERS(t), QS_SITE_LINK, &m->page, /* (2) */
                       &expected, (uintptr_t)to)) {
        cwm_retire(t, cwm_class_of(from), from);
        return true;
    }
    cwm_free_private(t, cwm_class_of(to), to);
    return false;
}

/* Removes the pair of a spot without a copy; false if the page is sealed, or the pair
 * went meanwhile. */
static inline bool cwm_take(struct cwm_thread *t, const struct cwm_spot *spot)
{
    bool is_sealed;

    if (cwm_note_gone(t, spot->page, spot->index, &is_sealed))
        return true;
    if (is_sealed)
        qs_yield();
    return false;
}

/* Lets the key of a spot have this pair, or be absent if pair is NULL.  1 if so, 0 if
 * the page has changed, -ENOMEM. */
static inline int cwm_change_to(struct cwm *m, struct cwm_thread *t,
                                const struct cwm_spot *spot,
                                const struct cwm_pair *pair)
{
    size_t n = spot->page->n - spot->is_present + (pair != NULL);
    struct cwm_page *page = cwm_page_new(t, n);

    if (!page)
        return pair ? -ENOMEM : cwm_take(t, spot);
    page->version = spot->page->version + cwm_seal(spot->page) + 1;
    if (spot->is_present && cwm_is_gone(spot->page, spot->index)) {
        cwm_free_private(t, cwm_class_of(page), page);
        return 0;
    }
    cwm_copy(page, spot->page, 0, spot->index);
    if (pair)
        page->pairs[page->n++] = *pair;
    cwm_copy(page, spot->page, spot->index + spot->is_present, spot->page->n);
    return cwm_swing(m, t, spot->page, page);
}

/* Lets change() decide about key, see verdict.h.  The verdict that took effect, QS_KEEP
 * if there was nothing to remove, or -ENOMEM, changing nothing. */
QS_CALLS_BACK int cwm_compute(struct cwm *m, struct cwm_thread *t, QS_MAP_KEY key,
                              enum qs_verdict (*change)(void *arg, bool present,
                                                        QS_MAP_VALUE *value),
                              void *arg)
{
    struct cwm_pair pair = { .key = key };
    struct cwm_spot spot = { .is_present = false };
    int verdict = QS_KEEP, done = 0;

    cwm_enter(t);
    do {
        cwm_look(m, t, &key, &spot);
        if (spot.is_present)
            pair.value = spot.page->pairs[spot.index].value;
        verdict = change(arg, spot.is_present, &pair.value);
        if (verdict == QS_REMOVE && !spot.is_present)
            verdict = QS_KEEP;
        if (verdict == QS_KEEP)
            break;
        done = cwm_change_to(m, t, &spot, verdict == QS_STORE ? &pair : NULL);
        if (done < 0)
            verdict = done;
    } while (!done);
    if (verdict == QS_REMOVE || (verdict == QS_STORE && !spot.is_present))
        cwm_count(m, t, verdict == QS_STORE ? 1 : -1);
    cwm_leave(t);
    return verdict;
}

#define QS_MAP_OFFERS_CHANGES 1
#include "structures/map_face_part.h"

#include "structures/map_by_compute_part.h"

/* Visits the pairs of one moment until visit() returns false, which runs inside an
 * operation, hence uses no map.  Returns the version of that moment: another one, if
 * anything was changed in between. */
QS_CALLS_BACK uint64_t cwm_view(struct cwm *m, struct cwm_thread *t,
                                bool (*visit)(void *arg, const QS_MAP_KEY *key,
                                              const QS_MAP_VALUE *value),
                                void *arg)
{
    uint64_t gone = 0;
    bool goes_on = true;

    cwm_enter(t);
    const struct cwm_page *page = cwm_page_now(m, t);
    uint64_t version = page->version;
    for (size_t i = 0; i < page->n; i++) {
        const struct cwm_pair *pair = &page->pairs[i];
        if (cwm_is_gone(page, i))
            gone++;
        else if (goes_on)
            goes_on = visit(arg, &pair->key, &pair->value);
    }
    cwm_leave(t);
    return version + gone;
}

/* Visits pairs as view, whose version it keeps to itself. */
QS_CALLS_BACK void cwm_for_each(struct cwm *m, struct cwm_thread *t,
                                bool (*visit)(void *arg, const QS_MAP_KEY *key,
                                              const QS_MAP_VALUE *value),
                                void *arg)
{
    cwm_view(m, t, visit, arg);
}

/* Removes what a page holds, one key after the other, for want of memory. */
static inline void cwm_clear_by_one(struct cwm *m, struct cwm_thread *t)
{
    struct cwm_spot spot = { .index = 0 };

    cwm_enter(t);
    spot.page = cwm_page_now(m, t);
    for (; spot.index < spot.page->n; spot.index++)
        if (!cwm_is_gone(spot.page, spot.index) && cwm_take(t, &spot))
            cwm_count(m, t, -1);
    cwm_leave(t);
}

/* Removes all keys at one moment, if there is memory for an empty page. */
static inline void cwm_clear(struct cwm *m, struct cwm_thread *t)
{
    ptrdiff_t live = -1;

    cwm_enter(t);
    while (live < 0) {
        struct cwm_page *old = cwm_page_now(m, t), *page = cwm_page_new(t, 0);
        if (!page)
            break;
        uint64_t gone = cwm_seal(old);
        page->version = old->version + gone + 1;
        if (cwm_swing(m, t, old, page))
            live = (ptrdiff_t)(old->n - gone);
    }
    if (live > 0)
        cwm_count(m, t, -live);
    cwm_leave(t);
    if (live < 0)
        cwm_clear_by_one(m, t);
}

/* The number of keys, exact while nobody changes it. */
static inline size_t cwm_size(const struct cwm *m)
{
    return qs_pair_tally_sum(&m->pairs);
}

#define QS_MAP_OFFERS_VISITS 1

#define QS_MAP_OFFERS_BATCH 1
#include "structures/map_batch_part.h"

/* The pairs of a map at rest, in the order of their hashes: false after the last. */
static inline bool cwm_next(struct cwm *m, struct cwm_cursor *c, QS_MAP_KEY *key,
                            QS_MAP_VALUE *value)
{
    const struct cwm_page *page = (const struct cwm_page *)qs_load(&m->page, relaxed);

    while (c->index < page->n && cwm_is_gone(page, c->index))
        c->index++;
    if (c->index >= page->n)
        return false;
    *key = page->pairs[c->index].key;
    *value = page->pairs[c->index++].value;
    return true;
}

#undef cwm
#undef cwm_pair
#undef cwm_page
#undef cwm_classes
#undef cwm_page_new
#undef cwm_page_setup
#undef cwm_class_of
#undef cwm_gone_word
#undef cwm_is_gone
#undef cwm_seal
#undef cwm_note_gone
#undef cwm_index
#undef cwm_copy
#undef cwm_cursor
#undef cwm_spot
#undef cwm_page_apart
#undef cwm_page_now
#undef cwm_look
#undef cwm_swing
#undef cwm_take
#undef cwm_change_to
#undef cwm_init
#undef cwm_destroy
#undef cwm_get
#undef cwm_compute
#undef cwm_view
#undef cwm_for_each
#undef cwm_clear
#undef cwm_clear_by_one
#undef cwm_count
#undef cwm_size
#undef cwm_next
#undef cwm_thread
#undef cwm_enter
#undef cwm_leave
#undef cwm_checkpoint
#undef cwm_protect
#undef cwm_commit
#undef cwm_alloc
#undef cwm_free_private
#undef cwm_retire
#undef cwm_prefix
#undef QS_MAP_NAME
#undef QS_MAP_RECLAIM
#undef QS_MAP_KEY
#undef QS_MAP_VALUE
#undef QS_MAP_HASH
#undef QS_MAP_EQUAL
#undef CWM_BITS_AT
#undef CWM_SIZE
#undef CWM_CLASS
#undef CWM_CLASSES
