#include <fstream>
#include <regex>
#include <string>

#include <doctest/doctest.h>

#include <tests/places.hpp>
#include <whence/cli/exit_code.hpp>
#include <whence/cli/failure.hpp>
#include <whence/core/files.hpp>
#include <whence/store/log_errors.hpp>

using namespace whence;

namespace {

int exit_of(const error& failure) { return static_cast<int>(exit_code_of(failure)); }

struct unknown_error final : error {
  explicit unknown_error(next_move next) : error("new.code", next, {.what = "x"}) {}
};

struct some_error final : error {
  some_error(std::string_view code, next_move next) : error(code, next, {.what = "x"}) {}
};

}  // namespace

TEST_CASE("each error has its exit code") {
  CHECK(exit_of(cli::usage_error("option", "x", "y")) == 2);
  CHECK(exit_of(cli::store_unnamed("x", "y")) == 2);
  CHECK(exit_of(cli::id_ambiguous("x", "y", "z")) == 2);
  CHECK(exit_of(log_missing("a.db")) == 3);
  CHECK(exit_of(log_busy("a.db", 7)) == 5);
  CHECK(exit_of(file_error("open", "a.db", 13)) == 5);
  CHECK(exit_of(file_error("open", "a.db", 28)) == 5);
  CHECK(exit_of(cli::output_failed(28)) == 5);
  CHECK(exit_of(log_damaged("a.db", global_position{7}, "x")) == 6);
  CHECK(exit_of(tail_missing("a.db", global_position{7}, global_position{9})) == 6);
  CHECK(exit_of(witness_missing("a.db", "x")) == 6);
  CHECK(exit_of(not_a_log("a.db", "x")) == 6);
  CHECK(exit_of(newer_format("a.db", 2, 1)) == 6);
  CHECK(exit_of(older_format("a.db", 0, 1)) == 6);
  CHECK(exit_of(malformed_input("id.malformed", {.what = "x"})) == 2);
}

TEST_CASE("each code ends a program as docs/errors.md says, whatever its next move") {
  std::ifstream document(places::sources() / "docs" / "errors.md");
  const std::regex row(R"(\| `([a-z_0-9.]+)` \|.*\| ([0-9]+) \|)");
  std::string chapter;
  std::size_t found = 0;
  for (std::string line; std::getline(document, line);) {
    if (line.starts_with("## ")) chapter = line.substr(3);
    std::smatch parts;
    // The shop's own codes are not for others to know.
    if (chapter.starts_with("The order service") || !std::regex_match(line, parts, row)) continue;
    const std::string code = parts[1];
    for (const next_move next :
         {next_move::retry, next_move::reload, next_move::change_request, next_move::operator_needed}) {
      CAPTURE(code);
      CHECK(std::to_string(exit_of(some_error(code, next))) == parts[2]);
    }
    ++found;
  }
  CHECK(found > 60);
}

TEST_CASE("an error that is not in the table goes by its next move") {
  CHECK(exit_of(unknown_error(next_move::retry)) == 5);
  CHECK(exit_of(unknown_error(next_move::reload)) == 4);
  CHECK(exit_of(unknown_error(next_move::change_request)) == 2);
  CHECK(exit_of(unknown_error(next_move::operator_needed)) == 5);
}

TEST_CASE("an error's text says what, where, why, what to do, and its code") {
  CHECK(failure_text("shop", log_busy("a.db", 7)) == R"(shop: a.db is held for writing by process 7; nothing was touched
  where: a.db.lock
  why:   a log has one writer at a time
  do:    wait until that process has ended, or stop it; to look into the log, nobody has to wait  [log.busy, exit 5]
)");
  CHECK(failure_text("shop", unknown_error(next_move::retry)) == "shop: x  [new.code, exit 5]\n");
  CHECK(failure_text("shop", unknown_error(next_move::retry), exit_code::refused) == "shop: x  [new.code, exit 4]\n");
}

TEST_CASE("an error's document says the same to programs") {
  CHECK(
      failure_document("place", log_busy("a.db", 7)) ==
      R"({"version":1,"command":"place","status":"error","data":null,"diagnostics":[)"
      R"({"code":"log.busy","severity":"error","where":"a.db.lock",)"
      R"("message":"a.db is held for writing by process 7; nothing was touched",)"
      R"("why":"a log has one writer at a time","hint":"wait until that process has ended, or stop it; to look into the log, nobody has to wait"}]})"
      "\n");
}
