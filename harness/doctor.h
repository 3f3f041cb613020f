/* doctor.h - what the files of the verb doctor share. */
#ifndef QS_HARNESS_DOCTOR_H
#define QS_HARNESS_DOCTOR_H

#include "harness/topology.h"

/* Measures one cell against itself and prints how far apart two equal halves can be.
 * An exit status. */
int qs_doctor_noise(const struct qs_topology *t);

#endif
