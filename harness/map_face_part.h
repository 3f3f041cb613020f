/* map_face_part.h - what a map may offer beyond get, insert and remove: a part of
 * map_instance.c.
 *
 * A structure's header says what it offers by QS_MAP_OFFERS_...; operations that it
 * does not offer are NULL.
 */
#ifdef QS_MAP_OFFERS_CHANGES
static int compute_key(struct qs_map *m, struct qs_thread *t, uint64_t key,
                       qs_map_change *change, void *arg)
{
    return I(compute)(&m->structure, thread_of(t), key, change, arg);
}

static int put(struct qs_map *m, struct qs_thread *t, uint64_t key, uint64_t value,
               uint64_t *old)
{
    return I(put)(&m->structure, thread_of(t), key, value, old);
}

static int replace(struct qs_map *m, struct qs_thread *t, uint64_t key, uint64_t value,
                   uint64_t *old)
{
    return I(replace)(&m->structure, thread_of(t), key, value, old);
}

static int compare_exchange(struct qs_map *m, struct qs_thread *t, uint64_t key,
                            uint64_t *expected, uint64_t desired)
{
    return I(compare_exchange)(&m->structure, thread_of(t), key, expected, desired);
}

static int get_or_insert(struct qs_map *m, struct qs_thread *t, uint64_t key,
                         uint64_t *value)
{
    return I(get_or_insert)(&m->structure, thread_of(t), key, value);
}

#define CHANGES                                             \
    .compute = compute_key, .put = put, .replace = replace, \
    .compare_exchange = compare_exchange, .get_or_insert = get_or_insert
#else
#define CHANGES .compute = NULL
#endif

#ifdef QS_MAP_OFFERS_VISITS
static void visit_all(struct qs_map *m, struct qs_thread *t, qs_map_visit *visit,
                      void *arg)
{
    I(for_each)(&m->structure, thread_of(t), visit, arg);
}

static void clear(struct qs_map *m, struct qs_thread *t)
{
    I(clear)(&m->structure, thread_of(t));
}

static size_t size(struct qs_map *m)
{
    return I(size)(&m->structure);
}

#define VISITS .for_each = visit_all, .clear = clear, .size = size
#else
#define VISITS .for_each = NULL
#endif

#ifdef QS_MAP_OFFERS_BATCH
static size_t get_many(struct qs_map *m, struct qs_thread *t, size_t n,
                       const uint64_t *keys, uint64_t *values, bool *found)
{
    return I(get_many)(&m->structure, thread_of(t), n, keys, values, found);
}

#define BATCH .get_many = get_many
#else
#define BATCH .get_many = NULL
#endif

#ifdef QS_MAP_OFFERS_ORDER
static bool first(struct qs_map *m, struct qs_thread *t, uint64_t *key, uint64_t *value)
{
    return I(first)(&m->structure, thread_of(t), key, value);
}

static bool last(struct qs_map *m, struct qs_thread *t, uint64_t *key, uint64_t *value)
{
    return I(last)(&m->structure, thread_of(t), key, value);
}

static bool floor_of(struct qs_map *m, struct qs_thread *t, uint64_t key,
                     uint64_t *found, uint64_t *value)
{
    return I(floor)(&m->structure, thread_of(t), key, found, value);
}

static bool ceiling_of(struct qs_map *m, struct qs_thread *t, uint64_t key,
                       uint64_t *found, uint64_t *value)
{
    return I(ceiling)(&m->structure, thread_of(t), key, found, value);
}

static bool lower(struct qs_map *m, struct qs_thread *t, uint64_t key, uint64_t *found,
                  uint64_t *value)
{
    return I(lower)(&m->structure, thread_of(t), key, found, value);
}

static bool higher(struct qs_map *m, struct qs_thread *t, uint64_t key, uint64_t *found,
                   uint64_t *value)
{
    return I(higher)(&m->structure, thread_of(t), key, found, value);
}

static size_t visit_range(struct qs_map *m, struct qs_thread *t, uint64_t from,
                          uint64_t to, qs_map_visit *visit, void *arg)
{
    return I(range)(&m->structure, thread_of(t), from, to, visit, arg);
}

static bool pop_first(struct qs_map *m, struct qs_thread *t, uint64_t *key,
                      uint64_t *value)
{
    return I(pop_first)(&m->structure, thread_of(t), key, value);
}

#define ORDER                                                               \
    .first = first, .last = last, .floor = floor_of, .ceiling = ceiling_of, \
    .lower = lower, .higher = higher, .range = visit_range, .pop_first = pop_first
#else
#define ORDER .first = NULL
#endif

#ifdef QS_MAP_OFFERS_SNAPSHOT
static int visit_snapshot(struct qs_map *m, struct qs_thread *t, uint64_t from,
                          uint64_t to, qs_map_visit *visit, void *arg)
{
    return I(snapshot)(&m->structure, thread_of(t), from, to, visit, arg);
}

#define SNAPSHOT .snapshot = visit_snapshot
#else
#define SNAPSHOT .snapshot = NULL
#endif

#ifdef QS_MAP_OFFERS_BUCKETS
static size_t buckets(struct qs_map *m)
{
    return I(buckets)(&m->structure);
}

#define BUCKETS .buckets = buckets
#else
#define BUCKETS .buckets = NULL
#endif

#ifdef QS_MAP_OFFERS_RESIZE
static int resize(struct qs_map *m, struct qs_thread *t, size_t wanted)
{
    return I(resize)(&m->structure, thread_of(t), wanted);
}

#define RESIZE .resize = resize
#else
#define RESIZE .resize = NULL
#endif

#define FACE_OPERATIONS CHANGES, VISITS, BATCH, ORDER, SNAPSHOT, BUCKETS, RESIZE
