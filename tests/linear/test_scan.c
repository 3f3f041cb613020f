/* test_scan.c - what iteration may and may not report; histories as files; drawings. */
#include "harness/linear/linear.h"
#include "harness/linear/scan.h"
#include "tests/check.h"

enum { MOST = 16 };

static struct qs_call calls[MOST];
static struct qs_item items[MOST];
static struct qs_history history;

static void begin(void)
{
    memset(calls, 0, sizeof calls);
    history = (struct qs_history){ calls, 0, items, 0 };
}

static struct qs_call *add(enum qs_kind kind, uint64_t invoke, uint64_t answer,
                           uint64_t key, uint64_t value)
{
    struct qs_call *c = &calls[history.n++];

    *c = (struct qs_call){ .invoke = invoke, .answer = answer, .key = key, .ok = true };
    c->kind = (uint8_t)kind;
    *(kind == QS_CALL_REMOVE ? &c->output : &c->input) = value;
    return c;
}

static struct qs_call *scan(uint64_t invoke, uint64_t answer)
{
    struct qs_call *c = add(QS_CALL_SCAN, invoke, answer, 0, 0);

    c->other = UINT64_MAX;
    c->output = history.items_n;
    return c;
}

static void report(struct qs_call *c, uint64_t key, uint64_t value)
{
    items[history.items_n++] = (struct qs_item){ key, value };
    c->items++;
}

static const char *verdict(void)
{
    struct qs_scan_finding f;

    return qs_scan_check(&history, &f) ? "right" : f.what;
}

static void test_present_throughout_is_reported(void)
{
    begin();
    add(QS_CALL_INSERT, 1, 2, 5, 100);
    struct qs_call *c = scan(10, 20);
    CHECK_IS(verdict(), "left out although it was present throughout");
    report(c, 5, 100);
    CHECK_IS(verdict(), "right");
    report(c, 5, 100);
    CHECK_IS(verdict(), "reported twice");
}

static void test_what_changes_meanwhile_may_be_reported(void)
{
    begin();
    add(QS_CALL_INSERT, 1, 2, 5, 100);
    add(QS_CALL_REMOVE, 12, 13, 5, 100);
    add(QS_CALL_INSERT, 14, 15, 6, 101);
    struct qs_call *c = scan(10, 20);
    CHECK_IS(verdict(), "right");
    report(c, 5, 100);
    report(c, 6, 101);
    CHECK_IS(verdict(), "right");
}

static void test_absent_throughout_is_not_reported(void)
{
    begin();
    add(QS_CALL_INSERT, 1, 2, 5, 100);
    add(QS_CALL_REMOVE, 3, 4, 5, 100);
    struct qs_call *c = scan(10, 20);
    add(QS_CALL_INSERT, 21, 22, 6, 101);
    CHECK_IS(verdict(), "right");
    report(c, 5, 100);
    CHECK_IS(verdict(), "reported with a value it did not have meanwhile");
    items[0] = (struct qs_item){ 6, 101 };
    CHECK_IS(verdict(), "reported with a value it did not have meanwhile");
    items[0] = (struct qs_item){ 7, 102 };
    CHECK_IS(verdict(), "reported with a value that it never had");
}

static void test_replaced_is_present_throughout(void)
{
    begin();
    add(QS_CALL_INSERT, 1, 2, 5, 100);
    add(QS_CALL_PUT, 12, 14, 5, 101)->output = 100;
    struct qs_call *c = scan(10, 20);
    CHECK_IS(verdict(), "left out although it was present throughout");
    report(c, 5, 100);
    CHECK_IS(verdict(), "right");
    items[0].value = 101;
    CHECK_IS(verdict(), "right");
}

static void test_doubt_is_no_finding(void)
{
    begin();
    add(QS_CALL_INSERT, 1, 2, 5, 100);
    add(QS_CALL_INSERT, 1, QS_NEVER, 6, 101);
    add(QS_CALL_REMOVE, 3, QS_NEVER, 5, 0);
    struct qs_call *c = scan(10, 20);
    CHECK_IS(verdict(), "right");
    report(c, 5, 100);
    report(c, 6, 101);
    CHECK_IS(verdict(), "right");
}

