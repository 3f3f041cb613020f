/* program_text.c - programs as text, and smaller ones: see program.h. */
#include <ctype.h>
#include <string.h>

#include "tests/explore/program.h"

void qx_program_format(const struct qx_sort *sort, const struct qx_program *p,
                       char text[QX_PROGRAM_TEXT])
{
    char *out = text;

    for (unsigned k = 0; k < QX_KEYS; k++)
        if (p->prefilled[k])
            *out++ = (char)('0' + k);
    if (p->collide)
        *out++ = '#';
    *out++ = ':';
    for (unsigned i = 0; i < p->threads; i++) {
        if (i)
            *out++ = '|';
        if (p->late[i]) {
            if (!i)
                *out++ = ' ';
            *out++ = '+';
        }
        for (unsigned j = 0; j < p->calls[i]; j++) {
            const struct qx_call *c = &p->call[i][j];
            if (j || !i || p->late[i])
                *out++ = ' ';
            *out++ = sort->operation[c->operation].letter;
            if (sort->has_keys)
                *out++ = (char)('0' + c->key);
            if (c->flush_after)
                *out++ = 'f';
        }
    }
    *out = '\0';
}

bool qx_program_uses(const struct qx_program *p, unsigned key)
{
    if (p->prefilled[key])
        return true;
    for (unsigned i = 0; i < p->threads; i++)
        for (unsigned j = 0; j < p->calls[i]; j++)
            if (p->call[i][j].key == key)
                return true;
    return false;
}

unsigned qx_program_keys(const struct qx_program *p)
{
    unsigned keys = QX_KEYS;

    while (keys > QX_KEYS_DRAWN && !qx_program_uses(p, keys - 1))
        keys--;
    return keys;
}

/* Reads one call at *text and moves behind it. */
static bool parse_call(const struct qx_sort *sort, const char **text, struct qx_call *c)
{
    *c = (struct qx_call){ 0 };
    while (sort->operation[c->operation].letter != **text)
        if (++c->operation == sort->all)
            return false;
    ++*text;
    if (sort->has_keys) {
        c->key = (unsigned)(**text - '0');
        if (c->key >= QX_KEYS)
            return false;
        ++*text;
    }
    if (**text == 'f') {
        c->flush_after = true;
        ++*text;
    }
    return true;
}

bool qx_program_parse(const struct qx_sort *sort, const char *text,
                      struct qx_program *p)
{
    unsigned thread = 0;

    *p = (struct qx_program){ 0 };
    for (; isdigit((unsigned char)*text); text++) {
        if (*text >= '0' + QX_KEYS)
            return false;
        p->prefilled[*text - '0'] = true;
    }
    p->collide = *text == '#';
    text += p->collide;
    if (*text++ != ':')
        return false;
    while (*text) {
        if (*text == ' ') {
            text++;
        } else if (*text == '|') {
            text++;
            if (++thread == QX_THREADS)
                return false;
        } else if (*text == '+') {
            text++;
            p->late[thread] = true;
        } else if (p->calls[thread] == QX_STEPS_MAX ||
                   !parse_call(sort, &text, &p->call[thread][p->calls[thread]++])) {
            return false;
        }
    }
    p->threads = thread + 1;
    return true;
}

bool qx_program_suits(const struct qx_subject *subject, const struct qx_program *p)
{
    for (unsigned i = 0; i < p->threads; i++)
        for (unsigned j = 0; j < p->calls[i]; j++) {
            const struct qx_operation *o =
                &subject->sort->operation[p->call[i][j].operation];
            if (o->is_offered && !o->is_offered(subject->ops))
                return false;
        }
    return true;
}

void qx_program_drop(struct qx_program *p, unsigned i, unsigned j)
{
    p->calls[i]--;
    for (; j < p->calls[i]; j++)
        p->call[i][j] = p->call[i][j + 1];
    if (p->calls[i])
        return;
    p->threads--;
    for (; i < p->threads; i++) {
        p->calls[i] = p->calls[i + 1];
        p->late[i] = p->late[i + 1];
        memcpy(p->call[i], p->call[i + 1], sizeof p->call[i]);
    }
}
