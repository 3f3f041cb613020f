/* session_tree.h - the sessions of users and what hangs below them, each user's in one
 * immutable page (template).
 *
 * Go services keep such trees in a map of maps (user, session, message); here a user's
 * is copied to be changed, as cow_map.h does with a map.  A page has a version, which
 * every change makes greater by one.
 *
 * Parameters, undefined again at the end:
 *   SESSION_TREE_NAME     prefix of everything generated; also `struct SESSION_TREE_NAME`
 *   SESSION_TREE_RECLAIM  scheme; its header is already included
 *
 * Algorithm.  A word per user leads to the page: sessions side by side, each with the
 * index of the one above it, which stands before it.  Reading walks the page once, from
 * its end: what is unread below a session has then been summed up when its turn comes.
 * A change copies the page and swings the word to the copy; who loses that race begins
 * anew.  A full page loses its oldest top session with all below.
 *
 * Linearization points
 *   add, mark_read   the CAS (2) of the page; of a user without sessions, mark_read's
 *                    protect (1)
 *   read             the protect (1) of the page
 *
 * Memory order.
 *   (1) page, protect: pairs with (2), sees the page filled
 *   (2) page, seq_cst CAS: publishes the new page and unlinks the old one
 *
 * Progress: read makes one attempt; add and mark_read are lock-free.
 *
 * Reclamation: one slot, for the page.  Whose CAS (2) replaced a page retires it.
 *
 * Read phases: the load of the page alone; it is kept beyond that.
 */
#if !defined SESSION_TREE_NAME || !defined SESSION_TREE_RECLAIM
#error "session_tree.h: SESSION_TREE_NAME and SESSION_TREE_RECLAIM must be defined"
#endif

#include <errno.h>

#include "reclaim/reclaim.h"
#include "structures/template.h"

#ifndef QS_STRUCTURES_SESSION_TREE_H
#define QS_STRUCTURES_SESSION_TREE_H

enum { QS_SESSIONS = 32 }; /* of a user, at most */

struct qs_session {
    uint32_t id; /* the version that brought it */
    uint16_t unread;
    int16_t above; /* index of its parent, or -1 */
};

struct qs_session_page {
    uint64_t version;
    unsigned n;
    struct qs_session sessions[QS_SESSIONS];
};

/* What a reader finds of a user. */
struct qs_session_sum {
    uint64_t version;
    unsigned sessions, unread;
    unsigned tops; /* top sessions with something unread in or below them */
};

static const struct qs_class qs_session_class = { .name = "sessions",
                                                  .size =
                                                      sizeof(struct qs_session_page) };

/* Whether every session stands behind the one above it. */
static inline bool qs_session_page_is_tree(const struct qs_session_page *p)
{
    for (unsigned i = 0; i < p->n; i++)
        if (p->sessions[i].above < -1 || p->sessions[i].above >= (int)i)
            return false;
    return p->n <= QS_SESSIONS;
}

static inline void qs_session_page_sum(const struct qs_session_page *p,
                                       struct qs_session_sum *sum)
{
    unsigned below[QS_SESSIONS] = { 0 };

    *sum = (struct qs_session_sum){ .version = p->version, .sessions = p->n };
    for (unsigned i = p->n; i-- > 0;) {
        const struct qs_session *s = &p->sessions[i];
        below[i] += s->unread;
        sum->unread += s->unread;
        if (s->above >= 0)
            below[s->above] += below[i];
        else
            sum->tops += below[i] != 0;
    }
}

/* Takes the first session out, with all below it. */
static inline void qs_session_page_shift(struct qs_session_page *p)
{
    int16_t place[QS_SESSIONS];
    unsigned kept = 0;

    for (unsigned i = 0; i < p->n; i++) {
        struct qs_session s = p->sessions[i];
        bool goes = i == 0 || (s.above >= 0 && place[s.above] < 0);
        place[i] = goes ? -1 : (int16_t)kept;
        if (goes)
            continue;
        if (s.above >= 0)
            s.above = place[s.above];
        p->sessions[kept++] = s;
    }
    p->n = kept;
}

/* The random number chooses where the session goes: half of them to the top. */
static inline void qs_session_page_add(struct qs_session_page *p, uint64_t random)
{
    bool at_top = !p->n || random & 1;

    if (p->n == QS_SESSIONS) {
        qs_session_page_shift(p);
        at_top |= !p->n;
    }
    int16_t above = at_top ? -1 : (int16_t)((random >> 1) % p->n);
    p->sessions[p->n++] =
        (struct qs_session){ .id = (uint32_t)p->version,
                             .unread = (uint16_t)(1 + (random >> 32) % 4),
                             .above = above };
}

static inline void qs_session_page_mark_read(struct qs_session_page *p)
{
    for (unsigned i = 0; i < p->n; i++)
        p->sessions[i].unread = 0;
}

enum qs_session_change { QS_SESSION_ADD, QS_SESSION_MARK_READ };
#endif

