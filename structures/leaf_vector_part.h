/* leaf_vector_part.h - the frequent searches of leaf_list.h, compiled for one set of
 * vector instructions; a part of it, included once for each.
 *
 * Parameters, undefined again: LFL_CODE, the attribute of functions; LFL_RANK and
 * LFL_EQUAL of word_vector.h, and LFL_FOLLOW if it has that; LFL_KIND(name), the name of
 * the function for this set.
 *
 * Memory order: (1) and (3) as in leaf_header_part.h.
 */

#if !LFL_OWN
LFL_CODE LFL_IN_PLACE const qs_word *LFL_KIND(hint)(const struct lfl *m, uint64_t key)
{
    uintptr_t root = qs_load(&m->hints.root, acquire); /* (1) */
    const struct lfl_hint_node *x = lfl_hint_node_at(root);

    key -= key == UINT64_MAX;
    for (uintptr_t height = root & QS_HINT_HEIGHT; height; height--)
        x = (const struct lfl_hint_node *)qs_load(&x->where[LFL_RANK(x->prefix, key)],
                                                  acquire); /* (1) */
    return &x->where[LFL_RANK(x->prefix, key)];
}

LFL_CODE static __attribute__((noinline, unused)) const qs_word *LFL_KIND(far_hint)(
    const struct lfl *m, uint64_t key)
{
    return LFL_KIND(hint)(m, key);
}

/* As lfl_peek(). */
LFL_CODE LFL_IN_PLACE bool LFL_KIND(peek)(const struct lfl *m, struct lfl_key key,
                                          struct lfl_view *v)
{
    v->hint = LFL_KIND(hint)(m, key.prefix);
    struct lfl_leaf *l = lfl_leaf_at(qs_load(v->hint, acquire)); /* (1) */
    if (!l)
        return false;
    uintptr_t header = qs_load(&l->header, acquire); /* (1) */
    if (lfl_state_of(header) != LFL_LIVE || !lfl_covers(l, key))
        return false;
    lfl_answer(l, header, LFL_EQUAL(l->key, key.prefix), v);
    return qs_load(&l->header, relaxed) == header; /* (3) */
}

LFL_CODE static __attribute__((noinline, unused)) bool LFL_KIND(far_peek)(
    const struct lfl *m, struct lfl_key key, struct lfl_view *v)
{
    return LFL_KIND(peek)(m, key, v);
}
#endif

/* As lfl_equal_plainly(). */
LFL_CODE static __attribute__((noinline, unused)) unsigned LFL_KIND(far_equal)(
    const struct lfl_leaf *l, uint64_t key)
{
    return LFL_EQUAL(l->key, key);
}

#if defined LFL_FOLLOW && !LFL_OWN
/* As lfl_follow_plainly(). */
LFL_CODE static __attribute__((noinline, unused)) bool LFL_KIND(follow)(
    const struct lfl_leaf *l, uintptr_t header, uintptr_t order, struct lfl_pair *out)
{
    return LFL_FOLLOW(l->key, l->value, lfl_slots, (unsigned)(header & LFL_VALID),
                      lfl_count(header), order, (uint64_t(*)[2])out);
}
#endif

#undef LFL_CODE
#undef LFL_RANK
#undef LFL_EQUAL
#undef LFL_FOLLOW
#undef LFL_KIND
