/* probe_session_tree.h - the sessions of as many users as there are keys,
 * structures/session_tree.h, behind a map's functions (template).
 *
 * A get sums up what a user has not read, an insert adds a session, or a message below
 * one, and a remove marks all as read.  No keys come or go, so none is counted.
 */
#define SESSION_TREE_NAME    QS_NAME(QS_MAP_NAME, tree)
#define SESSION_TREE_RECLAIM QS_MAP_RECLAIM
#include "structures/session_tree.h"

#define prs         QS_MAP_NAME
#define prs_tree    QS_NAME(QS_MAP_NAME, tree)
#define prs_cursor  QS_NAME(QS_MAP_NAME, cursor)
#define prs_init    QS_NAME(QS_MAP_NAME, init)
#define prs_destroy QS_NAME(QS_MAP_NAME, destroy)
#define prs_get     QS_NAME(QS_MAP_NAME, get)
#define prs_insert  QS_NAME(QS_MAP_NAME, insert)
#define prs_remove  QS_NAME(QS_MAP_NAME, remove)
#define prs_next    QS_NAME(QS_MAP_NAME, next)
#define prs_thread  QS_SCHEME(QS_MAP_RECLAIM, thread)
#define prs_do(act) QS_NAME(QS_NAME(QS_MAP_NAME, tree), act)

struct prs {
    struct prs_tree tree;
};

struct prs_cursor {
    char unused;
};

static inline int prs_init(struct prs *m, size_t users)
{
    return prs_do(init)(&m->tree, users);
}

static inline void prs_destroy(struct prs *m)
{
    prs_do(destroy)(&m->tree);
}

static inline bool prs_get(struct prs *m, struct prs_thread *t, QS_MAP_KEY key,
                           QS_MAP_VALUE *value)
{
    struct qs_session_sum sum;

    (void)value;
    if (prs_do(read)(&m->tree, t, key % m->tree.users, &sum))
        __asm__ __volatile__("" ::"r"(sum.unread), "r"(sum.tops));
    return false;
}

static inline int prs_insert(struct prs *m, struct prs_thread *t, QS_MAP_KEY key,
                             QS_MAP_VALUE value)
{
    uint64_t random = qs_random((struct qs_thread *)t);

    (void)value;
    return prs_do(add)(&m->tree, t, key % m->tree.users, random) < 0 ? -ENOMEM : 0;
}

/* Out of memory, it stays unread. */
static inline bool prs_remove(struct prs *m, struct prs_thread *t, QS_MAP_KEY key,
                              QS_MAP_VALUE *value)
{
    (void)value;
    prs_do(mark_read)(&m->tree, t, key % m->tree.users);
    return false;
}

static inline bool prs_next(struct prs *m, struct prs_cursor *c, QS_MAP_KEY *key,
                            QS_MAP_VALUE *value)
{
    (void)m, (void)c, (void)key, (void)value;
    return false;
}

#undef prs
#undef prs_tree
#undef prs_cursor
#undef prs_init
#undef prs_destroy
#undef prs_get
#undef prs_insert
#undef prs_remove
#undef prs_next
#undef prs_thread
#undef prs_do
#undef QS_MAP_NAME
#undef QS_MAP_RECLAIM
#undef QS_MAP_KEY
#undef QS_MAP_VALUE
#undef QS_MAP_HASH
#undef QS_MAP_EQUAL
#undef QS_MAP_COMPARE
