# Modules and programs. Every setting belongs to a target; nothing here changes what a project that embeds Whence compiles.
include_guard(GLOBAL)

set(WHENCE_BIN_DIR ${PROJECT_BINARY_DIR}/bin)

# Without tests there are no test builds of anything.
set(WHENCE_TWINS)
if(WHENCE_TESTS)
  set(WHENCE_TWINS _faults)
endif()

if(PROJECT_IS_TOP_LEVEL)
  set(CMAKE_CXX_EXTENSIONS OFF)
endif()

if(PROJECT_IS_TOP_LEVEL AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(WHENCE_CCACHE ccache)
  if(WHENCE_CCACHE)
    # A base directory, so that two checkouts share what they compiled; the precompiled header of the tests needs the sloppiness.
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_SLOPPINESS=pch_defines,time_macros ${WHENCE_CCACHE})
  endif()
endif()

# Found libraries are seen by whoever embeds Whence: what is private in a static library is linked to their programs.
set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL TRUE)

# What every target of ours is compiled and linked with.
add_library(whence_own_code INTERFACE)
target_compile_features(whence_own_code INTERFACE cxx_std_20)
# A JSON value turns into a C++ one only where the code says so.
target_compile_definitions(whence_own_code INTERFACE JSON_USE_IMPLICIT_CONVERSIONS=0)
if(PROJECT_IS_TOP_LEVEL)
  target_compile_options(whence_own_code INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
    # g++ 12 at -O2 sees both in the standard library's own optional and string, where there is nothing to see.
    "$<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized;-Wno-restrict;-fpch-preprocess>"
    -ffile-prefix-map=${PROJECT_SOURCE_DIR}/=)
  find_program(WHENCE_MOLD mold)
  if(WHENCE_MOLD)
    target_link_options(whence_own_code INTERFACE -fuse-ld=mold)
  endif()
else()
  # Whoever embeds Whence may compile everything with warnings of their own choice; ours are our business.
  target_compile_options(whence_own_code INTERFACE -w)
endif()

