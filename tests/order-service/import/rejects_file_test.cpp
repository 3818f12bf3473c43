// A file of rejects takes the old one's place when it is whole, and not before.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <import/rejects_file.hpp>

#include "tests/temporary_folder.hpp"

namespace {

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::ptrdiff_t files_in(const std::filesystem::path& folder) {
  return std::distance(std::filesystem::directory_iterator(folder), {});
}

}  // namespace

TEST_CASE("the old file of rejects stays whole until the new one is") {
  const tests::temporary_folder folder;
  const std::string path = folder.file("rejects.csv");
  std::ofstream(path) << "the old one";
  {
    shop::rejects_file rejects(path);
    CHECK(content(path) == "the old one");
    for (std::uint64_t line = 1; line <= 10'000; ++line)  // more than it keeps in memory
      rejects.add({.line = line, .reason = "quantity.zero", .text = "1,X,,0,12/1/10 8:26,1,,France"});
    CHECK(content(path) == "the old one");
    rejects.finish();
    const std::string whole = content(path);
    CHECK(whole.starts_with("line,reason,record\n1,quantity.zero,"));
    CHECK(whole.ends_with("\n10000,quantity.zero,\"1,X,,0,12/1/10 8:26,1,,France\"\n"));
  }
  CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("a file of rejects that is not finished leaves nothing, and the old one as it was") {
  const tests::temporary_folder folder;
  const std::string path = folder.file("rejects.csv");
  std::ofstream(path) << "the old one";
  {
    shop::rejects_file rejects(path);
    rejects.add({.line = 1, .reason = "quantity.zero", .text = std::string_view{"x"}});
  }
  CHECK(content(path) == "the old one");
  CHECK(files_in(folder.path()) == 1);
}
