/* quiesce.c - see quiesce.h. */
#include "harness/quiesce.h"

#include <errno.h>
#include <string.h>

#include "harness/map_ops.h"

/* Every instance's map begins with its operations. */
static const struct qs_map_ops *ops_of(const struct qs_map *m)
{
    return *(const struct qs_map_ops *const *)m;
}

const char *qs_version(void)
{
    return QS_VERSION;
}

static bool is_listed(const struct qs_named *(*at)(unsigned), const char *name)
{
    const struct qs_named *n;

    for (unsigned i = 0; (n = at(i)); i++)
        if (!strcmp(n->name, name))
            return true;
    return false;
}

const char *qs_map_refusal(const char *structure, const char *reclaim)
{
    const struct qs_pair *p = qs_pair_find(structure, reclaim);

    if (p)
        return p->reason;
    if (!is_listed(qs_structure_at, structure))
        return "there is no structure of that name";
    if (!is_listed(qs_scheme_at, reclaim))
        return "there is no scheme of that name";
    return "this structure is not built with this scheme";
}

bool qs_map_choice(unsigned i, const char **structure, const char **reclaim)
{
    const struct qs_pair *p;

    for (unsigned at = 0; (p = qs_pair_at(at)); at++) {
        if (!p->ops || i--)
            continue;
        *structure = p->structure;
        *reclaim = p->reclaim;
        return true;
    }
    return false;
}

struct qs_map *qs_map_create(const char *structure, const char *reclaim,
                             size_t capacity)
{
    const struct qs_pair *pair = qs_pair_find(structure, reclaim);
    const struct qs_map_config config = { .capacity = capacity };
    struct qs_map *m = NULL;

    if (pair && pair->ops)
        m = pair->ops->create(&config);
    else
        errno = EINVAL;
    return m;
}

int qs_map_destroy(struct qs_map *m)
{
    return ops_of(m)->destroy(m);
}

struct qs_thread *qs_map_register(struct qs_map *m)
{
    return ops_of(m)->thread_register(m);
}

int qs_map_unregister(struct qs_map *m, struct qs_thread *t)
{
    return ops_of(m)->thread_unregister(t);
}

bool qs_map_get(struct qs_map *m, struct qs_thread *t, uint64_t key, uint64_t *value)
{
    return ops_of(m)->get(m, t, key, value);
}

int qs_map_insert(struct qs_map *m, struct qs_thread *t, uint64_t key, uint64_t value)
{
    return ops_of(m)->insert(m, t, key, value);
}

bool qs_map_remove(struct qs_map *m, struct qs_thread *t, uint64_t key, uint64_t *value)
{
    return ops_of(m)->remove(m, t, key, value);
}

int qs_map_put(struct qs_map *m, struct qs_thread *t, uint64_t key, uint64_t value,
               uint64_t *old)
{
    return ops_of(m)->put ? ops_of(m)->put(m, t, key, value, old) : -ENOTSUP;
}

int qs_map_replace(struct qs_map *m, struct qs_thread *t, uint64_t key, uint64_t value,
                   uint64_t *old)
{
    return ops_of(m)->replace ? ops_of(m)->replace(m, t, key, value, old) : -ENOTSUP;
}

int qs_map_compare_exchange(struct qs_map *m, struct qs_thread *t, uint64_t key,
                            uint64_t *expected, uint64_t desired)
{
    return ops_of(m)->compare_exchange
               ? ops_of(m)->compare_exchange(m, t, key, expected, desired)
               : -ENOTSUP;
}

int qs_map_get_or_insert(struct qs_map *m, struct qs_thread *t, uint64_t key,
                         uint64_t *value)
{
    return ops_of(m)->get_or_insert ? ops_of(m)->get_or_insert(m, t, key, value)
                                    : -ENOTSUP;
}

int qs_map_for_each(struct qs_map *m, struct qs_thread *t, qs_map_visit *visit,
                    void *arg)
{
    if (!ops_of(m)->for_each)
        return -ENOTSUP;
    ops_of(m)->for_each(m, t, visit, arg);
    return 0;
}

int qs_map_clear(struct qs_map *m, struct qs_thread *t)
{
    if (!ops_of(m)->clear)
        return -ENOTSUP;
    ops_of(m)->clear(m, t);
    return 0;
}

size_t qs_map_size(struct qs_map *m)
{
    return ops_of(m)->size ? ops_of(m)->size(m) : 0;
}

bool qs_map_first(struct qs_map *m, struct qs_thread *t, uint64_t *found,
                  uint64_t *value)
{
    return ops_of(m)->first && ops_of(m)->first(m, t, found, value);
}

bool qs_map_last(struct qs_map *m, struct qs_thread *t, uint64_t *found,
                 uint64_t *value)
{
    return ops_of(m)->last && ops_of(m)->last(m, t, found, value);
}

bool qs_map_floor(struct qs_map *m, struct qs_thread *t, uint64_t key, uint64_t *found,
                  uint64_t *value)
{
    return ops_of(m)->floor && ops_of(m)->floor(m, t, key, found, value);
}

bool qs_map_ceiling(struct qs_map *m, struct qs_thread *t, uint64_t key,
                    uint64_t *found, uint64_t *value)
{
    return ops_of(m)->ceiling && ops_of(m)->ceiling(m, t, key, found, value);
}

size_t qs_map_range(struct qs_map *m, struct qs_thread *t, uint64_t from, uint64_t to,
                    qs_map_visit *visit, void *arg)
{
    return ops_of(m)->range ? ops_of(m)->range(m, t, from, to, visit, arg) : 0;
}

void qs_map_quiesce(struct qs_map *m, struct qs_thread *t)
{
    ops_of(m)->quiesce(t);
}

void qs_map_offline(struct qs_map *m, struct qs_thread *t)
{
    ops_of(m)->offline(t);
}

void qs_map_online(struct qs_map *m, struct qs_thread *t)
{
    ops_of(m)->online(t);
}

uint64_t qs_map_garbage(struct qs_map *m)
{
    struct qs_stats stats;

    ops_of(m)->stats(m, &stats);
    return stats.retired_nodes - stats.freed_nodes;
}
