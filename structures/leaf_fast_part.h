/* leaf_fast_part.h - get, insert and remove of leaf_list.h, and pages of its visits,
 * compiled for one set of vector instructions: what they mostly are, without a call,
 * where the rest is that of any processor; a part of it, included once for each.
 *
 * Parameters, undefined again: LFL_CODE, LFL_KIND(name) and LFL_FOLLOW as of
 * leaf_vector_part.h.
 *
 * Memory order: (1), (2) and (3) as in leaf_header_part.h, (22) as in leaf_page_part.h,
 * (25) as in leaf_sorted_part.h.
 */

LFL_CODE static __attribute__((noinline, unused)) bool LFL_KIND(get)(
    struct lfl *m, struct lfl_thread *t, struct lfl_key key, QS_MAP_VALUE *value)
{
    QS_MAP_VALUE nowhere;
    struct lfl_view v;

    if (!LFL_KIND(peek)(m, key, &v))
        return lfl_get_plainly(m, t, key, value);
    *(v.present ? value : &nowhere) = v.value; /* a branch would be mispredicted */
    return v.present;
}

LFL_CODE static __attribute__((noinline, unused)) int LFL_KIND(insert)(
    struct lfl *m, struct lfl_thread *t, struct lfl_key key, QS_MAP_VALUE value)
{
    struct lfl_edit e = { .taken = 0 };
    struct lfl_view v;
    int result = LFL_RETRY;

    lfl_enter(t);
    if (LFL_KIND(peek)(m, key, &v) && lfl_secure(t, &v, &e))
        result = lfl_edit(m, t, key, lfl_add, &value, &e, v);
    lfl_leave(t);
    return result == LFL_RETRY ? lfl_insert_plainly(m, t, key, value) : result;
}

LFL_CODE static __attribute__((noinline, unused)) bool LFL_KIND(remove)(
    struct lfl *m, struct lfl_thread *t, struct lfl_key key, QS_MAP_VALUE *value)
{
    struct lfl_view v;

    if (!LFL_KIND(peek)(m, key, &v) || (v.present && !lfl_try_remove(m, t, key, &v)))
        return lfl_remove_plainly(m, t, key, value);
    if (v.present && value)
        *value = v.value;
    return v.present;
}

#ifdef LFL_FOLLOW
/* As lfl_page_on(). */
LFL_CODE static __attribute__((noinline, unused)) bool LFL_KIND(page_on)(
    struct lfl_page *p, struct lfl_key to, unsigned leaves)
{
    struct lfl_key last = p->last;
    uintptr_t next = p->next;
    unsigned n = 0, wanted = leaves;

    p->low = lfl_succ(last);
    for (; leaves && lfl_less(last, to); leaves--) {
        struct lfl_leaf *l = lfl_leaf_at(next);
        if (!l)
            break;
        uintptr_t header = qs_load(&l->header, acquire); /* (1) */
        uintptr_t behind = qs_load(&l->next, acquire);   /* (22) */
        uintptr_t order = qs_load(&l->order, relaxed);   /* (25) */
        struct lfl_key end = lfl_load_key(&l->last);
        if (lfl_state_of(header) != LFL_LIVE ||
            !lfl_same(lfl_load_key(&l->low), lfl_succ(last)) ||
            (order ^ lfl_order_of(header)) >> 4 * lfl_slots ||
            !LFL_FOLLOW(l->key, l->value, lfl_slots, (unsigned)(header & LFL_VALID),
                        lfl_count(header), order, (uint64_t(*)[2])(p->pairs + n)))
            break;
        qs_fence(acquire);                          /* (2) */
        if (qs_load(&l->header, relaxed) != header) /* (3) */
            break;
        last = end;
        next = behind;
        n += lfl_count(header);
    }
    p->last = last;
    p->next = next;
    p->n = n;
    return leaves < wanted;
}
#endif

#undef LFL_CODE
#undef LFL_FOLLOW
#undef LFL_KIND
