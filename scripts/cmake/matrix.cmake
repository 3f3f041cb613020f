# matrix.cmake - the lines of the matrix, and of a matrix of one's own.
#
# -DQUIESCE_MATRIX=FILE adds the lines of FILE, written as those of harness/matrix.def;
# the header of its MAP(name, scheme) is name.h in the folder of FILE.

set(QUIESCE_MATRIX "" CACHE FILEPATH "a matrix file of structures outside the tree")

option(QUIESCE_SUBSET "every scheme under hm_list, every structure under a few schemes" OFF)

# What is built and tested of the matrix.  The subset is a copy that stands in front of
# the tree's file on the include path.
set(QUIESCE_MATRIX_FILE ${PROJECT_SOURCE_DIR}/harness/matrix.def)
if(QUIESCE_SUBSET)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${QUIESCE_MATRIX_FILE})
  file(READ ${QUIESCE_MATRIX_FILE} text)
  string(REGEX REPLACE "\nMAP(\\(hm_list, [^\n]*)" "\nKEEP\\1" text "${text}")
  string(REGEX REPLACE "\nMAP(\\([a-z_]+, (hp|ebr|direct)\\))" "\nKEEP\\1"
    text "${text}")
  string(REGEX REPLACE
    "\nMAP(\\((michael_hash|split_ordered|skip_list|leaf_list|lfht), (nbr|lfrc|rcu_memb)\\))" "\nKEEP\\1"
    text "${text}")
  string(REGEX REPLACE "\n(MAP|SAME)\\([^\n]*" "" text "${text}")
  string(REPLACE "\nKEEP" "\nMAP" text "${text}")
  set(QUIESCE_MATRIX_FILE ${PROJECT_BINARY_DIR}/subset/harness/matrix.def)
  file(CONFIGURE OUTPUT ${QUIESCE_MATRIX_FILE} CONTENT "${text}" @ONLY)
  include_directories(BEFORE ${PROJECT_BINARY_DIR}/subset)
endif()

# quiesce_matrix_lines(VARIABLE KINDS FILE...): the lines that begin with one of KINDS, a
# regular expression, as "KIND structure scheme header".
function(quiesce_matrix_lines variable kinds)
  set(all "")
  foreach(file IN LISTS ARGN)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    cmake_path(GET file PARENT_PATH folder)
    if(file STREQUAL QUIESCE_MATRIX_FILE)
      set(folder structures)
    endif()
    file(STRINGS ${file} lines REGEX "^(${kinds})\\(")
    foreach(line IN LISTS lines)
      string(REGEX MATCH "^([A-Z]+)\\(([a-z0-9_]+), *([a-z0-9_]+)\\)" ignored "${line}")
      list(APPEND all
        "${CMAKE_MATCH_1} ${CMAKE_MATCH_2} ${CMAKE_MATCH_3} ${folder}/${CMAKE_MATCH_2}.h")
    endforeach()
  endforeach()
  set(${variable} "${all}" PARENT_SCOPE)
endfunction()

# The matrix of quiesce::maps: what includes liburcu is LGPL and stays apart.
file(READ ${QUIESCE_MATRIX_FILE} text)
string(REGEX REPLACE "\n(MAP|SAME)\\(([a-z0-9_]+, rcu_[a-z]+)\\)"
  "\nREFUSED(\\2, \"liburcu's schemes are for templates: see quiesce-urcu\")" text "${text}")
string(REGEX REPLACE "\nALONE\\(([a-z0-9_]+, [a-z0-9_]+)\\)"
  "\nREFUSED(\\1, \"for one thread alone: to measure against, not to use\")" text "${text}")
string(REGEX REPLACE "\n(UNCOUNTED|LOCATED|TEXT)\\([^\n]*" "" text "${text}")
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/without_urcu/harness/matrix.def CONTENT "${text}" @ONLY)
