/* protocol.c - see protocol.h. */
#include "protocol.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static long refuse(struct request *r, const char *wrong)
{
    r->wrong = wrong;
    return -1;
}

/* A line of at most LONGEST_LINE: how many bytes it took, as request_parse(). */
static long parse_line(const char *bytes, size_t length, struct text *line,
                       struct request *r)
{
    size_t most = length < LONGEST_LINE ? length : LONGEST_LINE;
    const char *end = most ? memchr(bytes, '\n', most) : NULL;

    if (!end)
        return most < LONGEST_LINE ? 0 : refuse(r, "a line is too long");
    *line = (struct text){ bytes, (size_t)(end - bytes) };
    if (line->length && end[-1] == '\r')
        line->length--;
    return end - bytes + 1;
}

/* The number that follows the first character of a line, if it is `most` or less. */
static bool parse_number(struct text line, size_t most, size_t *number)
{
    *number = 0;
    for (size_t i = 1; i < line.length; i++) {
        if (line.bytes[i] < '0' || line.bytes[i] > '9')
            return false;
        *number = *number * 10 + (size_t)(line.bytes[i] - '0');
        if (*number > most)
            return false;
    }
    return line.length > 1;
}

/* $LENGTH, that many bytes, and the end of the line. */
static long parse_word(const char *bytes, size_t length, struct request *r)
{
    struct text line;
    size_t word;
    long start = parse_line(bytes, length, &line, r);

    if (start <= 0)
        return start;
    if (*bytes != '$')
        return refuse(r, "expected '$'");
    if (!parse_number(line, LONGEST_WORD, &word))
        return refuse(r, "invalid bulk length");
    if (length - (size_t)start < word + 2)
        return 0;
    if (memcmp(bytes + start + word, "\r\n", 2) != 0)
        return refuse(r, "a word is longer than it says");
    r->words[r->count++] = (struct text){ bytes + start, word };
    return start + (long)word + 2;
}

/* *COUNT and as many words. */
static long parse_array(const char *bytes, size_t length, struct request *r)
{
    struct text line;
    size_t words;
    long at = parse_line(bytes, length, &line, r);

    if (at <= 0)
        return at;
    if (!parse_number(line, MOST_WORDS, &words))
        return refuse(r, "invalid multibulk length");
    while (r->count < words) {
        long used = parse_word(bytes + at, length - (size_t)at, r);
        if (used <= 0)
            return used;
        at += used;
    }
    return at;
}

/* Words with blanks between them, as one types them into telnet. */
static long parse_typed(const char *bytes, size_t length, struct request *r)
{
    struct text line;
    long used = parse_line(bytes, length, &line, r);

    for (size_t i = 0; used > 0 && i < line.length; i++) {
        size_t start = i;
        while (i < line.length && line.bytes[i] != ' ')
            i++;
        if (i == start)
            continue;
        if (r->count == MOST_WORDS)
            return refuse(r, "too many words");
        r->words[r->count++] = (struct text){ line.bytes + start, i - start };
    }
    return used;
}

long request_parse(const char *bytes, size_t length, struct request *r)
{
    r->count = 0;
    if (!length)
        return 0;
    return *bytes == '*' ? parse_array(bytes, length, r)
                         : parse_typed(bytes, length, r);
}

bool text_is(struct text word, const char *name)
{
    return word.length == strlen(name) && !strncasecmp(word.bytes, name, word.length);
}

/* A character and a number: how most replies begin. */
static void reply_head(struct buffer *b, char kind, size_t number)
{
    char head[32];

    buffer_append(b, head,
                  (size_t)snprintf(head, sizeof head, "%c%zu\r\n", kind, number));
}

void reply_status(struct buffer *b, const char *status)
{
    buffer_append(b, "+", 1);
    buffer_append(b, status, strlen(status));
    buffer_append(b, "\r\n", 2);
}

void reply_number(struct buffer *b, size_t number)
{
    reply_head(b, ':', number);
}

void reply_bulk(struct buffer *b, const char *bytes, size_t length)
{
    reply_head(b, '$', length);
    buffer_append(b, bytes, length);
    buffer_append(b, "\r\n", 2);
}

void reply_nil(struct buffer *b)
{
    buffer_append(b, "$-1\r\n", 5);
}

void reply_array(struct buffer *b, size_t items)
{
    reply_head(b, '*', items);
}

void reply_error(struct buffer *b, const char *format, ...)
{
    char message[160];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    for (char *c = message; *c; c++) /* it quotes words, and stays one line */
        if ((unsigned char)*c < ' ')
            *c = ' ';
    buffer_append(b, "-ERR ", 5);
    buffer_append(b, message, strlen(message));
    buffer_append(b, "\r\n", 2);
}
