/* schedule_text.c - schedules as text: see choice.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/explore/choice.h"

static const char letters[] = ">~^?!*xmh"; /* by qx_choice */

enum { ENTRY_TEXT = 32 };

/* What follows the letter: the value where there is one of its kind per step, else the
 * unit. */
static bool shows_value(unsigned choice)
{
    return choice == QX_RUN || choice == QX_STALE || choice == QX_FENCE_FIRST;
}

static int write_entry(char *out, const struct qx_decision *d)
{
    unsigned unit = d->unit, value = d->value;
    char letter = letters[d->choice];

    if (!shows_value(d->choice))
        return snprintf(out, ENTRY_TEXT, value == 1 ? "%u%c%u" : "%u%c%u=%u", d->step,
                        letter, unit, value);
    if (unit)
        return snprintf(out, ENTRY_TEXT, "%u.%u%c%u", d->step, unit, letter, value);
    return snprintf(out, ENTRY_TEXT, "%u%c%u", d->step, letter, value);
}

char *qx_schedule_format(const struct qx_schedule *s)
{
    char *text = malloc((size_t)s->n * ENTRY_TEXT + 1), *out = text;

    if (!text)
        return NULL;
    *out = '\0';
    for (unsigned i = 0; i < s->n; i++) {
        if (i)
            *out++ = ' ';
        out += write_entry(out, &s->all[i]);
    }
    return text;
}

/* Reads a number at *text and moves behind it. */
static bool parse_number(const char **text, unsigned long most, unsigned long *value)
{
    char *end;

    if (**text < '0' || **text > '9')
        return false;
    *value = strtoul(*text, &end, 10);
    *text = end;
    return *value <= most;
}

/* Reads the mark and a number behind it, if the mark is there. */
static bool parse_after(const char **text, char mark, unsigned long most,
                        unsigned long *value)
{
    if (**text != mark)
        return true;
    ++*text;
    return parse_number(text, most, value);
}

static bool parse_entry(const char **text, struct qx_decision *d)
{
    unsigned long step, unit = 0, value = 1;
    const char *letter;

    if (!parse_number(text, UINT32_MAX, &step) ||
        !parse_after(text, '.', UINT8_MAX, &unit) || !**text ||
        !(letter = strchr(letters, **text)))
        return false;
    ++*text;
    unsigned choice = (unsigned)(letter - letters);
    if (shows_value(choice)) {
        if (!parse_number(text, UINT16_MAX, &value))
            return false;
    } else if (!parse_number(text, UINT8_MAX, &unit) ||
               !parse_after(text, '=', UINT16_MAX, &value)) {
        return false;
    }
    *d = (struct qx_decision){ (uint32_t)step, (uint8_t)choice, (uint8_t)unit,
                               (uint16_t)value };
    return true;
}

bool qx_schedule_parse(const char *text, struct qx_schedule *s)
{
    s->n = 0;
    while (*text) {
        if (*text == ' ') {
            text++;
            continue;
        }
        if (s->n == QX_DECISIONS || !parse_entry(&text, &s->all[s->n]) ||
            (s->n && s->all[s->n].step < s->all[s->n - 1].step))
            return false;
        s->n++;
    }
    return true;
}
