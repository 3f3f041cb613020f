/* pair_batch_part.h - room for pairs that a visit copies before it shows them
 * (template).
 *
 * Parameters, undefined again at the end:
 *   PAIR_BATCH_NAME   the struct's tag, and prefix of its functions
 *   PAIR_BATCH_KEY    key type
 *   PAIR_BATCH_VALUE  value type
 *
 * A batch lies in its visit's frame, with room for a few pairs; more room is memory.
 */
#define pbt         PAIR_BATCH_NAME
#define pbt_pair    QS_NAME(PAIR_BATCH_NAME, pair)
#define pbt_own     QS_NAME(PAIR_BATCH_NAME, own)
#define pbt_open    QS_NAME(PAIR_BATCH_NAME, open)
#define pbt_widen   QS_NAME(PAIR_BATCH_NAME, widen)
#define pbt_release QS_NAME(PAIR_BATCH_NAME, release)

#ifndef QS_BATCH_PAIRS
#define QS_BATCH_PAIRS 32
#endif

struct pbt_pair {
    PAIR_BATCH_KEY key;
    PAIR_BATCH_VALUE value;
};

enum { pbt_own = sizeof(struct pbt_pair) <= 128 ? QS_BATCH_PAIRS : 4 };

struct pbt {
    struct pbt_pair *pairs;
    size_t n, room;
    bool more; /* there may be pairs behind them */
    struct pbt_pair own[pbt_own];
};

static inline void pbt_open(struct pbt *b)
{
    b->pairs = b->own;
    b->n = 0;
    b->room = pbt_own;
    b->more = true;
}

static inline void pbt_release(struct pbt *b)
{
    if (b->pairs != b->own)
        qs_memory_free(b->pairs);
}

/* Twice the room, nothing in it; false without memory, leaving it as it was. */
static inline bool pbt_widen(struct pbt *b)
{
    struct pbt_pair *pairs = qs_memory_alloc(2 * b->room * sizeof *pairs);

    if (!pairs)
        return false;
    pbt_release(b);
    b->pairs = pairs;
    b->room *= 2;
    b->n = 0;
    return true;
}

#undef pbt
#undef pbt_pair
#undef pbt_own
#undef pbt_open
#undef pbt_widen
#undef pbt_release
#undef PAIR_BATCH_NAME
#undef PAIR_BATCH_KEY
#undef PAIR_BATCH_VALUE
