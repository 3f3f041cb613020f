/* map_visit_part.h - clear, by for_each and remove, for maps that have them.
 *
 * A map's header includes it behind these two, while its parameters are defined.
 */
#define mvp          QS_MAP_NAME
#define mvp_clearing QS_NAME(QS_MAP_NAME, clearing)
#define mvp_drop     QS_NAME(QS_MAP_NAME, drop)
#define mvp_for_each QS_NAME(QS_MAP_NAME, for_each)
#define mvp_remove   QS_NAME(QS_MAP_NAME, remove)
#define mvp_clear    QS_NAME(QS_MAP_NAME, clear)
#define mvp_thread   QS_SCHEME(QS_MAP_RECLAIM, thread)

struct mvp_clearing {
    struct mvp *m;
    struct mvp_thread *t;
};

static inline bool mvp_drop(void *arg, const QS_MAP_KEY *key, const QS_MAP_VALUE *value)
{
    struct mvp_clearing *c = arg;

    (void)value;
    mvp_remove(c->m, c->t, *key, NULL);
    return true;
}

/* Removes every key that for_each meets; others may go on. */
static inline void mvp_clear(struct mvp *m, struct mvp_thread *t)
{
    struct mvp_clearing c = { m, t };

    mvp_for_each(m, t, mvp_drop, &c);
}

#undef mvp
#undef mvp_clearing
#undef mvp_drop
#undef mvp_for_each
#undef mvp_remove
#undef mvp_clear
#undef mvp_thread
