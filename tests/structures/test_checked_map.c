/* test_checked_map.c - a program that uses checked_map.h from two threads at once is
 * stopped, with the sentence that tells what met what; one that does not is left alone.
 *
 * Each scene happens in a child process.  One thread stands in the middle of a change
 * or of a read, in a function that the map calls, and lets another one begin. */
#include <sys/wait.h>
#include <unistd.h>

#include "reclaim/direct.h"
#include "tests/check.h"
#include "tests/team.h"

static void (*in_the_middle)(void); /* of a comparison of keys, once */

static bool keys_equal(const uint64_t *a, const uint64_t *b)
{
    void (*act)(void) = in_the_middle;

    in_the_middle = NULL;
    if (act)
        act();
    return *a == *b;
}

#define QS_MAP_NAME        table
#define QS_MAP_RECLAIM     direct
#define QS_MAP_KEY         uint64_t
#define QS_MAP_VALUE       uint64_t
#define QS_MAP_HASH(k)     (*(k))
#define QS_MAP_EQUAL(a, b) keys_equal(a, b)
#include "structures/checked_map.h"

static struct qs_direct_domain domain;
static struct table table;
static struct qs_direct_thread *thread;

enum { SENTENCE = 256, KEYS = 10 };

static void open_table(void)
{
    REQUIRE(!qs_direct_domain_init(&domain, NULL));
    REQUIRE(!table_init(&table, 0));
    thread = qs_direct_thread_register(&domain);
    REQUIRE(thread);
    for (uint64_t key = 0; key < KEYS; key++)
        REQUIRE(table_insert(&table, thread, key, key) == 1);
}

static void close_table(void)
{
    CHECK_EQ(qs_direct_thread_unregister(thread), 0);
    table_destroy(&table);
    CHECK_EQ(qs_direct_domain_destroy(&domain), 0);
}

/* Plays a scene in a child.  True if the child was aborted; what it wrote to stderr is
 * in said. */
static bool is_aborted(void (*scene)(void), char said[SENTENCE])
{
    int ends[2], status;

    REQUIRE(!pipe(ends));
    pid_t child = fork();
    REQUIRE(child >= 0);
    if (!child) {
        dup2(ends[1], STDERR_FILENO);
        open_table();
        scene();
        close_table();
        _exit(0);
    }
    close(ends[1]);
    size_t length = 0;
    for (ssize_t n = 1; n > 0; length += n > 0 ? (size_t)n : 0) /* to its end */
        n = read(ends[0], said + length, SENTENCE - 1 - length);
    said[length] = 0;
    close(ends[0]);
    REQUIRE(waitpid(child, &status, 0) == child);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void check_stopped(void (*scene)(void), const char *sentence)
{
    char said[SENTENCE];

    CHECK(is_aborted(scene, said));
    CHECK_CONTAINS(said, sentence);
}

static bool pass(void *arg, const uint64_t *key, const uint64_t *value)
{
    (void)arg, (void)key, (void)value;
    return true;
}

static void do_write(void *shared, unsigned index)
{
    struct qs_direct_thread *t = qs_direct_thread_register(&domain);

    (void)shared, (void)index;
    table_put(&table, t, 3, 33, NULL);
    qs_direct_thread_unregister(t);
}

static void do_read(void *shared, unsigned index)
{
    struct qs_direct_thread *t = qs_direct_thread_register(&domain);
    uint64_t value;

    (void)shared, (void)index;
    table_get(&table, t, 3, &value);
    qs_direct_thread_unregister(t);
}

static void do_visit(void *shared, unsigned index)
{
    struct qs_direct_thread *t = qs_direct_thread_register(&domain);

    (void)shared, (void)index;
    table_for_each(&table, t, pass, NULL);
    qs_direct_thread_unregister(t);
}

static void another_writes(void)
{
    team_run_elsewhere(do_write, NULL);
}

static void another_reads(void)
{
    team_run_elsewhere(do_read, NULL);
}

static void another_visits(void)
{
    team_run_elsewhere(do_visit, NULL);
}

static void write_beside_write(void)
{
    in_the_middle = another_writes;
    table_put(&table, thread, 1, 11, NULL);
}

static void read_beside_write(void)
{
    in_the_middle = another_reads;
    table_put(&table, thread, 1, 11, NULL);
}

static void visit_beside_write(void)
{
    in_the_middle = another_visits;
    table_remove(&table, thread, 1, NULL);
}

/* The writer has begun, and not ended, when the reader does. */
static struct steps steps = STEPS_INIT;

static void pause_in_write(void)
{
    steps_reach(&steps, 1);
    steps_wait(&steps, 2);
}

static void write_slowly(void)
{
    in_the_middle = pause_in_write;
    do_write(NULL, 0);
}

static void *write_slowly_main(void *argument)
{
    (void)argument;
    write_slowly();
    return NULL;
}

static void begin_slow_write(void)
{
    pthread_t writer;

    REQUIRE(!pthread_create(&writer, NULL, write_slowly_main, NULL));
    steps_wait(&steps, 1);
}

static void write_begins_in_read(void)
{
    uint64_t value;

    in_the_middle = begin_slow_write;
    table_get(&table, thread, 1, &value);
}

static void test_two_writers_are_stopped(void)
{
    check_stopped(write_beside_write, "a map is written by two threads at once");
}

static void test_a_reader_beside_a_writer_is_stopped(void)
{
    check_stopped(read_beside_write, "a map is read while another thread writes to it");
}

static void test_a_visitor_beside_a_writer_is_stopped(void)
{
    check_stopped(visit_beside_write,
                  "a map is visited while another thread writes to it");
}

static void test_a_writer_that_begins_in_a_read_is_stopped(void)
{
    check_stopped(write_begins_in_read,
                  "a map is read while another thread writes to it");
}

static bool remove_it(void *arg, const uint64_t *key, const uint64_t *value)
{
    (void)arg, (void)value;
    CHECK(table_remove(&table, thread, *key, NULL));
    return true;
}

/* One thread after the other, readers side by side, a visitor that removes. */
static void behave(void)
{
    uint64_t value;

    team_run_elsewhere(do_write, NULL);
    in_the_middle = another_reads;
    table_get(&table, thread, 1, &value);
    in_the_middle = another_visits;
    table_get(&table, thread, 1, &value);
    table_for_each(&table, thread, remove_it, NULL);
    if (table_size(&table))
        abort();
}

static void test_proper_use_is_left_alone(void)
{
    char said[SENTENCE];

    CHECK(!is_aborted(behave, said));
    CHECK_IS(said, "");
}

int main(void)
{
    RUN(test_two_writers_are_stopped);
    RUN(test_a_reader_beside_a_writer_is_stopped);
    RUN(test_a_visitor_beside_a_writer_is_stopped);
    RUN(test_a_writer_that_begins_in_a_read_is_stopped);
    RUN(test_proper_use_is_left_alone);
    return check_end();
}
