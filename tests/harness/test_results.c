/* test_results.c - a row written to cells.csv comes back, and a torn one harms no
 * other. */
#include "harness/results.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "harness/results_columns.h"
#include "tests/harness/rows.h"

static char path[] = "/tmp/quiesce-cells-XXXXXX";

static void new_file(void)
{
    strcpy(path, "/tmp/quiesce-cells-XXXXXX");
    int fd = mkstemp(path);
    REQUIRE(fd >= 0);
    close(fd);
}

static void append(const struct qs_row *rows, size_t n)
{
    int fd = qs_results_open(path);
    REQUIRE(fd >= 0);
    for (size_t i = 0; i < n; i++)
        CHECK_EQ(qs_results_append(fd, &rows[i]), 0);
    close(fd);
}

static size_t read_back(struct qs_row **rows, size_t *torn)
{
    char error[256] = "";
    size_t n = 0;
    int result = qs_results_read(path, rows, &n, torn, error, sizeof error);

    CHECK_EQ(result, 0);
    CHECK_IS(error, "");
    return result ? 0 : n;
}

static void write_text(const char *text)
{
    int fd = open(path, O_WRONLY | O_APPEND);
    REQUIRE(fd >= 0);
    REQUIRE(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
}

static void test_header_names_the_documented_columns(void)
{
    const char *header = qs_results_header();
    static const char *const first =
        "run,figure,cell,rep,seq,status,structure,reclaim,threads,placement,";

    CHECK(!strncmp(header, first, strlen(first)));
    CHECK_CONTAINS(header, ",cas_tries,cas_fails,cas_fail_per_op,");
    CHECK_CONTAINS(header, ",retired,freed,");
    CHECK(!strchr(header, '\n'));
    for (size_t i = 0; i < qs_column_count; i++)
        for (size_t j = 0; j < i; j++)
            CHECK(strcmp(qs_columns[i].name, qs_columns[j].name) != 0);
}

/* Every row has as many fields as the header. */
static void test_row_is_one_line_of_the_header_s_width(void)
{
    struct qs_row row = row_sample();
    char line[4096];
    size_t commas = 0, wanted = 0, length = qs_results_format(&row, line, sizeof line);

    CHECK_EQ(length, strlen(line));
    for (const char *c = line; *c; c++)
        commas += *c == ',';
    for (const char *c = qs_results_header(); *c; c++)
        wanted += *c == ',';
    CHECK_EQ(commas, wanted);
    CHECK_EQ(line[length - 1], '\n');
    CHECK(strchr(line, '\n') == line + length - 1);
}

static void check_same(const struct qs_row *a, const struct qs_row *b)
{
    char x[4096], y[4096];

    qs_results_format(a, x, sizeof x);
    qs_results_format(b, y, sizeof y);
    CHECK_IS(x, y);
}

static void test_rows_come_back(void)
{
    struct qs_row rows[3] = { row_sample(), row_sample(), row_sample() }, *back;
    size_t torn = 9;

    rows[1].cell.distribution = QS_ZIPF;
    rows[1].cell.theta = 0.99;
    rows[1].cell.sized = true;
    rows[1].cell.capacity = 512;
    rows[1].cell.resize = 8192;
    rows[1].cell.resize_to = 16384;
    rows[1].cell.latency = QS_LATENCY_INTENDED;
    rows[1].cell.pace_percent = 80;
    rows[1].cell.measure_fill = true;
    rows[1].cell.prefill_even = true;
    rows[1].cell.oversubscribe = true;
    rows[1].seed = UINT64_MAX;
    strcpy(rows[1].cell.placement, "list:0,2,4-7");
    strcpy(rows[2].status, "failed");
    strcpy(rows[2].sample.error, "time-out after 60 s");
    rows[2].sample.mops = NAN;
    rows[2].sample.ops = (uint64_t)-1;
    new_file();
    append(rows, 3);
    CHECK_EQ(read_back(&back, &torn), 3);
    CHECK_EQ(torn, 0);
    for (unsigned i = 0; i < 3; i++)
        check_same(&rows[i], &back[i]);
    CHECK_EQ(back[1].cell.threads, 2);
    CHECK_IS(back[1].cell.placement, "list:0,2,4-7");
    CHECK_EQ(back[1].seed, UINT64_MAX);
    CHECK_NEAR(back[1].cell.theta, 0.99, 0);
    CHECK_EQ(qs_cell_id(&back[1].cell), qs_cell_id(&rows[1].cell));
    CHECK(isnan(back[2].sample.mops)); /* not 0: it was not measured */
    CHECK_EQ(back[0].sample.page_faults, -1);
    free(back);
    remove(path);
}

static void test_header_is_written_once(void)
{
    struct qs_row row = row_sample(), *back;
    size_t torn;

    new_file();
    append(&row, 1);
    append(&row, 1);
    CHECK_EQ(read_back(&back, &torn), 2);
    free(back);
    remove(path);
}

/* A crash leaves the beginning of a line; readers count it, writers cut it off. */
static void test_torn_row_is_cut_off(void)
{
    struct qs_row row = row_sample(), *back;
    char line[4096];
    size_t torn, length = qs_results_format(&row, line, sizeof line);

    for (size_t kept = 1; kept < length; kept += 37) {
        new_file();
        append(&row, 1);
        char part[4096];
        snprintf(part, sizeof part, "%.*s", (int)kept, line);
        write_text(part);
        CHECK_EQ(read_back(&back, &torn), 1);
        CHECK_EQ(torn, 1);
        free(back);
        append(&row, 1);
        CHECK_EQ(read_back(&back, &torn), 2);
        CHECK_EQ(torn, 0);
        check_same(&back[1], &row);
        free(back);
        remove(path);
    }
}

static void test_row_of_wrong_width_is_counted(void)
{
    struct qs_row row = row_sample(), *back;
    size_t torn;

    new_file();
    append(&row, 1);
    write_text("a,b,c\n");
    append(&row, 1);
    CHECK_EQ(read_back(&back, &torn), 2);
    CHECK_EQ(torn, 1);
    free(back);
    remove(path);
}

/* Columns are found by name. */
static void test_order_of_columns_does_not_matter(void)
{
    struct qs_row *back;
    size_t torn;

    new_file();
    write_text("threads,invented,mops,structure\n4,x,1.5,skip_list\n");
    CHECK_EQ(read_back(&back, &torn), 1);
    CHECK_EQ(back[0].cell.threads, 4);
    CHECK_NEAR(back[0].sample.mops, 1.5, 0);
    CHECK_IS(back[0].cell.structure, "skip_list");
    CHECK(isnan(back[0].sample.cpu_ns_per_op));
    free(back);
    remove(path);
}

static void test_bad_file_is_named_with_its_line(void)
{
    struct qs_row *back;
    char error[256] = "", expected[300];
    size_t n, torn;

    new_file();
    write_text("threads,mops,structure\n4,1.5,hm_list\nfour,1.5,hm_list\n");
    CHECK_EQ(qs_results_read(path, &back, &n, &torn, error, sizeof error), -EBADMSG);
    snprintf(expected, sizeof expected, "%s:3:", path);
    CHECK_CONTAINS(error, expected);
    remove(path);
    CHECK_EQ(qs_results_read(path, &back, &n, &torn, error, sizeof error), -ENOENT);
}

static void test_numbers_by_name(void)
{
    struct qs_row row = row_sample();
    bool known;

    CHECK_NEAR(qs_results_number(&row, "mops", &known), 2, 0);
    CHECK(known);
    CHECK_NEAR(qs_results_number(&row, "cas_tries", &known), 25100, 0);
    CHECK_NEAR(qs_results_number(&row, "cas_fail_per_op", &known), 1e-4, 1e-15);
    CHECK_NEAR(qs_results_number(&row, "cas_fail_per_update", &known), 1e-3, 1e-15);
    CHECK_NEAR(qs_results_number(&row, "steps_per_op", &known), 1.5, 1e-12);
    CHECK_NEAR(qs_results_number(&row, "update_pct", &known), 10, 1e-12);
    CHECK(isnan(qs_results_number(&row, "page_faults", &known)) && known);
    CHECK(isnan(qs_results_number(&row, "no_such_column", &known)) && !known);
    CHECK_IS(qs_results_text(&row, "structure"), "split_ordered");
    CHECK_IS(qs_results_text(&row, "dist"), "uniform");
    CHECK_IS(qs_results_text(&row, "mix"), "90/5/5");
    CHECK(!qs_results_text(&row, "threads"));
}

/* Nobody counted, so the field is empty and not 0. */
static void test_uncounted_cas_is_not_available(void)
{
    static const char *const names[] = { "lfht", "split_ordered_uncounted" };
    bool known;

    for (unsigned i = 0; i < 2; i++) {
        struct qs_row row = row_sample();
        strcpy(row.cell.structure, names[i]);
        CHECK(isnan(qs_results_number(&row, "cas_fail_per_op", &known)) && known);
        CHECK(isnan(qs_results_number(&row, "cas_tries", &known)));
        CHECK_NEAR(qs_results_number(&row, "mops", &known), 2, 0);
    }
}

int main(void)
{
    RUN(test_header_names_the_documented_columns);
    RUN(test_row_is_one_line_of_the_header_s_width);
    RUN(test_rows_come_back);
    RUN(test_header_is_written_once);
    RUN(test_torn_row_is_cut_off);
    RUN(test_row_of_wrong_width_is_counted);
    RUN(test_order_of_columns_does_not_matter);
    RUN(test_bad_file_is_named_with_its_line);
    RUN(test_numbers_by_name);
    RUN(test_uncounted_cas_is_not_available);
    return check_end();
}
