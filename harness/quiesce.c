/* quiesce.c - see quiesce.h. */
#include "harness/quiesce.h"

#include <errno.h>
#include <string.h>

#include "harness/map_ops.h"
#include "harness/text.h"

/* Every instance's map begins with its operations. */
static const struct qs_map_ops *ops_of(const struct qs_map *m)
{
    return *(const struct qs_map_ops *const *)m;
}

const char *qs_version(void)
{
    return QS_VERSION;
}

/* A sentence for each name that may be meant, so that none has to be made. */
struct guess {
    const char *name, *sentence;
};

static const struct guess structures[] = {
#define STRUCTURE(name, about) \
    { #name, "there is no structure of that name; did you mean '" #name "'?" },
#include "harness/matrix.def"
    { NULL, "there is no structure of that name" }
};

static const struct guess schemes[] = {
#define SCHEME(name, about) \
    { #name, "there is no scheme of that name; did you mean '" #name "'?" },
#include "harness/matrix.def"
    { NULL, "there is no scheme of that name" }
};

static const char *structure_name(unsigned i)
{
    return structures[i].name;
}

static const char *scheme_name(unsigned i)
{
    return schemes[i].name;
}

static const struct guess *guess_of(const struct guess *list, const char *name)
{
    while (list->name && (!name || strcmp(list->name, name)))
        list++;
    return list;
}

/* NULL if the name is in the list. */
static const char *no_such(const struct guess *list, qs_name_at *names,
                           const char *name)
{
    if (guess_of(list, name)->name)
        return NULL;
    return guess_of(list, qs_nearest(name, names))->sentence;
}

const char *qs_map_refusal(const char *structure, const char *reclaim)
{
    const struct qs_pair *p = qs_pair_find(structure, reclaim);

    if (p)
        return p->reason;
    const char *why = no_such(structures, structure_name, structure);
    if (!why)
        why = no_such(schemes, scheme_name, reclaim);
    return why ? why : "this structure is not built with this scheme";
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
