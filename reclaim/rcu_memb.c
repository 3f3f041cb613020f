/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rcu_memb.c - the slow paths of rcu_memb.h. */
#include "reclaim/rcu_memb.h"

/* Whether the calling thread is inside a read-side critical section. */
static bool rcp_is_inside(void)
{
    return urcu_memb_read_ongoing();
}

static bool rcp_is_registered(void)
{
    return URCU_TLS(urcu_memb_reader).registered;
}

static void rcp_go_online(void)
{
}

#define QS_PART_SCHEME rcu_memb
#define QS_RCU(name)   urcu_memb_##name
#include "reclaim/rcu_part.c.h"
