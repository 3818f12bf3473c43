# What `cmake --install` puts into a prefix. Two components: whence_runtime is the program, whence_development all that a program
# is built with. Nothing in the prefix knows where it stands or was built: it can be moved.
include_guard(GLOBAL)

include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(WHENCE_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/whence)
set(WHENCE_PKG_CONFIG_DIR ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
set(WHENCE_DATA_DIR ${CMAKE_INSTALL_DATADIR}/whence)

# A module: what is installed is what is public. Its targets are in a file of their own, so that a user who does not ask for a
# component does not need its libraries.
function(whence_install_module module)
  foreach(header IN LISTS ARGN)
    cmake_path(GET header PARENT_PATH subfolder)
    install(FILES ${header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/whence/${module}/${subfolder} COMPONENT whence_development)
  endforeach()
  set_target_properties(whence_${module} PROPERTIES EXPORT_NAME ${module})
  install(TARGETS whence_${module} EXPORT whence-${module}
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT whence_development)
  install(EXPORT whence-${module} NAMESPACE whence:: FILE whence-${module}-targets.cmake
    DESTINATION ${WHENCE_CMAKE_DIR} COMPONENT whence_development)
endfunction()

# For each module, what a program that links it needs besides: other modules, and libraries of which something is linked or
# which the module's public headers include.
function(whence_libraries_of_users module result)
  get_property(private GLOBAL PROPERTY WHENCE_${module}_LIBRARIES)
  get_property(libraries GLOBAL PROPERTY WHENCE_${module}_PUBLIC_LIBRARIES)
  foreach(library IN LISTS private)
    get_property(headers_only GLOBAL PROPERTY WHENCE_LIBRARY_${library}_HEADERS_ONLY)
    if(NOT headers_only)
      list(APPEND libraries ${library})
    endif()
  endforeach()
  list(REMOVE_DUPLICATES libraries)
  set(${result} ${libraries} PARENT_SCOPE)
endfunction()

function(whence_install_cmake_files)
  set(facts "")
  foreach(module IN LISTS WHENCE_MODULES)
    get_property(public GLOBAL PROPERTY WHENCE_${module}_DEPENDS)
    get_property(private GLOBAL PROPERTY WHENCE_${module}_PRIVATE_DEPENDS)
    whence_libraries_of_users(${module} libraries)
    set(modules ${public} ${private})
    string(APPEND facts "set(_whence_${module}_modules ${modules})\nset(_whence_${module}_libraries ${libraries})\n")
  endforeach()
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/package/whence-modules.cmake
    CONTENT "# The modules, lowest first, and what each needs.\nset(_whence_modules @WHENCE_MODULES@)\n@facts@" @ONLY)
  configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/whence-config.cmake.in
    ${PROJECT_BINARY_DIR}/package/whence-config.cmake INSTALL_DESTINATION ${WHENCE_CMAKE_DIR} PATH_VARS WHENCE_DATA_DIR
    NO_CHECK_REQUIRED_COMPONENTS_MACRO)
  # Until 1.0 a new minor version may break what stands on the old one.
  write_basic_package_version_file(${PROJECT_BINARY_DIR}/package/whence-config-version.cmake COMPATIBILITY SameMinorVersion)
  install(FILES
    ${PROJECT_BINARY_DIR}/package/whence-config.cmake ${PROJECT_BINARY_DIR}/package/whence-config-version.cmake
    ${PROJECT_BINARY_DIR}/package/whence-modules.cmake ${PROJECT_SOURCE_DIR}/cmake/WhenceLibraries.cmake
    DESTINATION ${WHENCE_CMAKE_DIR} COMPONENT whence_development)
endfunction()

# One file for each module, and `whence` for what `#include <whence.hpp>` needs. The libraries are static and there are no others,
# so that what a module needs stands in Requires and Libs: `pkg-config --libs` and `--static --libs` both link.
function(whence_install_pkg_config_file name description requires libs)
  set(up /)                               # from the folder of the file to the prefix
  cmake_path(RELATIVE_PATH up BASE_DIRECTORY /${WHENCE_PKG_CONFIG_DIR})
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/package/${name}.pc @ONLY CONTENT [[
prefix=${pcfiledir}/@up@
libdir=${prefix}/@CMAKE_INSTALL_LIBDIR@
includedir=${prefix}/@CMAKE_INSTALL_INCLUDEDIR@
gdb_printers=${prefix}/@WHENCE_DATA_DIR@/gdb/whence.py

Name: @name@
Description: @description@
Version: @PROJECT_VERSION@
Requires: @requires@
Libs: @libs@
Cflags: -I${includedir}
]])
  install(FILES ${PROJECT_BINARY_DIR}/package/${name}.pc DESTINATION ${WHENCE_PKG_CONFIG_DIR} COMPONENT whence_development)
