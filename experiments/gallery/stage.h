/* stage.h - what the programs of the gallery play with: two maps, a few threads, and a
 * way to tell what they do.
 *
 * A program is a failure, twice: as it goes wrong, and corrected.  What its threads
 * share lies in memory from stage_share() or from a scheme, where the explorer watches
 * it; maps, locks and reclamation are those of this tree, over virtual threads.
 */
#ifndef QS_EXPERIMENTS_GALLERY_STAGE_H
#define QS_EXPERIMENTS_GALLERY_STAGE_H

#include "reclaim/direct.h"
#include "reclaim/hp.h"
#include "reclaim/lock.h"

/* A map to share: any thread may use it at any time. */
#define QS_MAP_NAME          shared_map
#define QS_MAP_RECLAIM       hp
#define QS_MAP_KEY           uint64_t
#define QS_MAP_VALUE         uint64_t
#define QS_MAP_COMPARE(a, b) ((*(a) > *(b)) - (*(a) < *(b)))
#include "structures/hm_list.h"

/* A map for one thread at a time, as those that are built into languages: a lock has to
 * keep the others out. */
#define QS_MAP_NAME        plain_map
#define QS_MAP_RECLAIM     direct
#define QS_MAP_KEY         uint64_t
#define QS_MAP_VALUE       uint64_t
#define QS_MAP_HASH(k)     (*(k))
#define QS_MAP_EQUAL(a, b) (*(a) == *(b))
#include "structures/chained.h"

/* A thread of a program: its registrations with the schemes of the two maps. */
struct player {
    struct qs_hp_thread *shared;
    struct qs_direct_thread *plain;
};

typedef void part(struct player *p); /* what a thread does */

enum { PLAYERS = 3 };

struct program {
    part *begin;       /* before there are threads, as the first of them */
    void (*end)(void); /* after they are gone, or NULL; destroys the maps */
    struct role {
        const char *name; /* NULL behind the last one */
        part *wrong, *right;
    } role[PLAYERS + 1];
};

/* PROGRAM(file, begin, end, { "who", what goes wrong, the same corrected }, ...);
 * gallery.def has the words to it. */
#define PROGRAM(name, begin, end, ...) \
    const struct program gallery_##name = { begin, end, { __VA_ARGS__ } }

/* Memory that all threads share, not initialised; freed behind the end. */
void *stage_share(size_t size);

/* Tells something; other threads may go on before it. */
void stage_tell(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Stops the play if the claim is wrong: this is the moment of the failure. */
void stage_must(bool claim, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Calls and tells of it: what is called, in the program's own words, and the answer. */
#define CALL(expression) (stage_call(#expression), stage_answer((long)(expression)))

/* The same of what answers nothing. */
#define DO(statement) (stage_call(#statement), (statement), stage_return())

void stage_call(const char *text);
long stage_answer(long answer);
void stage_return(void);

#endif
