/* replicated_skip_list.h - a skip list kept once per NUMA node, all of them alike
 * (template).
 *
 * I. Calciu, S. Sen, M. Balakrishnan and M. K. Aguilera, "Black-box Concurrent Data
 * Structures for NUMA Architectures", ASPLOS 2017: node replication.  One replica alone
 * is flat combining: D. Hendler, I. Incze, N. Shavit and M. Tzafrir, SPAA 2010.  It
 * differs in that a full log is emptied by whoever fills it, also on behalf of replicas
 * that no thread uses, where the paper has threads for that; in that an update that
 * depends on a value is a comparison and an exchange, so that a user's function runs in
 * the thread that gave it alone; and in what it does without memory (below).
 *
 * Parameters, undefined again at the end:
 *   QS_MAP_NAME           prefix of everything generated; also `struct QS_MAP_NAME`
 *   QS_MAP_RECLAIM        scheme that frees at once; its header is already included
 *   QS_MAP_KEY            key type
 *   QS_MAP_VALUE          value type, copied in and out
 *   QS_MAP_COMPARE(a, b)  <0, 0 or >0 for two `const QS_MAP_KEY *`
 *   QS_MAP_VALUE_EQUAL(a, b)  optional: whether two `const QS_MAP_VALUE *` are equal;
 *                         by default, whether their bytes are
 *   QS_MAP_REPLICAS       optional: how many skip lists (2)
 *   QS_MAP_SLOTS          optional: threads of a replica that wait for an answer at a
 *                         time (32); those beyond wait for a slot
 *   QS_MAP_LOG            optional: updates that the log holds, a power of two, at least
 *                         QS_MAP_SLOTS (256)
 *   QS_MAP_REPLICA_OF(t)  optional: a number, whose remainder is the replica that the
 *                         thread uses: qs_numa_share() of reclaim/numa.h
 *   QS_MAP_LEVELS         optional: greatest height of a node, 1 to 32 (20)
 *
 * Algorithm.  Updates are appended to a log that all replicas share, and every replica
 * applies them in its order to a skip list of its own, for one thread at a time.  Who
 * updates leaves the request in a slot of its replica.  One of those who wait there, the
 * combiner, appends the requests of all of them by one CAS of the log's tail, applies
 * what the log had before them, then them, and hands out the answers.  Who reads waits
 * until its replica has come as far as any update that was complete before, helping if
 * nobody combines, and reads there: lines of another node are written to by updates
 * alone.  replicated_log_part.h and replicated_replay_part.h do it.
 *
 * Linearization points: an update, the CAS of `completed` that takes it past the
 * update's place in the log, by whichever replica applied it first; several that it
 * passes at once, in the order of the log.  What only reads, a range too: the moment in
 * which `completed` had come as far as the reader's replica, if that is within the
 * call, else its load of `completed`.
 *
 * Memory order: see the parts; no atomic access that orders anything here.
 *
 * Progress: blocking.  A thread that is stopped while it combines stops its replica,
 * and all when the log is full; one that is stopped while it reads stops its replica's
 * updates.
 *
 * Reclamation: nodes are freed at once by the combiner that removes them, while it
 * keeps readers out; no slots.  Entries of the log are used again when every replica
 * has applied them, and need none.  Without memory a replica must not differ from
 * the others: each keeps as many spare nodes as there may be updates ahead of it, and an
 * insertion that some replica could not answer for is refused (-ENOMEM) before it is
 * appended.  Bound: QS_MAP_REPLICAS copies of all pairs, and QS_MAP_LOG spare nodes each.
 *
 * All operations but init, destroy and next may run on any registered threads at once.
 */
#if !defined QS_MAP_NAME || !defined QS_MAP_RECLAIM || !defined QS_MAP_KEY || \
    !defined QS_MAP_VALUE || !defined QS_MAP_COMPARE
#error \
    "replicated_skip_list.h: QS_MAP_NAME, _RECLAIM, _KEY, _VALUE and _COMPARE must be defined"
#endif

#include <errno.h>
#include <string.h>

#include "reclaim/numa.h"
#include "reclaim/reclaim.h"
#include "structures/template.h"
#include "structures/verdict.h"

