/* test_rcu.c - liburcu's one registration per thread, shared with the application. */
#include <errno.h>

#include "reclaim/rcu_bp.h"
#include "reclaim/rcu_memb.h"
#include "reclaim/rcu_qsbr.h"
#include "tests/check.h"

static void test_the_application_keeps_its_registration(void)
{
    struct qs_rcu_memb_domain d;

    urcu_memb_register_thread();
    CHECK_EQ(qs_rcu_memb_domain_init(&d, NULL), 0);
    struct qs_rcu_memb_thread *t = qs_rcu_memb_thread_register(&d);
    CHECK(t != NULL);
    CHECK_EQ(qs_rcu_memb_thread_unregister(t), 0);
    CHECK(URCU_TLS(urcu_memb_reader).registered);
    CHECK_EQ(qs_rcu_memb_domain_destroy(&d), 0);
    urcu_memb_unregister_thread();
}

static void test_the_last_of_several_leaves(void)
{
    struct qs_rcu_memb_domain a, b;

    qs_rcu_memb_domain_init(&a, NULL);
    qs_rcu_memb_domain_init(&b, NULL);
    struct qs_rcu_memb_thread *first = qs_rcu_memb_thread_register(&a);
    struct qs_rcu_memb_thread *second = qs_rcu_memb_thread_register(&b);
    CHECK(first && second);
    CHECK_EQ(qs_rcu_memb_thread_unregister(first), 0);
    CHECK(URCU_TLS(urcu_memb_reader).registered);
    CHECK_EQ(qs_rcu_memb_thread_unregister(second), 0);
    CHECK(!URCU_TLS(urcu_memb_reader).registered);
    CHECK_EQ(qs_rcu_memb_domain_destroy(&a), 0);
    CHECK_EQ(qs_rcu_memb_domain_destroy(&b), 0);
}

static void test_a_new_registration_is_online(void)
{
    struct qs_rcu_qsbr_domain a, b;

    qs_rcu_qsbr_domain_init(&a, NULL);
    qs_rcu_qsbr_domain_init(&b, NULL);
    struct qs_rcu_qsbr_thread *first = qs_rcu_qsbr_thread_register(&a);
    qs_rcu_qsbr_offline(first);
    struct qs_rcu_qsbr_thread *second = qs_rcu_qsbr_thread_register(&b);
    CHECK(urcu_qsbr_read_ongoing());
    CHECK_EQ(qs_rcu_qsbr_thread_unregister(second), 0);
    CHECK_EQ(qs_rcu_qsbr_thread_unregister(first), 0);
    CHECK_EQ(qs_rcu_qsbr_domain_destroy(&a), 0);
    CHECK_EQ(qs_rcu_qsbr_domain_destroy(&b), 0);
}

/* The application has read without registering, as this flavour alone allows. */
static void test_a_reader_that_never_registered_may_register(void)
{
    struct qs_rcu_bp_domain d;

    urcu_bp_read_lock();
    urcu_bp_read_unlock();
    CHECK_EQ(qs_rcu_bp_domain_init(&d, NULL), 0);
    struct qs_rcu_bp_thread *t = qs_rcu_bp_thread_register(&d);
    CHECK(t != NULL);
    qs_rcu_bp_enter(t);
    CHECK_EQ(qs_rcu_bp_thread_unregister(t), -EBUSY);
    qs_rcu_bp_leave(t);
    CHECK_EQ(qs_rcu_bp_thread_unregister(t), 0);
    CHECK_EQ(qs_rcu_bp_domain_destroy(&d), 0);
    urcu_bp_read_lock();
    urcu_bp_read_unlock();
}

int main(void)
{
    RUN(test_the_application_keeps_its_registration);
    RUN(test_the_last_of_several_leaves);
    RUN(test_a_new_registration_is_online);
    RUN(test_a_reader_that_never_registered_may_register);
    return check_end();
}
