/* quiesce.h - maps chosen by name at run time: no templates, no atomics, no macros.
 *
 * For C and C++ from C11 and C++11 on, and for whatever calls C functions.  A map takes
 * uint64_t to uint64_t (all values legal; a pointer fits).  A call costs one indirect
 * call more than a map that is compiled from its template, <quiesce/structures/X.h>,
 * which takes types of your own, too.
 *
 * A thread registers with a map before it uses it, passes its registration to every
 * call, and unregisters, at the latest before the map is destroyed.  Calls that take a
 * registration may run on any number of registered threads at once, and each is
 * linearizable, but for those that say otherwise.
 *
 * Functions that do something return 0 or a positive answer, or a negative errno;
 * questions are answered by bool.
 */
#ifndef QUIESCE_H
#define QUIESCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct qs_map;
struct qs_thread; /* a thread's registration with one map */

/* "0.1.0", of the library that runs. */
const char *qs_version(void);

/* An empty map with room for capacity keys; 0: as small as it can be.  structure is one
 * of "split_ordered", "skip_list" ..., reclaim one of "ebr", "hp" ...: the scheme that
 * frees what is removed.  NULL with errno set: EINVAL if qs_map_refusal() says why not,
 * or if capacity is out of reach, or ENOMEM.  The caller owns it. */
struct qs_map *qs_map_create(const char *structure, const char *reclaim,
                             size_t capacity);

/* Frees the map and all in it.  0, or -EBUSY while threads are registered. */
int qs_map_destroy(struct qs_map *m);

/* A sentence that says why there is no such map, and of a name that is misspelt which
 * one is meant; NULL if there is one.  It is nobody's to free. */
const char *qs_map_refusal(const char *structure, const char *reclaim);

/* The i-th pair of a structure and a scheme that makes a map; false past the last. */
bool qs_map_choice(unsigned i, const char **structure, const char **reclaim);

/* The calling thread's registration; NULL without memory.  It may register again and
 * with other maps, and uses each registration itself. */
struct qs_thread *qs_map_register(struct qs_map *m);

/* 0, or -EPERM if another thread registered, or -EBUSY inside a visit. */
int qs_map_unregister(struct qs_map *m, struct qs_thread *t);

/* False, leaving *value alone, if key is absent. */
bool qs_map_get(struct qs_map *m, struct qs_thread *t, uint64_t key, uint64_t *value);

/* 1 if inserted, 0 if key is present, -ENOMEM. */
int qs_map_insert(struct qs_map *m, struct qs_thread *t, uint64_t key, uint64_t value);

/* False if key is absent; *value gets what is removed unless value is NULL. */
bool qs_map_remove(struct qs_map *m, struct qs_thread *t, uint64_t key,
                   uint64_t *value);

/* What follows returns -ENOTSUP, or false, or 0, with maps that do not offer it. */

/* 1 if inserted; 0 if replaced, and *old gets the old value unless old is NULL;
 * -ENOMEM. */
int qs_map_put(struct qs_map *m, struct qs_thread *t, uint64_t key, uint64_t value,
               uint64_t *old);

/* 1 if replaced, as above; 0 if key is absent; -ENOMEM. */
int qs_map_replace(struct qs_map *m, struct qs_thread *t, uint64_t key, uint64_t value,
                   uint64_t *old);

/* 1 if the value was *expected and is desired now; 0 if it is another one, which
 * *expected gets; -ENOENT if key is absent; -ENOMEM. */
int qs_map_compare_exchange(struct qs_map *m, struct qs_thread *t, uint64_t key,
                            uint64_t *expected, uint64_t desired);

/* 1 if inserted; 0 if present, and *value gets its value; -ENOMEM. */
int qs_map_get_or_insert(struct qs_map *m, struct qs_thread *t, uint64_t key,
                         uint64_t *value);

/* Visits pairs until visit returns false: each key that is there all the time once, one
 * that comes or goes meanwhile once or never.  visit uses no map. */
int qs_map_for_each(struct qs_map *m, struct qs_thread *t,
                    bool (*visit)(void *arg, const uint64_t *key,
                                  const uint64_t *value),
                    void *arg);

/* Removes what for_each would visit. */
int qs_map_clear(struct qs_map *m, struct qs_thread *t);

/* The number of keys, exact while nobody changes it. */
size_t qs_map_size(struct qs_map *m);

/* Ordered maps: the pair of the least key, of the greatest, of the greatest up to key,
 * of the least from key on; false if there is none. */
bool qs_map_first(struct qs_map *m, struct qs_thread *t, uint64_t *found,
                  uint64_t *value);
bool qs_map_last(struct qs_map *m, struct qs_thread *t, uint64_t *found,
                 uint64_t *value);
bool qs_map_floor(struct qs_map *m, struct qs_thread *t, uint64_t key, uint64_t *found,
                  uint64_t *value);
bool qs_map_ceiling(struct qs_map *m, struct qs_thread *t, uint64_t key,
                    uint64_t *found, uint64_t *value);

/* Ordered maps: as for_each, in ascending order, over the keys in [from, to]; returns
 * how many it visited. */
size_t qs_map_range(struct qs_map *m, struct qs_thread *t, uint64_t from, uint64_t to,
                    bool (*visit)(void *arg, const uint64_t *key,
                                  const uint64_t *value),
                    void *arg);

/* Between operations.  Some schemes ("qsbr") free nothing while a registered thread
 * neither calls quiesce now and then nor is offline, which it declares before it sleeps
 * or works on something else for long; then it may not use the map until online. */
void qs_map_quiesce(struct qs_map *m, struct qs_thread *t);
void qs_map_offline(struct qs_map *m, struct qs_thread *t);
void qs_map_online(struct qs_map *m, struct qs_thread *t);

/* Nodes that are removed and not freed yet; any time, from any thread. */
uint64_t qs_map_garbage(struct qs_map *m);

#ifdef __cplusplus
}
#endif

#endif
