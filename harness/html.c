/* html.c - escaping. */
#include "harness/html.h"

#include <stdarg.h>
#include <string.h>

void qs_html_text(FILE *out, const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '&')
            fputs("&amp;", out);
        else if (c == '<')
            fputs("&lt;", out);
        else if (c == '>')
            fputs("&gt;", out);
        else if (c == '"')
            fputs("&quot;", out);
        else if (c == '\'')
            fputs("&#39;", out);
        else if (c >= 0x20 || c == '\n' || c == '\t')
            fputc(c, out);
    }
}

void qs_html(FILE *out, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    for (const char *at = format; *at; at++) {
        if (*at != '%') {
            fputc(*at, out);
            continue;
        }
        at++;
        if (*at == 's')
            qs_html_text(out, va_arg(arguments, const char *));
        else if (*at == 'u')
            fprintf(out, "%u", va_arg(arguments, unsigned));
        else if (*at == 'd')
            fprintf(out, "%d", va_arg(arguments, int));
        else if (*at == 'z' && *++at == 'u')
            fprintf(out, "%zu", va_arg(arguments, size_t));
        else
            fputc(*at, out);
    }
    va_end(arguments);
}
