/* instance_part.h - what the instances of objects that are no maps have in common
 * (template; INSTANCE, RECLAIM and LABEL as for harness/map_instance.c).
 *
 * The file that includes it defines init_object(), destroy_object() and `struct
 * object`, and fills in the rest of the operations by INSTANCE_OPERATIONS.
 */
#define QUOTE(x)  QUOTE_(x)
#define QUOTE_(x) #x
#define I(name)   QS_NAME(INSTANCE, name)
#define R(name)   QS_SCHEME(RECLAIM, name)

struct qs_map {
    struct R(domain) domain;
    struct object object;
};

static inline struct R(thread) * thread_of(struct qs_thread *t)
{
    return (struct R(thread) *)t;
}

static struct qs_map *create(const struct qs_map_config *config)
{
    struct qs_map *m = qs_memory_alloc_lines(sizeof *m);

    if (!m)
        return NULL;
    if (!R(domain_init)(&m->domain, &config->reclaim)) {
        if (!init_object(&m->object))
            return m;
        R(domain_destroy)(&m->domain);
    }
    qs_memory_free(m);
    return NULL;
}

static int destroy(struct qs_map *m)
{
    struct qs_stats stats;

    R(stats)(&m->domain, &stats);
    if (stats.threads)
        return -EBUSY;
    destroy_object(&m->object);
    R(domain_destroy)(&m->domain);
    qs_memory_free(m);
    return 0;
}

static struct qs_thread *thread_register(struct qs_map *m)
{
    return (struct qs_thread *)R(thread_register)(&m->domain);
}

static int thread_unregister(struct qs_thread *t)
{
    return R(thread_unregister)(thread_of(t));
}

static void quiesce(struct qs_thread *t)
{
    R(quiesce)(thread_of(t));
}

static void flush(struct qs_thread *t)
{
    R(flush)(thread_of(t));
}

static void barrier(struct qs_map *m)
{
    R(barrier)(&m->domain);
}

static void stats_of(struct qs_map *m, struct qs_stats *stats)
{
    R(stats)(&m->domain, stats);
}

#define INSTANCE_OPERATIONS                                                     \
    .structure = LABEL, .reclaim = QUOTE(RECLAIM), .create = create,            \
    .destroy = destroy, .thread_register = thread_register,                     \
    .thread_unregister = thread_unregister, .quiesce = quiesce, .flush = flush, \
    .barrier = barrier, .stats = stats_of
