/* gallery_control.c - programs that no gallery should show: see gallery_control.def. */
#include "experiments/gallery/stage.h"

static const struct qs_class kind = { .name = "word", .size = sizeof(qs_word) };

static qs_word *count;

static void begin(struct player *p)
{
    (void)p;
    count = stage_share(sizeof *count);
    qs_init(count, 0);
}

static void add_at_once(struct player *p)
{
    (void)p;
    stage_must(qs_fetch_add(count, 1, relaxed) < 2, "one too many");
}

static void check_then_add(struct player *p)
{
    (void)p;
    bool is_first = !CALL(qs_load(count, acquire));
    if (is_first)
        stage_must(!qs_fetch_add(count, 1, relaxed), "both were the first");
}

static void lose_a_node(struct player *p)
{
    (void)qs_hp_alloc(p->shared, &kind);
}

PROGRAM(faultless, begin, NULL, { "one", add_at_once, add_at_once },
        { "other", add_at_once, add_at_once });
PROGRAM(uncorrected, begin, NULL, { "one", check_then_add, check_then_add },
        { "other", check_then_add, check_then_add });
PROGRAM(another, begin, NULL, { "one", check_then_add, add_at_once },
        { "other", check_then_add, add_at_once });
PROGRAM(forgetful, begin, NULL, { "one", check_then_add, lose_a_node },
        { "other", check_then_add, add_at_once });
