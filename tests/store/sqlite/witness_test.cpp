// The witness alone: what each byte of damage does to it.
#include <doctest/doctest.h>

#include <string>

#include <whence/store/sqlite/witness.hpp>

#include <tests/store/sqlite/log_folder.hpp>

using namespace whence;

namespace {

const log_identity some_log{log_id::parse("0192f0c1-2345-7abc-8def-0123456789ab"), 3};

testimony at(std::uint64_t position) {
  testimony says{some_log, global_position{position}, {}};
  says.chain[0] = static_cast<std::uint8_t>(position);
  return says;
}

struct fixture {
  tests::log_folder folder;
  std::string path = folder.beside(".witness");
  files& files_ = *folder.runtime().files;
};

}  // namespace

TEST_CASE("there is no witness where there is no file, and an empty or short one cannot be read") {
  const fixture f;
  CHECK_FALSE(read_witness(f.files_, f.path).present);
  for (const std::size_t size : {0, 1, 71, 4096, 4167}) {
    tests::log_folder::write(f.path, std::string(size, '\0'));
    const witness_reading reading = read_witness(f.files_, f.path);
    CHECK(reading.present);
    CHECK_FALSE(reading.latest);
  }
}

TEST_CASE("a flipped bit in one slot leaves the other, and in both leaves none") {
  const fixture f;
  witness writing = witness::create(f.files_, f.path, at(0));
  writing.write(at(1));
  writing.write(at(2));
  const std::string good = tests::log_folder::contents(f.path);
  REQUIRE(good.size() == 8192);
  for (std::size_t byte = 0; byte < 72; ++byte) {
    CAPTURE(byte);
    std::string bad = good;
    bad[byte] = static_cast<char>(bad[byte] ^ 0x10);
    tests::log_folder::write(f.path, bad);
    REQUIRE(read_witness(f.files_, f.path).latest);
    const std::uint64_t left = read_witness(f.files_, f.path).latest->position.value();
    bad[4096 + byte] = static_cast<char>(bad[4096 + byte] ^ 0x10);
    tests::log_folder::write(f.path, bad);
    CHECK_FALSE(read_witness(f.files_, f.path).latest);

    bad = good;
    bad[4096 + byte] = static_cast<char>(bad[4096 + byte] ^ 0x10);
    tests::log_folder::write(f.path, bad);
    REQUIRE(read_witness(f.files_, f.path).latest);
    CHECK(left + read_witness(f.files_, f.path).latest->position.value() == 3);  // once the older, once the newer
  }
}

TEST_CASE("the newest of many writes is what a reader finds, also after opening again") {
  const fixture f;
  {
    witness writing = witness::create(f.files_, f.path, at(0));
    CHECK(read_witness(f.files_, f.path).latest->position == global_position{0});
    for (std::uint64_t position = 1; position <= 7; ++position) {
      writing.write(at(position));
      CHECK(read_witness(f.files_, f.path).latest->position == global_position{position});
    }
  }
  witness writing = witness::open(f.files_, f.path);
  writing.write(at(8));
  writing.sync();
  const testimony found = *read_witness(f.files_, f.path).latest;
  CHECK(found.position == global_position{8});
  CHECK(found.log == some_log);
  CHECK(found.chain == at(8).chain);
}

TEST_CASE("the file that is noted is in no slot: damage to the note is no note, and takes nothing from the witness") {
  const fixture f;
  witness writing = witness::create(f.files_, f.path, at(0));
  CHECK_FALSE(read_file_noted(f.files_, f.path));  // as in a witness of before there were notes
  writing.note_file(1'795'761'548'487'558'508);
  for (std::uint64_t position = 1; position <= 4; ++position) {
    writing.write(at(position));
    CHECK(read_file_noted(f.files_, f.path) == 1'795'761'548'487'558'508);
    CHECK(read_witness(f.files_, f.path).readable_slots == 2);
  }
  const std::string good = tests::log_folder::contents(f.path);
  REQUIRE(good.size() == 8192);
  for (std::size_t byte = 512; byte < 536; ++byte) {
    CAPTURE(byte);
    std::string bad = good;
    bad[byte] = static_cast<char>(bad[byte] ^ 0x10);
    tests::log_folder::write(f.path, bad);
    CHECK_FALSE(read_file_noted(f.files_, f.path));
    CHECK(read_witness(f.files_, f.path).latest->position == global_position{4});
    CHECK(read_witness(f.files_, f.path).readable_slots == 2);
  }
  for (const std::size_t size : {0, 72, 512, 535}) {
    tests::log_folder::write(f.path, good.substr(0, size));
    CHECK_FALSE(read_file_noted(f.files_, f.path));
  }
  tests::log_folder::write(f.path, good);
  witness::create(f.files_, f.path, at(5));  // of another file, maybe
  CHECK_FALSE(read_file_noted(f.files_, f.path));
}

TEST_CASE("a witness that is made anew over an old one wins over both of its slots") {
  const fixture f;
  witness old = witness::create(f.files_, f.path, at(0));
  for (std::uint64_t position = 1; position <= 100; ++position) old.write(at(position));
  witness::create(f.files_, f.path, at(5));
  CHECK(read_witness(f.files_, f.path).latest->position == global_position{5});
  std::string bytes = tests::log_folder::contents(f.path);
  bytes[10] = static_cast<char>(bytes[10] ^ 1);
  tests::log_folder::write(f.path, bytes);
  CHECK(read_witness(f.files_, f.path).latest->position == global_position{5});
}
