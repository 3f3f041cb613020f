/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rcu_mb.c - the slow paths of rcu_mb.h. */
#include "reclaim/rcu_mb.h"

/* Whether the calling thread is inside a read-side critical section. */
static bool rcp_is_inside(void)
{
    return urcu_mb_read_ongoing();
}

static bool rcp_is_registered(void)
{
    return URCU_TLS(urcu_mb_reader).registered;
}

static void rcp_go_online(void)
{
}

#define QS_PART_SCHEME rcu_mb
#define QS_RCU(name)   urcu_mb_##name
#include "reclaim/rcu_part.c.h"
