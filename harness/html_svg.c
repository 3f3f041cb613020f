/* html_svg.c - an SVG file as a part of a page.
 *
 * Several pictures in one page share a name space: gnuplot calls its markers gpPt0 in
 * every file and repeats ids within one, and lstopo writes units into the viewBox,
 * which browsers then ignore.
 */
#include "harness/html.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "harness/json.h"

struct picture {
    const char *text, *prefix, *label;
    FILE *out;
};

/* An attribute NAME="VALUE" as it stands in the text. */
struct attribute {
    const char *name, *value;
    int name_length, value_length;
};

static bool is_named(const struct attribute *a, const char *name)
{
    return (size_t)a->name_length == strlen(name) &&
           strncmp(a->name, name, (size_t)a->name_length) == 0;
}

/* Reads the attribute at *at and moves behind it; false at the end of the tag. */
static bool next_attribute(const char **at, struct attribute *a)
{
    const char *c = *at;
    while (isspace((unsigned char)*c))
        c++;
    a->name = c;
    while (*c && !strchr("=/> \t\r\n", *c))
        c++;
    a->name_length = (int)(c - a->name);
    while (isspace((unsigned char)*c))
        c++;
    if (!a->name_length || *c != '=')
        return false;
    for (c++; isspace((unsigned char)*c);)
        c++;
    const char *end = *c == '"' || *c == '\'' ? strchr(c + 1, *c) : NULL;
    if (!end)
        return false;
    a->value = c + 1;
    a->value_length = (int)(end - a->value);
    *at = end + 1;
    return true;
}

/* Whether anything in the picture refers to the id, as "#ID" followed by its end. */
static bool is_referred(const struct picture *p, const struct attribute *id)
{
    for (const char *at = p->text; (at = strchr(at, '#')) != NULL; at++)
        if (strncmp(at + 1, id->value, (size_t)id->value_length) == 0 &&
            strchr("\"') ", at[1 + id->value_length]))
            return true;
    return false;
}

/* Copies a value; every reference gets the prefix, colours such as #ff0000 stay. */
static void write_value(struct picture *p, const struct attribute *a)
{
    bool link = is_named(a, "href") || is_named(a, "xlink:href");
    for (int i = 0; i < a->value_length; i++) {
        char c = a->value[i];
        fputs(c == '"' ? "&quot;" : "", p->out);
        if (c != '"')
            fputc(c, p->out);
        if (c == '#' && (link || (i >= 4 && strncmp(a->value + i - 4, "url(", 4) == 0)))
            fputs(p->prefix, p->out);
    }
}

static void write_attribute(struct picture *p, const struct attribute *a)
{
    bool is_id = is_named(a, "id");
    if (is_id && !is_referred(p, a))
        return;
    fprintf(p->out, " %.*s=\"%s", a->name_length, a->name, is_id ? p->prefix : "");
    write_value(p, a);
    fputc('"', p->out);
}

/* "0 0 679px 314px" without the units. */
static void write_view_box(FILE *out, const char *value, int length)
{
    fputs(" viewBox=\"", out);
    for (int i = 0; i < length; i++)
        if (!isalpha((unsigned char)value[i]))
            fputc(value[i], out);
    fputc('"', out);
}

static int width_of_box(const struct attribute *a)
{
    double width = 0;
    sscanf(a->value, "%*f%*[^0-9]%*f%*[^0-9]%lf", &width);
    return (int)width;
}

static int pixels(const struct attribute *a)
{
    return atoi(a->value);
}

/* The root: its size becomes a bound, so that it shrinks with the page but is not
 * blown up. */
static const char *write_root(struct picture *p, const char *at)
{
    struct attribute a;
    int width = 0, height = 0, box_width = 0;
    fputs("<svg", p->out);
    while (next_attribute(&at, &a)) {
        if (is_named(&a, "width"))
            width = pixels(&a);
        else if (is_named(&a, "height"))
            height = pixels(&a);
        else if (is_named(&a, "viewBox")) {
            write_view_box(p->out, a.value, a.value_length);
            box_width = width_of_box(&a);
        } else if (!is_named(&a, "style") && !is_named(&a, "id"))
            write_attribute(p, &a);
    }
    if (!box_width && width && height)
        fprintf(p->out, " viewBox=\"0 0 %d %d\"", width, height);
    width = width ? width : box_width;
    if (width)
        fprintf(p->out, " style=\"max-width:%dpx\"", width + width / 4);
    qs_html(p->out, " role=\"img\" aria-label=\"%s\"", p->label);
    return at;
}

static const char *write_tag(struct picture *p, const char *at)
{
    struct attribute a;
    size_t length = strcspn(at, " \t\r\n/>");
    fprintf(p->out, "%.*s", (int)(length ? length : 1), at);
    at += length ? length : 1;
    while (next_attribute(&at, &a))
        write_attribute(p, &a);
    return at;
}

/* Behind a comment, a declaration or a processing instruction. */
static const char *skip_markup(const char *at)
{
    const char *end = strncmp(at, "<!--", 4) == 0 ? strstr(at, "-->") : NULL;
    if (end)
        return end + 3;
    end = strchr(at, '>');
    return end ? end + 1 : at + strlen(at);
}

static void write_picture(struct picture *p)
{
    const char *at = strstr(p->text, "<svg");
    at = write_root(p, at + 4);
    while (*at) {
        if (strncmp(at, "<!", 2) == 0 || strncmp(at, "<?", 2) == 0)
            at = skip_markup(at);
        else if (*at == '<' && at[1] != '/')
            at = write_tag(p, at);
        else
            fputc(*at++, p->out);
    }
}

bool qs_html_svg(FILE *out, const char *file, const char *prefix, const char *label)
{
    char *text = qs_file_text(file);
    struct picture p = { text, prefix, label, out };
    bool is_picture = text && strstr(text, "<svg") && strstr(text, "</svg>");
    if (is_picture)
        write_picture(&p);
    free(text);
    return is_picture;
}
