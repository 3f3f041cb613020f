/* delayed_value.h - values that are deleted while others hold them: live, then a
 * tombstone, then purged when nobody holds them any more.
 *
 * As Go services delay deletes: a state and a reference count per value, and a
 * collector.  Here they share one word, so that no reader can come in between the
 * collector's look at the count and its purge; and a value is known by a handle with a
 * generation, so that who comes late with an old one does not get its slot's next value.
 *
 * Algorithm.  A slot's word holds a generation, the number of holders and a state.
 *   PURGED     free; make takes it, fills it, and lets it be LIVE in the next generation
 *   LIVE       hold adds a holder and gives the value; release takes one off
 *   TOMBSTONE  bury has made it so, for one caller; holders keep the value, and no new
 *              ones come
 *   CLAIMED    somebody fills it, or disposes of its value, alone: from PURGED, or from
 *              TOMBSTONE without holders
 * Handles are kept wherever values would be, for example in a map; a handle whose value
 * is not LIVE stands for nothing, now and for ever.
 *
 * Linearization points
 *   hold, got it; bury, did it     the CAS (3), the CAS (5)
 *   hold and bury, too late        the load that found another state or generation
 *
 * Memory order.
 *   (1) claim of a purged slot, a seq_cst CAS: acquires (6)
 *   (2) live, release store: publishes the value
 *   (3) hold, a seq_cst CAS: acquires (2)
 *   (4) release, a release addition: the holder has read the value by then
 *   (5) bury, a seq_cst CAS
 *   (6) purge, a seq_cst CAS: acquires every (4); then a release store of the state
 *
 * Progress: release is wait-free, hold and bury are lock-free; make and purge look at
 * each slot once at most.
 *
 * Reclamation: none; slots are reused, and freed with all of them.  A slot serves 2^32
 * values; a handle that is older than that may be taken for another one.
 */
#ifndef QS_STRUCTURES_DELAYED_VALUE_H
#define QS_STRUCTURES_DELAYED_VALUE_H

#include <errno.h>

#include "reclaim/reclaim.h"

enum qs_delayed_state { QS_PURGED, QS_LIVE, QS_TOMBSTONE, QS_CLAIMED };

enum {
    QS_DELAYED_HOLDER = 4, /* one of them, in a slot's word; the state lies below */
    QS_DELAYED_GENERATION_SHIFT = 32
};

struct qs_delayed_slot {
    qs_word word;
    uintptr_t value;
};

struct qs_delayed {
    struct qs_delayed_slot *slots;
    size_t n;
    qs_word hint; /* where the next make begins to look: behind the slot taken last, or
                     at the one purged last */
    void (*on_purge)(uintptr_t value); /* or NULL; once per value */
};

/* Room for n values at a time.  0, -EINVAL or -ENOMEM. */
static inline int qs_delayed_init(struct qs_delayed *d, size_t n,
                                  void (*on_purge)(uintptr_t value))
{
    if (!n || n >= UINT32_MAX)
        return -EINVAL;
    d->slots = qs_memory_alloc_zeroed(n * sizeof *d->slots);
    d->n = n;
    d->on_purge = on_purge;
    qs_init(&d->hint, 0);
    return d->slots ? 0 : -ENOMEM;
}

static inline enum qs_delayed_state qs_delayed_state_in(uintptr_t word)
{
    return (enum qs_delayed_state)(word & (QS_DELAYED_HOLDER - 1));
}

static inline uintptr_t qs_delayed_generation(uintptr_t word)
{
    return word >> QS_DELAYED_GENERATION_SHIFT;
}

/* A word without holders. */
static inline uintptr_t qs_delayed_word(uintptr_t generation,
                                        enum qs_delayed_state state)
{
    return generation << QS_DELAYED_GENERATION_SHIFT | state;
}

static inline struct qs_delayed_slot *qs_delayed_slot(const struct qs_delayed *d,
                                                      uint64_t handle)
{
    return &d->slots[(uint32_t)handle - 1];
}

/* Whether the word is still about the handle's value, and that is live. */
static inline bool qs_delayed_is(uintptr_t word, uint64_t handle)
{
    return qs_delayed_state_in(word) == QS_LIVE &&
           qs_delayed_generation(word) == handle >> QS_DELAYED_GENERATION_SHIFT;
}

/* Of a handle that is not 0. */
static inline bool qs_delayed_is_live(const struct qs_delayed *d, uint64_t handle)
{
    return qs_delayed_is(qs_load(&qs_delayed_slot(d, handle)->word, seq_cst), /* (3) */
                         handle);
}

