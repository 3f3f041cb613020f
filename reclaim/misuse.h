/* misuse.h - what a debug build demands of those who use the contract.
 *
 * QS_DEMAND(claim, sentence) stops the program with the sentence if the claim is wrong,
 * in builds without NDEBUG or with QS_DEBUG; elsewhere it costs nothing.  Layouts are
 * the same in both, so that code of either kind links with the other.
 */
#ifndef QS_RECLAIM_MISUSE_H
#define QS_RECLAIM_MISUSE_H

#if !defined NDEBUG || defined QS_DEBUG
#define QS_CHECKED                 1
#define QS_DEMAND(claim, sentence) ((claim) ? (void)0 : qs_misuse(sentence))
#else
#define QS_CHECKED                 0
#define QS_DEMAND(claim, sentence) ((void)0)
#endif

/* Called with the sentence instead of writing it to stderr, if set; the program ends
 * when it returns. */
extern void (*qs_on_misuse)(const char *sentence);

_Noreturn void qs_misuse(const char *sentence);

#endif
