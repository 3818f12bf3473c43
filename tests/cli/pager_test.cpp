// Pagers that write what they get into a file stand in for less.
#include <fstream>
#include <sstream>
#include <string>

#include <doctest/doctest.h>

#include <tests/cli/console.hpp>
#include <tests/temporary_folder.hpp>
#include <whence/cli/pager.hpp>

namespace {

std::string content(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

struct paged_console : tests::console {
  explicit paged_console(std::size_t rows) {
    terminal(80, rows).with("NO_COLOR", "1").with("WHENCE_PAGER", "cat > " + shown);
    around.in_is_terminal = true;
  }
  tests::temporary_folder folder;
  std::string shown = folder.file("shown");
};

}  // namespace

TEST_CASE("what does not fit a screen goes through the pager") {
  paged_console console(5);
  const tests::ran ran = console.run("event list");
  CHECK(ran.exit == 0);
  CHECK(ran.out == "");
  CHECK(content(console.shown) == console.run("event list --no-pager").out);
}

TEST_CASE("long help is paged as other output is") {
  paged_console console(12);
  for (const char* const line : {"event list --help", "--help", "", "help event list"}) {
    CAPTURE(line);
    CHECK(console.run(line).out == "");
    CHECK(content(console.shown).find("whence event list") != std::string::npos);
  }
  console.run("event list --help");
  CHECK(content(console.shown) == console.run("event list --help --no-pager").out);
  CHECK(console.run("projection list -h").out != "");  // it fits
}

TEST_CASE("what fits is printed") {
  paged_console console(24);
  CHECK(console.run("event list").out == console.run("event list --no-pager").out);
  CHECK(content(console.shown) == "");
}

TEST_CASE("a line that is wider than the screen counts as the lines that it takes") {
  paged_console console(11);
  CHECK(console.run("event list -o jsonl").out == "");
  CHECK(content(console.shown) == console.run("event list -o jsonl --no-pager").out);
}

TEST_CASE("nothing is paged if the keyboard is no terminal, or the pager is cat") {
  paged_console console(5);
  console.around.in_is_terminal = false;
  CHECK(console.run("event list").out != "");
  console.around.in_is_terminal = true;
  console.with("WHENCE_PAGER", "").with("PAGER", "cat");
  CHECK(console.run("event list").out != "");
  CHECK(content(console.shown) == "");
}

TEST_CASE("PAGER is used when WHENCE_PAGER is not set") {
  paged_console console(5);
  console.with("PAGER", "cat > " + console.shown).with("WHENCE_PAGER", "");
  CHECK(console.run("event list").out == "");
  CHECK(content(console.shown) != "");
}
