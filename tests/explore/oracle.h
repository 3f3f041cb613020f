/* oracle.h - reclamation at the earliest moment that the contract allows.
 *
 * Two schemes that only exist here: oracle_region frees a node when the last thread
 * that was inside an operation at its retirement has left, oracle_pointer as soon as no
 * slot names it.  A structure that is correct under them is correct under the contract,
 * not only under the schemes of today.
 */
#ifndef QS_TESTS_EXPLORE_ORACLE_H
#define QS_TESTS_EXPLORE_ORACLE_H

#include "reclaim/reclaim.h"

enum { QX_ORACLE_SLOTS = 4, QX_ORACLE_THREADS = 4 };

struct qx_oracle_thread {
    struct qs_thread base;
    uintptr_t slots[QX_ORACLE_SLOTS];
};

int qx_oracle_init(struct qs_domain *d, const struct qs_config *config);
int qx_oracle_destroy(struct qs_domain *d);
struct qs_thread *qx_oracle_register(struct qs_domain *d);
int qx_oracle_unregister(struct qs_thread *t);
void qx_oracle_enter(struct qs_thread *t);
void qx_oracle_leave(struct qs_thread *t);
uintptr_t qx_oracle_protect(struct qs_thread *t, unsigned slot, const qs_word *loc);
void qx_oracle_copy(struct qs_thread *t, unsigned dst, unsigned src);
void qx_oracle_drop(struct qs_thread *t, unsigned slot);
void qx_oracle_retire(struct qs_thread *t, void *node, bool regions);

#endif
