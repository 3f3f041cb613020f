# matrix.cmake - the lines of the matrix, and of a matrix of one's own.
#
# -DQUIESCE_MATRIX=FILE adds the lines of FILE, written as those of harness/matrix.def;
# the header of its MAP(name, scheme) is name.h in the folder of FILE.

set(QUIESCE_MATRIX "" CACHE FILEPATH "a matrix file of structures outside the tree")

# quiesce_matrix_lines(VARIABLE KINDS FILE...): the lines that begin with one of KINDS, a
# regular expression, as "KIND structure scheme header".
function(quiesce_matrix_lines variable kinds)
  set(all "")
  foreach(file IN LISTS ARGN)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    cmake_path(GET file PARENT_PATH folder)
    if(folder STREQUAL "${PROJECT_SOURCE_DIR}/harness")
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
