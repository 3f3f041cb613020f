/* html.c - escaping. */
#include "harness/html.h"

#include <stdarg.h>
#include <stdint.h>
#include <string.h>

/* How many bytes the character has; 0 if they are no UTF-8, or no character of XML. */
static unsigned length_of(const unsigned char *c)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    unsigned n = *c < 0x80       ? 1
                 : *c >> 5 == 6  ? 2
                 : *c >> 4 == 14 ? 3
                 : *c >> 3 == 30 ? 4
                                 : 0;
    uint32_t code = n > 1 ? *c & (0x7fu >> n) : *c;

    for (unsigned i = 1; i < n; i++) {
        if (c[i] >> 6 != 2)
            return 0;
        code = code << 6 | (c[i] & 0x3fu);
    }
    bool is_one = code >= least[n] && code <= 0x10ffff && code != 0xfffe &&
                  code != 0xffff && (code < 0xd800 || code > 0xdfff);
    return is_one ? n : 0;
}

/* Names of machines and processes may have any bytes, and texts may be cut anywhere. */
void qs_html_text(FILE *out, const char *text)
{
    for (unsigned n; *text; text += n ? n : 1) {
        unsigned char c = (unsigned char)*text;
        n = length_of((const unsigned char *)text);
        if (n != 1)
            fprintf(out, "%.*s", n ? (int)n : 3, n ? text : "\xef\xbf\xbd");
        else if (c == '&')
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
