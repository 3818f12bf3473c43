// What the kit says of single values and their texts.
#include <whence/testing/json_forms.hpp>

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

#include "tests/testing/failures.hpp"

using failures::text_of;
using whence::testing::writes_json, whence::testing::reads_json, whence::testing::refuses_json;

namespace {

struct Ticket {
  std::string name;
  std::vector<int> rows{};
  std::optional<std::string> note{};
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp("name", name), cereal::make_nvp("rows", rows), cereal::make_nvp("note", note));
  }
};

/// Is written in one way and read in another.
struct Torn {
  int seat = 0;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(cereal::make_nvp(ar.writes() ? "seat" : "chair", seat));
  }
};

}  // namespace

TEST_CASE("a value that is written otherwise is shown member by member") {
  CHECK(text_of([] { writes_json(Ticket{"ada", {1, 2}}, R"({"name":"ada","rows":[1,2]})"); }) == "nothing failed");
  CHECK(text_of([] { writes_json(Ticket{"ada", {1, 2}}, R"({"name":"bob","rows":[1]})"); }) ==
        "the value is written as another text than expected\n"
        "  /name: expected \"bob\", found \"ada\"\n"
        "  /rows/1: expected nothing, found 2");
  CHECK(text_of([] { writes_json(Ticket{"ada"}, R"({"rows":[],"name":"ada"})"); }) ==
        "the value is written as another text than expected\n"
        "  is written in another way: expected {\"rows\":[],\"name\":\"ada\"}, found {\"name\":\"ada\",\"rows\":[]}");
  CHECK(text_of([] { writes_json(Ticket{"ada"}, "{name}"); }) ==
        "the value is written as another text than expected\n"
        "  is written in another way: expected {name}, found {\"name\":\"ada\",\"rows\":[]}");
}

TEST_CASE("what is written has to be read back") {
  CHECK(text_of([] { writes_json(Torn{5}, R"({"seat":5})"); }) ==
        "the text cannot be read\n"
        "  /chair: is missing\n"
        "  {\"seat\":5}");
  CHECK(text_of([] { writes_json(Ticket{"\xff"}, "{}"); }) ==
        "the value cannot be written\n"
        "  /name: no UTF-8 at byte 0; nothing was written");
}

TEST_CASE("a text is read as a value, however it is written") {
  CHECK(text_of([] { reads_json(R"( {"rows": [], "note": null, "name": "ada"} )", Ticket{"ada"}); }) ==
        "nothing failed");
  CHECK(text_of([] { reads_json(R"({"name":"ada","rows":[7]})", Ticket{"ada"}); }) ==
        "the text is read as another value than expected\n"
        "  /rows/0: expected nothing, found 7");
  CHECK(text_of([] { reads_json(R"({"name":"ada"})", Ticket{"ada"}); }) ==
        "the text cannot be read\n"
        "  /rows: is missing\n"
        "  {\"name\":\"ada\"}");
}

TEST_CASE("a text is refused where the test says, and for that reason") {
  constexpr auto half = R"({"name":"ada","rows":[1,"2"]})";
  CHECK(text_of([] { refuses_json<Ticket>(half, "/rows/1"); }) == "nothing failed");
  CHECK(text_of([] { refuses_json<Ticket>(half, "/rows/1", "expected a whole number, found \"2\""); }) ==
        "nothing failed");
  CHECK(text_of([] { refuses_json<Ticket>("", ""); }) == "nothing failed");
  CHECK(text_of([] { refuses_json<Ticket>(half, "/name"); }) ==
        "the text is refused in another way than expected\n"
        "  place: expected /name, found /rows/1: expected a whole number, found \"2\"");
  CHECK(text_of([] { refuses_json<Ticket>("[]", "/name"); }) ==
        "the text is refused in another way than expected\n"
        "  place: expected /name, found the whole text: expected an object, found array");
  CHECK(text_of([] { refuses_json<Ticket>(half, "/rows/1", "out of range"); }) ==
        "the text is refused in another way than expected\n"
        "  problem: expected out of range, found expected a whole number, found \"2\"");
  CHECK(text_of([] { refuses_json<Ticket>(R"({"name":"ada","rows":[]})", "/rows"); }) ==
        "the text was expected to be refused\n"
        "  it reads as {\"name\":\"ada\",\"rows\":[]}");
}
