/* test_report.c - the pieces of plots and reports: JSON, escaping, pictures in a page,
 * rows as curves, rows by cell. */
#include <unistd.h>

#include "harness/groups.h"
#include "harness/html.h"
#include "harness/json.h"
#include "harness/series.h"
#include "tests/check.h"
#include "tests/harness/rows.h"

static char *file_with(const char *text)
{
    static char name[64];
    snprintf(name, sizeof name, "test_report.%ld.tmp", (long)getpid());
    FILE *out = fopen(name, "w");
    CHECK(out != NULL);
    fputs(text, out);
    fclose(out);
    return name;
}

static void test_json_is_found_by_path(void)
{
    struct qs_json json;
    char error[256];
    char *file = file_with("{\"a\": [1, {\"b\": \"x\\n\\u00e9\\\"\"}], \"c\": true}\n");
    CHECK_EQ(qs_json_read(file, &json, error, sizeof error), 0);
    CHECK(strcmp(qs_json_text(&json, "a.0"), "1") == 0);
    CHECK(strcmp(qs_json_text(&json, "a.1.b"), "x\n\xc3\xa9\"") == 0);
    CHECK(strcmp(qs_json_text(&json, "c"), "true") == 0);
    CHECK(strcmp(qs_json_text(&json, "d"), "") == 0);
    qs_json_free(&json);
    unlink(file);
}

static void test_broken_json_is_refused(void)
{
    static const char *const broken[] = {
        "", "{", "{\"a\" 1}", "[1,]", "\"open", "{\"a\":}x", "{} {}", "\"\\q\""
    };
    struct qs_json json;
    char error[256];
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        char *file = file_with(broken[i]);
        CHECK_EQ(qs_json_read(file, &json, error, sizeof error), -1);
        unlink(file);
    }
}

static void test_html_is_escaped(void)
{
    char text[128] = "";
    FILE *out = fmemopen(text, sizeof text, "w");
    qs_html(out, "<b>%s</b> %zu%%", "<a href=\"x\">&'", (size_t)7);
    fclose(out);
    CHECK(strcmp(text, "<b>&lt;a href=&quot;x&quot;&gt;&amp;&#39;</b> 7%") == 0);
}

static void test_picture_keeps_only_ids_that_are_used(void)
{
    char text[1024] = "";
    char *file =
        file_with("<?xml version='1.0'?>\n<!-- c -->\n"
                  "<svg width='10' height='20px' viewBox='0 0 10px 20px' id='r'>"
                  "<g id=\"plot_1\"/><g id=\"plot_1\"/><path id='p' d='M0'/>"
                  "<use xlink:href='#p' fill='#ff0000'/><g clip-path=\"url(#p)\">"
                  "a &amp; b</g></svg>\n");
    FILE *out = fmemopen(text, sizeof text, "w");
    CHECK(qs_html_svg(out, file, "one-", "a < b"));
    fclose(out);
    unlink(file);
    CHECK(strstr(text, "plot_1") == NULL);
    CHECK(strstr(text, "id=\"one-p\"") != NULL);
    CHECK(strstr(text, "xlink:href=\"#one-p\" fill=\"#ff0000\"") != NULL);
    CHECK(strstr(text, "url(#one-p)") != NULL);
    CHECK(strstr(text, "viewBox=\"0 0 10 20\"") != NULL);
    CHECK(strstr(text, " width=") == NULL && strstr(text, "<?xml") == NULL);
    CHECK(strstr(text, "aria-label=\"a &lt; b\"") != NULL);
    CHECK(strstr(text, "a &amp; b</g></svg>") != NULL);
}

static void test_missing_picture_is_told(void)
{
    char text[16] = "";
    FILE *out = fmemopen(text, sizeof text, "w");
    CHECK(!qs_html_svg(out, "no-such.svg", "", ""));
    fclose(out);
}

/* Two schemes, three numbers of threads, two key ranges, seven repeats. */
static size_t make_rows(struct qs_row *rows)
{
    static const char *const schemes[] = { "ebr", "hp" };
    size_t n = 0;
    for (unsigned rep = 0; rep < 7; rep++)
        for (unsigned s = 0; s < 2; s++)
            for (unsigned threads = 4; threads; threads /= 2)
                for (uint64_t keys = 16; keys <= 1024; keys *= 64) {
                    struct qs_row row = row_sample();
                    strcpy(row.cell.reclaim, schemes[s]);
                    row.cell.threads = threads;
                    row.cell.keys = keys;
                    row.rep = rep;
                    row.id = qs_cell_id(&row.cell);
                    row.sample.mops = threads + rep;
                    rows[n++] = row;
                }
    return n;
}

