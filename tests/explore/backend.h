/* backend.h - the operations of reclaim/atomic.h as calls into the explorer.
 *
 * Named by QS_ATOMIC_BACKEND when structures and schemes are built for exploration, so
 * that their unmodified sources run on virtual threads: every operation is a point
 * where the scheduler may switch, and its result comes from the memory model in force.
 * Words stay plain and as large as ever; what the model knows of them is kept aside.
 */
#ifndef QS_TESTS_EXPLORE_BACKEND_H
#define QS_TESTS_EXPLORE_BACKEND_H

#include <stdbool.h>
#include <stdint.h>

enum qs_order { QX_relaxed, QX_acquire, QX_release, QX_acq_rel, QX_seq_cst };

typedef struct {
    uintptr_t cell;
} qs_word;

#define QX_TEXT_(x) #x
#define QX_TEXT(x)  QX_TEXT_(x)
#define QX_SITE     __FILE__ ":" QX_TEXT(__LINE__)

void qx_init(qs_word *address, uintptr_t value);
uintptr_t qx_load(const qs_word *address, enum qs_order order, const char *what,
                  const char *site);
void qx_store(qs_word *address, uintptr_t value, enum qs_order order, const char *what,
              const char *site);
uintptr_t qx_exchange(qs_word *address, uintptr_t value, enum qs_order order,
                      const char *what, const char *site);
uintptr_t qx_fetch_add(qs_word *address, uintptr_t value, enum qs_order order,
                       const char *what, const char *site);
uintptr_t qx_fetch_or(qs_word *address, uintptr_t value, enum qs_order order,
                      const char *what, const char *site);
bool qx_cas(qs_word *word, uintptr_t *expected, uintptr_t desired, enum qs_order order,
            const char *what, const char *site);
void qx_fence(enum qs_order order, const char *site);
bool qx_rarely(unsigned permille);

/* Statistics decide nothing: plain accesses that no schedule hangs on. */
void qx_tally_add(qs_word *word, uintptr_t value);
void qx_tally_set(qs_word *word, uintptr_t value);
uintptr_t qx_tally_claim(qs_word *word, uintptr_t value);
uintptr_t qx_tally_read(const qs_word *word);

/* An owner's accesses are plain ones; a peek has to find the memory there. */
uintptr_t qx_owned_read(const qs_word *word);
void qx_owned_write(qs_word *word, uintptr_t value);
uintptr_t qx_peek(const qs_word *word);

#define qs_init(word, value) qx_init((word), (uintptr_t)(value))
#define qs_load(word, order) qx_load((word), QX_##order, #word, QX_SITE)
#define qs_store(word, value, order) \
    qx_store((word), (uintptr_t)(value), QX_##order, #word, QX_SITE)
#define qs_exchange(word, value, order) \
    qx_exchange((word), (uintptr_t)(value), QX_##order, #word, QX_SITE)
#define qs_fetch_add(word, value, order) \
    qx_fetch_add((word), (uintptr_t)(value), QX_##order, #word, QX_SITE)
#define qs_fetch_or(word, value, order) \
    qx_fetch_or((word), (uintptr_t)(value), QX_##order, #word, QX_SITE)
#define qs_cas(word, expected, desired) \
    qx_cas((word), (expected), (uintptr_t)(desired), QX_seq_cst, #word, QX_SITE)
#define qs_fence(order)      qx_fence(QX_##order, QX_SITE)
#define qs_light_fence()     ((void)0) /* nothing is compiled together here */
#define QS_BUGGIFY(permille) qx_rarely(permille)

#define qs_tally_own(word, value)    qx_tally_add((word), (value))
#define qs_tally_shared(word, value) qx_tally_add((word), (value))
#define qs_tally_set(word, value)    qx_tally_set((word), (value))
#define qs_tally_raise(word, value)  ((void)(value))
#define qs_tally_claim(word, value)  qx_tally_claim((word), (value))
#define qs_tally_read(word)          qx_tally_read(word)

#define qs_owned_read(word)         qx_owned_read(word)
#define qs_owned_write(word, value) qx_owned_write((word), (value))
#define qs_peek(word)               qx_peek(word)

/* The hash of a key: one for all keys in programs that say so. */
uint64_t qx_hash(uint64_t mixed);
#define QS_HASH_OF(mixed) qx_hash(mixed)

/* A thread that waits lets the others run. */
void qx_yield(const char *site);
#define qs_pause() qx_yield(QX_SITE)

#endif
