// What the errors of contracts say.
#include <string>

#include <doctest/doctest.h>

#include <whence/contracts/released_contracts.hpp>
#include <whence/contracts/schema_validator.hpp>

#include <tests/errors/said.hpp>

using namespace whence;
using tests::scene;

TEST_CASE("schemas that documents cannot be judged by") {
  const scene here;
  CHECK(here.says([] { const schema_validator made(R"({"properties":{"age":{"type":"int"}}})"); }) ==
        R"(app: /properties/age/type: the text "int" is no type
  why:   it is no JSON Schema of 2020-12
  do:    correct the schema; one that was released is in the history of its file  [schema.malformed, exit 6]
)");
  CHECK(here.says([] { const schema_validator made(R"({"properties":{"mail":{"format":"email"}}})"); }) ==
        R"(app: /properties/mail/format: the keyword "format" is not checked here
  why:   a keyword that is passed over would let everything through: nothing was judged
  do:    say it with the keywords that are checked (the chapter "Keywords" of the module contracts), or use a validator of the whole language  [schema.unsupported, exit 6]
)");
}

TEST_CASE("a document that would be judged for ever") {
  const scene here;
  const schema_validator slow(R"({"properties":{"a":{"pattern":"(?=.*b)(?=.*c)x"}}})");
  const std::string document = R"({"a":")" + std::string(1'000'000, 'a') + R"("})";
  CHECK(here.says([&] { static_cast<void>(slow.violations(document)); }) ==
        R"(app: /a: judging this by its schema takes too long: it was given up
  why:   alternatives inside alternatives, a pattern that looks ahead again and again, or much that is looked at by many keywords
  do:    simplify the schema at the keywords that are tried there  [schema.too_much_work, exit 6]
)");
}

namespace {

struct Weighed {
  static constexpr event_type type{"Weighed", 1};
  std::int64_t grams = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("grams", grams));
  }
};
struct Scale {
  static constexpr aggregate_type type{"Scale"};
  using events = whence::events<Weighed>;
  void apply(const Weighed&) {}
};

/// The same program some time later.
namespace later {
struct Weighed {
  static constexpr event_type type{"Weighed", 1};
  std::int64_t grams = 0;
  std::string by;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("grams", grams), cereal::make_nvp("by", by));
  }
};
struct Scale {
  static constexpr aggregate_type type{"Scale"};
  using events = whence::events<Weighed>;
  void apply(const Weighed&) {}
};
struct Weighed3 : Weighed {
  static constexpr event_type type{"Weighed", 3};
};
struct Scale3 {
  static constexpr aggregate_type type{"Scale"};
  using events = whence::events<Weighed3>;
  void apply(const Weighed3&) {}
};
struct Balance {
  static constexpr aggregate_type type{"Balance"};
  using events = whence::events<::Weighed>;
  void apply(const ::Weighed&) {}
};
}  // namespace later

struct Unnamed {
  static constexpr event_type type{"half/full", 1};
  template <class Archive>
  void serialize(Archive&) {}
};
struct Glass {
  static constexpr aggregate_type type{"Glass"};
  using events = whence::events<Unnamed>;
  void apply(const Unnamed&) {}
};

template <class Aggregate>
void release_in(const scene& here) {
  release_contracts(event_contracts{}.aggregate<Aggregate>(), here.file("schemas"), release_mode::write);
}

}  // namespace

TEST_CASE("what was released does not change") {
  const scene here;
  release_in<Scale>(here);
  CHECK(
      here.says([&] { release_in<later::Scale>(here); }) ==
      R"(app: Weighed version 1 was released, and is described otherwise now: /by: a member is new, and required; nothing was written
  where: schemas/scale/Weighed.v1.schema.json
  why:   events of that version may be in a log: what was released stays as it is
  do:    give the event a new version and upcast<Weighed, 1>([](document& data) { data.set("by", …); }); or let it be optional, or have `or_default`  [contract.changed, exit 4]
)");
  CHECK(here.says([&] { release_in<later::Balance>(here); }) ==
        R"(app: Weighed was released as another aggregate's event; nothing was written
  where: schemas/scale/Weighed.v1.schema.json
  why:   an event's name belongs to one type, in all aggregates; today it belongs to Balance
  do:    an aggregate that has streams keeps its stored name, whatever its C++ type is called; if no log has one, move the event's files into the folder of the new name; if it is another event, give it a name of its own  [contract.misplaced, exit 4]
)");
}

TEST_CASE("what a newer build released is not taken back") {
  const scene here;
  release_in<later::Scale3>(here);
  CHECK(here.says([&] { release_in<Scale>(here); }) ==
        R"(app: Weighed version 3 was released, and this program has version 1; nothing was written
  where: schemas/scale/Weighed.v3.schema.json
  why:   these contracts belong to a newer build of the program
  do:    build the program from the sources that these files stand beside: a version is never taken back  [contract.newer, exit 4]
)");
}

TEST_CASE("what was released is not made anew") {
  const scene here;
  release_in<Scale>(here);
  std::ofstream(here.file("schemas/scale/Weighed.v1.samples.jsonl"), std::ios::app) << "{}\n";
  std::filesystem::remove(here.file("schemas/scale/Weighed.v1.schema.json"));
  CHECK(here.says([&] { release_in<Scale>(here); }) ==
        R"(app: Weighed version 1 was released, and its schema is gone; nothing was written
  where: schemas/scale/Weighed.v1.samples.jsonl
  why:   today's type may be another one: what was released is not made anew
  do:    bring schemas/scale/Weighed.v1.schema.json back from the history of the sources  [contract.incomplete, exit 4]
)");
}

TEST_CASE("names that no file can have, and folders without contracts") {
  const scene here;
  CHECK(here.says([&] { release_in<Glass>(here); }) ==
        R"(app: "half/full" cannot be the name of a file; nothing was written
  why:   contracts stand in files that are named after the event, in a folder named after its aggregate
  do:    use letters, digits, _ and - in the names of events and aggregates  [contract.unfit_name, exit 4]
)");
  runtime::system().files->make_directory(here.file("empty"));
  CHECK(here.says([&] { static_cast<void>(contract_changes(here.file("empty"), here.file("empty"))); }) ==
        R"(app: there are no contracts in empty
  where: empty
  why:   contracts are files like order/OrderPlaced.v1.schema.json in it
  do:    name the folder that `schema release` writes to  [contract.missing, exit 3]
)");
}
