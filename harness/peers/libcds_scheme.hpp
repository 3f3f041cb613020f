/* libcds_scheme.hpp - libcds's reclamation for a peer's program: set up when the first
 * thread joins; threads attach to it and leave it.
 */
#ifndef QS_HARNESS_PEERS_LIBCDS_SCHEME_H
#define QS_HARNESS_PEERS_LIBCDS_SCHEME_H

#include <cds/init.h>

#include <cds/gc/dhp.h>
#include <cds/gc/hp.h>
#include <cds/urcu/general_buffered.h>

typedef cds::urcu::gc<cds::urcu::general_buffered<>> buffered_rcu;

/* Hazard pointers of a thread: enough for the skip list, which needs most. */
enum { HAZARDS = 128, MOST_THREADS = 256 };

template <class Scheme> struct reclaimer;

template <> struct reclaimer<cds::gc::HP> {
    cds::gc::HP made{ HAZARDS, MOST_THREADS };
};

template <> struct reclaimer<cds::gc::DHP> {
    cds::gc::DHP made;
};

template <> struct reclaimer<buffered_rcu> {
    buffered_rcu made;
};

/* What is read outside of libcds's own functions. */
template <class Scheme> struct reading {
    reading()
    {
    }
};

template <> struct reading<buffered_rcu> {
    typename buffered_rcu::scoped_lock lock;
};

template <class Scheme> struct scheme {
    typedef reading<Scheme> section;

    static void join()
    {
        static library made;
        cds::threading::Manager::attachThread();
    }

    static void part()
    {
        cds::threading::Manager::detachThread();
    }

  private:
    struct library {
        library()
        {
            cds::Initialize();
            static reclaimer<Scheme> lasting;
        }
    };
};

#endif
