/* history_file.c - histories as CSV files.
 *
 * A line `# name`, a header, and a row per call; the items of a range or scan as
 * key:value pairs, separated by blanks, in the last column.
 */
#include <errno.h>
#include <inttypes.h>

#include "harness/allocate.h"
#include "harness/linear/history.h"

static const char HEADER[] =
    "thread,invoke,answer,kind,key,input,other,ok,output,items";

static bool tells_items(const struct qs_call *c)
{
    return c->kind >= QS_CALL_FIRST;
}

static void write_call(const struct qs_history *h, const struct qs_call *c, FILE *out)
{
    fprintf(out, "%u,%" PRIu64 ",", c->thread, c->invoke);
    if (c->answer != QS_NEVER)
        fprintf(out, "%" PRIu64, c->answer);
    fprintf(out, ",%s,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%u,%" PRIu64 ",",
            qs_kind_name(c->kind), c->key, c->input, c->other, c->ok,
            tells_items(c) ? 0 : c->output);
    for (uint32_t i = 0; tells_items(c) && i < c->items; i++) {
        const struct qs_item *item = &h->items[c->output + i];
        fprintf(out, "%s%" PRIu64 ":%" PRIu64, i ? " " : "", item->key, item->value);
    }
    putc('\n', out);
}

int qs_history_write(const struct qs_history *h, const char *name, FILE *out)
{
    errno = 0;
    fprintf(out, "# %s\n%s\n", name, HEADER);
    for (size_t i = 0; i < h->n && !ferror(out); i++)
        write_call(h, &h->calls[i], out);
    return fflush(out) || ferror(out) ? -(errno ? errno : EIO) : 0;
}

/* A line's fields, from the left. */
struct fields {
    char *rest;
    const char *wrong; /* the column that could not be read */
};

static char *next_field(struct fields *f)
{
    return strsep(&f->rest, ",");
}

static uint64_t next_number(struct fields *f, const char *column, uint64_t most)
{
    char *text = next_field(f), *end;

    if (!text || *text < '0' || *text > '9') {
        f->wrong = f->wrong ? f->wrong : column;
        return 0;
    }
    errno = 0;
    uint64_t value = strtoull(text, &end, 10);
    if (*end || errno || value > most)
        f->wrong = f->wrong ? f->wrong : column;
    return value;
}

static uint8_t next_kind(struct fields *f)
{
    const char *text = next_field(f);

    for (uint8_t kind = 0; text && kind < QS_CALL_KINDS; kind++)
        if (!strcmp(qs_kind_name(kind), text))
            return kind;
    f->wrong = f->wrong ? f->wrong : "kind";
    return 0;
}

static uint64_t next_answer(struct fields *f)
{
    if (!f->rest || *f->rest != ',')
        return next_number(f, "answer", QS_NEVER - 1);
    next_field(f);
    return QS_NEVER;
}

/* "1:17 2:9". */
static void read_items(struct qs_history *h, struct qs_call *c, struct fields *f)
{
    char *text = f->rest, *pair;

    if (!text) {
        f->wrong = f->wrong ? f->wrong : "items";
        return;
    }
    c->output = tells_items(c) ? h->items_n : c->output;
    while (text && *text && (pair = strsep(&text, " "))) {
        struct qs_item item;
        int end = 0;
        if (sscanf(pair, "%" SCNu64 ":%" SCNu64 "%n", &item.key, &item.value, &end) !=
                2 ||
            pair[end]) {
            f->wrong = f->wrong ? f->wrong : "items";
            return;
        }
        h->items = qs_grown(h->items, h->items_n, sizeof item);
        h->items[h->items_n++] = item;
        c->items++;
        if (!text)
            break;
    }
}

static const char *read_call(struct qs_history *h, struct qs_call *c, char *line)
{
    struct fields f = { line, NULL };

    c->thread = (uint16_t)next_number(&f, "thread", UINT16_MAX);
    c->invoke = next_number(&f, "invoke", QS_NEVER - 1);
    c->answer = next_answer(&f);
    c->kind = next_kind(&f);
    c->key = next_number(&f, "key", UINT64_MAX);
    c->input = next_number(&f, "input", UINT64_MAX);
    c->other = next_number(&f, "other", UINT64_MAX);
    c->ok = (uint8_t)next_number(&f, "ok", QS_CALL_FAILED);
    c->output = next_number(&f, "output", UINT64_MAX);
    read_items(h, c, &f);
    if (!f.wrong && c->answer < c->invoke)
        f.wrong = "answer, which lies before invoke";
    return f.wrong;
}

static bool read_calls(struct qs_history *h, FILE *in, char *line, size_t line_size,
                       char *error, size_t error_size)
{
    unsigned long number = 2;

    while (fgets(line, (int)line_size, in)) {
        struct qs_call c = { 0 };
        number++;
        size_t length = strlen(line);
        if (!length || line[length - 1] != '\n') {
            snprintf(error, error_size, "line %lu: too long, or torn", number);
            return false;
        }
        line[length - 1] = '\0';
        const char *wrong = read_call(h, &c, line);
        if (wrong) {
            snprintf(error, error_size, "line %lu: cannot read column %s", number,
                     wrong);
            return false;
        }
        h->calls = qs_grown(h->calls, h->n, sizeof c);
        h->calls[h->n++] = c;
    }
    return true;
}

bool qs_history_read(struct qs_history *h, char name[QS_HISTORY_NAME], FILE *in,
                     char *error, size_t error_size)
{
    enum { LINE = 1 << 20 };
    char *line = qs_needed(malloc(LINE));
    bool good = false;

    *h = (struct qs_history){ 0 };
    if (!fgets(line, LINE, in) || strncmp(line, "# ", 2))
        snprintf(error, error_size, "line 1: is not `# name`, as a history begins");
    else {
        line[strcspn(line, "\n")] = '\0';
        snprintf(name, QS_HISTORY_NAME, "%s", line + 2);
        if (!fgets(line, LINE, in) || strcspn(line, "\n") != strlen(HEADER) ||
            strncmp(line, HEADER, strlen(HEADER)))
            snprintf(error, error_size, "line 2: is not `%s`", HEADER);
        else
            good = read_calls(h, in, line, LINE, error, error_size);
    }
    free(line);
    if (!good)
        qs_history_release(h);
    return good;
}
