/* named.c - maps chosen by name; compiled as C11 and as C++11. */
#include <quiesce/quiesce.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

static bool add_key(void *arg, const uint64_t *key, const uint64_t *value)
{
    (void)value;
    *(uint64_t *)arg += *key;
    return true;
}

/* What every map does the same. */
static bool works(const char *structure, const char *reclaim)
{
    struct qs_map *m = qs_map_create(structure, reclaim, 10);
    struct qs_thread *t = m ? qs_map_register(m) : NULL;
    uint64_t value = 0, sum = 0;
    bool right = t && qs_map_destroy(m) == -EBUSY;

    for (uint64_t key = 0; key < 10 && right; key++)
        right = qs_map_insert(m, t, key, key * key) == 1;
    right = right && !qs_map_insert(m, t, 3, 0) && qs_map_get(m, t, 3, &value) &&
            value == 9 && qs_map_remove(m, t, 3, &value) && value == 9 &&
            !qs_map_get(m, t, 3, &value);
    if (right && qs_map_for_each(m, t, add_key, &sum) != -ENOTSUP)
        right = sum == 45 - 3;
    if (right && qs_map_put(m, t, 4, 1, &value) != -ENOTSUP)
        right = value == 16 && qs_map_get(m, t, 4, &value) && value == 1;
    if (right && qs_map_first(m, t, &value, &sum))
        right = value == 0 && qs_map_range(m, t, 2, 5, add_key, &sum) == 3;
    right = right && !qs_map_unregister(m, t) && !qs_map_destroy(m);
    if (!right)
        printf("%s %s is wrong\n", structure, reclaim);
    return right;
}

int main(void)
{
    const char *structure, *reclaim;
    unsigned n = 0;

    for (; qs_map_choice(n, &structure, &reclaim); n++)
        if (!works(structure, reclaim))
            return 1;
    if (qs_map_create("no such", "ebr", 0) || errno != EINVAL ||
        strcmp(qs_map_refusal("no such", "ebr"),
               "there is no structure of that name") ||
        !strstr(qs_map_refusal("splitordered", "ebr"), "'split_ordered'?") ||
        !strstr(qs_map_refusal("hm_list", "hazard"), "there is no scheme") ||
        !strstr(qs_map_refusal("hm_list", "hp_assym"), "did you mean 'hp_asym'?") ||
        !strstr(qs_map_refusal("hm_list", "rcu_memb"), "quiesce-urcu") ||
        qs_map_refusal("hm_list", "ebr"))
        return 1;
    printf("quiesce %s: %u maps are right\n", qs_version(), n);
    return n < 20;
}
