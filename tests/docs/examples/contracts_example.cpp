/// contracts: what is promised of an event, and documents judged by its schema.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include <doctest/doctest.h>

#include <whence/contracts/released_contracts.hpp>
#include <whence/contracts/schema_changes.hpp>
#include <whence/contracts/schema_validator.hpp>
#include <whence/serialization/event_type.hpp>
#include <whence/serialization/json_schema.hpp>
#include <whence/testing/contracts.hpp>

#include <tests/temporary_folder.hpp>

namespace {

struct CupOrdered {
  static constexpr whence::event_type type{"CupOrdered", 2};
  std::string tea;
  std::int8_t count = 1;

  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("tea", tea), cereal::make_nvp("count", count));
  }
};

struct TeaHouse {
  static constexpr whence::aggregate_type type{"TeaHouse"};
  using events = whence::events<CupOrdered>;
  void apply(const CupOrdered&) {}
};

whence::event_contracts tea_contracts() {
  return whence::event_contracts{}.aggregate<TeaHouse>().upcasting(
      whence::upcasters::of(whence::upcast<CupOrdered, 1>([](whence::document& data) { data.set("count", 1); })));
}

/// A folder in which all of it was released, the first version by a program of then.
class released {
 public:
  released() : before_(std::filesystem::current_path()) {
    std::filesystem::current_path(folder_.path());
    whence::release_contracts(tea_contracts(), "schemas", whence::release_mode::write);
    std::ofstream("schemas/tea-house/CupOrdered.v1.schema.json")
        << R"({"type":"object","properties":{"tea":{"type":"string"}},)"
        << R"("required":["tea"],"additionalProperties":false})";
    std::ofstream("schemas/tea-house/CupOrdered.v1.samples.jsonl") << R"({"tea":"assam"})" << '\n';
  }
  released(const released&) = delete;
  released& operator=(const released&) = delete;
  ~released() { std::filesystem::current_path(before_); }

 private:
  tests::temporary_folder folder_;
  std::filesystem::path before_;
};

std::string text_of(const std::string&) { return whence::json_schema<CupOrdered>(); }

/// What the header of the validator shows.
void tell_what_does_not_fit(const std::string& document) {
  const whence::schema_validator orders(text_of("OrderPlaced.v2.schema.json"));
  for (const whence::schema_violation& wrong : orders.violations(document)) std::cerr << wrong.text() << '\n';
}

/// What the header of changes shows.
void tell_what_changed(const whence::schema_validator& before, const whence::schema_validator& after) {
  for (const whence::schema_change& one : whence::schema_changes(before, after)) std::cout << one.what << '\n';
}

}  // namespace

TEST_CASE_FIXTURE(released, "what was promised of events is kept") {
  whence::testing::keeps_contracts(tea_contracts(), "schemas");
}

TEST_CASE("a document that does not fit is told why") {
  const whence::schema_validator cups(whence::json_schema<CupOrdered>());
  const auto wrong = cups.violations(R"({"tea":"assam","count":200})");
  CHECK(wrong.front().text() == "/count: expected at most 127, found the number 200 (by /properties/count/maximum)");
  tell_what_does_not_fit(R"({"tea":"assam","count":2})");
  tell_what_changed(cups, cups);
}
