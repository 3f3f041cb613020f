/* test_filter.c - conditions on rows select what they say, and typing errors are found.
 */
#include "harness/filter.h"

#include "tests/harness/rows.h"

static const struct qs_limits machine = { .pus = 8, .cores = 4, .numa_nodes = 1 };

/* 1 or 0, or -1 if the text is no filter. */
static int matches(const char *text, const struct qs_row *row)
{
    char error[256] = "";
    struct qs_filter *f = qs_filter_parse(text, error, sizeof error);

    if (!f) {
        CHECK_NE(error[0], 0);
        return -1;
    }
    int match = qs_filter_match(f, row, &machine);
    qs_filter_free(f);
    return match;
}

static void test_conditions_select(void)
{
    static const struct {
        const char *text;
        int match;
    } cases[] = {
        { "", 1 },
        { "reclaim == hp", 1 },
        { "reclaim = hp", 1 },
        { "reclaim==ebr", 0 },
        { "reclaim != ebr", 1 },
        { "reclaim == ebr|hp", 1 },
        { "reclaim != ebr|hp", 0 },
        { "threads <= max", 1 },
        { "threads > cores", 0 },
        { "threads == 2 && reclaim == hp", 1 },
        { "threads == 2, reclaim == ebr", 0 },
        { "keys >= 1k", 1 },
        { "keys < 1k", 0 },
        { "pair == split_ordered:hp", 1 },
        { "update == 10%", 1 },
        { "size == 500", 1 },
        { "mix == 90/5/5", 1 },
        { "mix == 90.0/5.0/5.0", 1 },
        { "structure == hm_list|skip_list", 0 },
        { "mops > 1.5", 1 },
        { "dist == uniform", 1 },
    };
    struct qs_row row = row_sample();

    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++)
        if (matches(cases[i].text, &row) != cases[i].match)
            CHECK_IS(cases[i].text, cases[i].match ? "matches" : "does not match");
}

static void test_typing_errors_are_found(void)
{
    static const char *const bad[] = { "reclaim",
                                       "reclaim ==",
                                       "== hp",
                                       "thread == 2",
                                       "reclaim == ebra",
                                       "threads == many",
                                       "reclaim > hp",
                                       "structure == hashtable",
                                       "threads == 2 &&& keys == 1",
                                       "threads = = 2" };
    struct qs_row row = row_sample();

    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++)
        if (matches(bad[i], &row) != -1)
            CHECK_IS(bad[i], "is refused");
}

static void test_errors_name_the_nearest(void)
{
    char error[512] = "";

    CHECK(!qs_filter_parse("thread == 2", error, sizeof error));
    CHECK_CONTAINS(error, "did you mean 'threads'?");
    CHECK(!qs_filter_parse("reclaim == ebra", error, sizeof error));
    CHECK_CONTAINS(error, "did you mean 'ebr'?");
}

static void test_filter_knows_what_it_names(void)
{
    char error[256];
    struct qs_filter *f =
        qs_filter_parse("reclaim == hp && threads <= 4", error, sizeof error);

    REQUIRE(f);
    CHECK(qs_filter_names(f, "reclaim"));
    CHECK(qs_filter_names(f, "threads"));
    CHECK(!qs_filter_names(f, "keys"));
    qs_filter_free(f);
}

static void test_thread_words(void)
{
    unsigned threads = 0;

    CHECK(qs_limits_parse_threads("cores", &machine, &threads));
    CHECK_EQ(threads, 4);
    CHECK(qs_limits_parse_threads("max", &machine, &threads));
    CHECK_EQ(threads, 8);
    CHECK(qs_limits_parse_threads("2max", &machine, &threads));
    CHECK_EQ(threads, 16);
    CHECK(!qs_limits_parse_threads("0", &machine, &threads));
    CHECK(!qs_limits_parse_threads("max2", &machine, &threads));
}

static void test_values_as_readers_write_them(void)
{
    char text[QS_VALUE_TEXT];
    struct qs_row row = row_sample();

    CHECK_IS(qs_row_value_text(&row, "pair", text), "split_ordered:hp");
    CHECK_IS(qs_row_value_text(&row, "threads", text), "2");
    CHECK_IS(qs_row_value_text(&row, "page_faults", text), "");
    CHECK_IS(qs_row_value_text(&row, "nothing", text), "");
}

int main(void)
{
    RUN(test_conditions_select);
    RUN(test_typing_errors_are_found);
    RUN(test_errors_name_the_nearest);
    RUN(test_filter_knows_what_it_names);
    RUN(test_thread_words);
    RUN(test_values_as_readers_write_them);
    return check_end();
}
