/* machine_build.c - what this program was built from and with. */
#include <gnu/libc-version.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "generated/revision.h"
#include "harness/allocator.h"
#include "harness/machine_private.h"

/* Set by harness/CMakeLists.txt. */
#ifndef QS_BUILD_FLAGS
#error "machine_build.c: QS_BUILD_FLAGS and its like come from harness/CMakeLists.txt"
#endif

#if defined __clang__
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif

/* The first line a command prints, or false. */
static bool first_line_of(const char *command, char *line, size_t size)
{
    FILE *f = popen(command, "re"); /* our own words: NOLINT(cert-env33-c) */
    bool read = f && fgets(line, (int)size, f);

    if (f)
        pclose(f);
    if (read)
        line[strcspn(line, "\n")] = '\0';
    return read;
}

static void add_program(struct qs_fact_list *list, const char *name,
                        const char *command, const char *remedy)
{
    char line[128];

    if (first_line_of(command, line, sizeof line))
        qs_fact_add(list, name, line, NULL);
    else
        qs_fact_add(list, name, "missing", remedy);
}

static void add_compiler(struct qs_fact_list *list)
{
    bool release = !strcmp(QS_BUILD_TYPE, "Release");
    bool sanitized = *QS_BUILD_SANITIZE;

    qs_fact_add(list, "compiler", COMPILER, NULL);
    qs_fact_add(list, "flags", QS_BUILD_FLAGS, NULL);
    qs_fact_add(list, "build", QS_BUILD_TYPE,
                release ? NULL
                        : "numbers of this build mean little; configure with "
                          "-DCMAKE_BUILD_TYPE=Release");
    qs_fact_add(list, "sanitizers", sanitized ? QS_BUILD_SANITIZE : "none",
                sanitized ? "numbers of this build mean nothing; measure with "
                            "build/release/quiesce"
                          : NULL);
}

void qs_build_warn(void)
{
    if (*QS_BUILD_SANITIZE)
        fputs("quiesce: warning: built with sanitizers: the numbers mean nothing\n",
              stderr);
    else if (strcmp(QS_BUILD_TYPE, "Release"))
        fputs("quiesce: warning: not a Release build: the numbers mean little\n",
              stderr);
}

static void add_libraries(struct qs_fact_list *list)
{
    bool is_static = !strcmp(QS_URCU_LINKAGE, "static");

    qs_fact_add(list, "liburcu", QS_URCU_VERSION, NULL);
    qs_fact_add(list, "urcu_linkage", QS_URCU_LINKAGE,
                is_static ? NULL
                          : "a shared liburcu costs its readers ten times as much; "
                            "install liburcu-dev and build again");
    /* reclaim/rcu_memb.h and rcu_qsbr.h define it, for their own code alone. */
    qs_fact_add(list, "lgpl_inline", "yes", NULL);
    qs_fact_add(list, "ck", QS_CK_VERSION, NULL);
    qs_fact_add(list, "hwloc", QS_HWLOC_VERSION, NULL);
    qs_fact_add(list, "libc", gnu_get_libc_version(), NULL);
}

static void add_programs(struct qs_fact_list *list)
{
    add_program(list, "gnuplot", "gnuplot --version 2>/dev/null",
                "figures need it: apt-get install gnuplot-nox");
    add_program(list, "lstopo", "lstopo-no-graphics --version 2>/dev/null",
                "pictures of placements need it: apt-get install hwloc-nox");
}

static void add_allocator(struct qs_fact_list *list)
{
    const char *preload = getenv("LD_PRELOAD");
    bool preloads = preload && *preload && !qs_allocator_is_chosen();

    qs_fact_add(list, "allocator", qs_allocator_name(), NULL);
    qs_fact_add(list, "preload", preloads ? preload : "none",
                preloads
                    ? "another library is in front of libc; unset LD_PRELOAD, or name "
                      "an allocator: --allocator jemalloc"
                    : NULL);
}

void qs_machine_add_build(struct qs_fact_list *list)
{
    qs_fact_add(list, "version", QUIESCE_VERSION, NULL);
    qs_fact_add(list, "revision", QUIESCE_REVISION, NULL);
    add_compiler(list);
    add_libraries(list);
    add_programs(list);
    add_allocator(list);
}
