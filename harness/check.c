/* check.c - the verb check: hands over to the explorer, a program of its own.
 *
 * The explorer is built from the same sources of structures and schemes, but over
 * virtual threads and a memory model instead of the machine's, so the two cannot be one
 * program.
 */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/text.h"
#include "harness/verbs.h"

/* The explorer lies beside the tool.  False if the tool cannot tell where it is. */
static bool find_explorer(char *path, size_t size)
{
    char self[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);

    if (length < 0)
        return false;
    self[length] = '\0';
    return snprintf(path, size, "%s/quiesce-check", dirname(self)) < (int)size;
}

int qs_verb_check(int argc, char **argv)
{
    char path[PATH_MAX];

    (void)argc;
    if (!find_explorer(path, sizeof path)) {
        fprintf(stderr, "quiesce: cannot tell where the tool lies: %s\n",
                strerror(errno));
        return QS_EXIT_MACHINE;
    }
    execv(path, argv);
    fprintf(stderr, "quiesce: no explorer at %s (%s); build the target quiesce-check\n",
            path, strerror(errno));
    return QS_EXIT_MACHINE;
}
