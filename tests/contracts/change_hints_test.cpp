// What to do about a change: an upcaster that fits all events of before, wherever in them the change is.
#include <doctest/doctest.h>

#include <string>

#include <whence/contracts/schema_changes.hpp>

using namespace whence;

namespace {

const std::string text = R"({"type":"string"})";

std::string object(const std::string& properties, const std::string& required) {
  return R"({"title":"Paid version 3","type":"object","properties":{)" + properties + R"(},"required":[)" + required +
         R"(],"additionalProperties":false})";
}
std::string list(const std::string& items) { return R"({"type":"array","items":)" + items + "}"; }

/// What the upcaster does, of the change at that place.
std::string body(const std::string& before, const std::string& after, const std::string& pointer) {
  const std::string begin = "upcast<Paid, 3>([](document& data) { ";
  for (const schema_change& one : schema_changes(schema_validator(before), schema_validator(after))) {
    if (one.pointer != pointer) continue;
    const std::size_t at = one.remedy.find(begin);
    REQUIRE_MESSAGE(at != std::string::npos, one.remedy);
    const std::size_t from = at + begin.size();
    return one.remedy.substr(from, one.remedy.rfind(" })") - from);
  }
  FAIL("there is no change at that place");
  return {};
}

/// An object in which "why" has become "reason".
struct renamed_inside {
  std::string before;
  std::string after;
};
renamed_inside renamed(bool required) {
  return {object("\"why\":" + text, required ? "\"why\"" : ""),
          object("\"reason\":" + text, required ? "\"reason\"" : "")};
}

}  // namespace

TEST_CASE("what may be absent is renamed and removed only where it is there") {
  const auto [before, after] = renamed(false);
  CHECK(body(before, after, "/why") == R"(if (data.has("why")) data.rename("why", "reason");)");
  CHECK(body(before, after, "/reason") == R"(if (data.has("why")) data.rename("why", "reason");)");
  CHECK(body(before, object("", ""), "/why") == R"(if (data.has("why")) data.remove("why");)");
}

TEST_CASE("what is always there is renamed and removed without a question") {
  const auto [before, after] = renamed(true);
  CHECK(body(before, after, "/why") == R"(data.rename("why", "reason");)");
  CHECK(body(before, object("", ""), "/why") == R"(data.remove("why");)");
}

TEST_CASE("a change in an object is made in that object") {
  const auto [before, after] = renamed(true);
  const auto inside = [](const std::string& one) { return object("\"address\":" + one, "\"address\""); };
  CHECK(body(inside(before), inside(after), "/address/why") ==
        R"(data.change("address", [](document& inner) { inner.rename("why", "reason"); });)");
  CHECK(body(inside(inside(before)), inside(inside(after)), "/address/address/why") ==
        R"(data.change("address", [](document& inner) { inner.change("address", [](document& inner2) { )"
        R"(inner2.rename("why", "reason"); }); });)");
  const auto maybe = [](const std::string& one) { return object("\"address\":" + one, ""); };
  CHECK(body(maybe(before), maybe(after), "/address/why") ==
        R"(if (data.has("address")) data.change("address", [](document& inner) { inner.rename("why", "reason"); });)");
}

TEST_CASE("a change in each object of a list is made in each of them") {
  const auto inside = [](const std::string& one) { return object("\"ls\":" + list(one), "\"ls\""); };
  const auto [before, after] = renamed(true);
  CHECK(body(inside(before), inside(after), "/ls/*/why") ==
        R"(data.each("ls", [](document& inner) { inner.rename("why", "reason"); });)");
  CHECK(body(inside(object("", "")), inside(object("\"n\":" + text, "\"n\"")), "/ls/*/n") ==
        R"(data.each("ls", [](document& inner) { inner.set("n", …); });)");
  CHECK(body(inside(object("\"n\":" + text, "\"n\"")), inside(object("", "")), "/ls/*/n") ==
        R"(data.each("ls", [](document& inner) { inner.remove("n"); });)");
  CHECK(body(inside(object("\"n\":" + text, "")), inside(object("\"n\":" + text, "\"n\"")), "/ls/*/n") ==
        R"(data.each("ls", [](document& inner) { if (!inner.has("n")) inner.set("n", …); });)");
}