/* Alone with the slot: disposes of its value. */
static inline void qs_delayed_dispose(struct qs_delayed *d, struct qs_delayed_slot *s,
                                      uintptr_t generation)
{
    if (d->on_purge)
        d->on_purge(s->value);
    qs_store(&s->word, qs_delayed_word(generation, QS_PURGED), release); /* (6) */
}

/* The collector: purges every tombstone that nobody holds.  How many. */
static inline size_t qs_delayed_purge(struct qs_delayed *d, struct qs_counters *c)
{
    size_t purged = 0;

    for (size_t i = 0; i < d->n; i++) {
        struct qs_delayed_slot *s = &d->slots[i];
        uintptr_t word = qs_load(&s->word, relaxed);
        uintptr_t generation = qs_delayed_generation(word);
        if (word != qs_delayed_word(generation, QS_TOMBSTONE) ||
            !qs_counted_cas(c, QS_SITE_UNLINK, &s->word, &word, /* (6) */
                            qs_delayed_word(generation, QS_CLAIMED)))
            continue;
        qs_delayed_dispose(d, s, generation);
        qs_store(&d->hint, i, relaxed);
        purged++;
    }
    return purged;
}

/* The index of a slot that is the caller's alone, or n. */
static inline size_t qs_delayed_claim(struct qs_delayed *d, struct qs_counters *c,
                                      uintptr_t *generation)
{
    size_t begin = qs_load(&d->hint, relaxed);

    for (size_t k = 0; k < d->n; k++) {
        size_t i = (begin + k) % d->n;
        uintptr_t word = qs_load(&d->slots[i].word, relaxed);
        *generation = qs_delayed_generation(word);
        if (qs_delayed_state_in(word) != QS_PURGED ||
            !qs_counted_cas(c, QS_SITE_LINK, &d->slots[i].word, &word, /* (1) */
                            qs_delayed_word(*generation, QS_CLAIMED)))
            continue;
        qs_store(&d->hint, i + 1, relaxed);
        return i;
    }
    return d->n;
}

/* Makes a live value and returns its handle; 0 if there is no room. */
static inline uint64_t qs_delayed_make(struct qs_delayed *d, struct qs_counters *c,
                                       uintptr_t value)
{
    uintptr_t generation;
    size_t i = qs_delayed_claim(d, c, &generation);

    if (i == d->n && qs_delayed_purge(d, c))
        i = qs_delayed_claim(d, c, &generation);
    if (i == d->n)
        return 0;
    generation = (uint32_t)(generation + 1);
    d->slots[i].value = value;
    qs_store(&d->slots[i].word, qs_delayed_word(generation, QS_LIVE),
             release); /* (2) */
    return (uint64_t)generation << QS_DELAYED_GENERATION_SHIFT | (uint64_t)(i + 1);
}

/* Holds the value, if it is live: it stays until it is released. */
static inline bool qs_delayed_hold(struct qs_delayed *d, struct qs_counters *c,
                                   uint64_t handle, uintptr_t *value)
{
    struct qs_delayed_slot *s = qs_delayed_slot(d, handle);
    uintptr_t word = qs_load(&s->word, seq_cst); /* (3) */

    while (qs_delayed_is(word, handle))
        if (qs_counted_cas(c, QS_SITE_OTHER, &s->word, &word, /* (3) */
                           word + QS_DELAYED_HOLDER)) {
            *value = s->value;
            return true;
        }
    return false;
}

static inline void qs_delayed_release(struct qs_delayed *d, uint64_t handle)
{
    qs_fetch_add(&qs_delayed_slot(d, handle)->word, /* (4) */
                 -(uintptr_t)QS_DELAYED_HOLDER, release);
}

/* Makes the value a tombstone.  True for the one caller who did. */
static inline bool qs_delayed_bury(struct qs_delayed *d, struct qs_counters *c,
                                   uint64_t handle)
{
    struct qs_delayed_slot *s = qs_delayed_slot(d, handle);
    uintptr_t word = qs_load(&s->word, seq_cst); /* (5) */

    while (qs_delayed_is(word, handle))
        if (qs_counted_cas(c, QS_SITE_MARK, &s->word, &word, /* (5) */
                           word - QS_LIVE + QS_TOMBSTONE))
            return true;
    return false;
}

/* Disposes of all values that are left; nobody holds one. */
static inline void qs_delayed_destroy(struct qs_delayed *d)
{
    for (size_t i = 0; i < d->n; i++)
        if (d->on_purge &&
            qs_delayed_state_in(qs_load(&d->slots[i].word, relaxed)) != QS_PURGED)
            d->on_purge(d->slots[i].value);
    qs_memory_free(d->slots);
}

#endif
