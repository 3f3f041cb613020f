/* test_text.c - what people type is read exactly or not at all. */
#include "harness/mix.h"
#include "harness/text.h"

#include "harness/cell.h"
#include "harness/topology.h"
#include "tests/check.h"

static void test_counts(void)
{
    static const struct {
        const char *text;
        uint64_t value;
    } good[] = { { "0", 0 },
                 { "12", 12 },
                 { "100k", 100000 },
                 { "1M", 1000000 },
                 { "2G", 2000000000 },
                 { "1.5k", 1500 },
                 { "1.1k", 1100 },
                 { "0.5M", 500000 },
                 { "721273220652855", 721273220652855 },
                 { "12345.678901G", 12345678901000 } };
    static const char *const bad[] = {
        "",     "k",   "-1",  "1.5", "1kk", "1 k",      " 1",           "0x10",
        "1e",   "nan", "inf", "1_0", "1,0", "1K",       "1T",           "--1",
        "1e30", "+1",  "1-1", ".",   "k1",  "1.0005k1", "1000000000.5", "1.0000001k"
    };
    uint64_t value;

    for (unsigned i = 0; i < sizeof good / sizeof *good; i++) {
        value = 77;
        if (!CHECK(qs_parse_count(good[i].text, &value)) || value != good[i].value)
            CHECK_IS(good[i].text, "is misread");
    }
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++)
        if (qs_parse_count(bad[i], &value))
            CHECK_IS(bad[i], "is refused");
}

static void test_durations(void)
{
    static const struct {
        const char *text;
        double value;
    } good[] = {
        { "200ms", 0.2 }, { "1s", 1 }, { "5m", 300 }, { "1", 1 }, { "0.5s", 0.5 }
    };
    static const char *const bad[] = { "",    "s",  "ms",  "-1s",   "1 s",   "1sec",
                                       "1us", "1S", "nan", "infms", "1e999", "1e308h" };
    double value;

    for (unsigned i = 0; i < sizeof good / sizeof *good; i++) {
        CHECK(qs_parse_seconds(good[i].text, &value));
        CHECK_NEAR(value, good[i].value, 1e-12);
    }
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++)
        if (qs_parse_seconds(bad[i], &value))
            CHECK_IS(bad[i], "is refused");
}

static void test_mixes(void)
{
    static const char *const bad[] = { "",
                                       "90",
                                       "90/5",
                                       "90/5/6",
                                       "90/5/4",
                                       "90/5/5/0",
                                       "a/b/c",
                                       "-10/55/55",
                                       "90,5,5",
                                       "90/5/",
                                       "/50/50",
                                       "101/0/-1",
                                       "33.33/33.33/33.34" };
    unsigned inserts, deletes;

    CHECK(qs_parse_mix("90/5/5", &inserts, &deletes));
    CHECK_EQ(inserts, 50);
    CHECK_EQ(deletes, 50);
    CHECK(qs_parse_mix("99.8/0.1/0.1", &inserts, &deletes));
    CHECK_EQ(inserts, 1);
    CHECK(qs_parse_mix("0/100/0", &inserts, &deletes));
    CHECK_EQ(inserts, 1000);
    CHECK_EQ(deletes, 0);
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++)
        if (qs_parse_mix(bad[i], &inserts, &deletes))
            CHECK_IS(bad[i], "is refused");
}

static void test_distributions(void)
{
    static const char *const bad[] = { "",        "zipf",    "zipf:",
                                       "zipf:-1", "Uniform", "zipf:0.9x" };
    struct qs_cell cell = { .distribution = QS_ZIPF, .theta = 0.3 };

    CHECK(qs_distribution_parse("uniform", &cell));
    CHECK_EQ(cell.distribution, QS_UNIFORM);
    CHECK(qs_distribution_parse("zipf:0.99", &cell));
    CHECK_EQ(cell.distribution, QS_ZIPF);
    CHECK_NEAR(cell.theta, 0.99, 0);
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++)
        if (qs_distribution_parse(bad[i], &cell))
            CHECK_IS(bad[i], "is refused");
}

static void test_permille(void)
{
    unsigned value;

    CHECK(qs_parse_permille("12.5%", &value));
    CHECK_EQ(value, 125);
    CHECK(qs_parse_permille("100", &value));
    CHECK_EQ(value, 1000);
    CHECK(!qs_parse_permille("100.1", &value));
    CHECK(!qs_parse_permille("0.05", &value));
    CHECK(!qs_parse_permille("%", &value));
}

static void test_threads(void)
{
    char error[256];
    struct qs_topology *t = qs_topology_open("pack:2 core:4 pu:2", error, sizeof error);
    unsigned threads = 0;
    bool oversubscribe = false;

    REQUIRE(t);
    CHECK(qs_parse_threads("3", t, &threads, &oversubscribe));
    CHECK_EQ(threads, 3);
    CHECK(qs_parse_threads("cores", t, &threads, &oversubscribe));
    CHECK_EQ(threads, 8);
    CHECK(qs_parse_threads("max", t, &threads, &oversubscribe));
    CHECK_EQ(threads, 16);
    CHECK(!oversubscribe);
    CHECK(qs_parse_threads("2max", t, &threads, &oversubscribe));
    CHECK_EQ(threads, 32);
    CHECK(oversubscribe);
    CHECK(!qs_parse_threads("many", t, &threads, &oversubscribe));
    CHECK(!qs_parse_threads("-2", t, &threads, &oversubscribe));
    CHECK(!qs_parse_threads("", t, &threads, &oversubscribe));
    qs_topology_close(t);
}

static void test_lists(void)
{
    char text[] = " 1, 2 ,max,", none[] = "", *parts[8];

    CHECK_EQ(qs_split(text, parts, 8), 4);
    CHECK_IS(parts[0], "1");
    CHECK_IS(parts[1], "2");
    CHECK_IS(parts[2], "max");
    CHECK_IS(parts[3], "");
    CHECK_EQ(qs_split(none, parts, 8), 1);
    char many[] = "a,b,c,d";
    CHECK_EQ(qs_split(many, parts, 2), 2);
}

static const char *name_at(unsigned i)
{
    static const char *const names[] = { "leak", "hp", "ebr", "split_ordered" };
    return i < 4 ? names[i] : NULL;
}

static void test_nearest_name(void)
{
    char message[256];

    CHECK_IS(qs_nearest("ebra", name_at), "ebr");
    CHECK_IS(qs_nearest("splitordered", name_at), "split_ordered");
    CHECK(!qs_nearest("nothing_like_it_at_all", name_at));
    qs_unknown_name("reclaimer", "ebra", name_at, message, sizeof message);
    CHECK_IS(message, "no reclaimer 'ebra' (did you mean 'ebr'? there are: leak hp ebr "
                      "split_ordered)");
    char small[16];
    qs_unknown_name("reclaimer", "ebra", name_at, small, sizeof small);
    CHECK_LT(strlen(small), sizeof small);
}

int main(void)
{
    RUN(test_counts);
    RUN(test_durations);
    RUN(test_mixes);
    RUN(test_distributions);
    RUN(test_permille);
    RUN(test_threads);
    RUN(test_lists);
    RUN(test_nearest_name);
    return check_end();
}
