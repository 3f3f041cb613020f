/* entry.h - what an object of the user's carries to be a node of a structure.
 *
 *     struct connection {
 *         struct flow flow;
 *         QS_ENTRY(ebr) in_table;
 *     };
 *
 * A scheme keeps a header, and some a prefix, in front of each node: here they lie in
 * the object.  An object has one entry for each structure that it may be in at a time.
 */
#ifndef QS_STRUCTURES_ENTRY_H
#define QS_STRUCTURES_ENTRY_H

#include "reclaim/reclaim.h"

/* For a scheme whose header is included.  It makes its object one that is aligned to
 * 16, as malloc aligns. */
#define QS_ENTRY(scheme)                                        \
    struct {                                                    \
        _Alignas(QS_NODE_ALIGNMENT) struct qs_header            \
            front[(QS_SCHEME(scheme, prefix) + QS_WIDE_FRONT) / \
                  sizeof(struct qs_header)];                    \
        qs_word next;                                           \
    }

#endif
