/* registry.c - the matrix as tables: which pairs there are and which of them run. */
#include <string.h>

#include "harness/map_ops.h"

#define MAP(structure, scheme) \
    extern const struct qs_map_ops structure##_##scheme##_map_ops;
#define ALONE MAP
#define UNCOUNTED(structure, scheme) \
    extern const struct qs_map_ops structure##_uncounted_##scheme##_map_ops;
#define LOCATED(structure, scheme) \
    extern const struct qs_map_ops structure##_located_##scheme##_map_ops;
#define TEXT(structure, scheme) \
    extern const struct qs_map_ops structure##_text_##scheme##_map_ops;
#include "harness/matrix.def"

#if !defined QS_SUBSET && !defined QS_NO_PROBES
#define SCHEME(name, about)                                     \
    extern const struct qs_map_ops probe_read_##name##_map_ops, \
        probe_protect_##name##_map_ops, probe_retire_##name##_map_ops;
#include "harness/matrix.def"
#endif
#ifndef QS_NO_PROBES
extern const struct qs_map_ops probe_mutex_direct_map_ops, probe_rwlock_direct_map_ops,
    probe_own_lock_direct_map_ops, probe_null_direct_map_ops, probe_cas_direct_map_ops,
    probe_cas_pause_direct_map_ops, probe_cas_backoff_direct_map_ops,
    probe_cas_slices_direct_map_ops, probe_add_direct_map_ops,
    probe_striped_counter_direct_map_ops, probe_mpsc_queue_direct_map_ops,
    probe_locked_queue_direct_map_ops, probe_key_fresh_direct_map_ops,
    probe_key_fresh_ebr_map_ops, probe_key_pooled_direct_map_ops,
    probe_session_tree_ebr_map_ops, probe_session_tree_hp_map_ops;
#endif

/* Every scheme has the probes, harness/probes; the locks need none. */
#define PROBE(probe, scheme)                               \
    {                                                      \
#probe, #scheme, &probe##_##scheme##_map_ops, NULL \
    }
static const struct qs_pair probes[] = {
#if !defined QS_SUBSET && !defined QS_NO_PROBES
#define SCHEME(name, about) \
    PROBE(probe_read, name), PROBE(probe_protect, name), PROBE(probe_retire, name),
#include "harness/matrix.def"
#endif
#ifndef QS_NO_PROBES
    PROBE(probe_mutex, direct),        PROBE(probe_rwlock, direct),
    PROBE(probe_own_lock, direct),     PROBE(probe_null, direct),
    PROBE(probe_cas, direct),          PROBE(probe_cas_pause, direct),
    PROBE(probe_cas_backoff, direct),  PROBE(probe_cas_slices, direct),
    PROBE(probe_add, direct),          PROBE(probe_mpsc_queue, direct),
    PROBE(probe_locked_queue, direct), PROBE(probe_striped_counter, direct),
    PROBE(probe_key_fresh, direct),    PROBE(probe_key_fresh, ebr),
    PROBE(probe_key_pooled, direct),   PROBE(probe_session_tree, ebr),
    PROBE(probe_session_tree, hp),
#endif
    { NULL, NULL, NULL, NULL }
};

static const struct qs_pair pairs[] = {
#define MAP(structure, scheme) \
    { #structure, #scheme, &structure##_##scheme##_map_ops, NULL },
#define ALONE MAP
#define UNCOUNTED(structure, scheme)                                               \
    { #structure "_uncounted", #scheme, &structure##_uncounted_##scheme##_map_ops, \
      NULL },
#define LOCATED(structure, scheme) \
    { #structure "_located", #scheme, &structure##_located_##scheme##_map_ops, NULL },
#define TEXT(structure, scheme) \
    { #structure "_text", #scheme, &structure##_text_##scheme##_map_ops, NULL },
#define REFUSED(structure, scheme, why) { #structure, #scheme, NULL, why },
#include "harness/matrix.def"
};

static const struct qs_named structures[] = {
#define STRUCTURE(name, about) { #name, about },
#include "harness/matrix.def"
};

static const struct qs_named schemes[] = {
#define SCHEME(name, about) { #name, about },
#include "harness/matrix.def"
};

#define AT(table, i) ((i) < sizeof(table) / sizeof *(table) ? &(table)[i] : NULL)

const struct qs_pair *qs_pair_at(unsigned i)
{
    return AT(pairs, i);
}

const struct qs_named *qs_structure_at(unsigned i)
{
    return AT(structures, i);
}

const struct qs_named *qs_scheme_at(unsigned i)
{
    return AT(schemes, i);
}

const struct qs_pair *qs_probe_at(unsigned i)
{
    const struct qs_pair *p = AT(probes, i);
    return p && p->ops ? p : NULL;
}

static const struct qs_pair *find(const struct qs_pair *(*at)(unsigned),
                                  const char *structure, const char *reclaim)
{
    const struct qs_pair *p;

    for (unsigned i = 0; (p = at(i)); i++)
        if (!strcmp(p->structure, structure) && !strcmp(p->reclaim, reclaim))
            return p;
    return NULL;
}

const struct qs_pair *qs_pair_find(const char *structure, const char *reclaim)
{
    const struct qs_pair *pair = find(qs_pair_at, structure, reclaim);
    return pair ? pair : find(qs_probe_at, structure, reclaim);
}

bool qs_is_probe(const char *structure)
{
    const struct qs_pair *p;

    for (unsigned i = 0; (p = qs_probe_at(i)); i++)
        if (!strcmp(p->structure, structure))
            return true;
    return false;
}
