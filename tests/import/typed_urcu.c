/* typed_urcu.c - the same with one of liburcu's schemes, under its licence. */
#include <stdio.h>

#include <quiesce/reclaim/rcu_memb.h>

#define QS_MAP_NAME        squares
#define QS_MAP_RECLAIM     rcu_memb
#define QS_MAP_KEY         uint64_t
#define QS_MAP_VALUE       uint64_t
#define QS_MAP_HASH(k)     (*(k)*0x9e3779b97f4a7c15u)
#define QS_MAP_EQUAL(a, b) (*(a) == *(b))
#include <quiesce/structures/michael_hash.h>

static struct qs_rcu_memb_domain rcu;
static struct squares map;

int main(void)
{
    uint64_t value = 0;

    if (qs_rcu_memb_domain_init(&rcu, NULL) || squares_init(&map, 100))
        return 1;
    struct qs_rcu_memb_thread *t = qs_rcu_memb_thread_register(&rcu);
    for (uint64_t i = 0; i < 100; i++)
        if (squares_insert(&map, t, i, i * i) != 1)
            return 1;
    bool right = squares_get(&map, t, 9, &value) && value == 81;
    qs_rcu_memb_thread_unregister(t);
    squares_destroy(&map);
    qs_rcu_memb_domain_destroy(&rcu);
    puts(right ? "right" : "wrong");
    return !right;
}
