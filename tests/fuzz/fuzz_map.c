/* fuzz_map.c - sequences of operations on every map against a model.
 *
 * The first byte chooses the pair; then each two bytes are an operation and a key.  One
 * of the operations makes an allocation to come fail: the operation that meets it may
 * answer -ENOMEM and has then done nothing.  Built a second time with PLANTED, the maps
 * have a bug that the fuzzer must find.
 */
#include <errno.h>

#include "harness/map_ops.h"
#include "tests/fuzz/fuzz.h"

enum { KEYS = 16, MOST_STEPS = 400 };

/* Neighbours, ends, and keys whose hashes differ late. */
static const uint64_t keys[KEYS] = { 0,
                                     1,
                                     2,
                                     3,
                                     4,
                                     5,
                                     6,
                                     7,
                                     UINT64_C(1) << 32,
                                     UINT32_MAX,
                                     INT64_MAX,
                                     UINT64_C(1) << 63,
                                     (UINT64_C(1) << 63) + 1,
                                     UINT64_MAX - 2,
                                     UINT64_MAX - 1,
                                     UINT64_MAX };

static struct {
    unsigned until; /* the failing allocation; 0: none fails */
    bool failed;
} memory;

void *__real_qs_memory_alloc(size_t size);
void *__real_qs_memory_alloc_lines(size_t size);
void *__real_qs_memory_alloc_zeroed(size_t size);
void *__wrap_qs_memory_alloc(size_t size);
void *__wrap_qs_memory_alloc_lines(size_t size);
void *__wrap_qs_memory_alloc_zeroed(size_t size);

static bool fails_now(void)
{
    bool fails = memory.until && --memory.until == 0;

    memory.failed |= fails;
    return fails;
}

void *__wrap_qs_memory_alloc(size_t size)
{
    return fails_now() ? NULL : __real_qs_memory_alloc(size);
}

void *__wrap_qs_memory_alloc_lines(size_t size)
{
    return fails_now() ? NULL : __real_qs_memory_alloc_lines(size);
}

void *__wrap_qs_memory_alloc_zeroed(size_t size)
{
    return fails_now() ? NULL : __real_qs_memory_alloc_zeroed(size);
}

/* A map, the one thread that uses it, and what it should hold. */
struct subject {
    const struct qs_map_ops *ops;
    struct qs_map *map;
    struct qs_thread *t;
    bool present[KEYS];
    uint64_t value[KEYS];
    unsigned held;
};

static bool planted(const struct subject *s, unsigned k)
{
#ifdef PLANTED
    return s->held >= 3 && s->present[k] && k > 10;
#else
    (void)s, (void)k;
    return false;
#endif
}

static void get(struct subject *s, unsigned k)
{
    uint64_t value = 1;
    bool found = s->ops->get(s->map, s->t, keys[k], &value);

    EXPECT(found == s->present[k]);
    EXPECT(value == (found ? s->value[k] : 1));
}

static void insert(struct subject *s, unsigned k, uint64_t value)
{
    memory.failed = false;
    int inserted = planted(s, k) ? 1 : s->ops->insert(s->map, s->t, keys[k], value);

    if (inserted == -ENOMEM) {
        EXPECT(memory.failed);
        return;
    }
    EXPECT(inserted == !s->present[k]);
    if (inserted)
        s->value[k] = value;
    s->held += (unsigned)inserted;
    s->present[k] = true;
}

static void remove_key(struct subject *s, unsigned k, bool asks)
{
    uint64_t value = 1;
    bool removed = s->ops->remove(s->map, s->t, keys[k], asks ? &value : NULL);

    EXPECT(removed == s->present[k]);
    EXPECT(value == (removed && asks ? s->value[k] : 1));
    s->present[k] = false;
    s->held -= removed;
}

static void sum(struct subject *s)
{
    struct qs_map_sum have, want = { 0 };

    for (unsigned k = 0; k < KEYS; k++) {
        if (!s->present[k])
            continue;
        want.keys++;
        want.key_sum += keys[k];
        want.value_sum += s->value[k];
    }
    s->ops->sum(s->map, &have);
    EXPECT(have.keys == want.keys && have.key_sum == want.key_sum &&
           have.value_sum == want.value_sum);
}

/* Concurrency Kit has its own ways to memory. */
static bool may_fail(const struct qs_map_ops *ops)
{
    return strncmp(ops->reclaim, "ck_", 3) != 0;
}

static void leave_and_return(struct subject *s)
{
    memory.until = 0;
    EXPECT(s->ops->thread_unregister(s->t) == 0);
    s->ops->barrier(s->map);
    s->t = s->ops->thread_register(s->map);
    EXPECT(s->t);
}

static void step(struct subject *s, uint8_t operation, uint8_t operand)
{
    unsigned k = operand % KEYS;

    switch (operation % 10) {
    case 0:
    case 1:
        get(s, k);
        break;
    case 2:
    case 3:
    case 4:
        insert(s, k, 256u * operation + operand);
        break;
    case 5:
    case 6:
        remove_key(s, k, operand & 16);
        break;
    case 7:
        s->ops->quiesce(s->t);
        if (operand & 1)
            s->ops->flush(s->t);
        break;
    case 8:
        memory.until = may_fail(s->ops) ? 1 + operand % 8 : 0;
        break;
    default:
        if (operand < 16)
            leave_and_return(s);
        else
            sum(s);
    }
}

/* Not the schemes of liburcu: a map's end waits 10 ms for their grace period. */
static const struct qs_map_ops *choose(uint8_t byte)
{
    static const struct qs_map_ops *all[256];
    static unsigned n;
    const struct qs_pair *p;

    if (n == 0)
        for (unsigned i = 0; n < 256 && (p = qs_pair_at(i)); i++)
            if (p->ops && strncmp(p->reclaim, "rcu_", 4))
                all[n++] = p->ops;
    EXPECT(n);
    return all[byte % n];
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct qs_map_config config = { .reclaim.batch = 4 };

    if (size < 3)
        return 0;
    struct subject s = { .ops = choose(bytes[0]) };
    s.map = s.ops->create(&config);
    EXPECT(s.map);
    s.t = s.ops->thread_register(s.map);
    EXPECT(s.t);
    for (size_t i = 1; i + 1 < size && i < 2 * MOST_STEPS; i += 2)
        step(&s, bytes[i], bytes[i + 1]);
    memory.until = 0;
    sum(&s);
    EXPECT(s.ops->thread_unregister(s.t) == 0);
    EXPECT(s.ops->destroy(s.map) == 0);
    return 0;
}
