# The libraries that a module may name, each under one target name. tools/setup installs them.
include_guard(GLOBAL)

find_package(Threads REQUIRED)                              # Threads::Threads
find_package(SQLite3 REQUIRED)                              # SQLite::SQLite3
find_package(Boost 1.81 REQUIRED CONFIG COMPONENTS headers) # Boost::headers
find_package(nlohmann_json REQUIRED)                        # nlohmann_json::nlohmann_json
find_package(cereal REQUIRED)                               # cereal::cereal
find_package(fmt REQUIRED)                                  # fmt::fmt
find_package(CLI11 REQUIRED)                                # CLI11::CLI11
find_package(OpenSSL REQUIRED)                              # OpenSSL::Crypto

# xxHash and utf8proc come without CMake files.
function(whence_find_plain_library target header library)
  find_path(${library}_INCLUDE_DIR ${header} REQUIRED)
  find_library(${library}_LIBRARY ${library} REQUIRED)
  mark_as_advanced(${library}_INCLUDE_DIR ${library}_LIBRARY)
  add_library(${target} UNKNOWN IMPORTED GLOBAL)
  set_target_properties(${target} PROPERTIES IMPORTED_LOCATION ${${library}_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${${library}_INCLUDE_DIR})
endfunction()
whence_find_plain_library(xxHash::xxhash xxhash.h xxhash)
whence_find_plain_library(utf8proc::utf8proc utf8proc.h utf8proc)
