# Tests: one executable a module, one ctest case a sentence.
include_guard(GLOBAL)

find_package(doctest REQUIRED)
find_package(rapidcheck REQUIRED)
find_package(Python3 3.11 REQUIRED COMPONENTS Interpreter)
# The interpreter itself: what was found may be a script that chooses one, and takes longer for it than many a test.
execute_process(COMMAND ${Python3_EXECUTABLE} -c "import sys; print(sys.executable)"
  OUTPUT_VARIABLE Python3_EXECUTABLE OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)

add_library(whence_test_main OBJECT ${PROJECT_SOURCE_DIR}/tests/main.cpp ${PROJECT_SOURCE_DIR}/tests/places.cpp)
target_include_directories(whence_test_main PUBLIC ${PROJECT_SOURCE_DIR})     # <tests/…>
set_source_files_properties(${PROJECT_SOURCE_DIR}/tests/places.cpp TARGET_DIRECTORY whence_test_main PROPERTIES
  COMPILE_DEFINITIONS "WHENCE_PROGRAMS_DIR=\"${WHENCE_BIN_DIR}\";WHENCE_SOURCES_DIR=\"${PROJECT_SOURCE_DIR}\"")
target_link_libraries(whence_test_main PUBLIC whence_own_code doctest::doctest nlohmann_json::nlohmann_json Threads::Threads)
target_precompile_headers(whence_test_main PRIVATE
  <chrono> <string> <vector> <doctest/doctest.h> <nlohmann/json.hpp>)

# whence_test(<name> SOURCES <files> [DEPENDS <more modules>] [LIBRARIES <libraries>] [PROGRAMS <programs that it runs>]
#   [TIMEOUT <seconds>] [FAULTS] [SERIAL] [NO_THREADS])
#
# Makes test_<name>, linked to the module (or to the code of the program) of that name, whose private headers it sees. FAULTS
# makes test_<name>_faults on the test build instead. PROGRAMS are built first; tests/places.hpp knows where. ctest runs each case
# in a process of its own: "<name>: <the sentence>". NO_THREADS: what is tested begins none and shares nothing between any, so that
# ThreadSanitizer has nothing to see; builds with it leave these tests out. The log beneath has its own.
function(whence_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "FAULTS;SERIAL;NO_THREADS" "TIMEOUT" "SOURCES;DEPENDS;LIBRARIES;PROGRAMS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "whence_test(${name}): what is ${arg_UNPARSED_ARGUMENTS}?")
  endif()
  if(arg_NO_THREADS AND CMAKE_CXX_FLAGS MATCHES "-fsanitize=thread")
    return()
  endif()
  set(twin "")
  if(arg_FAULTS)
    set(twin "_faults")
  endif()
  set(target test_${name}${twin})
  set(timeout 120)
  if(arg_TIMEOUT)
    set(timeout ${arg_TIMEOUT})
  endif()
  if(CMAKE_CXX_FLAGS MATCHES "-fsanitize=")
    math(EXPR timeout "${timeout} * 4")
  endif()

  add_executable(${target} ${arg_SOURCES})
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests/bin)
  target_precompile_headers(${target} REUSE_FROM whence_test_main)
  target_link_libraries(${target} PRIVATE whence_test_main)
  foreach(module IN LISTS name arg_DEPENDS)
    if(TARGET whence_${module})
      target_link_libraries(${target} PRIVATE whence_${module}${twin})
    elseif(TARGET ${module}_code)
      target_link_libraries(${target} PRIVATE ${module}_code${twin})
    elseif(NOT module STREQUAL name)
      message(FATAL_ERROR "whence_test(${name}): there is no module ${module}")
    endif()
  endforeach()
  target_link_libraries(${target} PRIVATE ${arg_LIBRARIES})
  if(TARGET whence_${name})
    target_include_directories(${target} BEFORE PRIVATE ${PROJECT_BINARY_DIR}/private/${name})
  endif()
  foreach(program IN LISTS arg_PROGRAMS)
    add_dependencies(${target} ${program})
  endforeach()

  set(properties TIMEOUT ${timeout} SKIP_RETURN_CODE 77)    # tests/skip.hpp
  if(arg_SERIAL)
    list(APPEND properties RUN_SERIAL ON)
  endif()
  set(listing ${CMAKE_CURRENT_BINARY_DIR}/${target}_cases.cmake)
  file(CONFIGURE OUTPUT ${listing} @ONLY CONTENT [[
set(name "@name@@twin@")
set(executable "@PROJECT_BINARY_DIR@/tests/bin/@target@")
set(properties @properties@)
include("@PROJECT_SOURCE_DIR@/cmake/discover_tests.cmake")
]])
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${listing})
endfunction()

# whence_once([TESTS <names>] [TARGETS <what nothing but such tests needs>])
#
# What these tests find does not depend on how the code is compiled: they get the label `once`. The presets asan, tsan and coverage
# leave out the tests (CMakePresets.json), and builds with their flags the targets: whoever wants one there asks for it by name.
function(whence_once)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "" "TESTS;TARGETS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "whence_once: what is ${arg_UNPARSED_ARGUMENTS}?")
  endif()
  if(arg_TESTS)
    set_tests_properties(${arg_TESTS} PROPERTIES LABELS once)
  endif()
  if(arg_TARGETS AND CMAKE_CXX_FLAGS MATCHES "-fsanitize=|--coverage")
    set_target_properties(${arg_TARGETS} PROPERTIES EXCLUDE_FROM_ALL ON)
  endif()
endfunction()

# Each public header compiles alone: a look at the headers, and so `once`.
function(whence_test_headers)
  get_property(modules GLOBAL PROPERTY WHENCE_MODULES_FOUND)
  foreach(module IN LISTS modules)
    get_property(headers GLOBAL PROPERTY WHENCE_${module}_PUBLIC_HEADERS)
    set(sources)
    foreach(header IN LISTS headers)
      cmake_path(REPLACE_EXTENSION header cpp OUTPUT_VARIABLE source)
      set(source ${CMAKE_CURRENT_BINARY_DIR}/headers_alone/${module}/${source})
      file(CONFIGURE OUTPUT ${source}
        CONTENT "#include <whence/@module@/@header@>\n#include <whence/@module@/@header@>\n" @ONLY)
      list(APPEND sources ${source})
    endforeach()
    if(sources)
      add_library(whence_${module}_headers_alone OBJECT ${sources})
      target_link_libraries(whence_${module}_headers_alone PRIVATE whence_own_code whence_${module})
      whence_once(TARGETS whence_${module}_headers_alone)
    endif()
  endforeach()
endfunction()
