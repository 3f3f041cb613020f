/* nodes.h - how domains under test free and allocate: as the environment says, so that
 * one program is tested both ways.  QS_TEST_AMORTISE=1 frees by and by, QS_TEST_POOL=1
 * takes nodes from pools. */
#ifndef QS_TESTS_NODES_H
#define QS_TESTS_NODES_H

#include <stdlib.h>

#include "reclaim/reclaim.h"

static inline enum qs_choice nodes_choice(const char *variable)
{
    return getenv(variable) ? QS_ON : QS_OFF;
}

/* The configuration, NULL for none, with these two chosen where it leaves them open. */
static inline struct qs_config nodes_config(const struct qs_config *config)
{
    struct qs_config c = config ? *config : (struct qs_config){ 0 };

    if (c.amortise == QS_DEFAULT)
        c.amortise = nodes_choice("QS_TEST_AMORTISE");
    if (c.pool == QS_DEFAULT)
        c.pool = nodes_choice("QS_TEST_POOL");
    return c;
}

#endif
