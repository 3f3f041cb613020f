/* program_map.c - functions of program.h as the harness drives maps.
 *
 * Threads are registered with a scheme that does nothing, for what the harness counts
 * in a thread's record.
 */
#include "harness/peers/program_map.h"

#include <string.h>

#include "harness/peers/program.h"
#include "reclaim/direct.h"

static const struct peer_map *peer;
static struct qs_direct_domain domain;

static struct qs_map *create(const struct qs_map_config *config)
{
    return peer->create(config->capacity);
}

static int destroy(struct qs_map *m)
{
    peer->destroy(m);
    return 0;
}

static struct qs_thread *thread_register(struct qs_map *m)
{
    (void)m;
    peer->join();
    return (struct qs_thread *)qs_direct_thread_register(&domain);
}

static int thread_unregister(struct qs_thread *t)
{
    peer->part();
    return qs_direct_thread_unregister((struct qs_direct_thread *)t);
}

static void nothing(struct qs_thread *t)
{
    (void)t;
}

static void barrier(struct qs_map *m)
{
    (void)m;
}

static void stats(struct qs_map *m, struct qs_stats *s)
{
    (void)m;
    qs_direct_stats(&domain, s);
}

static void sum(struct qs_map *m, struct qs_map_sum *s)
{
    struct peer_content content = { 0, 0, 0 };

    peer->content(m, &content);
    *s = (struct qs_map_sum){ content.keys, content.key_sum, content.value_sum };
}

const struct qs_map_ops *peer_ops(const char *structure, const char *reclaim)
{
    static struct qs_map_ops ops = {
        .create = create,
        .destroy = destroy,
        .thread_register = thread_register,
        .thread_unregister = thread_unregister,
        .quiesce = nothing,
        .offline = nothing,
        .online = nothing,
        .flush = nothing,
        .barrier = barrier,
        .stats = stats,
        .sum = sum,
        .burst = 1,
    };

    for (peer = peer_maps; peer->structure; peer++)
        if (!strcmp(peer->structure, structure) && !strcmp(peer->reclaim, reclaim))
            break;
    if (!peer->structure ||
        qs_direct_domain_init(&domain, &(struct qs_config){ .batch = 0 }))
        return NULL;
    ops.structure = peer->structure;
    ops.reclaim = peer->reclaim;
    ops.get = peer->get;
    ops.insert = peer->insert;
    ops.remove = peer->remove;
    peer->join();
    return &ops;
}
