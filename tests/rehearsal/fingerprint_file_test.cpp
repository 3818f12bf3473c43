// The file of fingerprints: what is read is what was written, or nothing.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <whence/core/runtime.hpp>
#include <whence/rehearsal/errors.hpp>
#include <whence/rehearsal/fingerprint_file.hpp>

#include <tests/temporary_folder.hpp>

using namespace whence;
using namespace whence::detail;

namespace {

const log_identity some_log{log_id::parse("0192f0c1-2345-7abc-8def-0123456789ab"), 1};
constexpr global_position head{1'000'000};

std::vector<fingerprint_record> records(std::uint64_t count) {
  std::vector<fingerprint_record> all;
  for (std::uint64_t i = 1; i <= count; ++i)
    all.push_back({.first = 3 * i, .version = i, .state = fingerprint_of(std::to_string(i))});
  return all;
}

struct fixture {
  tests::temporary_folder folder;
  std::shared_ptr<files> files_ = system_files();
  std::string path = (folder.path() / "states").string();

  void write(std::uint64_t count) const {
    fingerprint_writer writer(*files_, path, some_log, head);
    writer.add(records(count));
    writer.finish();
  }
  std::string bytes() const {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }
  void put(const std::string& bytes) const { std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes; }
};

}  // namespace

TEST_CASE("what is between two positions is found, at the edges and beyond them, however many there are") {
  const fixture f;
  for (const std::uint64_t count : {0u, 1u, 2u, 5'000u, 50'000u}) {
    CAPTURE(count);
    f.write(count);
    const saved_fingerprints saved(*f.files_, f.path);
    const auto found = [&](std::uint64_t after, std::uint64_t to) {
      return saved.between(global_position{after}, global_position{to}).size();
    };
    CHECK(found(0, 1'000'000) == count);
    CHECK(found(3 * count, 1'000'000) == 0);
    CHECK(found(0, 2) == 0);
    CHECK(found(2, 3) == std::min<std::uint64_t>(count, 1));
    CHECK(found(3, 6) == (count > 1 ? 1 : 0));
    if (count > 100) {
      const auto some = saved.between(global_position{297}, global_position{301});
      REQUIRE(some.size() == 1);
      CHECK(some[0].first == 300);
      CHECK(some[0].version == 100);
      CHECK(some[0].state == fingerprint_of("100"));
    }
  }
}

TEST_CASE("a file that was cut or changed anywhere is refused, and so is one that is something else") {
  const fixture f;
  f.write(20);
  const std::string whole = f.bytes();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    f.put(whole.substr(0, size));
    CHECK_THROWS_AS(saved_fingerprints(*f.files_, f.path), fingerprints_not_usable);
  }
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 0x10);
    f.put(changed);
    CHECK_THROWS_AS(saved_fingerprints(*f.files_, f.path), fingerprints_not_usable);
  }
  f.put(std::string(10'000, 'x'));
  CHECK_THROWS_AS(saved_fingerprints(*f.files_, f.path), fingerprints_not_usable);
}

TEST_CASE("a writer that is not finished leaves what was there, and nothing beside it") {
  const fixture f;
  f.write(3);
  const std::string before = f.bytes();
  {
    fingerprint_writer writer(*f.files_, f.path, some_log, head);
    writer.add(records(100'000));
  }
  CHECK(f.bytes() == before);
  CHECK(f.files_->list(f.folder.path().string()) == std::vector<std::string>{"states"});
}

TEST_CASE("fingerprints fit the log that they were saved of, in its epoch, and not an older copy") {
  const fixture f;
  f.write(3);
  const saved_fingerprints saved(*f.files_, f.path);
  saved.must_be_of(some_log, head);
  saved.must_be_of(some_log, global_position{2'000'000});
  CHECK_THROWS_AS(saved.must_be_of(some_log, global_position{999'999}), fingerprints_not_usable);
  CHECK_THROWS_AS(saved.must_be_of({some_log.id, 2}, head), fingerprints_not_usable);
  CHECK_THROWS_AS(saved.must_be_of({log_id::parse("0192f0c1-2345-7abc-8def-0123456789ac"), 1}, head),
                  fingerprints_not_usable);
}
