/* verify_file.c - the verb verify: judges the calls of a file. */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "harness/bench_verify.h"
#include "harness/clock.h"
#include "harness/linear/queue.h"
#include "harness/linear/scan.h"
#include "harness/text.h"
#include "harness/verbs.h"

enum { KEY_MODEL = 256, KEY_SVG };

/* Calls of a queue beyond which linear.h takes long. */
enum { LONG_QUEUE = 2000 };

static const struct argp_option options[] = {
    { "model", KEY_MODEL, "MODEL", 0,
      "map, set, counter, queue, priority_queue or ordered_map (what the file says)",
      0 },
    { "svg", KEY_SVG, "FILE", 0, "where to draw a finding", 0 },
    { 0 }
};

struct arguments {
    const char *file, *model, *svg;
};

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct arguments *a = state->input;

    if (key == KEY_MODEL)
        a->model = text;
    else if (key == KEY_SVG)
        a->svg = text;
    else if (key == ARGP_KEY_ARG && !a->file)
        a->file = text;
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

static const struct argp argp = {
    options,
    parse,
    "FILE",
    "Checks again the calls that `quiesce bench --verify` recorded, or anybody else.\v"
    "FILE begins with a line `# MODEL; what it is` and the header\n"
    "  thread,invoke,answer,kind,key,input,other,ok,output,items\n"
    "of a row per call: its times in ticks (no answer: it never came back), its kind "
    "(get, insert, remove, push, pop, range, scan ...), what it brought and what it was "
    "told.  harness/linear/history.h explains them kind by kind.\n\n"
    "Example:\n"
    "  quiesce bench -s skip_list -r hp --verify --history calls.csv\n"
    "  quiesce verify calls.csv",
    NULL,
    NULL,
    NULL
};

static void read_file(const char *path, struct qs_history *h,
                      char name[QS_HISTORY_NAME])
{
    char error[160];
    FILE *in = fopen(path, "re");

    if (!in)
        qs_die(QS_EXIT_USAGE, "%s: %s", path, strerror(errno));
    bool good = qs_history_read(h, name, in, error, sizeof error);
    fclose(in);
    if (!good)
        qs_die(QS_EXIT_USAGE, "%s: %s", path, error);
}

static const char *model_name(unsigned i)
{
    const struct qs_model *model = qs_model_at(i);
    return model ? model->name : NULL;
}

/* The one asked for, or that of the file's first word. */
static const struct qs_model *choose_model(const struct arguments *a, const char *name)
{
    char word[32], message[512];

    snprintf(word, sizeof word, "%.*s", (int)strcspn(name, "; "), name);
    const struct qs_model *model = qs_model_find(a->model ? a->model : word);
    if (model)
        return model;
    qs_unknown_name("model", a->model ? a->model : word, model_name, message,
                    sizeof message);
    qs_die(QS_EXIT_USAGE, "%s: %s; see --model", a->file, message);
}

static int judge_scans(const struct qs_history *h)
{
    struct qs_scan_finding f;
    size_t scans = 0;

    for (size_t i = 0; i < h->n; i++)
        scans += h->calls[i].kind == QS_CALL_SCAN;
    if (!scans)
        return QS_EXIT_DONE;
    if (qs_scan_check(h, &f)) {
        printf("%zu scans kept their promises\n", scans);
        return QS_EXIT_DONE;
    }
    printf("the scan of thread %u at %llu: key %llu was %s\n", h->calls[f.call].thread,
           (unsigned long long)h->calls[f.call].invoke, (unsigned long long)f.key,
           f.what);
    return QS_EXIT_CONTRADICTED;
}

static void print_call(const struct qs_history *h, size_t i)
{
    const struct qs_call *c = &h->calls[i];
    char text[QS_CALL_TEXT];

    printf("  T%-4u %llu to %llu  %s\n", c->thread, (unsigned long long)c->invoke,
           (unsigned long long)c->answer, qs_call_text(h, c, text));
}

static int judge_long_queue(const struct qs_history *h)
{
    struct qs_queue_finding f;

    if (qs_queue_check(h, &f)) {
        printf("%zu calls of queues: linearizable\n", h->n);
        return QS_EXIT_DONE;
    }
    printf("%zu calls of queues: NOT linearizable\n%s:\n", h->n, f.what);
    print_call(h, f.call);
    if (f.other != f.call)
        print_call(h, f.other);
    return QS_EXIT_CONTRADICTED;
}

static int judge_calls(const struct arguments *a, const char *name,
                       const struct qs_model *model, const struct qs_history *h)
{
    struct qs_linear_verdict v;
    char text[QS_VERDICT_TEXT];
    uint64_t begin = qs_clock_system();

    qs_linear_check(model, h, &v);
    double seconds = (double)(qs_clock_system() - begin) / 1e9;
    printf("%zu calls on %zu object%s, checked at %.2f M/s: %s\n", v.calls, v.objects,
           v.objects == 1 ? "" : "s", (double)v.calls / 1e6 / seconds,
           qs_verdict_text(&v, text));
    if (v.kind == QS_NOT_LINEARIZABLE) {
        putchar('\n');
        qs_finding_print(model, h, &v, stdout);
        if (a->svg)
            qs_verdict_draw(model, h, &v, name, a->svg);
    }
    return qs_verdict_status(&v);
}

static int judge(const struct arguments *a, const char *name,
                 const struct qs_model *model, const struct qs_history *h)
{
    printf("%s\n", name);
    if (model == &qs_model_queue && h->n > LONG_QUEUE && qs_queue_is_checkable(h))
        return judge_long_queue(h);
    return judge_calls(a, name, model, h);
}

int qs_verb_verify(int argc, char **argv)
{
    struct arguments a = { 0 };
    struct qs_history h;
    char name[QS_HISTORY_NAME];

    argp_parse(&argp, argc, argv, 0, NULL, &a);
    if (!a.file)
        qs_die(QS_EXIT_USAGE, "verify needs a file, as `quiesce bench --verify "
                              "--history FILE` writes it");
    read_file(a.file, &h, name);
    int status = judge(&a, name, choose_model(&a, name), &h);
    int scans = judge_scans(&h);
    qs_history_release(&h);
    return status ? status : scans;
}
