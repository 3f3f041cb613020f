/* html.h - text and pictures as parts of a well-formed HTML file. */
#ifndef QS_HARNESS_HTML_H
#define QS_HARNESS_HTML_H

#include <stdbool.h>
#include <stdio.h>

/* Writes text with everything escaped that means something in HTML, and U+FFFD for bytes
 * that are no UTF-8. */
void qs_html_text(FILE *out, const char *text);

/* Writes in the manner of printf; %s arguments are escaped, the format is not.  Knows
 * %s, %zu, %u and %d. */
void qs_html(FILE *out, const char *format, ...);

/* Copies an SVG file into the page: without prologue, comments and fixed size, its ids
 * made unique by the prefix or dropped where nothing refers to them, named label for
 * those who cannot see it.  False if the file cannot be read or holds no picture. */
bool qs_html_svg(FILE *out, const char *file, const char *prefix, const char *label);

#endif
