/* nested_restore_part.h - gives back what nested_save_part.h has kept.
 */
#pragma pop_macro("QS_MAP_NAME")
#pragma pop_macro("QS_MAP_RECLAIM")
#pragma pop_macro("QS_MAP_KEY")
#pragma pop_macro("QS_MAP_VALUE")
#pragma pop_macro("QS_MAP_HASH")
#pragma pop_macro("QS_MAP_EQUAL")
