# install.cmake - what `cmake --install` and CPack put where.  Components: runtime (the
# libraries), urcu (liburcu's part of them, LGPL), dev, tool.

include(CMakePackageConfigHelpers)
option(QUIESCE_INSTALL "install rules" ${PROJECT_IS_TOP_LEVEL})
if(NOT QUIESCE_INSTALL)
  return()
endif()
set(packaging ${PROJECT_SOURCE_DIR}/scripts/packaging)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/quiesce)

get_property(targets GLOBAL PROPERTY quiesce_installed)
set(urcu_targets ${targets})
list(FILTER urcu_targets INCLUDE REGEX "_urcu_")
list(FILTER targets EXCLUDE REGEX "_urcu_")
install(TARGETS ${targets} EXPORT quiesce
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime NAMELINK_COMPONENT dev
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT dev)
install(TARGETS ${urcu_targets} EXPORT quiesce
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT urcu NAMELINK_COMPONENT dev
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT dev)
install(EXPORT quiesce NAMESPACE quiesce:: DESTINATION ${package_folder}
  FILE quiesce-targets.cmake COMPONENT dev)
install(DIRECTORY ${quiesce_headers}/quiesce DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  COMPONENT dev)

configure_package_config_file(${packaging}/quiesce-config.cmake.in
  ${PROJECT_BINARY_DIR}/quiesce-config.cmake INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/quiesce-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/quiesce-config.cmake
  ${PROJECT_BINARY_DIR}/quiesce-config-version.cmake
  DESTINATION ${package_folder} COMPONENT dev)

# A file of pkg-config's says where it is, so that the tree may be moved.
file(RELATIVE_PATH PC_UP /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)

# quiesce_pc(NAME DESCRIPTION REQUIRES PRIVATE): NAME.pc, with pkg-config's two lists.
function(quiesce_pc name description requires private)
  set(PC_NAME ${name})
  set(PC_DESCRIPTION ${description})
  set(PC_REQUIRES ${requires})
  set(PC_PRIVATE ${private})
  configure_file(${packaging}/quiesce.pc.in ${PROJECT_BINARY_DIR}/${name}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${name}.pc
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT dev)
endfunction()
quiesce_pc(quiesce "Lock-free maps over one memory-reclamation layer" "" "-lck -lpthread")
quiesce_pc(quiesce-maps "Lock-free maps chosen by name" quiesce "-lpthread")
quiesce_pc(quiesce-urcu "liburcu's schemes and table for quiesce" quiesce
  "-lurcu-cds -lurcu-memb -lurcu-qsbr -lurcu-mb -lurcu-bp -lurcu-common -lpthread")

# The tool finds its experiments from where it is installed.
if(TARGET quiesce)
  install(TARGETS quiesce RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT tool)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/experiments
    DESTINATION ${CMAKE_INSTALL_DATADIR}/quiesce COMPONENT tool)
endif()

include(scripts/cmake/man.cmake)

# What has to be built before it is installed; the manual and the headers are files.
add_custom_target(installed DEPENDS ${targets} ${urcu_targets})
if(TARGET quiesce)
  add_dependencies(installed quiesce)
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "the authors of Quiesce <quiesce@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL runtime urcu dev tool)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${PROJECT_BINARY_DIR}/lib)
set(CPACK_DEBIAN_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME libquiesce${quiesce_soversion})
set(CPACK_DEBIAN_RUNTIME_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_URCU_PACKAGE_NAME libquiesce-urcu${quiesce_soversion})
set(CPACK_DEBIAN_DEV_PACKAGE_NAME libquiesce-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS
  "libquiesce${quiesce_soversion} (= ${PROJECT_VERSION}), libquiesce-urcu${quiesce_soversion} (= ${PROJECT_VERSION}), liburcu-dev, libck-dev")
set(CPACK_DEBIAN_TOOL_PACKAGE_NAME quiesce)
set(CPACK_DEBIAN_TOOL_PACKAGE_SECTION science)
set(CPACK_DEBIAN_TOOL_PACKAGE_DEPENDS "gnuplot-nox | gnuplot")
include(CPack)