endfunction()

function(whence_install_pkg_config_files)
  foreach(module IN LISTS WHENCE_MODULES)
    get_property(public GLOBAL PROPERTY WHENCE_${module}_DEPENDS)
    get_property(private GLOBAL PROPERTY WHENCE_${module}_PRIVATE_DEPENDS)
    set(requires ${public} ${private})
    list(TRANSFORM requires PREPEND whence-)
    set(libs "-L\${libdir} -lwhence_${module}")
    get_target_property(type whence_${module} TYPE)
    if(type STREQUAL INTERFACE_LIBRARY)
      set(libs "")
    endif()
    whence_libraries_of_users(${module} libraries)
    foreach(library IN LISTS libraries)
      get_property(pkg_config GLOBAL PROPERTY WHENCE_LIBRARY_${library}_PKG_CONFIG)
      get_property(flags GLOBAL PROPERTY WHENCE_LIBRARY_${library}_FLAGS)
      list(APPEND requires ${pkg_config})
      string(APPEND libs " ${flags}")
    endforeach()
    list(JOIN requires ", " requires)
    string(STRIP "${libs}" libs)
    whence_install_pkg_config_file(whence-${module} "The module ${module} of Whence" "${requires}" "${libs}")
  endforeach()
  whence_install_pkg_config_file(whence "${PROJECT_DESCRIPTION}" whence-app "")
endfunction()

function(whence_install_package)
  whence_install_cmake_files()
  whence_install_pkg_config_files()
  install(FILES ${PROJECT_SOURCE_DIR}/framework/whence/app/whence.hpp
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT whence_development)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/schemas DESTINATION ${WHENCE_DATA_DIR} COMPONENT whence_development)
  install(FILES ${PROJECT_SOURCE_DIR}/tools/gdb/whence.py DESTINATION ${WHENCE_DATA_DIR}/gdb COMPONENT whence_development)
  foreach(component IN ITEMS whence_runtime whence_development)
    install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/CHANGELOG.md
      DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT ${component})
  endforeach()
  if(TARGET whence)
    whence_install_program()
  endif()
endfunction()

# The program, its man page, and completion for three shells, which it makes of its own table of commands.
function(whence_install_program)
  install(TARGETS whence RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT whence_runtime)
  set(manual ${PROJECT_BINARY_DIR}/package/manual)
  add_custom_command(OUTPUT ${manual}/whence.1 ${manual}/whence ${manual}/_whence ${manual}/whence.fish
    COMMAND ${CMAKE_COMMAND} -D WHENCE=$<TARGET_FILE:whence> -D FOLDER=${manual} -P ${PROJECT_SOURCE_DIR}/cmake/make_manual.cmake
    DEPENDS whence ${PROJECT_SOURCE_DIR}/cmake/make_manual.cmake VERBATIM)
  # A program under a sanitizer need not run where it is built, and is not what is installed.
  set(with_all ALL)
  if(CMAKE_CXX_FLAGS MATCHES "-fsanitize=")
    set(with_all)
  endif()
  add_custom_target(whence_manual ${with_all} DEPENDS ${manual}/whence.1)
  foreach(file_and_folder IN ITEMS "whence.1:${CMAKE_INSTALL_MANDIR}/man1"
      "whence:${CMAKE_INSTALL_DATADIR}/bash-completion/completions" "_whence:${CMAKE_INSTALL_DATADIR}/zsh/site-functions"
      "whence.fish:${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d")
    string(REPLACE ":" ";" file_and_folder ${file_and_folder})
    list(GET file_and_folder 0 file)
    list(GET file_and_folder 1 folder)
    install(FILES ${manual}/${file} DESTINATION ${folder} COMPONENT whence_runtime)
  endforeach()
endfunction()
