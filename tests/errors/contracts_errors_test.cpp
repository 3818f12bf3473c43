// What the errors of contracts say.
#include <string>

#include <doctest/doctest.h>

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
  why:   alternatives inside alternatives, or a pattern that looks ahead again and again
  do:    simplify the schema at the keywords that are tried there  [schema.too_much_work, exit 6]
)");
}