#ifndef QS_MAP_REPLICAS
#define QS_MAP_REPLICAS 2
#endif
#ifndef QS_MAP_SLOTS
#define QS_MAP_SLOTS 32
#endif
#ifndef QS_MAP_LOG
#define QS_MAP_LOG 256
#endif
#ifndef QS_MAP_REPLICA_OF
#define QS_MAP_REPLICA_OF(t) qs_numa_share((struct qs_thread *)(t))
#endif
#ifndef QS_MAP_LEVELS
#define QS_MAP_LEVELS 20
#endif
#ifndef QS_MAP_VALUE_EQUAL
#define QS_MAP_VALUE_EQUAL(a, b) (!memcmp(a, b, sizeof(QS_MAP_VALUE)))
#endif

#define rep              QS_MAP_NAME
#define rep_core         QS_NAME(QS_MAP_NAME, core)
#define rep_node         QS_NAME(QS_MAP_NAME, node)
#define rep_cursor       QS_NAME(QS_MAP_NAME, cursor)
#define rep_core_seek    QS_NAME(QS_MAP_NAME, core_seek)
#define rep_core_find    QS_NAME(QS_MAP_NAME, core_find)
#define rep_core_last    QS_NAME(QS_MAP_NAME, core_last)
#define rep_core_after   QS_NAME(QS_MAP_NAME, core_after)
#define rep_core_new     QS_NAME(QS_MAP_NAME, core_new)
#define rep_class_of     QS_NAME(QS_MAP_NAME, core_class_of)
#define rep_core_link    QS_NAME(QS_MAP_NAME, core_link)
#define rep_core_unlink  QS_NAME(QS_MAP_NAME, core_unlink)
#define rep_core_init    QS_NAME(QS_MAP_NAME, core_init)
#define rep_core_destroy QS_NAME(QS_MAP_NAME, core_destroy)
#define rep_update       QS_NAME(QS_MAP_NAME, update)
#define rep_answer       QS_NAME(QS_MAP_NAME, answer)
#define rep_slot         QS_NAME(QS_MAP_NAME, slot)
#define rep_entry        QS_NAME(QS_MAP_NAME, entry)
#define rep_replica      QS_NAME(QS_MAP_NAME, replica)
#define rep_here         QS_NAME(QS_MAP_NAME, here)
#define rep_claim        QS_NAME(QS_MAP_NAME, claim_replica)
#define rep_release      QS_NAME(QS_MAP_NAME, release_replica)
#define rep_close        QS_NAME(QS_MAP_NAME, close)
#define rep_open         QS_NAME(QS_MAP_NAME, open)
#define rep_insert_at    QS_NAME(QS_MAP_NAME, insert_at)
#define rep_remove_at    QS_NAME(QS_MAP_NAME, remove_at)
#define rep_exchange_at  QS_NAME(QS_MAP_NAME, exchange_at)
#define rep_node_for     QS_NAME(QS_MAP_NAME, node_for)
#define rep_apply        QS_NAME(QS_MAP_NAME, apply)
#define rep_replay       QS_NAME(QS_MAP_NAME, replay)
#define rep_complete     QS_NAME(QS_MAP_NAME, complete)
#define rep_refill       QS_NAME(QS_MAP_NAME, refill)
#define rep_catch_up     QS_NAME(QS_MAP_NAME, catch_up)
#define rep_has_room     QS_NAME(QS_MAP_NAME, has_room)
#define rep_help         QS_NAME(QS_MAP_NAME, help)
#define rep_refuse       QS_NAME(QS_MAP_NAME, refuse)
#define rep_append       QS_NAME(QS_MAP_NAME, append)
#define rep_gather       QS_NAME(QS_MAP_NAME, gather)
#define rep_combine      QS_NAME(QS_MAP_NAME, combine)
#define rep_take_slot    QS_NAME(QS_MAP_NAME, take_slot)
#define rep_ask          QS_NAME(QS_MAP_NAME, ask)
#define rep_begin_read   QS_NAME(QS_MAP_NAME, begin_read)
#define rep_join         QS_NAME(QS_MAP_NAME, join)
#define rep_take_places  QS_NAME(QS_MAP_NAME, take_places)
#define rep_end_read     QS_NAME(QS_MAP_NAME, end_read)
#define rep_foremost     QS_NAME(QS_MAP_NAME, foremost)
#define rep_init         QS_NAME(QS_MAP_NAME, init)
#define rep_destroy      QS_NAME(QS_MAP_NAME, destroy)
#define rep_get          QS_NAME(QS_MAP_NAME, get)
#define rep_insert       QS_NAME(QS_MAP_NAME, insert)
#define rep_remove       QS_NAME(QS_MAP_NAME, remove)
#define rep_exchange     QS_NAME(QS_MAP_NAME, exchange)
#define rep_compute      QS_NAME(QS_MAP_NAME, compute)
#define rep_tell         QS_NAME(QS_MAP_NAME, tell)
#define rep_near         QS_NAME(QS_MAP_NAME, near)
#define rep_first        QS_NAME(QS_MAP_NAME, first)
#define rep_last         QS_NAME(QS_MAP_NAME, last)
#define rep_floor        QS_NAME(QS_MAP_NAME, floor)
#define rep_ceiling      QS_NAME(QS_MAP_NAME, ceiling)
#define rep_lower        QS_NAME(QS_MAP_NAME, lower)
#define rep_higher       QS_NAME(QS_MAP_NAME, higher)
#define rep_range        QS_NAME(QS_MAP_NAME, range)
#define rep_pop_first    QS_NAME(QS_MAP_NAME, pop_first)
#define rep_for_each     QS_NAME(QS_MAP_NAME, for_each)
#define rep_clear        QS_NAME(QS_MAP_NAME, clear)
#define rep_size         QS_NAME(QS_MAP_NAME, size)
#define rep_next         QS_NAME(QS_MAP_NAME, next)
#define rep_thread       QS_SCHEME(QS_MAP_RECLAIM, thread)
#define rep_enter        QS_SCHEME(QS_MAP_RECLAIM, enter)
#define rep_leave        QS_SCHEME(QS_MAP_RECLAIM, leave)
#define rep_free_private QS_SCHEME(QS_MAP_RECLAIM, free_private)
#define rep_retire       QS_SCHEME(QS_MAP_RECLAIM, retire)

