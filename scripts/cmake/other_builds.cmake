# other_builds.cmake - the builds with sanitizers and with clang as tests of the release one.
#
# So one ctest run covers everything and its summary is the whole truth.  The release
# preset alone switches this on, or the builds would contain each other.

option(QUIESCE_OTHER_BUILDS "test the asan, tsan and clang builds as well" OFF)

if(QUIESCE_OTHER_BUILDS)
  foreach(preset IN ITEMS asan tsan clang fuzz)
    add_test(NAME build.${preset} COMMAND ${PROJECT_SOURCE_DIR}/scripts/check-build ${preset})
    set_tests_properties(build.${preset} PROPERTIES LABELS build PROCESSORS 2 TIMEOUT 3600)
  endforeach()
endif()
