/* verdict.h - what a change decides about the value of a key.
 *
 * map_compute() calls a function of its caller,
 *
 *     enum qs_verdict change(void *arg, bool present, QS_MAP_VALUE *value)
 *
 * which is told whether the key is present and finds its value in *value (anything, if
 * it is absent), and decides what becomes of it.  The decision takes effect only if
 * nothing has changed the key in between; otherwise change is called again and decides
 * anew, so it keeps in *arg what the last call has left there.  It runs inside an
 * operation of the map, hence uses no map, and outside any read phase, hence may be
 * what it likes otherwise, though others do not wait for it.
 */
#ifndef QS_STRUCTURES_VERDICT_H
#define QS_STRUCTURES_VERDICT_H

enum qs_verdict {
    QS_KEEP,  /* leave it as it is */
    QS_STORE, /* let *value be its value, whether it was present or not */
    QS_REMOVE /* let it be absent */
};

/* Of functions that take another one: inlined, so that a constant one is called
 * directly. */
#define QS_CALLS_BACK static inline __attribute__((always_inline, unused))

#endif