TEST_CASE("another value is made where the value is") {
  const std::string number = R"({"type":"integer"})";
  CHECK(body(object("\"n\":" + text, "\"n\""), object("\"n\":" + number, "\"n\""), "/n") ==
        "… make of the old value a new one …");
  CHECK(body(object("\"n\":" + text, ""), object("\"n\":" + number, ""), "/n") ==
        R"(if (data.has("n")) … make of the old value a new one …)");
  const auto inside = [](const std::string& one) { return object("\"ls\":" + list(one), "\"ls\""); };
  CHECK(body(inside(object("\"n\":" + text, "\"n\"")), inside(object("\"n\":" + number, "\"n\"")), "/ls/*/n") ==
        R"(data.each("ls", [](document& inner) { … make of the old value a new one … });)");
  CHECK(body(inside(text), inside(number), "/ls/*") == "… make of the old value a new one …");
}

TEST_CASE("where a document does not lead, the member is made anew as a whole") {
  const auto [before, after] = renamed(true);
  const auto inside = [](const std::string& one) { return object("\"ls\":" + one, "\"ls\""); };
  const std::string anew = R"(data.set("ls", … what data.get<…>("ls") is today …);)";
  CHECK(body(inside(list(list(before))), inside(list(list(after))), "/ls/*/*/why") == anew);
  const auto map = [](const std::string& one) { return R"({"type":"object","additionalProperties":)" + one + "}"; };
  CHECK(body(inside(map(before)), inside(map(after)), "/ls/*/why") == anew);
  const auto tuple = [](const std::string& one) {
    return R"({"type":"array","prefixItems":[)" + one + R"(],"items":false,"minItems":1})";
  };
  CHECK(body(inside(tuple(before)), inside(tuple(after)), "/ls/0/why") == anew);
  const auto or_null = [](const std::string& one) { return R"({"anyOf":[)" + one + R"(,{"type":"null"}]})"; };
  CHECK(body(inside(list(or_null(before))), inside(list(or_null(after))), "/ls/*/why") == anew);
  const auto titled = [](std::string one) { return one.insert(1, R"("title":"Paid version 3",)"); };
  CHECK(body(titled(list(before)), titled(list(after)), "/*/why") == "… change what is at /* …");
}

TEST_CASE("which old data say something else is told of a default, and of whole numbers that no double is") {
  const auto found = [](const std::string& before, const std::string& after) {
    const auto all =
        schema_changes(schema_validator(object("\"n\":" + before, "")), schema_validator(object("\"n\":" + after, "")));
    REQUIRE(all.size() == 1);
    return all.front();
  };
  const schema_change other = found(R"({"type":"integer","default":3})", R"({"type":"integer","default":5})");
  CHECK(other.meaning == "events of before that lack it mean something else from now on");
  CHECK(other.remedy ==
        "if that is not meant: leave the default, or give the event a new version and upcast<Paid, 3>([](document& "
        R"(data) { if (!data.has("n")) data.set("n", …); }))");
  const std::string number = R"({"type":"number"})";
  const schema_change rounded = found(R"({"type":"integer"})", number);
  CHECK(rounded.meaning == "beyond 2^53 a whole number is read as the nearest double now");
  CHECK(rounded.why == "code of before refuses a fraction; " + rounded.meaning);
  CHECK(rounded.remedy.starts_with("if that is not meant: keep whole numbers; else nothing for the log;"));
  const schema_change exact =
      found(R"({"type":"integer","minimum":-9007199254740991,"exclusiveMaximum":9007199254740991})", number);
  CHECK(exact.meaning == "");
  CHECK(exact.why == "code of before refuses a fraction");
  CHECK(found(R"({"type":"integer","minimum":0,"maximum":9007199254740993})", number).meaning != "");
}

TEST_CASE("values that are listed are named, a few of many") {
  const auto what = [](const std::string& before, const std::string& after) {
    const auto all = schema_changes(schema_validator(before), schema_validator(after));
    REQUIRE(all.size() == 1);
    return all.front().what;
  };
  const std::string states = R"({"type":"string","enum":["paid","open"]})";
  CHECK(what(states, text) == R"(was one of "paid", "open", is any text)");
  CHECK(what(text, states) == R"(was any text, is one of "paid", "open")");
  CHECK(what(R"({"const":"paid"})", text) == R"(was only "paid", is any text)");
  CHECK(what(R"({"enum":[1,2,"x"]})", R"({"type":"string"})") == R"(was one of 1, 2, only "x", is any text)");
  CHECK(what(R"({"enum":["a","b","c","d","e","f","g","h","i","j"]})", text) ==
        R"(was one of "a", "b", "c", "d", "e", "f", "g", "h" and 2 more, is any text)");
}
