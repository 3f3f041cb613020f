/* scheme.h - the end of a scheme's header: QS_RECLAIM_SCHEME(S) checks that S defines
 * what reclaim.h lists, and adds what follows from it.  Part of reclaim.h. */
#ifndef QS_RECLAIM_SCHEME_H
#define QS_RECLAIM_SCHEME_H

/* clang-format off */
#define QS_RECLAIM_HAS(fn, type) \
    _Static_assert(_Generic(&fn, type: 1, default: 0), #fn ": not a " #type)
/* clang-format on */

#define QS_RECLAIM_SCHEME(S)                                                           \
    /* It does not matter what it protects meanwhile. */                               \
    static inline bool qs_##S##_protect_seen(struct qs_##S##_thread *t, unsigned slot, \
                                             const qs_word *loc, uintptr_t seen)       \
    {                                                                                  \
        return qs_##S##_protect(t, slot, loc) == seen;                                 \
    }                                                                                  \
    QS_RECLAIM_SCHEME_THAT_PROTECTS_SEEN(S)

#define QS_RECLAIM_SCHEME_THAT_PROTECTS_SEEN(S) /* by a function of its own */ \
    QS_RECLAIM_CHECK(S);                                                       \
    enum { qs_##S##_writes_prefix = 0 }

#define QS_RECLAIM_SCHEME_THAT_WRITES_PREFIXES(S) /* and protects seen, too */ \
    QS_RECLAIM_CHECK(S);                                                       \
    enum { qs_##S##_writes_prefix = 1 }

#define QS_RECLAIM_CHECK(S)                                                            \
    QS_RECLAIM_HAS(qs_##S##_domain_init,                                               \
                   int (*)(struct qs_##S##_domain *, const struct qs_config *));       \
    QS_RECLAIM_HAS(qs_##S##_domain_destroy, int (*)(struct qs_##S##_domain *));        \
    QS_RECLAIM_HAS(qs_##S##_thread_register,                                           \
                   struct qs_##S##_thread *(*)(struct qs_##S##_domain *));             \
    QS_RECLAIM_HAS(qs_##S##_thread_unregister, int (*)(struct qs_##S##_thread *));     \
    QS_RECLAIM_HAS(qs_##S##_enter, void (*)(struct qs_##S##_thread *));                \
    QS_RECLAIM_HAS(qs_##S##_leave, void (*)(struct qs_##S##_thread *));                \
    QS_RECLAIM_HAS(qs_##S##_protect, uintptr_t (*)(struct qs_##S##_thread *, unsigned, \
                                                   const qs_word *));                  \
    QS_RECLAIM_HAS(qs_##S##_protect_seen, bool (*)(struct qs_##S##_thread *, unsigned, \
                                                   const qs_word *, uintptr_t));       \
    QS_RECLAIM_HAS(qs_##S##_validate,                                                  \
                   bool (*)(struct qs_##S##_thread *, const qs_word *, uintptr_t));    \
    QS_RECLAIM_HAS(qs_##S##_copy,                                                      \
                   void (*)(struct qs_##S##_thread *, unsigned, unsigned));            \
    QS_RECLAIM_HAS(qs_##S##_drop, void (*)(struct qs_##S##_thread *, unsigned));       \
    QS_RECLAIM_HAS(qs_##S##_commit,                                                    \
                   void (*)(struct qs_##S##_thread *, unsigned, void *const *));       \
    QS_RECLAIM_HAS(qs_##S##_alloc,                                                     \
                   void *(*)(struct qs_##S##_thread *, const struct qs_class *));      \
    QS_RECLAIM_HAS(qs_##S##_free_private, void (*)(struct qs_##S##_thread *,           \
                                                   const struct qs_class *, void *));  \
    QS_RECLAIM_HAS(qs_##S##_retire, void (*)(struct qs_##S##_thread *,                 \
                                             const struct qs_class *, void *));        \
    QS_RECLAIM_HAS(qs_##S##_quiesce, void (*)(struct qs_##S##_thread *));              \
    QS_RECLAIM_HAS(qs_##S##_offline, void (*)(struct qs_##S##_thread *));              \
    QS_RECLAIM_HAS(qs_##S##_online, void (*)(struct qs_##S##_thread *));               \
    QS_RECLAIM_HAS(qs_##S##_flush, void (*)(struct qs_##S##_thread *));                \
    QS_RECLAIM_HAS(qs_##S##_barrier, void (*)(struct qs_##S##_domain *));              \
    QS_RECLAIM_HAS(qs_##S##_stats,                                                     \
                   void (*)(struct qs_##S##_domain *, struct qs_stats *));             \
    enum {                                                                             \
        qs_##S##_is_a_reclaim_scheme = 1 + qs_##S##_guards_regions + qs_##S##_robust + \
                                       qs_##S##_restarts + qs_##S##_frees_at_once +    \
                                       qs_##S##_max_slots + qs_##S##_prefix            \
    }

#endif
