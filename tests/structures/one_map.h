/* one_map.h - one map `map` under SCHEME, and the thread that uses it: what a test that
 * looks into a structure begins and ends with.  The includer has generated `map`. */
#ifndef QS_TESTS_ONE_MAP_H
#define QS_TESTS_ONE_MAP_H

#include "tests/check.h"

#define R(name) QS_SCHEME(SCHEME, name)

static struct R(domain) domain;
static struct R(thread) * thread;
static struct map map;

static inline void open_map(void)
{
    REQUIRE(!R(domain_init)(&domain, NULL));
    REQUIRE(!map_init(&map, 0));
    thread = R(thread_register)(&domain);
    REQUIRE(thread);
}

static inline void close_map(void)
{
    CHECK_EQ(R(thread_unregister)(thread), 0);
    map_destroy(&map);
    CHECK_EQ(R(domain_destroy)(&domain), 0);
}

/* Keys that come in no order, all different. */
static inline uint64_t scattered(uint64_t i)
{
    return i * 0x9e3779b97f4a7c15u;
}

#endif
