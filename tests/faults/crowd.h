/* crowd.h - threads that use a map and keep accounts, so that it can be told afterwards
 * whether the map did what it said. */
#ifndef QS_TESTS_FAULTS_CROWD_H
#define QS_TESTS_FAULTS_CROWD_H

#include <pthread.h>

#include "tests/faults/fault.h"

enum { CROWD_MAX = 64 };

struct crowd {
    const struct qs_map_ops *ops;
    struct qs_map *map;
    uint64_t first_key, keys; /* the range they work on */
    uint64_t each;            /* operations of a thread; 0: until told to stop */
    qs_word stop;
    qs_word done;  /* operations of all, from time to time */
    qs_word ended; /* members that have left */
    unsigned n;
    struct crowd_member {
        struct crowd *crowd;
        pthread_t thread;
        uint64_t random;
        uint64_t added, removed, key_sum, value_sum;
        unsigned wrong, failed;
    } members[CROWD_MAX];
};

/* The one value of a key. */
static inline uint64_t crowd_value(uint64_t key)
{
    return ~key * 0x9e3779b97f4a7c15u;
}

/* Starts n threads on the map; c says the rest.  Returns how many could be started. */
unsigned crowd_start(struct crowd *c, unsigned n);

/* Tells them to stop.  False if some do not for seconds, as they wait for something. */
bool crowd_stops(struct crowd *c);

/* Waits for them, telling those to stop that would not. */
void crowd_end(struct crowd *c);

/* Whether the map holds what the crowd's accounts say, and nothing else. */
bool crowd_agrees(const struct crowd *c);

/* One random operation, accounted for; used by threads that are no member, too. */
void crowd_operate(struct crowd_member *m, struct qs_thread *t);

#endif
