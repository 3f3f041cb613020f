/* tbb.cpp - oneTBB's concurrent_hash_map: a lock per bucket, and one per entry that
 * who reads it holds shared.  (concurrent_unordered_map cannot erase beside others.)
 */
#include <tbb/concurrent_hash_map.h>

#include "harness/peers/program.h"

namespace
{

struct mixed {
    static size_t hash(uint64_t key)
    {
        return peer_hash(key);
    }
    static bool equal(uint64_t a, uint64_t b)
    {
        return a == b;
    }
};

typedef tbb::concurrent_hash_map<uint64_t, uint64_t, mixed> map;

map &of(qs_map *m)
{
    return *reinterpret_cast<map *>(m);
}

qs_map *create(size_t capacity)
{
    return reinterpret_cast<qs_map *>(capacity ? new map(capacity) : new map);
}

void destroy(qs_map *m)
{
    delete &of(m);
}

void nothing()
{
}

bool get(qs_map *m, qs_thread *, uint64_t key, uint64_t *value)
{
    map::const_accessor found;

    if (!of(m).find(found, key))
        return false;
    *value = found->second;
    return true;
}

int insert(qs_map *m, qs_thread *, uint64_t key, uint64_t value)
{
    return of(m).insert(map::value_type(key, value));
}

bool remove(qs_map *m, qs_thread *, uint64_t key, uint64_t *value)
{
    map::accessor found;

    if (!of(m).find(found, key))
        return false;
    *value = found->second;
    return of(m).erase(found);
}

void content(qs_map *m, peer_content *sum)
{
    for (const auto &pair : of(m)) {
        sum->keys++;
        sum->key_sum += pair.first;
        sum->value_sum += pair.second;
    }
}

} // namespace

extern "C" const peer_map peer_maps[] = {
    { "tbb_hash_map", "locks", create, destroy, nothing, nothing, get, insert, remove,
      content },
    {},
};
