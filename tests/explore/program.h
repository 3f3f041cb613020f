/* program.h - small concurrent programs over one object, run by the engine. */
#ifndef QS_TESTS_EXPLORE_PROGRAM_H
#define QS_TESTS_EXPLORE_PROGRAM_H

#include "tests/explore/engine.h"
#include "tests/explore/subject.h"

/* Random programs have the first few keys. */
enum { QX_STEPS_MAX = 4, QX_KEYS = 6, QX_KEYS_DRAWN = 3 };

struct qx_call {
    unsigned operation; /* number in its sort */
    unsigned key;
    bool flush_after;
};

struct qx_program {
    unsigned threads, calls[QX_THREADS];
    struct qx_call call[QX_THREADS][QX_STEPS_MAX];
    bool late[QX_THREADS];   /* registers while others run */
    bool prefilled[QX_KEYS]; /* in a queue, so many */
    bool collide;            /* all keys have one hash */
};

/* Runs the program, or a random one if it is NULL, as execution `number` on a fresh
 * object. True if nothing was found. */
bool qx_program_run(const struct qx_subject *subject, const struct qx_program *program,
                    uint64_t number);

/* The program of the last execution. */
const struct qx_program *qx_program_last(void);

enum { QX_PROGRAM_TEXT = 96 };

/* A program as text: calls by the letter of their operation with the key, f after one
 * that is followed by a flush, blanks between calls, | between threads, + where a
 * thread registers while others run; in front, the keys present before, # if all keys
 * have one hash, and a colon.  "0: r0 i0f|+ g0 g0". */
void qx_program_format(const struct qx_sort *sort, const struct qx_program *p,
                       char text[QX_PROGRAM_TEXT]);
bool qx_program_parse(const struct qx_sort *sort, const char *text,
                      struct qx_program *p);

/* Whether the object has all operations of the program. */
bool qx_program_suits(const struct qx_subject *subject, const struct qx_program *p);

bool qx_program_uses(const struct qx_program *p, unsigned key);

/* How many keys it may be about. */
unsigned qx_program_keys(const struct qx_program *p);

/* Removes call j of thread i, and the thread if it was its last. */
void qx_program_drop(struct qx_program *p, unsigned i, unsigned j);

#endif
