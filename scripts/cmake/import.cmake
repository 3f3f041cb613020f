# import.cmake - what other projects link: libquiesce, -urcu and -maps, shared and static.
#
#   quiesce::reclaim, quiesce::structures   the schemes; structures are headers over them
#   quiesce::urcu                           liburcu's schemes and its table (LGPL)
#   quiesce::maps                           maps chosen by name, <quiesce/quiesce.h>
#
# Each has the variants quiesce::NAME-shared and quiesce::NAME-static; the plain name is
# the one that BUILD_SHARED_LIBS, or QUIESCE_USE_STATIC in find_package, asks for.

# Debian's place for libraries, under any prefix.
if(CMAKE_LIBRARY_ARCHITECTURE AND NOT DEFINED CMAKE_INSTALL_LIBDIR)
  set(CMAKE_INSTALL_LIBDIR lib/${CMAKE_LIBRARY_ARCHITECTURE} CACHE PATH "libraries")
endif()
include(GNUInstallDirs)
option(BUILD_SHARED_LIBS "quiesce::NAME is the shared library" ON)
set(quiesce_soversion ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})

# quiesce_library(NAME OUTPUT_NAME OBJECTS... [NEEDS NAME...] [LINK LIBRARY...]): both
# variants of position-independent objects, whose public symbols begin with qs_.
function(quiesce_library name output)
  cmake_parse_arguments(A "" "" "OBJECTS;NEEDS;LINK" ${ARGN})
  set(map ${PROJECT_SOURCE_DIR}/scripts/packaging/lib${output}.map)
  foreach(kind shared static)
    string(TOUPPER ${kind} type)
    set(target quiesce_${name}_${kind})
    add_library(${target} ${type} ${A_OBJECTS})
    add_library(quiesce::${name}-${kind} ALIAS ${target})
    set_target_properties(${target} PROPERTIES OUTPUT_NAME ${output}
      EXPORT_NAME ${name}-${kind} VERSION ${quiesce_soversion}.${PROJECT_VERSION_PATCH}
      SOVERSION ${quiesce_soversion} LINKER_LANGUAGE C
      ARCHIVE_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib
      LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)
    target_include_directories(${target} INTERFACE
      $<BUILD_INTERFACE:${quiesce_headers}> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
    target_compile_features(${target} INTERFACE c_std_11)
    list(TRANSFORM A_NEEDS REPLACE "(.+)" "quiesce_\\1_${kind}" OUTPUT_VARIABLE needs)
    target_link_libraries(${target} PUBLIC ${needs} Threads::Threads ${A_LINK})
    if(kind STREQUAL shared)
      target_link_options(${target} PRIVATE -Wl,--version-script=${map} -Wl,--no-undefined
        -Wl,-Bsymbolic-functions)
      set_target_properties(${target} PROPERTIES LINK_DEPENDS ${map})
    endif()
    set_property(GLOBAL APPEND PROPERTY quiesce_installed ${target})
  endforeach()
  if(BUILD_SHARED_LIBS)
    add_library(quiesce::${name} ALIAS quiesce_${name}_shared)
  else()
    add_library(quiesce::${name} ALIAS quiesce_${name}_static)
  endif()
endfunction()

# The sources of reclaim/, once more as position-independent code.
get_target_property(sources quiesce_reclaim SOURCES)
set(urcu_sources ${sources})
list(FILTER urcu_sources INCLUDE REGEX "rcu_")
list(FILTER sources EXCLUDE REGEX "rcu_")
foreach(part reclaim urcu)
  add_library(quiesce_${part}_objects OBJECT)
  set_target_properties(quiesce_${part}_objects PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_compile_options(quiesce_${part}_objects PRIVATE -fno-semantic-interposition)
endforeach()
target_sources(quiesce_reclaim_objects PRIVATE ${sources})
target_sources(quiesce_urcu_objects PRIVATE ${urcu_sources})

quiesce_library(reclaim quiesce OBJECTS $<TARGET_OBJECTS:quiesce_reclaim_objects> LINK ck)
foreach(kind shared static)
  add_library(quiesce_structures_${kind} INTERFACE)
  set_target_properties(quiesce_structures_${kind} PROPERTIES EXPORT_NAME structures-${kind})
  add_library(quiesce::structures-${kind} ALIAS quiesce_structures_${kind})
  target_link_libraries(quiesce_structures_${kind} INTERFACE quiesce_reclaim_${kind})
  set_property(GLOBAL APPEND PROPERTY quiesce_installed quiesce_structures_${kind})
endforeach()
if(BUILD_SHARED_LIBS)
  add_library(quiesce::structures ALIAS quiesce_structures_shared)
else()
  add_library(quiesce::structures ALIAS quiesce_structures_static)
endif()
if(URCU_MEMB)
  quiesce_library(urcu quiesce-urcu OBJECTS $<TARGET_OBJECTS:quiesce_urcu_objects>
    NEEDS reclaim LINK urcu-cds urcu-memb urcu-qsbr urcu-mb urcu-bp urcu-common)
endif()
if(TARGET quiesce_maps)
  get_property(instances GLOBAL PROPERTY quiesce_import_instances)
  add_library(quiesce_maps_objects OBJECT harness/quiesce.c harness/registry.c
    harness/nearest.c)
  set_target_properties(quiesce_maps_objects PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_include_directories(quiesce_maps_objects BEFORE PRIVATE ${PROJECT_BINARY_DIR}/without_urcu)
  target_compile_definitions(quiesce_maps_objects PRIVATE QS_NO_PROBES
    QS_VERSION="${PROJECT_VERSION}")
  set(objects $<TARGET_OBJECTS:quiesce_maps_objects>)
  foreach(instance IN LISTS instances)
    list(APPEND objects $<TARGET_OBJECTS:${instance}>)
  endforeach()
  quiesce_library(maps quiesce-maps OBJECTS ${objects} NEEDS reclaim)
endif()
