/* soak_threads.c - what a thread of a soak does. */
#include <signal.h>

#include "harness/soak_threads.h"

static void insert(struct qs_soak_slot *slot, struct qs_thread *t, uint64_t key)
{
    struct qs_soak *s = slot->soak;
    int inserted = slot->log
                       ? qs_record_insert(slot->log, &s->clock, s->ops, s->map, t, key)
                       : s->ops->insert(s->map, t, key, qs_value_of(key));

    if (inserted < 0) {
        qs_tally_own(&slot->failures, 1);
    } else if (inserted) {
        slot->inserted++;
        slot->key_sum += key;
        slot->value_sum += qs_value_of(key);
        slot->net[key]++;
        if (slot->is_metered)
            qs_store(&s->born[key], qs_now(), relaxed);
    }
}

/* How long a key was there whose insertion was noted.  A delay between an insertion and
 * its note, or this look at it, may put it down to the key's next life. */
static void note_death(struct qs_soak_slot *slot, uint64_t key)
{
    qs_word *born = &slot->soak->born[key];

    qs_tally_own(&slot->meter.deletions, 1);
    if (!qs_load(born, relaxed))
        return;
    uint64_t at = qs_exchange(born, 0, relaxed), now = qs_now();
    if (at && at < now)
        qs_soak_meter_time(&slot->meter.lives, now - at);
}

static void remove_key(struct qs_soak_slot *slot, struct qs_thread *t, uint64_t key)
{
    struct qs_soak *s = slot->soak;
    uint64_t value = 0;

    if (slot->log) {
        qs_record_remove(slot->log, &s->clock, s->ops, s->map, t, key);
        return;
    }
    if (!s->ops->remove(s->map, t, key, &value))
        return;
    slot->deleted++;
    slot->key_sum -= key;
    slot->value_sum -= value;
    slot->net[key]--;
    note_death(slot, key);
    slot->wrong += value != qs_value_of(key);
}

static void get(struct qs_soak_slot *slot, struct qs_thread *t, uint64_t key)
{
    struct qs_soak *s = slot->soak;
    uint64_t value = 0;

    if (slot->log)
        qs_record_get(slot->log, &s->clock, s->ops, s->map, t, key);
    else if (!s->ops->get(s->map, t, key, &value))
        qs_tally_own(&slot->meter.misses, 1);
    else {
        qs_tally_own(&slot->meter.hits, 1);
        slot->wrong += !s->logs && value != qs_value_of(key);
    }
}

static enum qs_operation call(struct qs_soak_slot *slot, struct qs_thread *t)
{
    struct qs_soak *s = slot->soak;
    uint64_t key;
    enum qs_operation operation = qs_workload_next(&s->workload, &slot->stream, &key);

    if (slot->reads_only)
        operation = QS_GET;
    if (operation == QS_GET)
        get(slot, t, key);
    else if (operation == QS_INSERT)
        insert(slot, t, key);
    else
        remove_key(slot, t, key);
    return operation;
}

/* Times the call, and takes over what the thread counted since the last one: its
 * counters are its own. */
static void call_metered(struct qs_soak_slot *slot, struct qs_thread *t)
{
    struct qs_soak_moment began;

    slot->is_metered = true;
    qs_soak_moment_now(&began);
    enum qs_operation operation = call(slot, t);
    qs_soak_meter_call(&slot->meter, operation, &began);
    slot->is_metered = false;
    qs_soak_meter_counters(slot, QS_COUNTERS(t));
}

/* A recorded round ends when the logs are full, any other one when it is told to; one
 * that reads only goes on until the others are through. */
static bool has_work(const struct qs_soak_slot *slot)
{
    return !qs_load(&slot->soak->stop, relaxed) &&
           !(slot->log && qs_log_is_full(slot->log));
}

static void work(struct qs_soak_slot *slot, struct qs_thread *t)
{
    const struct qs_soak *s = slot->soak;
    unsigned every = s->round->cell.quiesce_every;

    for (uint64_t left = slot->life, n = 1; has_work(slot) && left; left--, n++) {
        if (n % QS_SOAK_METER_EVERY)
            call(slot, t);
        else
            call_metered(slot, t);
        qs_tally_own(&slot->calls, 1);
        if (n % every == 0)
            s->ops->quiesce(t);
    }
}

/* Every other thread that ends before its work does leaves without a word. */
static void *slot_main(void *argument)
{
    struct qs_soak_slot *slot = argument;
    const struct qs_map_ops *ops = slot->soak->ops;
    struct qs_thread *t = ops->thread_register(slot->soak->map);

    if (!t)
        qs_tally_own(&slot->failures, 1);
    slot->counted = (struct qs_counters){ 0 };
    slot->is_metered = false;
    if (t && slot->reads_only) /* NOLINTNEXTLINE(cert-pos47-c): the fault itself */
        pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
    if (t)
        work(slot, t);
    pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, NULL);
    bool done = t && !has_work(slot);
    if (t && (done || slot->life % 2) && ops->thread_unregister(t))
        qs_soak_find(slot->soak, "a thread could not unregister");
    qs_store(&slot->done, done, release);
    qs_store(&slot->over, 1, release);
    return NULL;
}

bool qs_soak_start(struct qs_soak_slot *slot)
{
    slot->life = slot->soak->round->faults & QS_SOAK_CHURN
                     ? 100 + qs_stream_below(&slot->stream, 2000)
                     : UINT64_MAX;
    qs_store(&slot->over, 0, relaxed);
    slot->running = !pthread_create(&slot->thread, NULL, slot_main, slot);
    return slot->running;
}
