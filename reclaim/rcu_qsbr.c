/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rcu_qsbr.c - the slow paths of rcu_qsbr.h. */
#include "reclaim/rcu_qsbr.h"

/* A thread that is online counts as reading all the time, so nothing tells. */
static bool rcp_is_inside(void)
{
    return false;
}

static bool rcp_is_registered(void)
{
    return URCU_TLS(urcu_qsbr_reader).registered;
}

/* Another registration of this thread may have gone offline. */
static void rcp_go_online(void)
{
    urcu_qsbr_thread_online();
}

#define QS_PART_SCHEME rcu_qsbr
#define QS_RCU(name)   urcu_qsbr_##name
#include "reclaim/rcu_part.c.h"
