#include <doctest/doctest.h>

#include <string>
#include <type_traits>

#include <whence/core/error.hpp>

using namespace whence;

TEST_CASE("an error says what, where, why and what to do, and keeps a stable code") {
  const malformed_input refused("id.malformed",
                                {.what = "this is no id", .where = "line 7", .why = "odd", .remedy = "look"});
  const error& fault = refused;
  CHECK(std::string(fault.what()) == "this is no id");
  CHECK(fault.code() == "id.malformed");
  CHECK(fault.next() == next_move::change_request);
  CHECK(fault.text().where == "line 7");
  CHECK(fault.text().why == "odd");
  CHECK(fault.text().remedy == "look");
}

TEST_CASE("an error is caught as itself, as an error and as a standard exception") {
  CHECK_THROWS_AS(throw malformed_input("a.b", {}), malformed_input);
  CHECK_THROWS_AS(throw malformed_input("a.b", {}), error);
  CHECK_THROWS_AS(throw malformed_input("a.b", {}), std::exception);
  static_assert(std::is_final_v<malformed_input>);
}