_Static_assert(QS_SCHEME(QS_MAP_RECLAIM, is_a_reclaim_scheme),
               "QS_MAP_RECLAIM must name a scheme whose header is included");
_Static_assert(QS_SCHEME(QS_MAP_RECLAIM, frees_at_once),
               "its locks keep readers out: nodes need no scheme but direct");
_Static_assert((QS_MAP_LOG & (QS_MAP_LOG - 1)) == 0 && QS_MAP_LOG >= QS_MAP_SLOTS,
               "QS_MAP_LOG must be a power of two and at least QS_MAP_SLOTS");

#include "structures/skip_core_part.h"

_Static_assert(_Alignof(struct rep_node) <= QS_NODE_ALIGNMENT,
               "nodes are aligned to 16: a key or value may not ask for more");

#include "structures/replicated_state_part.h"

#include "structures/replicated_replay_part.h"

#include "structures/replicated_log_part.h"

/* Makes an empty map; capacity is ignored.  0 or -ENOMEM. */
static inline int rep_init(struct rep *m, size_t capacity)
{
    (void)capacity;
    qs_init(&m->tail, 0);
    qs_init(&m->completed, 0);
    m->log = qs_memory_alloc_lines(QS_MAP_LOG * sizeof *m->log);
    m->replicas = qs_memory_alloc_lines(QS_MAP_REPLICAS * sizeof *m->replicas);
    if (!m->log || !m->replicas) {
        qs_memory_free(m->log);
        qs_memory_free(m->replicas);
        return -ENOMEM;
    }
    for (unsigned i = 0; i < QS_MAP_REPLICAS; i++)
        rep_core_init(&m->replicas[i].core);
    return 0;
}

/* Frees everything that is in the map; no other thread may use it. */
static inline void rep_destroy(struct rep *m)
{
    for (unsigned i = 0; i < QS_MAP_REPLICAS; i++) {
        struct rep_replica *r = &m->replicas[i];
        rep_core_destroy(&r->core);
        for (size_t spare = qs_load(&r->spares, relaxed); spare--;)
            qs_node_free(r->spare[spare]);
    }
    qs_memory_free(m->replicas);
    qs_memory_free(m->log);
}

/* Copies the value of key to *value.  False, leaving *value alone, if key is absent. */
static inline bool rep_get(struct rep *m, struct rep_thread *t, QS_MAP_KEY key,
                           QS_MAP_VALUE *value)
{
    struct rep_replica *r = rep_begin_read(m, t);
    const struct rep_node *n = rep_core_find(&r->core, t, &key);

    if (n)
        *value = n->value;
    rep_end_read(r, t);
    return n;
}

