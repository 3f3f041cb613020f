/* libcds.cpp - maps of libcds (Max Khizhinsky), lock-free: Michael's hash table of
 * fixed size, its split-ordered lists, Feldman's multi-level array, its skip list; over
 * its own hazard pointers, dynamic hazard pointers and buffered RCU.
 */
#include <vector>

#include <cds/init.h>

#include <cds/gc/dhp.h>
#include <cds/gc/hp.h>
#include <cds/urcu/general_buffered.h>

#include <cds/container/feldman_hashmap_hp.h>
#include <cds/container/michael_kvlist_dhp.h>
#include <cds/container/michael_kvlist_hp.h>
#include <cds/container/michael_kvlist_rcu.h>
#include <cds/container/michael_map.h>
#include <cds/container/michael_map_rcu.h>
#include <cds/container/skip_list_map_hp.h>
#include <cds/container/skip_list_map_rcu.h>
#include <cds/container/split_list_map.h>
#include <cds/container/split_list_map_rcu.h>

#include "harness/peers/libcds_scheme.hpp"
#include "harness/peers/program.h"

namespace
{

struct mixed {
    size_t operator()(uint64_t key) const
    {
        return peer_hash(key);
    }
};

struct list_traits : cds::container::michael_list::traits {
    typedef std::less<uint64_t> less;
};

struct table_traits : cds::container::michael_map::traits {
    typedef mixed hash;
};

struct split_traits : cds::container::split_list::traits {
    typedef cds::container::michael_list_tag ordered_list;
    typedef mixed hash;
    typedef list_traits ordered_list_traits;
};

/* Fixed: as many buckets as keys are expected. */
template <class Scheme> struct michael {
    typedef cds::container::MichaelKVList<Scheme, uint64_t, uint64_t, list_traits> list;
    typedef cds::container::MichaelHashMap<Scheme, list, table_traits> map;
    static map *make(size_t capacity)
    {
        return new map(capacity ? capacity : 1024, 1);
    }
};

/* Grows by itself; its directory of buckets is for as many as are expected. */
template <class Scheme> struct split {
    typedef cds::container::SplitListMap<Scheme, uint64_t, uint64_t, split_traits> map;
    static map *make(size_t capacity)
    {
        return new map(capacity ? capacity : 1 << 20, 1);
    }
};

struct skip_traits : cds::container::skip_list::traits {
    typedef std::less<uint64_t> less;
};

/* Ordered; grows by itself. */
template <class Scheme> struct skip {
    typedef cds::container::SkipListMap<Scheme, uint64_t, uint64_t, skip_traits> map;
    static map *make(size_t)
    {
        return new map;
    }
};

/* Its keys are hashes: the mixer is a bijection. */
template <class Scheme> struct feldman {
    typedef cds::container::FeldmanHashMap<Scheme, uint64_t, uint64_t> map;
    static map *make(size_t capacity)
    {
        unsigned bits = 10;
        while (capacity >> bits && bits < 20)
            bits++;
        return new map(bits, 4);
    }
    static uint64_t key(uint64_t key)
    {
        return peer_hash(key);
    }
};

/* Most are given keys as they are. */
template <class Kind, class = void> struct key_of {
    static uint64_t at(uint64_t key)
    {
        return key;
    }
};

template <class Kind> struct key_of<Kind, decltype(static_cast<void>(&Kind::key))> {
    static uint64_t at(uint64_t key)
    {
        return Kind::key(key);
    }
};

template <class Scheme, template <class> class Kind> struct face {
    typedef typename Kind<Scheme>::map map;
    typedef typename map::value_type value_type;
    typedef key_of<Kind<Scheme>> keys;

    static map &of(qs_map *m)
    {
        return *reinterpret_cast<map *>(m);
    }

    static qs_map *create(size_t capacity)
    {
        return reinterpret_cast<qs_map *>(Kind<Scheme>::make(capacity));
    }

    static void destroy(qs_map *m)
    {
        delete &of(m);
    }

    static bool get(qs_map *m, qs_thread *, uint64_t key, uint64_t *value)
    {
        return of(m).find(keys::at(key),
                          [=](value_type &pair) { *value = pair.second; });
    }

    /* Not insert(): the skip list's links the key first and sets its value then, so that
     * others find it without (seen in 2.3.3). */
    static int insert(qs_map *m, qs_thread *, uint64_t key, uint64_t value)
    {
        return of(m).emplace(keys::at(key), value);
    }

    static bool remove(qs_map *m, qs_thread *, uint64_t key, uint64_t *value)
    {
        return of(m).erase(keys::at(key),
                           [=](value_type &pair) { *value = pair.second; });
    }

    static std::vector<uint64_t> keys_seen(qs_map *m)
    {
        typename scheme<Scheme>::section inside;
        std::vector<uint64_t> stored;
        for (auto i = of(m).begin(); i != of(m).end(); ++i)
            stored.push_back(i->first);
        return stored;
    }

    /* Iterators also stop at what is removed and not yet unlinked (983 keys were seen
     * once where 982 were left); a search for it unlinks it. */
    static void content(qs_map *m, peer_content *sum)
    {
        for (uint64_t stored : keys_seen(m))
            of(m).find(stored, [](value_type &) {});
        typename scheme<Scheme>::section inside;
        for (auto i = of(m).begin(); i != of(m).end(); ++i) {
            sum->keys++;
            sum->key_sum += key_from(i->first);
            sum->value_sum += i->second;
        }
    }

    /* A hash is a key's image; the mixer's inverse gives the key back. */
    static uint64_t key_from(uint64_t stored)
    {
        return keys::at(1) == 1 ? stored : peer_unhash(stored);
    }

    static constexpr peer_map row(const char *structure, const char *reclaim) noexcept
    {
        return { structure,
                 reclaim,
                 create,
                 destroy,
                 scheme<Scheme>::join,
                 scheme<Scheme>::part,
                 get,
                 insert,
                 remove,
                 content };
    }
};

} // namespace

extern "C" const peer_map peer_maps[] = {
    face<cds::gc::HP, michael>::row("libcds_michael", "cds_hp"),
    face<cds::gc::DHP, michael>::row("libcds_michael", "cds_dhp"),
    face<buffered_rcu, michael>::row("libcds_michael", "cds_rcu"),
    face<cds::gc::HP, split>::row("libcds_split", "cds_hp"),
    face<buffered_rcu, split>::row("libcds_split", "cds_rcu"),
    face<cds::gc::HP, feldman>::row("libcds_feldman", "cds_hp"),
    face<cds::gc::HP, skip>::row("libcds_skip", "cds_hp"),
    face<buffered_rcu, skip>::row("libcds_skip", "cds_rcu"),
    {},
};
