/* test_asymmetric.c - the schemes that leave fences to membarrier do so where it works,
 * and fence where it does not; `test_asymmetric fenced` insists on the latter. */
#include <linux/membarrier.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "reclaim/ebr_asym.h"
#include "reclaim/hp_asym.h"
#include "tests/check.h"

static bool expect_light;

/* What the kernel says, asked in another way than the library does. */
static bool kernel_has_membarrier(void)
{
    long commands = syscall(__NR_membarrier, MEMBARRIER_CMD_QUERY, 0, 0);
    return commands > 0 && commands & MEMBARRIER_CMD_PRIVATE_EXPEDITED;
}

static void test_hp_asym_is_as_light_as_it_can(void)
{
    struct qs_hp_asym_domain d;

    CHECK_EQ(qs_hp_asym_domain_init(&d, NULL), 0);
    CHECK_EQ(d.reserve.light, expect_light);
    struct qs_hp_asym_thread *t = qs_hp_asym_thread_register(&d);
    REQUIRE(t);
    CHECK_EQ(t->reserve.light, expect_light);
    CHECK_EQ(qs_hp_asym_thread_unregister(t), 0);
    CHECK_EQ(qs_hp_asym_domain_destroy(&d), 0);
}

static void test_ebr_asym_is_as_light_as_it_can(void)
{
    struct qs_ebr_asym_domain d;

    CHECK_EQ(qs_ebr_asym_domain_init(&d, NULL), 0);
    CHECK_EQ(d.epochs.light, expect_light);
    struct qs_ebr_asym_thread *t = qs_ebr_asym_thread_register(&d);
    REQUIRE(t);
    CHECK_EQ(t->epochs.light, expect_light);
    CHECK_EQ(qs_ebr_asym_thread_unregister(t), 0);
    CHECK_EQ(qs_ebr_asym_domain_destroy(&d), 0);
}

int main(int argc, char **argv)
{
    expect_light = kernel_has_membarrier();
#ifdef QS_TSAN
    expect_light = false;
#else
    if (argc > 1 && !strcmp(argv[1], "fenced"))
        CHECK(!expect_light); /* the filter is in force */
#endif
    RUN(test_hp_asym_is_as_light_as_it_can);
    RUN(test_ebr_asym_is_as_light_as_it_can);
    return check_end();
}
