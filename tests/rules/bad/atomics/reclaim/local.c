/* local.c - a bad sample: a thread-local variable. */
static _Thread_local int mine;
