/* allocator.c - see allocator.h. */
#include "harness/allocator.h"

#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/text.h"

static const char variable[] = "QUIESCE_ALLOCATOR";

static const struct allocator {
    const char *name, *library, *package;
} allocators[] = {
    { "glibc", NULL, NULL },
    { "jemalloc", "libjemalloc.so.2", "libjemalloc2" },
    { "mimalloc", "libmimalloc.so.2*", "libmimalloc2.0" },
    { "tcmalloc", "libtcmalloc_minimal.so.4", "libtcmalloc-minimal4" },
};
enum { ALLOCATORS = sizeof allocators / sizeof *allocators };

static const char *name_at(unsigned i)
{
    return i < ALLOCATORS ? allocators[i].name : NULL;
}

static const struct allocator *find(const char *name)
{
    char message[256];

    for (unsigned i = 0; i < ALLOCATORS; i++)
        if (!strcmp(allocators[i].name, name))
            return &allocators[i];
    qs_unknown_name("allocator", name, name_at, message, sizeof message);
    qs_die(QS_EXIT_USAGE, "--allocator: %s", message);
}

/* Where distributions keep libraries, the machine's own architecture first. */
static bool find_library(const char *library, char *path, size_t size)
{
    static const char *const folders[] = { "/usr/local/lib", "/usr/lib/*-linux-gnu*",
                                           "/usr/lib64", "/usr/lib" };
    bool found = false;

    for (size_t i = 0; i < sizeof folders / sizeof *folders && !found; i++) {
        glob_t matches;
        snprintf(path, size, "%s/%s", folders[i], library);
        if (!glob(path, 0, NULL, &matches)) {
            found = snprintf(path, size, "%s", matches.gl_pathv[0]) < (int)size;
            globfree(&matches);
        }
    }
    return found;
}

/* Whether the library is a part of this process: the loader only warns. */
static bool is_loaded(const char *path)
{
    char line[PATH_MAX + 128], real[PATH_MAX];
    bool loaded = false;
    FILE *f = fopen("/proc/self/maps", "re");

    if (!realpath(path, real))
        snprintf(real, sizeof real, "%s", path);
    while (f && !loaded && fgets(line, sizeof line, f))
        loaded = strstr(line, real);
    if (f)
        fclose(f);
    return loaded;
}

static _Noreturn void start_again(const struct allocator *a, const char *path,
                                  char **argv)
{
    const char *others = getenv("LD_PRELOAD");
    char all[PATH_MAX + 1024];

    snprintf(all, sizeof all, "%s%s%s", path, others && *others ? ":" : "",
             others ? others : "");
    setenv("LD_PRELOAD", all, 1);
    setenv(variable, a->name, 1);
    execv("/proc/self/exe", argv);
    qs_die(QS_EXIT_MACHINE, "--allocator %s: cannot start again: %s", a->name,
           strerror(errno));
}

static void choose(const char *name, char **argv)
{
    const struct allocator *a = find(name);
    const char *chosen = getenv(variable);
    char path[PATH_MAX];

    if (!a->library)
        return;
    if (!find_library(a->library, path, sizeof path))
        qs_die(QS_EXIT_MACHINE, "--allocator %s: not installed; apt-get install %s",
               name, a->package);
    if (!chosen || strcmp(chosen, name) != 0)
        start_again(a, path, argv);
    if (!is_loaded(path))
        qs_die(QS_EXIT_MACHINE,
               "--allocator %s: %s could not be loaded in front of the C library", name,
               path);
}

void qs_allocator_choose(int argc, char **argv)
{
    static const char option[] = "--allocator";
    const char *name = NULL;

    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strncmp(argv[i], option, sizeof option - 1) != 0)
            continue;
        if (argv[i][sizeof option - 1] == '=')
            name = argv[i] + sizeof option;
        else if (!argv[i][sizeof option - 1] && i + 1 < argc)
            name = argv[++i];
    }
    if (name)
        choose(name, argv);
}

bool qs_allocator_is_chosen(void)
{
    const char *chosen = getenv(variable);
    return chosen && *chosen;
}

const char *qs_allocator_name(void)
{
    static char text[PATH_MAX + 64];
    const char *preload = getenv("LD_PRELOAD");

    if (!preload || !*preload)
        return "glibc";
    if (!qs_allocator_is_chosen())
        return preload;
    snprintf(text, sizeof text, "%s %.*s", getenv(variable), (int)strcspn(preload, ":"),
             preload);
    return text;
}