# whence_module(<module>
#   [DEPENDS <modules that its public headers include>] [PRIVATE_DEPENDS <modules that only its sources include>]
#   PUBLIC_HEADERS <files> [SOURCES <files>] [FAULT_POINTS <more sources>]
#   [LIBRARIES <libraries of its sources>] [PUBLIC_LIBRARIES <libraries of its public headers>])
#
# Makes whence_<module> (alias whence::<module>), and whence_<module>_faults: the same sources, in which fault points are alive.
# It is made only if a test wants it: the sources under FAULT_POINTS are compiled once more, with WHENCE_TEST_BUILD=1, and the
# others are the same objects. Fault points in a source that is not under FAULT_POINTS do not compile.
#
# A module has two include folders in the build tree, made of links. The public one holds its PUBLIC_HEADERS and nothing else:
# all that other modules see. The private one is the module's whole folder: for its own sources and tests.
function(whence_module module)
  cmake_parse_arguments(PARSE_ARGV 1 arg ""
    "" "DEPENDS;PRIVATE_DEPENDS;PUBLIC_HEADERS;SOURCES;FAULT_POINTS;LIBRARIES;PUBLIC_LIBRARIES")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "whence_module(${module}): what is ${arg_UNPARSED_ARGUMENTS}?")
  endif()
  whence_need_libraries(${arg_LIBRARIES} ${arg_PUBLIC_LIBRARIES})
  foreach(dependency IN LISTS arg_DEPENDS arg_PRIVATE_DEPENDS)
    if(NOT TARGET whence_${dependency})
      message(FATAL_ERROR "whence_module(${module}): it stands on ${dependency}, which is not below it")
    endif()
  endforeach()

  set(public_folder ${PROJECT_BINARY_DIR}/include/${module})
  set(private_folder ${PROJECT_BINARY_DIR}/private/${module})
  whence_link_headers(${public_folder}/whence/${module} ${arg_PUBLIC_HEADERS})
  file(MAKE_DIRECTORY ${private_folder}/whence)
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${private_folder}/whence/${module} SYMBOLIC)

  # Of what is only headers, a user needs what public headers include, and nothing else.
  set(private_libraries ${arg_LIBRARIES})
  foreach(library IN LISTS arg_LIBRARIES)
    get_property(headers_only GLOBAL PROPERTY WHENCE_LIBRARY_${library}_HEADERS_ONLY)
    if(headers_only)
      list(TRANSFORM private_libraries REPLACE "^(${library})$" "$<BUILD_INTERFACE:\\1>")
    endif()
  endforeach()

  set_source_files_properties(${arg_FAULT_POINTS} PROPERTIES COMPILE_DEFINITIONS WHENCE_FAULT_POINTS=1)
  foreach(twin IN ITEMS "" ${WHENCE_TWINS})
    set(target whence_${module}${twin})
    set(public_modules ${arg_DEPENDS})
    set(private_modules ${arg_PRIVATE_DEPENDS})
    list(TRANSFORM public_modules REPLACE "(.+)" "whence_\\1${twin}")
    list(TRANSFORM private_modules REPLACE "(.+)" "whence_\\1${twin}")

    if(arg_SOURCES)
      set(sources ${arg_SOURCES} ${arg_FAULT_POINTS})
      if(twin)
        whence_same_objects(sources whence_${module} EXCEPT ${arg_FAULT_POINTS})
      endif()
      add_library(${target} STATIC ${sources})
      set_target_properties(${target} PROPERTIES LINKER_LANGUAGE CXX)
      target_include_directories(${target} BEFORE PRIVATE ${private_folder})
      target_link_libraries(${target} PRIVATE
        $<BUILD_INTERFACE:whence_own_code> ${private_modules} ${private_libraries})
      set(visibility PUBLIC)
    else()
      add_library(${target} INTERFACE)
      set(visibility INTERFACE)
    endif()
    target_compile_features(${target} ${visibility} cxx_std_20)
    target_include_directories(${target} ${visibility}
      $<BUILD_INTERFACE:${public_folder}> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
    target_link_libraries(${target} ${visibility} ${public_modules} ${arg_PUBLIC_LIBRARIES})
    set_target_properties(${target} PROPERTIES ARCHIVE_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)
    if(NOT PROJECT_IS_TOP_LEVEL)
      set_target_properties(${target} PROPERTIES SYSTEM ON)      # nor do our headers warn in the files of who embeds us
    endif()
    if(twin)
      target_compile_definitions(${target} ${visibility} WHENCE_TEST_BUILD=1)
      set_target_properties(${target} PROPERTIES EXCLUDE_FROM_ALL ON)
    endif()
  endforeach()
  add_library(whence::${module} ALIAS whence_${module})

  if(WHENCE_INSTALL)
    whence_install_module(${module} ${arg_PUBLIC_HEADERS})
  endif()
  set_property(GLOBAL APPEND PROPERTY WHENCE_MODULES_FOUND ${module})
  foreach(what IN ITEMS DEPENDS PRIVATE_DEPENDS PUBLIC_HEADERS LIBRARIES PUBLIC_LIBRARIES)
    set_property(GLOBAL PROPERTY WHENCE_${module}_${what} ${arg_${what}})
  endforeach()
endfunction()

# whence_program(<name> MAIN <file> [SOURCES <files>] [DEPENDS <modules>] [LIBRARIES <libraries>])
#
# Makes bin/<name>, and bin/<name>_faults on the test builds of the modules, linked only if a test wants it: a program has no fault
# points of its own. SOURCES are a library of their own, <name>_code, so that tests can link them; their includes are relative to
# the program's folder.
function(whence_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "MAIN" "SOURCES;DEPENDS;LIBRARIES")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "whence_program(${name}): what is ${arg_UNPARSED_ARGUMENTS}?")
  endif()
  whence_need_libraries(${arg_LIBRARIES})
  foreach(twin IN ITEMS "" ${WHENCE_TWINS})
    set(modules ${arg_DEPENDS})
    list(TRANSFORM modules REPLACE "(.+)" "whence_\\1${twin}")
    set(code ${modules} ${arg_LIBRARIES})
    set(main ${arg_MAIN})
    set(sources ${arg_SOURCES})
    if(twin)
      whence_same_objects(main ${name})
      whence_same_objects(sources ${name}_code)
    endif()
    if(arg_SOURCES)
      add_library(${name}_code${twin} STATIC ${sources})
      set_target_properties(${name}_code${twin} PROPERTIES LINKER_LANGUAGE CXX)
      target_include_directories(${name}_code${twin} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
      target_link_libraries(${name}_code${twin} PRIVATE whence_own_code PUBLIC ${code})
      set(code ${name}_code${twin})
    endif()
    add_executable(${name}${twin} ${main})
    set_target_properties(${name}${twin} PROPERTIES LINKER_LANGUAGE CXX)
    target_link_libraries(${name}${twin} PRIVATE whence_own_code ${code})
    set_target_properties(${name}${twin} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${WHENCE_BIN_DIR})
    if(twin)
      set_target_properties(${name}${twin} PROPERTIES EXCLUDE_FROM_ALL ON)
      if(arg_SOURCES)
        set_target_properties(${name}_code${twin} PROPERTIES EXCLUDE_FROM_ALL ON)
      endif()
    endif()
  endforeach()
endfunction()

# Sets `sources` to what a target consists of that is compiled like `target`, except some of its sources.
function(whence_same_objects sources target)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "EXCEPT")
  set(objects $<TARGET_OBJECTS:${target}>)
  if(arg_EXCEPT)
    list(JOIN arg_EXCEPT "|" others)
    string(REPLACE "." "[.]" others "${others}")
    set(objects "$<FILTER:${objects},EXCLUDE,/${target}[.]dir/([.]/)?(${others})[.]o>")
  endif()
  set(${sources} ${arg_EXCEPT} ${objects} PARENT_SCOPE)
endfunction()

# Fills `folder` with links to the given headers of the current module; what was there before goes.
function(whence_link_headers folder)
  file(REMOVE_RECURSE ${folder})
  foreach(header IN LISTS ARGN)
    if(NOT EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${header})
      message(FATAL_ERROR "There is no public header ${CMAKE_CURRENT_SOURCE_DIR}/${header}")
    endif()
    cmake_path(GET header PARENT_PATH subfolder)
    file(MAKE_DIRECTORY ${folder}/${subfolder})
    file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR}/${header} ${folder}/${header} SYMBOLIC)
  endforeach()
endfunction()