/* Adds key with value.  1 if inserted, 0 if key is present already, -ENOMEM. */
static inline int rep_insert(struct rep *m, struct rep_thread *t, QS_MAP_KEY key,
                             QS_MAP_VALUE value)
{
    struct rep_update u = { .what = QS_REPLICATED_INSERT, .key = key, .value = value };

    return rep_ask(m, t, &u).result;
}

/* Removes key and copies its value to *value unless value is NULL; false if absent. */
static inline bool rep_remove(struct rep *m, struct rep_thread *t, QS_MAP_KEY key,
                              QS_MAP_VALUE *value)
{
    struct rep_update u = { .what = QS_REPLICATED_REMOVE, .key = key };
    struct rep_answer a = rep_ask(m, t, &u);

    if (a.result && value)
        *value = a.value;
    return a.result;
}

/* Lets change decide what becomes of key: see verdict.h.  It is called here, and again
 * if the key has another value by the time the log comes to it.  The verdict that took
 * effect, QS_KEEP if there was nothing to remove, or -ENOMEM, changing nothing. */
QS_CALLS_BACK int rep_compute(struct rep *m, struct rep_thread *t, QS_MAP_KEY key,
                              enum qs_verdict (*change)(void *, bool, QS_MAP_VALUE *),
                              void *arg)
{
    struct rep_update u = { .what = QS_REPLICATED_EXCHANGE, .key = key };

    u.was_present = rep_get(m, t, key, &u.expected);
    for (;;) {
        u.value = u.expected;
        enum qs_verdict verdict = change(arg, u.was_present, &u.value);
        if (verdict == QS_KEEP || (verdict == QS_REMOVE && !u.was_present))
            return QS_KEEP;
        u.removes = verdict == QS_REMOVE;
        struct rep_answer a = rep_ask(m, t, &u);
        if (a.result)
            return a.result < 0 ? a.result : (int)verdict;
        u.was_present = a.was_present;
        u.expected = a.value;
    }
}

#define QS_MAP_OFFERS_CHANGES 1
#include "structures/map_face_part.h"

#include "structures/replicated_order_part.h"

#undef rep
#undef rep_core
#undef rep_node
#undef rep_cursor
#undef rep_core_seek
#undef rep_core_find
#undef rep_core_last
#undef rep_core_after
#undef rep_core_new
#undef rep_class_of
#undef rep_core_link
#undef rep_core_unlink
#undef rep_core_init
#undef rep_core_destroy
#undef rep_update
#undef rep_answer
#undef rep_slot
#undef rep_entry
#undef rep_replica
#undef rep_here
#undef rep_claim
#undef rep_release
#undef rep_close
#undef rep_open
#undef rep_insert_at
#undef rep_remove_at
#undef rep_exchange_at
#undef rep_node_for
#undef rep_apply
#undef rep_replay
#undef rep_complete
#undef rep_refill
#undef rep_catch_up
#undef rep_has_room
#undef rep_help
#undef rep_refuse
#undef rep_append
#undef rep_gather
#undef rep_combine
#undef rep_take_slot
#undef rep_ask
#undef rep_begin_read
#undef rep_join
#undef rep_take_places
#undef rep_end_read
#undef rep_foremost
#undef rep_init
#undef rep_destroy
#undef rep_get
#undef rep_insert
#undef rep_remove
#undef rep_exchange
#undef rep_compute
#undef rep_tell
#undef rep_near
#undef rep_first
#undef rep_last
#undef rep_floor
#undef rep_ceiling
#undef rep_lower
#undef rep_higher
#undef rep_range
#undef rep_pop_first
#undef rep_for_each
#undef rep_clear
#undef rep_size
#undef rep_next
#undef rep_thread
#undef rep_enter
#undef rep_leave
#undef rep_free_private
#undef rep_retire
#undef QS_MAP_NAME
#undef QS_MAP_RECLAIM
#undef QS_MAP_KEY
#undef QS_MAP_VALUE
#undef QS_MAP_COMPARE
#undef QS_MAP_REPLICAS
#undef QS_MAP_SLOTS
#undef QS_MAP_LOG
#undef QS_MAP_REPLICA_OF
#undef QS_MAP_LEVELS
