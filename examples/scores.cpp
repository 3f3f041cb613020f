/* scores.cpp - a high-score table in C++17: players at once, the best ones in order.
 *
 *     scores [STRUCTURE [SCHEME]]        any ordered map of `quiesce list`
 */
#include <quiesce/quiesce.hpp>

#include <cstdio>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace
{

constexpr unsigned players = 4, games = 5000, shown = 5;

/* The best score is the least key.  The game tells equal scores apart. */
std::uint64_t key_of(std::uint32_t score, std::uint32_t game)
{
    return (std::uint64_t{ ~score } << 32) | game;
}

void play(quiesce::map &scores, unsigned player)
{
    quiesce::thread self(scores);
    std::uint64_t random = player + 1;

    for (unsigned n = 0; n < games; n++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        self.insert(key_of(random >> 45, n * players + player), player);
    }
}

/* Prints the best; how many games there are. */
std::size_t print_best(quiesce::map &scores)
{
    quiesce::thread self(scores);
    unsigned place = 0;

    self.range(0, UINT64_MAX, [&](std::uint64_t key, std::uint64_t player) {
        std::printf("%u. player %u with %u\n", ++place, static_cast<unsigned>(player),
                    ~static_cast<std::uint32_t>(key >> 32));
        return place < shown;
    });
    return scores.size();
}

} // namespace

int main(int count, char **arguments)
try {
    quiesce::map scores(count > 1 ? arguments[1] : "skip_list",
                        count > 2 ? arguments[2] : "hp");
    std::vector<std::thread> threads;

    for (unsigned player = 0; player < players; player++)
        threads.emplace_back(play, std::ref(scores), player);
    for (auto &t : threads)
        t.join();
    return print_best(scores) == std::size_t{ players } * games ? 0 : 1;
} catch (const std::exception &e) {
    std::fprintf(stderr, "scores: %s\n", e.what());
    return 1;
}
