/* quiesce.hpp - maps chosen by name for C++17: owners, guards and exceptions over
 * <quiesce/quiesce.h>, which says what each call does.
 *
 *     quiesce::map map("split_ordered", "ebr");
 *     {
 *         quiesce::thread self(map);              // in each thread that uses it
 *         self.insert(1, 10);
 *         if (auto value = self.get(1))
 *             use(*value);
 *     }                                           // unregistered
 *
 * Keys and values are std::uint64_t.  What fails throws std::bad_alloc,
 * std::invalid_argument for a map that does not exist, with the reason, or
 * std::system_error, of std::errc::not_supported for what a map does not offer.
 * Header-only; needs the library that <quiesce/quiesce.h> needs.
 */
#ifndef QUIESCE_HPP
#define QUIESCE_HPP

#include <quiesce/quiesce.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

namespace quiesce
{

using pair = std::pair<std::uint64_t, std::uint64_t>; /* key, value */

namespace detail
{

/* Turns a negative errno into an exception, and passes the rest on. */
inline int checked(int result, const char *call)
{
    if (result == -ENOMEM)
        throw std::bad_alloc();
    if (result < 0)
        throw std::system_error(-result, std::generic_category(), call);
    return result;
}

/* Calls a function object from C, and keeps its exception until C has returned. */
template <typename Visit> struct visitor {
    Visit &visit;
    std::exception_ptr thrown = nullptr;

    static bool call(void *self, const std::uint64_t *key, const std::uint64_t *value)
    {
        auto &v = *static_cast<visitor *>(self);
        try {
            if constexpr (std::is_void_v<decltype(v.visit(*key, *value))>)
                v.visit(*key, *value);
            else
                return v.visit(*key, *value);
            return true;
        } catch (...) {
            v.thrown = std::current_exception();
            return false;
        }
    }
    void rethrow() const
    {
        if (thrown)
            std::rethrow_exception(thrown);
    }
};

} // namespace detail

/* Owns a map.  It outlives the threads registered with it. */
class map
{
  public:
    map(const std::string &structure, const std::string &reclaim,
        std::size_t capacity = 0)
        : map_(qs_map_create(structure.c_str(), reclaim.c_str(), capacity))
    {
        if (map_)
            return;
        if (errno == ENOMEM)
            throw std::bad_alloc();
        const char *why = qs_map_refusal(structure.c_str(), reclaim.c_str());
        throw std::invalid_argument("quiesce: " + structure + " with " + reclaim +
                                    ": " + (why ? why : "capacity is out of reach"));
    }
    map(map &&other) noexcept : map_(std::exchange(other.map_, nullptr))
    {
    }
    map &operator=(map &&other) noexcept
    {
        std::swap(map_, other.map_);
        return *this;
    }
    map(const map &) = delete;
    map &operator=(const map &) = delete;

    /* A map that threads are registered with is misuse, and ends the program. */
    ~map()
    {
        if (map_ && qs_map_destroy(map_))
            std::terminate();
    }

    std::size_t size() const
    {
        return qs_map_size(map_);
    }
    std::uint64_t garbage() const
    {
        return qs_map_garbage(map_);
    }
    qs_map *handle() const noexcept
    {
        return map_;
    }

  private:
    qs_map *map_;
};

/* Guard: registers the calling thread, which alone uses it and ends it. */
class thread
{
  public:
    explicit thread(map &m) : map_(m.handle()), thread_(qs_map_register(map_))
    {
        if (!thread_)
            throw std::bad_alloc();
    }
    thread(const thread &) = delete;
    thread &operator=(const thread &) = delete;
    ~thread()
    {
        if (qs_map_unregister(map_, thread_))
            std::terminate(); /* on another thread, or inside a visit */
    }

    std::optional<std::uint64_t> get(std::uint64_t key)
    {
        std::uint64_t value;
        return qs_map_get(map_, thread_, key, &value) ? std::optional(value)
                                                      : std::nullopt;
    }
    bool contains(std::uint64_t key)
    {
        return get(key).has_value();
    }

    /* False if key is present. */
    bool insert(std::uint64_t key, std::uint64_t value)
    {
        return detail::checked(qs_map_insert(map_, thread_, key, value), "insert") > 0;
    }