static struct qs_panels gather(const char *series, const char *panel, const char *where)
{
    static struct qs_row rows[128];
    struct qs_figure figure = { .path = "figure.exp", .id = "figure" };
    struct qs_plot plot = { .name = "p",
                            .title = "",
                            .x = "threads",
                            .y = "mops",
                            .series = (char *)series,
                            .panel = (char *)panel,
                            .where = (char *)where,
                            .kind = "" };
    struct qs_limits limits = { .pus = 2, .cores = 2, .numa_nodes = 1 };
    struct qs_panels panels;
    char error[512] = "";
    CHECK_EQ(qs_panels_gather(&figure, &plot, rows, make_rows(rows), &limits, &panels,
                              error, sizeof error),
             0);
    return panels;
}

static void test_rows_become_curves(void)
{
    struct qs_panels p = gather("reclaim", "keys", "keys == 16");
    CHECK_EQ(p.n, 1);
    CHECK_EQ(p.panel[0].n, 2);
    CHECK(strcmp(p.panel[0].name, "figure-p-keys16") == 0);
    CHECK(strcmp(p.panel[0].curves[0].value[0], "hp") == 0); /* as in the matrix */
    const struct qs_curve *hp = &p.panel[0].curves[0];
    CHECK_EQ(hp->n, 3);
    CHECK(hp->points[0].x == 1 && hp->points[2].x == 4);
    CHECK(hp->points[2].y.value == 7 && hp->points[2].y.n == 7);
    CHECK(hp->points[2].y.lo >= 4 && hp->points[2].y.hi <= 10);
    CHECK(!hp->points[1].oversubscribed && hp->points[2].oversubscribed);
    qs_panels_free(&p);
}

static void test_cells_that_differ_are_not_mixed(void)
{
    struct qs_panels p = gather("reclaim", "", "");
    CHECK_EQ(p.n, 2);
    CHECK_EQ(p.n_columns, 1);
    CHECK(strcmp(p.columns[0], "keys") == 0);
    qs_panels_free(&p);
}

static void test_rows_are_grouped_by_cell(void)
{
    static struct qs_row rows[128];
    struct qs_groups groups;
    size_t n = make_rows(rows);
    strcpy(rows[0].status, "invalid");
    qs_groups_make(rows, n, &groups);
    CHECK_EQ(groups.n, 12);
    size_t all = 0;
    for (size_t i = 0; i < groups.n; i++)
        all += groups.group[i].n;
    CHECK_EQ(all, n - 1);
    CHECK(strcmp(groups.group[0].rows[0]->cell.reclaim, "hp") == 0);
    CHECK(qs_group_median(&groups.group[0], "mops").value == 4);
    CHECK(isnan(qs_group_median(&groups.group[0], "cycles").value));
    qs_groups_free(&groups);
}

/* Schemes in the matrix's order, those of peers behind them: no circle of three, which
 * would tear the repeats of a cell apart. */
static void test_order_of_values_has_no_circles(void)
{
    static const char *const names[] = { "rcu_qsbr", "hp",    "cds_hp", "gc",
                                         "ck_epoch", "locks", "qsbr",   "ebr" };
    enum { N = sizeof names / sizeof *names };

    for (unsigned a = 0; a < N; a++)
        for (unsigned b = 0; b < N; b++)
            for (unsigned c = 0; c < N; c++)
                if (qs_value_compare("reclaim", names[a], names[b]) < 0 &&
                    qs_value_compare("reclaim", names[b], names[c]) < 0)
                    CHECK(qs_value_compare("reclaim", names[a], names[c]) < 0);
    CHECK(qs_value_compare("reclaim", "rcu_qsbr", "cds_hp") < 0);
    CHECK(qs_value_compare("reclaim", "cds_hp", "rcu_qsbr") > 0);
    CHECK(qs_value_compare("reclaim", "gc", "locks") < 0);
}

int main(void)
{
    RUN(test_json_is_found_by_path);
    RUN(test_broken_json_is_refused);
    RUN(test_html_is_escaped);
    RUN(test_picture_keeps_only_ids_that_are_used);
    RUN(test_missing_picture_is_told);
    RUN(test_rows_become_curves);
    RUN(test_cells_that_differ_are_not_mixed);
    RUN(test_rows_are_grouped_by_cell);
    RUN(test_order_of_values_has_no_circles);
    return check_end();
}
