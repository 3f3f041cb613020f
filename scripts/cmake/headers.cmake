# headers.cmake - the headers as other projects include them: <quiesce/...>, copies in
# build/.../include whose includes of each other say so, too.

set(quiesce_headers ${PROJECT_BINARY_DIR}/include)

# Copies header to <quiesce/path>.
function(quiesce_public_header header path)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${header})
  file(READ ${header} text)
  string(REGEX REPLACE "#include \"(reclaim|structures)/" "#include \"quiesce/\\1/"
    text "${text}")
  file(CONFIGURE OUTPUT ${quiesce_headers}/quiesce/${path} CONTENT "${text}" @ONLY)
endfunction()

file(GLOB headers RELATIVE ${PROJECT_SOURCE_DIR} CONFIGURE_DEPENDS
  ${PROJECT_SOURCE_DIR}/reclaim/*.h ${PROJECT_SOURCE_DIR}/structures/*.h)
foreach(header IN LISTS headers)
  quiesce_public_header(${PROJECT_SOURCE_DIR}/${header} ${header})
endforeach()
quiesce_public_header(${PROJECT_SOURCE_DIR}/harness/quiesce.h quiesce.h)
quiesce_public_header(${PROJECT_SOURCE_DIR}/harness/quiesce.hpp quiesce.hpp)
