/* needy.h - a bad sample: it uses what it does not include. */
static inline size_t needy(void)
{
    return 0;
}
