#include <string>

#include <doctest/doctest.h>

#include <tests/cli/console.hpp>
#include <whence/cli/table.hpp>

using namespace whence::cli;

namespace {

std::vector<column> two_columns() { return {{.title = "NAME", .least = 5}, {.title = "N", .right = true}}; }

}  // namespace

TEST_CASE("columns that find no room go, the most spare first") {
  tests::text_output out;
  table table({{.title = "A", .spare = 1}, {.title = "B"}, {.title = "C", .spare = 2}}, out, {}, 7);
  table.row({"aaa", "bbb", "ccc"});
  table.finish();
  CHECK(out.text == "B\nbbb\n");
  CHECK(table.left_out() == std::vector<std::string>{"C", "A"});
}

TEST_CASE("what cannot go is printed even when there is no room") {
  tests::text_output out;
  table table(two_columns(), out, {}, 3);
  table.row({"a long name", "7"});
  table.finish();
  CHECK(out.text == "NAME   N\na lo…  7\n");
}

TEST_CASE("the widths are those of the first page; in a pipe later rows are still whole") {
  tests::text_output out;
  table table(two_columns(), out, {}, std::nullopt);
  for (std::size_t i = 0; i < table::page_rows; ++i) table.row({"name", "1"});
  CHECK(out.text.starts_with("NAME  N\nname  1\n"));  // written when the page is full
  table.row({"a longer name", "2"});
  table.finish();
  CHECK(out.text.ends_with("name  1\na longer name  2\n"));
}

TEST_CASE("on a terminal later rows keep the columns") {
  tests::text_output out;
  table table(two_columns(), out, {}, 80);
  for (std::size_t i = 0; i < table::page_rows; ++i) table.row({"name", "1"});
  table.row({"a longer name", "2"});
  table.finish();
  CHECK(out.text.ends_with("name  1\na l…  2\n"));
}

TEST_CASE("wide characters keep the columns straight, and no line ends in spaces") {
  tests::text_output out;
  table table({{.title = "NAME"}, {.title = "NOTE"}}, out, {}, std::nullopt);
  table.row({"日本", "x"});
  table.row({"abc", ""});
  table.finish();
  CHECK(out.text == "NAME  NOTE\n日本  x\nabc\n");
}
