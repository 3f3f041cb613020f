/* rcu_table_part.h - tables of rcu_hash.h copied, freed and retired whole, a part of
 * it.
 *
 * Names are mapped there.  All of it runs with all stripes locked, or alone.
 */

/* Frees a table and its nodes, which no other thread can see. */
static inline void rch_free_table(struct qs_bucket_table *table)
{
    for (size_t b = 0; b < qs_bucket_count(table); b++) {
        struct rch_node *n = (struct rch_node *)qs_load(&table->heads[b], relaxed);
        while (n) {
            struct rch_node *next = (struct rch_node *)qs_load(&n->next, relaxed);
            qs_node_free(n);
            n = next;
        }
    }
    qs_node_free(table);
}

/* Copies the nodes from n on into a table; false without memory. */
static inline bool rch_copy_chain(struct rch_thread *t, struct qs_bucket_table *to,
                                  const struct rch_node *n)
{
    for (; n; n = (const struct rch_node *)qs_load(&n->next, relaxed)) {
        qs_word *head = qs_bucket_of(to, QS_MAP_HASH(&n->key));
        struct rch_node *copy = rch_alloc(t, &rch_class);
        if (!copy)
            return false;
        copy->key = n->key;
        copy->value = n->value;
        qs_init(&copy->next, qs_load(head, relaxed));
        qs_init(head, copy);
    }
    return true;
}

/* A table of that order with copies of all nodes, or NULL without memory. */
static inline struct qs_bucket_table *rch_copy_table(struct rch_thread *t,
                                                     const struct qs_bucket_table *from,
                                                     unsigned order)
{
    struct qs_bucket_table *to = qs_bucket_table_new(order, rch_prefix);

    if (!to)
        return NULL;
    for (size_t b = 0; b < qs_bucket_count(from); b++) {
        if (!rch_copy_chain(t, to,
                            (struct rch_node *)qs_load(&from->heads[b], relaxed))) {
            rch_free_table(to);
            return NULL;
        }
    }
    return to;
}

/* Retires a table and its nodes, which are no longer reachable. */
static inline void rch_retire_table(struct rch_thread *t, struct qs_bucket_table *table)
{
    for (size_t b = 0; b < qs_bucket_count(table); b++) {
        struct rch_node *n = (struct rch_node *)qs_load(&table->heads[b], relaxed);
        while (n) {
            struct rch_node *next = (struct rch_node *)qs_load(&n->next, relaxed);
            rch_retire(t, &rch_class, n);
            n = next;
        }
    }
    rch_retire(t, &qs_bucket_class[table->order], table);
}
