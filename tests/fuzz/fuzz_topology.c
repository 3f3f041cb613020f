/* fuzz_topology.c - placement policies on machines that are not here: a placement uses
 * processors that exist and, unless asked to, none of them twice. */
#include "harness/topology.h"
#include "tests/fuzz/fuzz.h"

enum { THREADS = 40 };

static const char *const sources[] = { "pack:1 core:2 pu:1", "pack:2 core:2 pu:2",
                                       "pack:2 numa:2 core:4 pu:2", "core:3 pu:1" };
enum { MACHINES = sizeof sources / sizeof *sources };

static struct qs_topology *machine(unsigned i)
{
    static struct qs_topology *machines[MACHINES];
    char error[512] = "";

    if (!machines[i])
        machines[i] = qs_topology_open(sources[i], error, sizeof error);
    EXPECT(machines[i]);
    return machines[i];
}

static void check_places(const struct qs_topology *t, const struct qs_place *places,
                         unsigned n, bool oversubscribe)
{
    EXPECT(oversubscribe || n <= qs_topology_pus(t));
    for (unsigned i = 0; i < n; i++) {
        EXPECT(places[i].pu < qs_topology_pus(t));
        for (unsigned k = 0; k < i && !oversubscribe; k++)
            EXPECT(places[k].pu != places[i].pu);
    }
}

/* The first byte chooses a machine, the second the number of threads, the rest is the
 * policy. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct qs_place places[THREADS];
    char error[512] = "";

    if (size < 2 || memchr(bytes, '\n', size))
        return 0;
    const struct qs_topology *t = machine(bytes[0] % MACHINES);
    unsigned n = bytes[1] % THREADS + 1;
    bool oversubscribe = bytes[1] >= 128;
    char *policy = fuzz_text(bytes + 2, size - 2);
    if (qs_topology_place(t, policy, n, oversubscribe, places, error, sizeof error))
        expect_sentence(error);
    else
        check_places(t, places, n, oversubscribe);
    free(policy);
    return 0;
}
