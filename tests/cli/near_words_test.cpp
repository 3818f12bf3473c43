#include <doctest/doctest.h>

#include <whence/cli/near_words.hpp>

using namespace whence::cli;

TEST_CASE("how far two words are apart") {
  CHECK(edit_distance("list", "list", 2) == 0);
  CHECK(edit_distance("lsit", "list", 2) == 1);
  CHECK(edit_distance("lst", "list", 2) == 1);
  CHECK(edit_distance("lists", "list", 2) == 1);
  CHECK(edit_distance("most", "list", 2) == 2);
  CHECK(edit_distance("show", "list", 2) == 3);
  CHECK(edit_distance("", "ab", 2) == 2);
  CHECK(edit_distance("a", "abcd", 2) == 3);
}

TEST_CASE("the nearest word, if one is near") {
  CHECK(nearest("evnt", {"stream", "event"}) == "event");
  CHECK(nearest("strem", {"stream", "event"}) == "stream");
  CHECK(nearest("weather", {"stream", "event"}) == "");
  CHECK(nearest("x", {"y", "list"}) == "");  // one letter is all of it
  CHECK(nearest("", {"a"}) == "");
}
