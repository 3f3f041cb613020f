/* list_sources.c - `list sources`: which part of the tree runs each system of the
 * articles that the project started from.
 */
#include <stdio.h>
#include <string.h>

#include "harness/text.h"
#include "harness/verbs.h"

/* A row, or the article that rows belong to. */
struct source {
    const char *row; /* NULL: an article */
    const char *system, *counterpart, *runs, *command;
};

static const struct source sources[] = {
#define ARTICLE(number, about) { NULL, "S" #number "  " about, "", "", "" },
#define SOURCE(row, system, counterpart, runs, command) \
    { row, system, counterpart, runs, command },
#include "harness/sources.def"
#undef ARTICLE
#undef SOURCE
};

enum { SOURCES = sizeof sources / sizeof *sources };

static bool is_built(const struct source *s)
{
    return *s->runs;
}

static void print_source(const struct source *s)
{
    if (!s->row) {
        printf("%s\n\n", s->system);
        return;
    }
    printf("  %-6s %s\n", s->row, s->system);
    if (*s->counterpart)
        printf("         here: %s\n", s->counterpart);
    if (is_built(s))
        printf("         %s\n         $ %s\n\n", s->runs, s->command);
    else
        printf("         not built\n\n");
}

static void put_field(const char *text, char end)
{
    putchar('"');
    for (; *text; text++)
        printf(*text == '"' ? "\"\"" : "%c", *text);
    putchar('"');
    putchar(end);
}

static void put_source(const struct source *s)
{
    if (!s->row)
        return;
    printf("%s,%s,", s->row, is_built(s) ? "runs" : "not built");
    put_field(s->system, ',');
    put_field(s->counterpart, ',');
    put_field(s->runs, ',');
    put_field(s->command, '\n');
}

int qs_list_sources(bool csv)
{
    unsigned rows = 0, built = 0;

    if (csv)
        puts("row,status,system,counterpart,runs,command");
    for (unsigned i = 0; i < SOURCES; i++) {
        (csv ? put_source : print_source)(&sources[i]);
        rows += sources[i].row != NULL;
        built += sources[i].row && is_built(&sources[i]);
    }
    if (!csv)
        printf("%u rows: %u run, %u are not built\n", rows, built, rows - built);
    return QS_EXIT_DONE;
}
