/* write_under_read_lock.c - S3.5: a reader that fills the cache grows the table under
 * the others, who walk through the array that it frees. */
#include "experiments/gallery/stage.h"

enum { KEY = 3, VALUE = 100 };

struct cache {
    struct qs_rwlock lock;
    struct plain_map map; /* two buckets: a third key makes it grow */
};
static struct cache *cache;

static void open_cache(struct player *p)
{
    cache = stage_share(sizeof *cache);
    qs_rwlock_init(&cache->lock);
    plain_map_init(&cache->map, 0);
    for (uint64_t key = 1; key < KEY; key++)
        plain_map_insert(&cache->map, p->plain, key, VALUE);
}

static void close_cache(void)
{
    plain_map_destroy(&cache->map);
}

static void fill(struct player *p)
{
    uint64_t value;

    qs_rwlock_read(&cache->lock);
    if (!CALL(plain_map_get(&cache->map, p->plain, KEY, &value)))
        CALL(plain_map_insert(&cache->map, p->plain, KEY, VALUE));
    qs_rwlock_release(&cache->lock);
}

/* What may write locks for writing. */
static void fill_as_a_writer(struct player *p)
{
    qs_rwlock_write(&cache->lock);
    CALL(plain_map_insert(&cache->map, p->plain, KEY, VALUE));
    qs_rwlock_release(&cache->lock);
}

static void read_one(struct player *p)
{
    uint64_t value;

    qs_rwlock_read(&cache->lock);
    CALL(plain_map_get(&cache->map, p->plain, 1, &value));
    qs_rwlock_release(&cache->lock);
}

PROGRAM(write_under_read_lock, open_cache, close_cache,
        { "miss", fill, fill_as_a_writer }, { "hit", read_one, read_one });
