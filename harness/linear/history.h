/* history.h - calls of concurrent objects, as they were made and answered.
 *
 * A history is an array of calls in any order; fastest to check if each thread's calls
 * follow one another.  Times are ticks of any clock that all threads agree on, such
 * that a call took effect between its two stamps; a call precedes another if it was
 * answered strictly before the other was invoked.
 */
#ifndef QS_HARNESS_LINEAR_HISTORY_H
#define QS_HARNESS_LINEAR_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* What a call asked for, and in brackets what `ok` says.  `output` is 0 unless the line
 * says otherwise; a model compares it. */
enum qs_kind {
    QS_CALL_GET,     /* [present] output: the value; of a counter, [1] its count */
    QS_CALL_HAS,     /* [present] */
    QS_CALL_INSERT,  /* input if absent [was absent] */
    QS_CALL_REMOVE,  /* [was present] output: the value, of a set 0 */
    QS_CALL_PUT,     /* input in any case [was present] output: the value before */
    QS_CALL_REPLACE, /* input if present [was present] output: the value before */
    QS_CALL_COMPARE_EXCHANGE, /* input if the value is other [it was] */
    QS_CALL_GET_OR_INSERT,    /* as INSERT; if present, output: the value */
    QS_CALL_ADD,              /* input to a counter [1] output: the count before */
    QS_CALL_PUSH,             /* input to a queue [1] */
    QS_CALL_POP,              /* [was not empty] output: what was taken */
    QS_CALL_FIRST,            /* [not empty] one item, as of the next three */
    QS_CALL_LAST,
    QS_CALL_FLOOR,   /* the greatest key not above key [there is one] */
    QS_CALL_CEILING, /* the least key not below key [there is one] */
    QS_CALL_RANGE, /* [1] items from key to other inclusive; at most input, if not 0 */
    QS_CALL_SCAN,  /* [1] items, weakly consistent: see scan.h */
    QS_CALL_KINDS
};

/* `ok` of a call that failed without effect, such as for want of memory: any state
 * allows it. */
enum { QS_CALL_FAILED = 2 };

/* The answer's time of a call that never returned: it took effect, or did not, at any
 * time after it was invoked. */
#define QS_NEVER UINT64_MAX

struct qs_call {
    uint64_t invoke, answer; /* times */
    uint64_t key;            /* which key or which object */
    uint64_t input, other;   /* what it brought */
    uint64_t output;         /* what it was told; where there are items, the first */
    uint32_t items;          /* how many of the history's items it was told */
    uint16_t thread;
    uint8_t kind; /* enum qs_kind */
    uint8_t ok;
};

/* In `other` of a first(): it says nothing of the value, as pop_first() does not, which
 * gives the one that it removes the key with. */
enum { QS_KEY_ALONE = 1 };

struct qs_item {
    uint64_t key, value;
};

struct qs_history {
    struct qs_call *calls;
    size_t n;
    struct qs_item *items; /* of calls that were told several */
    size_t items_n;
};

/* The word for a kind, such as "insert", or NULL. */
const char *qs_kind_name(unsigned kind);

/* Whether the call, answered as it was, left the object as it found it. */
bool qs_call_is_read(const struct qs_call *c);

/* Whether it says nothing: it failed, or is a read that never returned. */
bool qs_call_is_void(const struct qs_call *c);

/* "insert(3, v17) = present".  Returns text. */
enum { QS_CALL_TEXT = 96 };
char *qs_call_text(const struct qs_history *h, const struct qs_call *c,
                   char text[QS_CALL_TEXT]);

/* Writes the history as CSV under a line `# name`, which tells what it is of.  0, or
 * -errno. */
int qs_history_write(const struct qs_history *h, const char *name, FILE *out);

/* Reads such a file; false with "line N: ..." in error.  Free it by
 * qs_history_release(). */
enum { QS_HISTORY_NAME = 160 };
bool qs_history_read(struct qs_history *h, char name[QS_HISTORY_NAME], FILE *in,
                     char *error, size_t error_size);

void qs_history_release(struct qs_history *h);

#endif
