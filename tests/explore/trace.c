/* trace.c - see trace.h. */
#include "tests/explore/trace.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tests/explore/engine.h"

enum { LINES = 4096, COLUMN = 30 };

static struct qx_trace_line lines[LINES];
static unsigned line_count;
static bool in_call[QX_CLOCKS];

void qx_trace_reset(void)
{
    line_count = 0;
    memset(in_call, 0, sizeof in_call);
}

static struct qx_trace_line *new_line(enum qx_trace_kind kind, const char *what,
                                      const char *site)
{
    if (!qx_settings.trace || !qx_is_running() || line_count == LINES)
        return NULL;
    struct qx_trace_line *l = &lines[line_count++];
    *l = (struct qx_trace_line){ .kind = kind,
                                 .thread = qx_self(),
                                 .step = (unsigned long)qx_step(),
                                 .in_call = in_call[qx_self()] || kind != QX_ACCESS,
                                 .what = what,
                                 .site = site };
    return l;
}

void qx_trace(const char *what, const char *site, const char *format, ...)
{
    struct qx_trace_line *l = new_line(QX_ACCESS, what, site);
    va_list arguments;

    if (!l)
        return;
    va_start(arguments, format);
    vsnprintf(l->text, sizeof l->text, format, arguments);
    va_end(arguments);
}

void qx_trace_event(enum qx_trace_kind kind, const char *text)
{
    static const char *const words[] = { [QX_CALL] = "call",
                                         [QX_ANSWER] = "answer",
                                         [QX_TOLD] = "told",
                                         [QX_FINDING] = "FINDING" };
    struct qx_trace_line *l = new_line(kind, words[kind], "");

    if (!l)
        return;
    snprintf(l->text, sizeof l->text, "%s", text);
    if (kind != QX_TOLD)
        in_call[qx_self()] = kind == QX_CALL;
}

bool qx_trace_is_shown(const struct qx_trace_line *l, enum qx_trace_detail detail)
{
    if (detail == QX_AS_TOLD)
        return l->kind != QX_ACCESS || !strcmp(l->what, "lock") ||
               !strcmp(l->what, "unlock");
    return l->in_call || detail == QX_EVERYTHING;
}

const struct qx_trace_line *qx_trace_at(unsigned i)
{
    return i < line_count ? &lines[i] : NULL;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static void print_line(const struct qx_trace_line *l)
{
    printf("%6lu %*sT%u %-9s %s", l->step, (int)l->thread * COLUMN, "", l->thread,
           l->what, l->text);
    if (*l->site)
        printf("  [%s]", base_name(l->site));
    printf("\n");
}

void qx_trace_print(bool brief)
{
    for (unsigned i = 0; i < line_count; i++) {
        const struct qx_trace_line *l = &lines[i];
        unsigned skipped = 0;
        while (brief && i + skipped < line_count && !lines[i + skipped].in_call &&
               lines[i + skipped].thread == l->thread)
            skipped++;
        if (skipped)
            printf("%6s %*sT%u ... %u steps outside of calls\n", "",
                   (int)l->thread * COLUMN, "", l->thread, skipped);
        else
            print_line(l);
        i += skipped ? skipped - 1 : 0;
    }
}
