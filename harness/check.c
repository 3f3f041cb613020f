/* check.c - the verbs check and gallery: hand over to the explorer, programs of its own.
 *
 * The explorer is built from the same sources of structures and schemes, but over
 * virtual threads and a memory model instead of the machine's, so it cannot be one
 * program with the tool.
 */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/text.h"
#include "harness/verbs.h"

/* It lies beside the tool.  False if the tool cannot tell where that is. */
static bool find_beside(const char *name, char *path, size_t size)
{
    char self[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);

    if (length < 0)
        return false;
    self[length] = '\0';
    return snprintf(path, size, "%s/%s", dirname(self), name) < (int)size;
}

/* Goes on as that program; returns an exit status if it cannot. */
static int become(const char *name, char **argv)
{
    char path[PATH_MAX];

    if (!find_beside(name, path, sizeof path)) {
        fprintf(stderr, "quiesce: cannot tell where the tool lies: %s\n",
                strerror(errno));
        return QS_EXIT_MACHINE;
    }
    execv(path, argv);
    fprintf(stderr, "quiesce: no explorer at %s (%s); build the target %s\n", path,
            strerror(errno), name);
    return QS_EXIT_MACHINE;
}

int qs_verb_check(int argc, char **argv)
{
    (void)argc;
    return become("quiesce-check", argv);
}

int qs_verb_gallery(int argc, char **argv)
{
    (void)argc;
    return become("quiesce-gallery", argv);
}
