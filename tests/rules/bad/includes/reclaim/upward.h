/* upward.h - a bad sample: a scheme that knows a structure. */
#include "structures/hm_list.h"
