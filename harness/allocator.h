/* allocator.h - another allocator than the C library's, by name.
 *
 * It has to be there before the first allocation, hence the program starts itself again
 * with the library in front.
 */
#ifndef QS_HARNESS_ALLOCATOR_H
#define QS_HARNESS_ALLOCATOR_H

#include <stdbool.h>
#include <stddef.h>

/* Takes --allocator=NAME or --allocator NAME out of a line's meaning: if this process
 * does not run over that allocator yet, it becomes one that does.  Ends the program
 * with a sentence if it cannot be.  Returns otherwise. */
void qs_allocator_choose(int argc, char **argv);

/* "glibc", or the name and version-bearing file of what stands in front of it. */
const char *qs_allocator_name(void);
/* Whether that was asked for by name. */
bool qs_allocator_is_chosen(void);

#endif
