// What a type says of its members besides their names.
#include <doctest/doctest.h>

#include <sstream>

#include <cereal/archives/portable_binary.hpp>
#include <cereal/types/string.hpp>

#include "tests/serialization/refusal.hpp"

using namespace samples;
using whence::decode;
using whence::encode;
using whence::or_default;

namespace {

struct Ticket {
  std::string title;
  int priority = 0;
  std::string team;
  template <class Archive>
  void serialize(Archive& ar) {
    ar(make_nvp("title", title), or_default(make_nvp("priority", priority), 3), or_default(make_nvp("team", team)));
  }
  friend bool operator==(const Ticket&, const Ticket&) = default;
};

struct Lenient {
  int known = 0;
  Holds<int> inside{};
  template <class Archive>
  void serialize(Archive& ar) {
    ar(whence::tolerant, make_nvp("known", known), make_nvp("inside", inside));
  }
  friend bool operator==(const Lenient&, const Lenient&) = default;
};

struct Choice {
  std::optional<int> limit{};
  template <class Archive>
  void serialize(Archive& ar) {
    ar(or_default(make_nvp("limit", limit), 7));
  }
  friend bool operator==(const Choice&, const Choice&) = default;
};

}  // namespace

TEST_CASE("all of it can be said in one call") {
  struct Task {
    std::string order;
    int priority = 0;
    void serialize(whence::archive& ar) {
      ar(cereal::make_nvp("order", order), whence::or_default(cereal::make_nvp("priority", priority), 3),
         whence::tolerant);
    }
  };
  CHECK(decode<Task>(R"({"order":"7","new":true})").priority == 3);
}

TEST_CASE("a member with a default may be missing, and is what was said then") {
  CHECK(decode<Ticket>(R"({"title":"a"})") == Ticket{"a", 3, ""});
  CHECK(decode<Ticket>(R"({"title":"a","priority":1,"team":"red"})") == Ticket{"a", 1, "red"});
  CHECK(decode<Ticket>(R"({"team":"red","title":"a"})") == Ticket{"a", 3, "red"});
}

TEST_CASE("a default is for what is missing, not for what is wrong") {
  CHECK(refusal<Ticket>(R"({"title":"a","priority":null})") == "/priority: expected a whole number, found null");
  CHECK(refusal<Ticket>(R"({"title":"a","priority":"1"})") == "/priority: expected a whole number, found \"1\"");
  CHECK(refusal<Ticket>(R"({"priority":1})") == "/title: is missing");
  CHECK(refusal<Ticket>(R"({"title":"a","prioritty":1})") == "/prioritty: is unknown");
}

TEST_CASE("a member with a default is always written") {
  CHECK(encode(Ticket{"a", 3, ""}) == R"({"title":"a","priority":3,"team":""})");
  CHECK(encode(Choice{}) == R"({"limit":null})");
  CHECK(decode<Choice>("{}").limit == 7);
  CHECK(decode<Choice>(R"({"limit":null})").limit == std::nullopt);
}

TEST_CASE("a tolerant type passes over what it does not name, and no type inside it does") {
  CHECK(decode<Lenient>(R"({"new":[{"deep":1}],"known":1,"inside":{"value":2},"more":null})") == Lenient{1, {2}});
  CHECK(refusal<Lenient>(R"({"known":1,"inside":{"value":2,"new":3}})") == "/inside/new: is unknown");
  CHECK(refusal<Lenient>(R"({"inside":{"value":2}})") == "/known: is missing");
  CHECK(refusal<Lenient>(R"({"known":1,"inside":{"value":2},"new":1,"new":2})") == "/new: is there twice");
  CHECK(encode(decode<Lenient>(R"({"new":1,"known":1,"inside":{"value":2}})")) ==
        R"({"known":1,"inside":{"value":2}})");
}

TEST_CASE("the same description serves cereal's archives") {
  std::stringstream bytes;
  {
    cereal::PortableBinaryOutputArchive out(bytes);
    out(Ticket{"a", 5, "red"}, Lenient{1, {2}});
  }
  Ticket ticket;
  Lenient lenient;
  cereal::PortableBinaryInputArchive in(bytes);
  in(ticket, lenient);
  CHECK(ticket == Ticket{"a", 5, "red"});
  CHECK(lenient == Lenient{1, {2}});
}
