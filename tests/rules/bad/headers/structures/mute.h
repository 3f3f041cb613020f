/* mute.h - a bad sample: it does not say what it wants. */
#ifndef QS_MAP_NAME
#error "parameters are missing"
#endif
