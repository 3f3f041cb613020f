/* key_list_wrong.h - key_list.h with a mistake that looks right: `quiesce check` finds
 * it. */
#define KEY_LIST_WRONG
#include "examples/own_structure/key_list.h"
#undef KEY_LIST_WRONG
