/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rcu_bp.c - the slow paths of rcu_bp.h. */
#include "reclaim/rcu_bp.h"

static bool rcp_is_registered(void)
{
    return URCU_TLS(urcu_bp_reader) != NULL;
}

/* Asks a registered thread only: the question itself would register. */
static bool rcp_is_inside(void)
{
    return rcp_is_registered() && urcu_bp_read_ongoing();
}

static void rcp_go_online(void)
{
}

#define QS_PART_SCHEME rcu_bp
#define QS_RCU(name)   urcu_bp_##name
#include "reclaim/rcu_part.c.h"
