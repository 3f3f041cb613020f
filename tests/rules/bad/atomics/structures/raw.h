/* raw.h - a bad sample: atomics beside the thin header (atomic_int is fine here). */
static int raw_load(int *word)
{
    return __atomic_load_n(word, __ATOMIC_SEQ_CST);
}
