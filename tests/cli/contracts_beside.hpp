/// Released contracts in the folder in which a command is called, as the examples of help find them.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include <doctest/doctest.h>

#include <tests/cli/console.hpp>
#include <tests/cli/shop_types.hpp>
#include <whence/contracts/released_contracts.hpp>

namespace tests {

/// The shop's, in schemas and in released; and two schemas in files.
inline void put_contracts(console& console, const std::string& directory) {
  console.around.directory = directory;
  for (const char* const folder : {"/schemas", "/released"})
    whence::release_contracts(shop_types::all().contracts(), directory + folder, whence::release_mode::write);
  std::ofstream(directory + "/old.schema.json") << R"({"type":"integer","minimum":0})";
  std::ofstream(directory + "/new.schema.json") << R"({"type":"integer"})";
}

}  // namespace tests