#define ses              SESSION_TREE_NAME
#define ses_init         QS_NAME(SESSION_TREE_NAME, init)
#define ses_destroy      QS_NAME(SESSION_TREE_NAME, destroy)
#define ses_page_now     QS_NAME(SESSION_TREE_NAME, page_now)
#define ses_read         QS_NAME(SESSION_TREE_NAME, read)
#define ses_change       QS_NAME(SESSION_TREE_NAME, change)
#define ses_try          QS_NAME(SESSION_TREE_NAME, try_change)
#define ses_add          QS_NAME(SESSION_TREE_NAME, add)
#define ses_mark_read    QS_NAME(SESSION_TREE_NAME, mark_read)
#define ses_thread       QS_SCHEME(SESSION_TREE_RECLAIM, thread)
#define ses_enter        QS_SCHEME(SESSION_TREE_RECLAIM, enter)
#define ses_leave        QS_SCHEME(SESSION_TREE_RECLAIM, leave)
#define ses_checkpoint   QS_SCHEME(SESSION_TREE_RECLAIM, checkpoint)
#define ses_protect      QS_SCHEME(SESSION_TREE_RECLAIM, protect)
#define ses_commit       QS_SCHEME(SESSION_TREE_RECLAIM, commit)
#define ses_alloc        QS_SCHEME(SESSION_TREE_RECLAIM, alloc)
#define ses_free_private QS_SCHEME(SESSION_TREE_RECLAIM, free_private)
#define ses_retire       QS_SCHEME(SESSION_TREE_RECLAIM, retire)

_Static_assert(!QS_SCHEME(SESSION_TREE_RECLAIM, frees_at_once),
               "readers hold a page without a lock: direct would free it under them");

struct ses {
    size_t users;
    qs_word *pages; /* struct qs_session_page *, 0 without sessions */
};

/* Users without sessions.  0 or -ENOMEM. */
static inline int ses_init(struct ses *m, size_t users)
{
    m->users = users ? users : 1;
    m->pages = qs_memory_alloc_zeroed(m->users * sizeof *m->pages);
    return m->pages ? 0 : -ENOMEM;
}

static inline void ses_destroy(struct ses *m)
{
    for (size_t i = 0; i < m->users; i++)
        if (qs_load(&m->pages[i], relaxed))
            qs_node_free((void *)qs_load(&m->pages[i], relaxed));
    qs_memory_free(m->pages);
}

/* The user's page, protected, or NULL.  Within an operation. */
static inline struct qs_session_page *ses_page_now(struct ses *m, struct ses_thread *t,
                                                   size_t user)
{
    struct qs_session_page *p;

    ses_checkpoint(t);
    p = (struct qs_session_page *)ses_protect(t, 0, &m->pages[user]); /* (1) */
    void *keep[] = { p };
    ses_commit(t, 1, keep);
    return p;
}

/* False if the user has no sessions. */
static inline bool ses_read(struct ses *m, struct ses_thread *t, size_t user,
                            struct qs_session_sum *sum)
{
    ses_enter(t);
    const struct qs_session_page *p = ses_page_now(m, t, user);
    if (p)
        qs_session_page_sum(p, sum);
    ses_leave(t);
    return p;
}

/* 1; 0 if another change came first; -ENOMEM.  Within an operation. */
static inline int ses_try(struct ses *m, struct ses_thread *t, size_t user,
                          enum qs_session_change change, uint64_t random)
{
    struct qs_session_page *old = ses_page_now(m, t, user);
    uintptr_t expected = (uintptr_t)old;

    if (!old && change == QS_SESSION_MARK_READ)
        return 1;
    struct qs_session_page *fresh = ses_alloc(t, &qs_session_class);
    if (!fresh)
        return -ENOMEM;
    *fresh = old ? *old : (struct qs_session_page){ 0 };
    fresh->version++;
    if (change == QS_SESSION_ADD)
        qs_session_page_add(fresh, random);
    else
        qs_session_page_mark_read(fresh);
    if (!qs_counted_cas(QS_COUNTERS(t), QS_SITE_LINK, &m->pages[user], /* (2) */
                        &expected, (uintptr_t)fresh)) {
        ses_free_private(t, &qs_session_class, fresh);
        return 0;
    }
    if (old)
        ses_retire(t, &qs_session_class, old);
    return 1;
}

static inline int ses_change(struct ses *m, struct ses_thread *t, size_t user,
                             enum qs_session_change change, uint64_t random)
{
    int done;

    for (;;) {
        ses_enter(t);
        done = ses_try(m, t, user, change, random);
        ses_leave(t);
        if (done)
            return done;
        QS_COUNT_RESTART(QS_COUNTERS(t));
    }
}

/* A new session, or one below another; random chooses.  1 or -ENOMEM. */
static inline int ses_add(struct ses *m, struct ses_thread *t, size_t user,
                          uint64_t random)
{
    return ses_change(m, t, user, QS_SESSION_ADD, random);
}

/* Nothing is unread any more.  1 or -ENOMEM. */
static inline int ses_mark_read(struct ses *m, struct ses_thread *t, size_t user)
{
    return ses_change(m, t, user, QS_SESSION_MARK_READ, 0);
}

#undef ses
#undef ses_init
#undef ses_destroy
#undef ses_page_now
#undef ses_read
#undef ses_change
#undef ses_try
#undef ses_add
#undef ses_mark_read
#undef ses_thread
#undef ses_enter
#undef ses_leave
#undef ses_checkpoint
#undef ses_protect
#undef ses_commit
#undef ses_alloc
#undef ses_free_private
#undef ses_retire
#undef SESSION_TREE_NAME
#undef SESSION_TREE_RECLAIM