static void test_bounds(void)
{
    begin();
    add(QS_CALL_INSERT, 1, 2, 5, 100);
    struct qs_call *c = scan(10, 20);
    c->key = 6;
    CHECK_IS(verdict(), "right");
    report(c, 5, 100);
    CHECK_IS(verdict(), "reported although it is out of bounds");
}

/* A stale read between two certain ones. */
static void make_stale_read(void)
{
    begin();
    add(QS_CALL_INSERT, 1, 2, 5, 100);
    add(QS_CALL_REMOVE, 4, 9, 5, 100)->thread = 1;
    add(QS_CALL_GET, 12, 20, 5, 0)->output = 100;
    add(QS_CALL_GET, 14, 16, 5, 0)->ok = false;
    add(QS_CALL_SCAN, 15, QS_NEVER, 0, 0);
}

static void test_file_keeps_everything(void)
{
    char name[QS_HISTORY_NAME], error[128], *text;
    struct qs_history back;
    size_t size;

    make_stale_read();
    report(scan(30, 40), 5, 100);
    report(&calls[history.n - 1], 6, 101);
    FILE *f = open_memstream(&text, &size);
    CHECK_EQ(qs_history_write(&history, "what it is", f), 0);
    fclose(f);
    f = fmemopen(text, size, "r");
    REQUIRE(qs_history_read(&back, name, f, error, sizeof error));
    fclose(f);
    free(text);
    CHECK_IS(name, "what it is");
    CHECK_EQ(back.n, history.n);
    CHECK(!memcmp(back.calls, calls, history.n * sizeof *calls));
    CHECK_EQ(back.items_n, 2);
    CHECK(!memcmp(back.items, items, sizeof *items * 2));
    qs_history_release(&back);
}

static void check_torn(const char *text, const char *complaint)
{
    char name[QS_HISTORY_NAME], error[128] = "";
    struct qs_history back;
    FILE *f = fmemopen((void *)text, strlen(text), "r");

    CHECK(!qs_history_read(&back, name, f, error, sizeof error));
    CHECK_CONTAINS(error, complaint);
    fclose(f);
}

#define HEAD "# x\nthread,invoke,answer,kind,key,input,other,ok,output,items\n"

static void test_bad_files_are_refused(void)
{
    check_torn("rubbish\n", "line 1");
    check_torn("# x\nrubbish\n", "line 2");
    check_torn(HEAD "0,1,2,get,5,0,0,1,100,\n0,1,2,gte,5,0,0,1,100,\n",
               "line 4: cannot read column kind");
    check_torn(HEAD "0,3,2,get,5,0,0,1,100,\n", "before invoke");
    check_torn(HEAD "0,3,-2,get,5,0,0,1,100,\n", "answer");
    check_torn(HEAD "0,1,2,get,5,0,0,1,100\n", "items");
    check_torn(HEAD "0,1,2,get,5,0,0,3,100,\n", "ok");
    check_torn(HEAD "0,1,2,get,5,0,0,1,100,1:2 3\n", "items");
    check_torn(HEAD "0,1,2,get,5,0,0,1,100,", "torn");
}

static void test_finding_is_drawn(void)
{
    struct qs_linear_verdict v;
    char *text;
    size_t size;

    make_stale_read();
    qs_linear_check(&qs_model_map, &history, &v);
    CHECK_EQ(v.kind, QS_NOT_LINEARIZABLE);
    CHECK_EQ(v.call, 2);
    CHECK_IS(v.states, "absent");
    FILE *f = open_memstream(&text, &size);
    qs_finding_print(&qs_model_map, &history, &v, f);
    fclose(f);
    CHECK_CONTAINS(text, "key 5: nothing explains get(5) = v100 of thread 0");
    CHECK_CONTAINS(text, "<== not explained");
    CHECK_CONTAINS(text, "insert(5, v100) = inserted");
    CHECK_CONTAINS(text, "last write before:\n  - T1");
    free(text);
}

int main(void)
{
    RUN(test_present_throughout_is_reported);
    RUN(test_what_changes_meanwhile_may_be_reported);
    RUN(test_absent_throughout_is_not_reported);
    RUN(test_replaced_is_present_throughout);
    RUN(test_doubt_is_no_finding);
    RUN(test_bounds);
    RUN(test_file_keeps_everything);
    RUN(test_bad_files_are_refused);
    RUN(test_finding_is_drawn);
    return check_end();
}
