/* wrapped.cpp - maps chosen by name through the C++17 wrapper, each call once. */
#include <quiesce/quiesce.hpp>

#include <cstdio>
#include <cstring>
#include <thread>

namespace
{

/* What throw_it throws. */
template <typename Exception, typename F> bool throws(F &&throw_it, const char *text)
{
    try {
        throw_it();
    } catch (const Exception &e) {
        return std::strstr(e.what(), text) != nullptr;
    }
    return false;
}

/* What every map that offers changes does the same. */
bool changes(quiesce::thread &t)
{
    std::uint64_t expected = 5;
    bool right = t.insert(1, 10) && !t.insert(1, 11) && t.get(1) == 10 && !t.get(2) &&
                 t.contains(1) && !t.contains(2);

    right = right && t.put(1, 12) == 10 && !t.put(2, 20) && t.replace(2, 21) == 20 &&
            !t.replace(3, 30) && t.get_or_insert(3, 31) == 31 &&
            t.get_or_insert(3, 32) == 31;
    right = right && !t.compare_exchange(3, expected, 33) && expected == 31 &&
            t.compare_exchange(3, expected, 33) && t.get(3) == 33 &&
            !t.compare_exchange(4, expected, 40);
    return right && t.remove(1) == 12 && !t.remove(1);
}

/* The map holds 2 and 3. */
bool visits(quiesce::thread &t)
{
    std::uint64_t sum = 0;
    int calls = 0;

    t.for_each([&](std::uint64_t key, std::uint64_t) { sum += key; });
    t.for_each([&](std::uint64_t, std::uint64_t) { return ++calls < 1; });
    return sum == 5 && calls == 1 &&
           throws<std::runtime_error>(
               [&] {
                   t.for_each([](std::uint64_t, std::uint64_t) {
                       throw std::runtime_error("from a visit");
                   });
               },
               "from a visit");
}

bool orders(quiesce::thread &t)
{
    std::uint64_t sum = 0;
    std::size_t visited = t.range(
        0, UINT64_MAX, [&](std::uint64_t key, std::uint64_t) { sum = sum * 10 + key; });

    return visited == 2 && sum == 23 && t.first()->first == 2 && t.last()->first == 3 &&
           t.floor(100)->first == 3 && t.ceiling(3)->second == 33 && !t.ceiling(4) &&
           !t.floor(1);
}

bool one_map(const char *structure, const char *reclaim, bool ordered)
{
    quiesce::map first(structure, reclaim), m(std::move(first));
    quiesce::thread t(m);
    bool right =
        changes(t) && visits(t) && m.size() == 2 && (ordered ? orders(t) : !t.first());

    t.quiesce();
    {
        quiesce::offline asleep(t);
        std::thread([&m, &right] {
            quiesce::thread other(m);
            right = right && other.get(2) == 21;
        }).join();
    }
    t.clear();
    return right && m.size() == 0 && m.garbage() < 100;
}

bool refusals()
{
    return throws<std::invalid_argument>(
               [] { quiesce::map m("split_ordered", "ebbr"); },
               "split_ordered with ebbr: there is no scheme of that name; did you mean "
               "'ebr'?") &&
           throws<std::invalid_argument>(
               [] { quiesce::map m("skiplist", "ebr"); },
               "there is no structure of that name; did you mean 'skip_list'?") &&
           throws<std::invalid_argument>([] { quiesce::map m("rcu_hash", "hp"); },
                                         "rcu_hash with hp: ") &&
           throws<std::system_error>(
               [] {
                   quiesce::map m("ck_ht", "ck_epoch");
                   quiesce::thread(m).put(1, 1);
               },
               "put: ");
}

} // namespace

int main()
{
    bool right = one_map("split_ordered", "qsbr", false) &&
                 one_map("skip_list", "hp", true) && refusals() &&
                 quiesce::choices().size() > 20;

    std::puts(right ? "right" : "wrong");
    return !right;
}
