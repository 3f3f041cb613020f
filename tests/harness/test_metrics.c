/* test_metrics.c - what Prometheus is told of a soak, and an answerer that nobody can
 * stop from answering. */
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/http.h"
#include "harness/json.h"
#include "harness/soak_metrics.h"
#include "harness/soak_threads.h"

#include "tests/check.h"

enum { ANSWER = 128 << 10 };
static char answer[ANSWER];

static const char *page(void *arg, const char *path, char *body, size_t size,
                        size_t *length)
{
    if (strcmp(path, "/page") != 0)
        return NULL;
    *length = (size_t)snprintf(body, size, "page %d\n", ++*(int *)arg);
    return "text/plain";
}

static int connect_to(const struct qs_http *h)
{
    const char *address = qs_http_address(h);
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_port =
                                  htons((uint16_t)atoi(strrchr(address, ':') + 1)),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    REQUIRE(fd >= 0 && !connect(fd, (struct sockaddr *)&to, sizeof to));
    return fd;
}

/* Sends bytes and reads until the connection is closed.  False if this came too late,
 * as after seconds without a processor: then it is told so, or reset. */
static bool ask_once(const struct qs_http *h, const char *bytes, size_t length)
{
    int fd = connect_to(h);
    size_t got = 0;
    ssize_t n = 0;

    if (send(fd, bytes, length, MSG_NOSIGNAL) < 0)
        perror("send");
    shutdown(fd, SHUT_WR);
    while (got < ANSWER - 1 && (n = recv(fd, answer + got, ANSWER - 1 - got, 0)) > 0)
        got += (size_t)n;
    answer[got] = '\0';
    close(fd);
    return n >= 0 && !strstr(answer, " 408 ");
}

/* The answer, whose first line counts most; "" if there is none. */
static const char *ask_bytes(const struct qs_http *h, const char *bytes, size_t length)
{
    for (unsigned i = 0; i < 30 && !ask_once(h, bytes, length); i++)
        ;
    return answer;
}

static const char *ask(const struct qs_http *h, const char *request)
{
    return ask_bytes(h, request, strlen(request));
}

static struct qs_http *start(qs_http_page *what, void *arg)
{
    char error[256] = "";
    struct qs_http *h = qs_http_start("127.0.0.1:0", what, arg, error, sizeof error);

    CHECK_IS(error, "");
    REQUIRE(h);
    return h;
}

static void test_pages_are_answered(void)
{
    int asked = 0;
    struct qs_http *h = start(page, &asked);

    CHECK_CONTAINS(ask(h, "GET /page HTTP/1.1\r\nHost: x\r\n\r\n"), "HTTP/1.1 200 OK");
    CHECK_CONTAINS(answer, "\r\nContent-Length: 7\r\n");
    CHECK_CONTAINS(answer, "\r\n\r\npage 1\n");
    CHECK_CONTAINS(ask(h, "GET /page?x=1 HTTP/1.0\r\n\r\n"), "page 2\n");
    CHECK_CONTAINS(ask(h, "HEAD /page HTTP/1.1\r\n\r\n"), "200 OK");
    CHECK(!strstr(answer, "page 3"));
    CHECK_CONTAINS(ask(h, "GET /other HTTP/1.1\r\n\r\n"), "404");
    qs_http_stop(h);
}

static void test_bad_requests_are_refused_and_forgotten(void)
{
    int asked = 0;
    struct qs_http *h = start(page, &asked);
    static char long_request[1 << 16], zeros[5000];

    memset(long_request, 'x', sizeof long_request - 1);
    CHECK_CONTAINS(ask(h, "POST /page HTTP/1.1\r\n\r\n"), "405");
    CHECK_CONTAINS(ask(h, "GET page HTTP/1.1\r\n\r\n"), "400");
    CHECK_CONTAINS(ask(h, "GET /page\r\n\r\n"), "400");
    CHECK_CONTAINS(ask(h, "GET /page HTTP/2.0\r\n\r\n"), "400");
    CHECK_CONTAINS(ask(h, "\r\n\r\n"), "400");
    CHECK_CONTAINS(ask(h, "\x16\x03\x01 tls?\n\n"), "400");
    ask(h, long_request); /* an answer may be lost when it is reset */
    ask_bytes(h, zeros, sizeof zeros);
    ask(h, "GET /page HTT"); /* and nothing more */
    CHECK_IS(answer, "");
    ask(h, "");
    CHECK_EQ(asked, 0);
    CHECK_CONTAINS(ask(h, "GET /page HTTP/1.1\r\n\r\n"), "page 1");
    qs_http_stop(h);
}

