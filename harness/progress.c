/* progress.c - the bar, and the lines that stay. */
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "harness/progress.h"
#include "reclaim/reclaim.h"

static struct {
    bool running, on_terminal, results_to_stderr;
    double planned, planned_done; /* seconds */
    unsigned steps, done;
    uint64_t step_begun, last_line, measured; /* ns */
    char label[128];
} progress;

enum { BAR = 24, LINE_EVERY_S = 10 };

char *qs_duration_text(double seconds, char text[QS_DURATION_TEXT])
{
    unsigned long s = seconds > 1e-6 ? (unsigned long)ceil(seconds - 1e-6) : 0;

    if (s < 3600)
        snprintf(text, QS_DURATION_TEXT, "%lu:%02lu", s / 60, s % 60);
    else
        snprintf(text, QS_DURATION_TEXT, "%lu h %02lu min", s / 3600, s / 60 % 60);
    return text;
}

/* What is planned and not yet done, stretched by how long the done part really took. */
static double seconds_left(void)
{
    double left = progress.planned - progress.planned_done;
    double took = (double)progress.measured / 1e9;

    if (progress.planned_done > 0 && took > progress.planned_done)
        left *= took / progress.planned_done;
    return left;
}

static unsigned columns(void)
{
    struct winsize size;
    return !ioctl(2, TIOCGWINSZ, &size) && size.ws_col ? size.ws_col : 80;
}

static void erase(void)
{
    if (progress.running && progress.on_terminal)
        fputs("\r\033[K", stderr);
}

static void format_line(char *line, size_t size)
{
    char bar[BAR + 1], left[QS_DURATION_TEXT];
    double share = progress.planned > 0 ? progress.planned_done / progress.planned : 0;
    unsigned full = (unsigned)(share * BAR);

    for (unsigned i = 0; i < BAR; i++)
        bar[i] = i < full ? '=' : i == full ? '>' : '.';
    bar[BAR] = '\0';
    snprintf(line, size, "[%s] %3.0f%% %u/%u  left %s  %s", bar, share * 100,
             progress.done, progress.steps, qs_duration_text(seconds_left(), left),
             progress.label);
}

static void draw(void)
{
    char line[256];

    if (!progress.running)
        return;
    format_line(line, sizeof line);
    if (progress.on_terminal) {
        unsigned width = columns();
        fprintf(stderr, "\r\033[K%.*s", width > 1 ? (int)width - 1 : 1, line);
        fflush(stderr);
    } else if (qs_now() - progress.last_line >= LINE_EVERY_S * UINT64_C(1000000000)) {
        fprintf(stderr, "%s\n", line + BAR + 3);
        progress.last_line = qs_now();
    }
}

void qs_progress_begin(double seconds, unsigned steps)
{
    const char *term = getenv("TERM");

    bool to_stderr = progress.results_to_stderr;
    memset(&progress, 0, sizeof progress);
    progress.results_to_stderr = to_stderr;
    progress.running = true;
    progress.on_terminal = isatty(2) && term && strcmp(term, "dumb");
    progress.planned = seconds;
    progress.steps = steps;
    progress.step_begun = progress.last_line = qs_now();
}

void qs_progress_now(const char *label)
{
    snprintf(progress.label, sizeof progress.label, "%s", label);
    progress.step_begun = qs_now();
    draw();
}

void qs_progress_step(double planned_seconds)
{
    progress.done++;
    progress.planned_done += planned_seconds;
    progress.measured += qs_now() - progress.step_begun;
    draw();
}

void qs_progress_results_to_stderr(void)
{
    progress.results_to_stderr = true;
}

void qs_progress_line(const char *format, ...)
{
    FILE *stream = progress.results_to_stderr ? stderr : stdout;
    va_list arguments;

    erase();
    va_start(arguments, format);
    vfprintf(stream, format, arguments);
    va_end(arguments);
    fputc('\n', stream);
    fflush(stream);
    draw();
}

void qs_progress_error(const char *format, ...)
{
    va_list arguments;

    erase();
    fputs("quiesce: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    draw();
}

void qs_progress_end(void)
{
    erase();
    fflush(stderr);
    progress.running = false;
}
