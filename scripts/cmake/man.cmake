# man.cmake - the manual: pages of scripts/man, and a page for each name that one is about.

set(pages ${PROJECT_SOURCE_DIR}/scripts/man)
set(links ${PROJECT_BINARY_DIR}/man)
install(FILES ${pages}/quiesce.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT tool)
install(FILES ${pages}/quiesce-experiment.5 DESTINATION ${CMAKE_INSTALL_MANDIR}/man5
  COMPONENT tool)
foreach(page IN ITEMS quiesce qs_map_create qs_map_register qs_map_get qs_map_for_each)
  install(FILES ${pages}/${page}.3 DESTINATION ${CMAKE_INSTALL_MANDIR}/man3 COMPONENT dev)
  file(STRINGS ${pages}/${page}.3 names REGEX "^[.]Nm qs_[a-z_]+( ,)?$")
  foreach(line IN LISTS names)
    string(REGEX MATCH "qs_[a-z_]+" name "${line}")
    if(NOT name STREQUAL page)
      file(CONFIGURE OUTPUT ${links}/${name}.3 CONTENT ".so man3/${page}.3\n" @ONLY)
      install(FILES ${links}/${name}.3 DESTINATION ${CMAKE_INSTALL_MANDIR}/man3 COMPONENT dev)
    endif()
  endforeach()
endforeach()
