/* test_experiment.c - experiment files are read as documented, and every mistake is
 * named with its file and line. */
#include "harness/experiment.h"

#include <unistd.h>

#include "tests/check.h"

static char path[] = "/tmp/quiesce-figure-XXXXXX.exp";

static struct qs_figure *read_text(const char *text, char *error, size_t size)
{
    strcpy(path, "/tmp/quiesce-figure-XXXXXX.exp");
    int fd = mkstemps(path, 4);

    REQUIRE(fd >= 0);
    REQUIRE(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
    *error = 0;
    struct qs_figure *figure = qs_experiment_read(path, error, size);
    remove(path);
    return figure;
}

#define GOOD                                                     \
    "[figure]\n"                                                 \
    "title    = A figure\n"                                      \
    "paper    = Somebody, Something, 2007\n"                     \
    "question = What does it cost ; a comment\n"                 \
    "   to ask?\n"                                               \
    "[requires]\n"                                               \
    "pus >= 2\n"                                                 \
    "[fixed]\n"                                                  \
    "structure = split_ordered\n"                                \
    "keys = 1M\n"                                                \
    "[axes]\n"                                                   \
    "reclaim = leak, ebr,\n"                                     \
    "   hp\n"                                                    \
    "threads = 1, 2, max, 2max\n"                                \
    "update = 10%, 50%\n"                                        \
    "[skip]\n"                                                   \
    "slow = reclaim == leak && update == 50%\n"                  \
    "[run]\n"                                                    \
    "repeats = 7\n"                                              \
    "duration = 200ms\n"                                         \
    "[quick]\n"                                                  \
    "threads = 1\n"                                              \
    "[plot throughput]\n"                                        \
    "x = threads ; log2\n"                                       \
    "y = mops\n"                                                 \
    "series = reclaim\n"                                         \
    "panel = update\n"                                           \
    "[claim ebr-beats-hp]\n"                                     \
    "say = Epochs beat hazard pointers\n"                        \
    "where = update == 10%\n"                                    \
    "test = ratio(mops, reclaim == ebr, reclaim == hp) >= 1.5\n" \
    "paper = 1.6 - 2.2\n"

static void test_good_file_is_read(void)
{
    char error[QS_EXPERIMENT_ERROR];
    struct qs_figure *f = read_text(GOOD, error, sizeof error);

    CHECK_IS(error, "");
    REQUIRE(f);
    CHECK_IS(f->title, "A figure");
    CHECK_IS(f->question, "What does it cost to ask?");
    CHECK_CONTAINS(f->needs, "pus >= 2");
    CHECK_EQ(f->n_plots, 1);
    CHECK_EQ(f->n_claims, 1);
    CHECK_EQ(f->n_skip, 1);
    CHECK_IS(f->plots[0].name, "throughput");
    CHECK_IS(f->plots[0].x, "threads");
    CHECK_IS(f->claims[0].id, "ebr-beats-hp");
    CHECK_IS(f->claims[0].paper, "1.6 - 2.2");
    for (size_t i = 0; i < f->n_settings; i++)
        if (!strcmp(f->settings[i].key, "reclaim"))
            CHECK_IS(f->settings[i].value, "leak, ebr, hp");
    qs_figure_free(f);
}

/* Replaces one line of the good file (or adds to it, if `from` is the last section) and
 * expects an error at that line. */
static void check_refused(const char *from, const char *to, unsigned line,
                          const char *words)
{
    char text[4096], error[QS_EXPERIMENT_ERROR], place[64];
    const char *at = strstr(GOOD, from);

    REQUIRE(at);
    snprintf(text, sizeof text, "%.*s%s%s", (int)(at - GOOD), GOOD, to,
             at + strlen(from));
    struct qs_figure *f = read_text(text, error, sizeof error);
    CHECK(!f);
    if (f) {
        CHECK_IS(to, "is refused");
        qs_figure_free(f);
        return;
    }
    CHECK_CONTAINS(error, words);
    snprintf(place, sizeof place, "%s:%u: error: ", path, line);
    CHECK_CONTAINS(error, place);
    CHECK(!strchr(error, '\n'));
}

static void test_mistakes_are_named_with_their_line(void)
{
    check_refused("threads = 1, 2, max, 2max", "thread = 1, 2", 14,
                  "did you mean 'threads'?");
    check_refused("threads = 1, 2, max, 2max", "threads = 1,,8", 14, "threads");
    check_refused("threads = 1, 2, max, 2max", "threads = 0", 14, "threads");
    check_refused("threads = 1, 2, max, 2max", "threads = -3", 14, "threads");
    check_refused("keys = 1M", "keys = 0", 10, "keys");
    check_refused("keys = 1M", "keys = 1e308", 10, "keys");
    check_refused("structure = split_ordered", "structure = splitordered", 9,
                  "did you mean 'split_ordered'?");
    check_refused("structure = split_ordered", "structure = split_ordered, skip_list",
                  9, "[axes]");
    check_refused("update = 10%, 50%", "update = 10%, 110%", 15, "update");
    check_refused("repeats = 7", "repeats = 0", 19, "repeats");
    check_refused("repeats = 7", "repeats = 7\nrepeats = 8", 20, "twice");
    check_refused("duration = 200ms", "duration = 0", 20, "duration");
    check_refused("[run]", "[runs]", 19, "there are: figure requires fixed");
    check_refused("pus >= 2", "pus >= two", 7, "pus");
    check_refused("pus >= 2", "pus = 2", 7, "write NAME >= NUMBER");
    check_refused("y = mops", "y = megaops", 24, "mops");
    check_refused("x = threads ;", "x = threads lin ;", 24, "no column 'threads lin'");
    check_refused("series = reclaim\n", "", 24, "needs x, y and series");
    check_refused("[plot throughput]", "[plot Throughput!]", 24, "a-z 0-9");
    check_refused("title    = A figure\n", "", 1, "needs a title");
    check_refused("[figure]", "stray = 1\n[figure]", 1, "section");
    check_refused("title    = A figure", "title    = A figure\nno equals sign", 3,
                  "neither [section] nor key = value");
    check_refused("title    =", "titel    =", 2, "there are: title");
    check_refused("slow = reclaim == leak", "slow = reclam == leak", 17,
                  "did you mean 'reclaim'?");
    check_refused("slow = reclaim == leak", "slow = reclaim", 17,
                  "write COLUMN == VALUE");
}

static void test_mistakes_in_claims_are_named(void)
{
    check_refused("where = update == 10%", "where = update = ten", 29, "ebr-beats-hp");
    check_refused("ratio(mops", "ration(mops", 29, "did you mean 'ratio'?");
    check_refused(">= 1.5", "> 1.5", 29, "by >= x, <= x or in [x, y]");
    check_refused("reclaim == ebr,", "reclaim == ebra,", 29, "did you mean 'ebr'?");
    check_refused("reclaim == ebr, ", "", 29, "takes 3 arguments: (column, A, B)");
    check_refused("ratio(mops, reclaim == ebr, reclaim == hp) >= 1.5",
                  "slope(mops, reclaim) >= 1", 29, "they have no order to follow");
    check_refused("ratio(mops, reclaim == ebr, reclaim == hp) >= 1.5",
                  "order(mops, reclaim == ebr)", 29, "compares at least two");
    check_refused("ratio(mops, reclaim == ebr, reclaim == hp) >= 1.5",
                  "flat(mops, threads) <= 5%", 29, "by within p%");
    check_refused("ratio(mops, reclaim == ebr, reclaim == hp) >= 1.5", "mops >= 2", 29,
                  "write such as ratio(");
    check_refused("say = Epochs", "claims = Epochs", 29, "there are: say where test");
    check_refused("paper = 1.6", "severity = must\npaper = 1.6", 32,
                  "required, expected or info");
    check_refused("paper = 1.6", "basis = time\npaper = 1.6", 32, "count, cpu or wall");
    check_refused("paper = 1.6", "requires = cpus >= 2\npaper = 1.6", 29, "pus");
}

static void test_mistakes_about_the_work_are_named(void)
{
    check_refused("update = 10%, 50%", "mix = get:50/put:60", 15, "100 together");
    check_refused("update = 10%, 50%", "mix = get:50/scan:50", 15, "range");
    check_refused("update = 10%, 50%", "workload = ycsb-g", 15, "ycsb-a ycsb-b");
    check_refused("update = 10%, 50%", "update = 10%\nworkload = ycsb-a", 1,
                  "both workload and update are given; choose one");
    check_refused("update = 10%, 50%", "update = 10%\nmix = 90/5/5", 1,
                  "both mix and update are given; choose one");
    check_refused("update = 10%, 50%\n", "", 1, "neither [fixed] nor [axes] gives mix");
    check_refused("keys = 1M", "keys = 1M\ndist = zipf", 11, "hot:20/80");
    check_refused("keys = 1M", "keys = 1M\nspan = 0", 11, "above 0");
    check_refused("keys = 1M", "keys = 1M\nlatency = sampled", 11, "sampled:64");
}

static void test_long_line_is_refused(void)
{
    char text[4096];

    snprintf(text, sizeof text, "question = %0*d", 250, 7);
    check_refused("question = What does it cost ; a comment", text, 4, "continue it");
}

static void test_missing_file_is_named(void)
{
    char error[QS_EXPERIMENT_ERROR] = "";

    CHECK(!qs_experiment_read("/no/such/figure.exp", error, sizeof error));
    CHECK_CONTAINS(error, "/no/such/figure.exp");
}

static void test_figures_of_the_tree_are_good(void)
{
    char error[QS_EXPERIMENT_ERROR] = "";
    struct qs_figures figures;

    if (qs_figures_read(EXPERIMENTS, NULL, 0, &figures, error, sizeof error)) {
        CHECK_IS(error, "");
        return;
    }
    CHECK_LE(1, figures.n);
    for (size_t i = 0; i < figures.n; i++) {
        CHECK_LE(1, figures.figure[i]->n_plots);
        CHECK_LE(1, figures.figure[i]->n_claims);
    }
    qs_figures_free(&figures);
}

int main(void)
{
    RUN(test_good_file_is_read);
    RUN(test_mistakes_are_named_with_their_line);
    RUN(test_mistakes_in_claims_are_named);
    RUN(test_mistakes_about_the_work_are_named);
    RUN(test_long_line_is_refused);
    RUN(test_missing_file_is_named);
    RUN(test_figures_of_the_tree_are_good);
    return check_end();
}
