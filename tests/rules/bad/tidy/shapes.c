/* shapes.c - a semicolon that makes a condition empty. */
int least(int a, int b)
{
    if (a < b);
        return a;
    return b;
}
