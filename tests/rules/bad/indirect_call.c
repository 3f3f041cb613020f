/* indirect_call.c - a bad sample: a call that the compiler cannot resolve. */
int indirect_call(int (*function)(void));

int indirect_call(int (*function)(void))
{
    return function() + 1;
}
