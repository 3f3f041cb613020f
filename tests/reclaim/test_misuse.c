/* test_misuse.c - a debug build stops a program that breaks the contract, with a
 * sentence, and no other one; for one scheme.
 *
 * Each misuse happens in a child process, whose end and words are looked at. */
#include <sys/wait.h>
#include <unistd.h>

#include "tests/reclaim/scheme.h"

enum { SENTENCE = 256 };

struct play {
    struct S(domain) domain, other;
    struct S(thread) * t, *stranger;
};

/* Plays a scene in a child.  True if the child was aborted; what it wrote to stderr is
 * in said. */
static bool is_aborted(void (*scene)(struct play *), char said[SENTENCE])
{
    int ends[2], status;

    REQUIRE(!pipe(ends));
    pid_t child = fork();
    REQUIRE(child >= 0);
    if (!child) {
        static struct play play;
        dup2(ends[1], STDERR_FILENO);
        domain_open(&play.domain, NULL);
        domain_open(&play.other, NULL);
        play.t = thread_open(&play.domain);
        play.stranger = thread_open(&play.other);
        scene(&play);
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

static void check_stopped(void (*scene)(struct play *), const char *sentence)
{
    char said[SENTENCE];

    CHECK(is_aborted(scene, said));
    CHECK_CONTAINS(said, sentence);
}

static void behave(struct play *p)
{
    struct node *n = node_new(p->t, 0);

    for (unsigned i = 0; i < 3; i++) {
        S(enter)(p->t);
        S(enter)(p->stranger); /* another registration is another matter */
        S(leave)(p->stranger);
        S(leave)(p->t);
    }
    S(enter)(p->t);
    S(retire)(p->t, &node_class, n);
    S(leave)(p->t);
    S(free_private)(p->t, &node_class, node_new(p->t, 1));
    S(flush)(p->t);
}

static void test_proper_use_is_left_alone(void)
{
    char said[SENTENCE];

    CHECK(!is_aborted(behave, said));
    CHECK_IS(said, "");
}

static void enter_twice(struct play *p)
{
    S(enter)(p->t);
    S(enter)(p->t);
}

static void test_nested_enter_is_stopped(void)
{
    check_stopped(enter_twice, "an operation is entered inside another one");
}

static void retire_twice(struct play *p)
{
    struct node *n = node_new(p->t, 0);

    S(enter)(p->t);
    S(retire)(p->t, &node_class, n);
    S(retire)(p->t, &node_class, n);
}

static void test_second_retire_is_stopped(void)
{
    if (!SCHEME_IS_DIRECT) /* after the first one there is no node */
        check_stopped(retire_twice, "a node is retired twice");
}

static void free_retired(struct play *p)
{
    struct node *n = node_new(p->t, 0);

    S(enter)(p->t);
    S(retire)(p->t, &node_class, n);
    S(free_private)(p->t, &node_class, n);
}

static void test_free_of_a_retired_node_is_stopped(void)
{
    if (!SCHEME_IS_DIRECT)
        check_stopped(free_retired, "a retired node is freed");
}

static void retire_elsewhere(struct play *p)
{
    struct node *n = node_new(p->t, 0);

    S(enter)(p->stranger);
    S(retire)(p->stranger, &node_class, n);
}

/* Nodes of pools alone tell whose they are. */
static void test_retire_to_another_domain_is_stopped(void)
{
    if (nodes_choice("QS_TEST_POOL") == QS_ON)
        check_stopped(retire_elsewhere, "a node is retired to another domain");
}

static void take_sentence(const char *sentence)
{
    fprintf(stderr, "the application heard: %s\n", sentence);
}

static void enter_twice_heard(struct play *p)
{
    qs_on_misuse = take_sentence;
    enter_twice(p);
}

static void test_the_application_may_hear_the_sentence(void)
{
    check_stopped(enter_twice_heard, "the application heard: an operation is entered");
}

int main(void)
{
    RUN(test_proper_use_is_left_alone);
    RUN(test_nested_enter_is_stopped);
    RUN(test_second_retire_is_stopped);
    RUN(test_free_of_a_retired_node_is_stopped);
    RUN(test_retire_to_another_domain_is_stopped);
    RUN(test_the_application_may_hear_the_sentence);
    return check_end();
}
