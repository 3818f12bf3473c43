// What the kit says of released contracts: kept, and not.
#include <whence/testing/contracts.hpp>

#include <doctest/doctest.h>

#include <string>

#include <whence/contracts/released_contracts.hpp>
#include <whence/testing/failed_expectation.hpp>

#include <tests/temporary_folder.hpp>

namespace {

struct Opened {
  static constexpr whence::event_type type{"Opened"};
  std::string by;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("by", by));
  }
};
struct Gate {
  static constexpr whence::aggregate_type type{"Gate"};
  using events = whence::events<Opened>;
  void apply(const Opened&) {}
};

whence::event_contracts gate_contracts() { return whence::event_contracts{}.aggregate<Gate>(); }

std::string failure(const std::string& folder) {
  try {
    whence::testing::keeps_contracts(gate_contracts(), folder);
  } catch (const whence::testing::failed_expectation& failed) {
    return failed.text();
  }
  return "(they are kept)";
}

}  // namespace

TEST_CASE("a version that is not released fails, and says how it is released") {
  const tests::temporary_folder folder;
  const std::string schemas = folder.file("schemas");
  CHECK(failure(schemas) ==
        "what was released in " + schemas +
            " is not what the program does\n  Opened version 1: has no contract yet; do: run it with the application's "
            "own executable: PROGRAM whence schema release --dir " +
            schemas);
  whence::release_contracts(gate_contracts(), schemas, whence::release_mode::write);
  CHECK(failure(schemas) == "(they are kept)");
}