    /* What was removed. */
    std::optional<std::uint64_t> remove(std::uint64_t key)
    {
        std::uint64_t value;
        return qs_map_remove(map_, thread_, key, &value) ? std::optional(value)
                                                         : std::nullopt;
    }

    /* The value before, if key was present. */
    std::optional<std::uint64_t> put(std::uint64_t key, std::uint64_t value)
    {
        std::uint64_t old;
        return detail::checked(qs_map_put(map_, thread_, key, value, &old), "put")
                   ? std::nullopt
                   : std::optional(old);
    }

    /* The value before; nothing, and no change, if key is absent. */
    std::optional<std::uint64_t> replace(std::uint64_t key, std::uint64_t value)
    {
        std::uint64_t old;
        return detail::checked(qs_map_replace(map_, thread_, key, value, &old),
                               "replace")
                   ? std::optional(old)
                   : std::nullopt;
    }

    /* False if key is absent, or has another value, which expected becomes. */
    bool compare_exchange(std::uint64_t key, std::uint64_t &expected,
                          std::uint64_t desired)
    {
        int result = qs_map_compare_exchange(map_, thread_, key, &expected, desired);
        return result != -ENOENT && detail::checked(result, "compare_exchange") > 0;
    }

    /* The value of key, which is this one unless it is present. */
    std::uint64_t get_or_insert(std::uint64_t key, std::uint64_t value)
    {
        detail::checked(qs_map_get_or_insert(map_, thread_, key, &value),
                        "get_or_insert");
        return value;
    }

    /* Calls visit(key, value), which may return false to stop. */
    template <typename Visit> void for_each(Visit &&visit)
    {
        detail::visitor<std::remove_reference_t<Visit>> v{ visit };
        detail::checked(qs_map_for_each(map_, thread_, v.call, &v), "for_each");
        v.rethrow();
    }

    void clear()
    {
        detail::checked(qs_map_clear(map_, thread_), "clear");
    }

    /* Ordered maps; others find nothing. */
    std::optional<pair> first()
    {
        pair p;
        return found(qs_map_first(map_, thread_, &p.first, &p.second), p);
    }
    std::optional<pair> last()
    {
        pair p;
        return found(qs_map_last(map_, thread_, &p.first, &p.second), p);
    }
    std::optional<pair> floor(std::uint64_t key)
    {
        pair p;
        return found(qs_map_floor(map_, thread_, key, &p.first, &p.second), p);
    }
    std::optional<pair> ceiling(std::uint64_t key)
    {
        pair p;
        return found(qs_map_ceiling(map_, thread_, key, &p.first, &p.second), p);
    }

    /* As for_each over the keys in [from, to], ascending; how many it visited. */
    template <typename Visit>
    std::size_t range(std::uint64_t from, std::uint64_t to, Visit &&visit)
    {
        detail::visitor<std::remove_reference_t<Visit>> v{ visit };
        std::size_t visited = qs_map_range(map_, thread_, from, to, v.call, &v);
        v.rethrow();
        return visited;
    }

    /* Holds no node: some schemes want to hear it now and then. */
    void quiesce()
    {
        qs_map_quiesce(map_, thread_);
    }

    qs_map *handle() const noexcept
    {
        return map_;
    }
    qs_thread *registration() const noexcept
    {
        return thread_;
    }

  private:
    static std::optional<pair> found(bool is, const pair &p)
    {
        return is ? std::optional(p) : std::nullopt;
    }

    qs_map *map_;
    qs_thread *thread_;
};

/* Guard: the thread waits or works on something else, and does not use the map. */
class offline
{
  public:
    explicit offline(thread &t) : thread_(t)
    {
        qs_map_offline(thread_.handle(), thread_.registration());
    }
    offline(const offline &) = delete;
    offline &operator=(const offline &) = delete;
    ~offline()
    {
        qs_map_online(thread_.handle(), thread_.registration());
    }

  private:
    thread &thread_;
};

/* Every pair of a structure and a scheme that makes a map. */
inline std::vector<std::pair<std::string, std::string>> choices()
{
    std::vector<std::pair<std::string, std::string>> all;
    const char *structure, *reclaim;

    for (unsigned i = 0; qs_map_choice(i, &structure, &reclaim); i++)
        all.emplace_back(structure, reclaim);
    return all;
}

} // namespace quiesce

#endif
