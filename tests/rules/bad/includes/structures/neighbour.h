/* neighbour.h - a bad sample: not included from the root. */
#include "hm_list.h"