/* One that says nothing holds nobody up for long. */
static void test_silent_clients_are_left(void)
{
    int asked = 0;
    struct qs_http *h = start(page, &asked);
    int silent = connect_to(h);

    CHECK_CONTAINS(ask(h, "GET /page HTTP/1.1\r\n\r\n"), "page 1");
    ssize_t n = recv(silent, answer, ANSWER - 1, 0);
    answer[n > 0 ? n : 0] = '\0';
    CHECK_CONTAINS(answer, "408");
    close(silent);
    qs_http_stop(h);
}

static void test_addresses_that_are_none_are_refused(void)
{
    static const char *const wrong[] = { "",
                                         "9464",
                                         ":9464",
                                         "127.0.0.1",
                                         "127.0.0.1:",
                                         "127.0.0.1:x",
                                         "1.2.3.4.5:1",
                                         "localhost:1",
                                         "127.0.0.1:99999",
                                         "203.0.113.1:1" };
    for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char error[256] = "";
        struct qs_http *h = qs_http_start(wrong[i], page, NULL, error, sizeof error);
        CHECK(!h);
        CHECK_NE(error[0], 0);
        if (h)
            qs_http_stop(h);
    }
}

/* The value of a sample, or -1. */
static double value_of(const char *body, const char *sample)
{
    for (const char *at = body; (at = strstr(at, sample)); at++)
        if ((at == body || at[-1] == '\n') && at[strlen(sample)] == ' ')
            return strtod(at + strlen(sample), NULL);
    return -1;
}

/* Every sample's family is announced once, counters are called so, buckets only grow.
 */
static void check_format(char *body)
{
    char family[128] = "", type[32] = "";
    double bucket = 0;

    for (char *line; (line = strsep(&body, "\n"));) {
        if (sscanf(line, "# TYPE %127s %31s", family, type) == 2) {
            size_t length = strlen(family);
            CHECK_EQ(length > 6 && !strcmp(family + length - 6, "_total"),
                     !strcmp(type, "counter"));
            bucket = 0;
        } else if (*line && *line != '#') {
            CHECK(!strncmp(line, family, strlen(family)));
            CHECK(strrchr(line, ' ') && strtod(strrchr(line, ' '), NULL) >= 0);
        }
        if (strstr(line, "_bucket{")) {
            CHECK(strtod(strrchr(line, ' '), NULL) >= bucket);
            bucket = strtod(strrchr(line, ' '), NULL);
        }
    }
}

static char *page_of(struct qs_soak_board *board)
{
    size_t length = 0;

    CHECK_CONTAINS(qs_soak_page(board, "/metrics", answer, ANSWER, &length),
                   "version=0.0.4");
    CHECK_EQ(strlen(answer), length);
    CHECK_LT(length, 32 << 10); /* half of what http.c has room for */
    return answer;
}

static void test_metrics_add_up_over_rounds(void)
{
    struct qs_soak_board board = { .lock = PTHREAD_MUTEX_INITIALIZER };
    struct qs_soak_round round = {
        .seed = 7, .cell = { .structure = "hm_list", .reclaim = "hp", .threads = 2 }
    };
    static struct qs_soak_result result;

    CHECK_EQ(value_of(page_of(&board), "quiesce_operations_total"), 0);
    for (unsigned i = 1; i <= 2; i++) {
        qs_soak_board_begin(&board, &round, &result);
        qs_store(&result.live.calls, 100, relaxed);
        qs_store(&result.live.garbage, 5, relaxed);
        qs_store(&result.live.oldest_ns, 1500000000, relaxed);
        qs_store(&result.live.meter.cas_fails[QS_SITE_MARK], 3, relaxed);
        qs_soak_meter_time(&result.live.meter.all, 250);
        qs_soak_meter_time(&result.live.meter.all, UINT64_C(1) << 60);
        qs_soak_meter_time(&result.live.meter.lives, 3000000);
        char *body = page_of(&board);
        CHECK_EQ(value_of(body, "quiesce_operations_total"), 100 * i);
        CHECK_EQ(value_of(body, "quiesce_garbage_nodes"), 5);
        CHECK_NEAR(value_of(body, "quiesce_garbage_oldest_seconds"), 1.5, 1e-9);
        CHECK_EQ(value_of(body, "quiesce_cas_failures_total{site=\"mark\"}"), 3 * i);
        CHECK_EQ(value_of(body, "quiesce_operation_seconds_bucket{le=\"2e-07\"}"), 0);
        CHECK_EQ(value_of(body, "quiesce_operation_seconds_bucket{le=\"4e-07\"}"), i);
        CHECK_EQ(value_of(body, "quiesce_operation_seconds_count"), 2 * i);
        CHECK_EQ(value_of(body, "quiesce_key_life_seconds_count"), i);
        CHECK_NEAR(value_of(body, "quiesce_key_life_seconds_sum"), 0.003 * i, 1e-9);
        CHECK_EQ(value_of(body, "quiesce_nesting_depth"), 1);
        CHECK_EQ(value_of(body, "quiesce_soak_round_info{structure=\"hm_list\","
                                "reclaim=\"hp\",threads=\"2\",seed=\"7\"}"),
                 1);
        check_format(body);
        qs_soak_board_end(&board, &result);
        body = page_of(&board);
        CHECK_EQ(value_of(body, "quiesce_soak_rounds_total"), i);
        CHECK_EQ(value_of(body, "quiesce_operations_total"), 100 * i);
        CHECK_EQ(value_of(body, "quiesce_garbage_nodes"), 0);
    }
}

