# instances.cmake - the maps chosen by name: one object per pair of the matrix.

# One object per MAP, SAME, ALONE, UNCOUNTED, LOCATED or TEXT line of the matrix,
# and per probe and scheme.
add_library(quiesce_maps STATIC harness/registry.c harness/locality.c)
target_link_libraries(quiesce_maps PUBLIC quiesce_reclaim)
include(scripts/cmake/matrix.cmake)
set(QUIESCE_MATRICES ${QUIESCE_MATRIX_FILE} ${QUIESCE_MATRIX})
if(QUIESCE_SUBSET)
  set_property(SOURCE harness/registry.c APPEND PROPERTY COMPILE_DEFINITIONS QS_SUBSET)
endif()
if(QUIESCE_MATRIX)
  set_property(SOURCE harness/registry.c APPEND PROPERTY COMPILE_DEFINITIONS
    QS_OWN_MATRIX="${QUIESCE_MATRIX}")
endif()
set(QUIESCE_INSTANCES "")

# add_instance(STRUCTURE SCHEME HEADER LABEL [DEFINITION...])
function(add_instance structure scheme header label)
  set(instance ${label}_${scheme})
  add_library(${instance} OBJECT harness/map_instance.c)
  target_compile_definitions(${instance} PRIVATE
    INSTANCE=${instance} LABEL="${label}" ${ARGN}
    STRUCTURE=${structure} STRUCTURE_HEADER="${header}"
    RECLAIM=${scheme} RECLAIM_HEADER="reclaim/${scheme}.h")
  quiesce_allow_misaligned(${instance} ${scheme})
  target_sources(quiesce_maps PRIVATE $<TARGET_OBJECTS:${instance}>)
  set_target_properties(${instance} PROPERTIES POSITION_INDEPENDENT_CODE ON) # for import.cmake
  list(APPEND QUIESCE_INSTANCES ${instance})
  set(QUIESCE_INSTANCES ${QUIESCE_INSTANCES} PARENT_SCOPE)
endfunction()

quiesce_matrix_lines(matrix "MAP|SAME|ALONE|UNCOUNTED|LOCATED|TEXT" ${QUIESCE_MATRICES})
foreach(line IN LISTS matrix)
  separate_arguments(line)
  list(GET line 0 kind)
  list(GET line 1 structure)
  list(GET line 2 scheme)
  list(GET line 3 header)
  set(label ${structure})
  set(count 1)
  if(kind STREQUAL "UNCOUNTED")
    set(label ${structure}_uncounted)
    set(count 0)
  endif()
  if(kind STREQUAL "LOCATED")
    set(label ${structure}_located)
  endif()
  set(key "")
  if(kind STREQUAL "TEXT")
    set(label ${structure}_text)
    set(key QS_TEXT_KEYS=1)
  endif()
  set(alone 0)
  if(kind STREQUAL "ALONE")
    set(alone 1)
  endif()
  add_instance(${structure} ${scheme} ${header} ${label} QS_COUNT=${count}
    QS_ALONE=${alone} ${key})
  if(kind STREQUAL "LOCATED")
    target_compile_options(${label}_${scheme} PRIVATE
      "SHELL:-include ${PROJECT_SOURCE_DIR}/harness/located_cas.h")
  endif()
  if(kind MATCHES "^(MAP|SAME)$" AND NOT scheme MATCHES "^rcu_")
    set_property(GLOBAL APPEND PROPERTY quiesce_import_instances ${structure}_${scheme})
  endif()
endforeach()
foreach(line IN LISTS scheme_lines)
  string(REGEX MATCH "^SCHEME\\(([a-z0-9_]+)" ignored "${line}")
  set(scheme ${CMAKE_MATCH_1})
  set(probes "")
  if(NOT QUIESCE_SUBSET)
    list(APPEND probes probe_read probe_protect probe_retire)
  endif()
  if(scheme STREQUAL direct)
    list(APPEND probes probe_mutex probe_rwlock probe_own_lock probe_null
                       probe_cas probe_cas_pause probe_cas_backoff probe_cas_slices
                       probe_add probe_striped_counter probe_mpsc_queue probe_locked_queue
                       probe_key_fresh probe_key_pooled)
  elseif(scheme STREQUAL ebr)
    list(APPEND probes probe_key_fresh probe_session_tree)
  elseif(scheme STREQUAL hp)
    list(APPEND probes probe_session_tree)
  endif()
  foreach(probe IN LISTS probes)
    set(burst 64) # so that what the harness adds disappears
    if(probe MATCHES "^probe_(null|session_tree)$")
      set(burst 1) # or is all there is, or is to be timed
    endif()
    add_instance(${probe} ${scheme} harness/probes/${probe}.h ${probe} QS_BURST=${burst})
    # Where a loop of three instructions happens to lie must not decide what they cost.
    target_compile_options(${probe}_${scheme} PRIVATE -falign-loops=64)
  endforeach()
endforeach()
