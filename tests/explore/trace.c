/* trace.c - the steps of an execution, one line each, when they are asked for. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tests/explore/engine.h"

enum { LINES = 4096, TEXT = 112, COLUMN = 30 };

static struct line {
    unsigned thread;
    unsigned long step;
    const char *what, *site;
    char text[TEXT];
} lines[LINES];
static unsigned line_count;

void qx_trace_reset(void)
{
    line_count = 0;
}

void qx_trace(const char *what, const char *site, const char *format, ...)
{
    va_list arguments;

    if (!qx_settings.trace || !qx_is_running() || line_count == LINES)
        return;
    struct line *l = &lines[line_count++];
    *l = (struct line){ .thread = qx_self(),
                        .step = (unsigned long)qx_step(),
                        .what = what,
                        .site = site };
    va_start(arguments, format);
    vsnprintf(l->text, sizeof l->text, format, arguments);
    va_end(arguments);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

void qx_trace_print(void)
{
    for (unsigned i = 0; i < line_count; i++) {
        const struct line *l = &lines[i];
        printf("%6lu %*sT%u %-9s %s  [%s]\n", l->step, (int)l->thread * COLUMN, "",
               l->thread, l->what, l->text, base_name(l->site));
    }
}