/* An operation that slept waited, for most of its time; that it was a delete counts by
 * itself. */
static void test_waits_are_told_from_work(void)
{
    struct timespec nap = { .tv_nsec = 50000000 };
    static struct qs_soak_meter m;
    struct qs_soak_moment began;
    uint64_t waited = 0, naps = 0;

    qs_soak_moment_now(&began);
    qs_soak_meter_call(&m, QS_GET, &began);
    uint64_t before = qs_load(&m.waits.ns, relaxed);
    for (; naps < 100 && !waited; naps++) {
        /* One that loses its processor on the way to sleep does not give it up. */
        qs_soak_moment_now(&began);
        nanosleep(&nap, NULL);
        qs_soak_meter_call(&m, QS_DELETE, &began);
        waited = qs_load(&m.waits.ns, relaxed) - before;
    }
    CHECK_LE(25000000, waited);
    CHECK_LE(qs_load(&m.waits.ns, relaxed), qs_load(&m.all.ns, relaxed));
    uint64_t all = 0, deletes = 0;
    for (unsigned i = 0; i < QS_SOAK_TIMES; i++) {
        all += qs_load(&m.all.counts[i], relaxed);
        deletes += qs_load(&m.deletes.counts[i], relaxed);
    }
    CHECK_EQ(all, 1 + naps);
    CHECK_EQ(deletes, naps);
}

static void test_nested_maps_are_two_deep(void)
{
    struct qs_soak_board board = { .lock = PTHREAD_MUTEX_INITIALIZER };
    struct qs_soak_round round = {
        .cell = { .structure = "nested_sync", .reclaim = "ebr", .threads = 2 }
    };
    static struct qs_soak_result result;

    qs_soak_board_begin(&board, &round, &result);
    CHECK_EQ(value_of(page_of(&board), "quiesce_nesting_depth"), 2);
    qs_soak_board_end(&board, &result);
    CHECK_EQ(value_of(page_of(&board), "quiesce_nesting_depth"), 0);
}

/* soak_dashboard.json asks for nothing that is not told, and is JSON. */
static void test_dashboard_names_metrics_that_are_there(void)
{
    struct qs_soak_board board = { .lock = PTHREAD_MUTEX_INITIALIZER };
    struct qs_json json;
    char error[256] = "", name[128];
    unsigned names = 0;
    const char *body = page_of(&board);
    char *text = qs_file_text(DASHBOARD);

    REQUIRE(text);
    CHECK_EQ(qs_json_read(DASHBOARD, &json, error, sizeof error), 0);
    CHECK_IS(error, "");
    qs_json_free(&json);
    for (const char *at = text; (at = strstr(at, "quiesce_")); at++, names++) {
        size_t length = strspn(at, "abcdefghijklmnopqrstuvwxyz_");
        static const char *const parts[] = { "_bucket", "_sum", "_count" };
        for (unsigned i = 0; i < sizeof parts / sizeof *parts; i++) {
            size_t n = strlen(parts[i]);
            if (length > n && !strncmp(at + length - n, parts[i], n))
                length -= n;
        }
        snprintf(name, sizeof name, "# TYPE %.*s ", (int)length, at);
        CHECK_CONTAINS(body, name);
    }
    CHECK_LE(20, names);
    free(text);
}

int main(void)
{
    RUN(test_pages_are_answered);
    RUN(test_bad_requests_are_refused_and_forgotten);
    RUN(test_silent_clients_are_left);
    RUN(test_addresses_that_are_none_are_refused);
    RUN(test_metrics_add_up_over_rounds);
    RUN(test_waits_are_told_from_work);
    RUN(test_nested_maps_are_two_deep);
    RUN(test_dashboard_names_metrics_that_are_there);
    return check_end();
}
